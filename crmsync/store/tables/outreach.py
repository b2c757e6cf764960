"""The ledger of consents: append-only, chained; what names a person lies apart and can go."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables.base import blob, number, table, text

ledger = table(
    "ledger",
    number("seq", key=True),
    text("subject"),
    text("channel"),
    text("purpose"),
    text("controller"),
    text("state"),
    text("basis"),
    text("at"),
    text("recorded_at"),
    text("origin"),
    text("expires_on", null=True),
    blob("commitment"),
    blob("prev_hash"),
    blob("hash"),
    sa.Index("ledger_subject", "subject"),
)
"""`subject` is the pseudonym of a contact point; `commitment` a salted hash of the payload."""

ledger_payload = table("ledger_payload", number("seq", key=True), blob("salt"), text("payload"))
"""The erasable half of a ledger row: contact point, evidence, source."""
