"""The way of a record: streams, raw records, change log, watermarks, parked, runs, leases."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables.base import blob, flag, number, partial_index, table, text

counter = table("counter", text("name", key=True), number("value"))
"""The last number given out for each name; its row lock gives numbers in commit order."""

stream = table(
    "stream",
    number("id", key=True),
    text("connection"),
    text("name"),
    text("kind"),
    text("fingerprint"),
    text("state"),
    sa.UniqueConstraint("connection", "name"),
)
"""One stream of one connection; `state` is its cursor (JSON)."""

UNUSUAL = sa.text("state <> 'mapped'")
"""What few records are: it is written as in the index, or the index is not used."""

DELETED = sa.text("deleted")
"""As UNUSUAL."""

record = table(
    "record",
    number("id", key=True),
    number("stream_id"),
    text("external_id"),
    blob("hash"),
    text("state"),
    flag("deleted"),
    number("merged_into", null=True),
    text("landed_run"),
    blob("payload"),
    sa.UniqueConstraint("stream_id", "external_id"),
)
"""The raw record as the backend told it, through the codec; a deleted one keeps its id.

`state` is what became of it in normalize: mapped, ignored, pending, parked or withdrawn.
"""

partial_index("record_merged", record, "merged_into", "merged_into IS NOT NULL")
partial_index("record_deleted", record, "stream_id", DELETED.text)
partial_index("record_state", record, "state", UNUSUAL.text)

dictionary = table(
    "dictionary",
    number("id", key=True),
    number("stream_id"),
    blob("content"),
    sa.UniqueConstraint("stream_id"),
)
"""What the records of a stream have in common: their payloads are compressed with it."""

change = table(
    "change",
    number("seq", key=True),
    text("topic"),
    text("who"),
)
"""The change log in commit order; each stage reads on from its watermark.

`who` is a JSON list of those that changed: record ids as numbers, customer ids as texts.
"""

watermark = table("watermark", text("stage", key=True), number("seq"), text("detail"))

pending = table(
    "pending",
    number("record_id", key=True),
    number("stream_id"),
    text("waits_for"),
    sa.Index("pending_waits_for", "stream_id", "waits_for"),
)
"""A record that waits for another one: `stream_id` and external id of the missing record."""

parked = table(
    "parked",
    number("id", key=True),
    text("stage"),
    number("stream_id"),
    number("record_id", null=True),
    text("place"),
    text("source"),
    text("field"),
    text("code"),
    text("reason"),
    text("first_run"),
    text("last_run"),
    number("attempts"),
    blob("payload", null=True),
    sa.UniqueConstraint("stage", "stream_id", "place"),
)
"""What was set aside, with its reason; `place` is the external id or the file and line."""

run = table(
    "run",
    text("id", key=True),
    text("verb"),
    text("as_of"),
    text("started_at"),
    text("finished_at", null=True),
    number("exit_code", null=True),
    text("report"),
)

lease = table("lease", text("name", key=True), number("token"), text("holder"), text("expires_at"))
"""Who may work on what; every writing transaction compares its `token` with this row."""
