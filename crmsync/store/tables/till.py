"""Cards for the till, with their feed numbers and tombstones."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables.base import blob, number, table, text

card = table(
    "card",
    text("customer_id", key=True),
    number("seq"),
    blob("hash"),
    text("doc", null=True),
    text("keys", null=True),
    sa.Index("card_seq", "seq"),
)
"""One card a customer; `doc` None is a tombstone. `keys` are the look-up keys (JSON)."""
