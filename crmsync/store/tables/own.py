"""What the store knows of itself."""

from __future__ import annotations

from crmsync.store.tables.base import table, text

store_id = table("store_id", text("id", key=True))
"""One row, a UUID made with the tables: a copy or backup has it too, another store has its own."""
