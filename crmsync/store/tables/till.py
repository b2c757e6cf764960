"""Cards for the till, with their feed numbers and tombstones, and who shares which exact key."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables.base import blob, number, table, text

card = table(
    "card",
    text("customer_id", key=True),
    text("controller"),
    number("seq"),
    blob("hash"),
    text("doc", null=True),
    text("keys", null=True),
    sa.Index("card_seq", "seq"),
)
"""One card a customer; `doc` None is a tombstone. `keys` are the look-up keys (JSON)."""

card_key = table(
    "card_key",
    text("key", key=True),
    text("customer_id", key=True),
    text("controller"),
    sa.Index("card_key_customer", "customer_id"),
)
"""The exact keys (hashed) of every customer, also of those without a card: a key is only certain
while one customer alone has it, whether or not the other may have a card."""
