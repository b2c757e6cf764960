"""The change log: numbers in commit order, read by each stage from its own watermark.

A number is taken from one counter row, whose lock is held to the end of the transaction: whoever
comes later gets a higher number and commits later. So a reader never passes a number whose
transaction may still be open, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from crmsync.store import bulk
from crmsync.store.tables import change, watermark

_NEXT = sa.text(
    "INSERT INTO counter (name, value) VALUES (:name, :count) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value"
)


class Change(NamedTuple):
    """One row of the change log: a record or a customer that changed."""

    seq: int
    topic: str
    record_id: int | None
    customer_id: str | None


def numbers(connection: sa.Connection, name: str, count: int) -> range:
    """The next `count` numbers of counter `name`, in commit order across all writers."""
    last: int = connection.execute(_NEXT, {"name": name, "count": count}).scalar_one()
    return range(last - count + 1, last + 1)


def append(connection: sa.Connection, rows: Sequence[tuple[str, int | None, str | None]]) -> None:
    """Write (topic, record_id, customer_id) rows at the end of the log."""
    if not rows:
        return
    seqs = numbers(connection, "change", len(rows))
    bulk.upsert(connection, change, [(seq, *row) for seq, row in zip(seqs, rows, strict=True)])


def read(
    connection: sa.Connection, stage: str, topics: Iterable[str], limit: int
) -> Sequence[Change]:
    """Up to `limit` changes of `topics` behind the stage's watermark, in order."""
    statement = (
        sa.select(change)
        .where(change.c.seq > position(connection, stage), change.c.topic.in_(list(topics)))
        .order_by(change.c.seq)
        .limit(limit)
    )
    return [Change(*row) for row in connection.execute(statement)]


def position(connection: sa.Connection, stage: str) -> int:
    """The last number the stage has dealt with; 0 before its first run."""
    statement = sa.select(watermark.c.seq).where(watermark.c.stage == stage)
    return connection.execute(statement).scalar() or 0


def advance(connection: sa.Connection, stage: str, seq: int, detail: str = "") -> None:
    """Move the stage's watermark to `seq`; call it in the transaction of the stage's output."""
    bulk.upsert(connection, watermark, [(stage, seq, detail)])


def detail(connection: sa.Connection, stage: str) -> str | None:
    """What was noted beside a watermark; None when there is none."""
    statement = sa.select(watermark.c.detail).where(watermark.c.stage == stage)
    found: str | None = connection.execute(statement).scalar()
    return found


def settle(connection: sa.Connection, stages: Mapping[str, Iterable[str]]) -> int:
    """Move stages without a backlog to the log's end, and drop what every reader has dealt with.

    Readers are `stages` (name to topics) and whoever else has a watermark. The end is read first:
    every number up to it is committed, so none can slip in behind it. Gives the rows dropped.
    """
    end: int = connection.execute(sa.select(sa.func.max(change.c.seq))).scalar() or 0
    for stage, topics in stages.items():
        if _backlog(connection, stage, topics, end):
            continue
        later = sa.and_(watermark.c.stage == stage, watermark.c.seq < end)
        moved = connection.execute(sa.update(watermark).where(later).values(seq=end))
        if not moved.rowcount and position(connection, stage) == 0:
            advance(connection, stage, end)
    readers = sa.select(sa.func.min(watermark.c.seq)).where(watermark.c.seq > 0)
    lowest: int = connection.execute(readers).scalar() or 0
    return connection.execute(sa.delete(change).where(change.c.seq <= lowest)).rowcount


def _backlog(connection: sa.Connection, stage: str, topics: Iterable[str], end: int) -> bool:
    found = read(connection, stage, topics, 1)
    return bool(found) and found[0].seq <= end
