"""The change log: numbers in commit order, read by each stage from its own watermark.

A number is taken from one counter row, whose lock is held to the end of the transaction: whoever
comes later gets a higher number and commits later. So a reader never passes a number whose
transaction may still be open, on SQLite and PostgreSQL alike.

A number stands for a handful of changes of one topic made in one transaction: a row for each
would cost more than many a record it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from crmsync.store import bulk, points
from crmsync.store.tables import change, counter, watermark

_NEXT = sa.text(
    "INSERT INTO counter (name, value) VALUES (:name, :count) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value"
)


HANDFUL = 250
"""Changes under one number."""


class Change(NamedTuple):
    """A record or a customer that changed, and the number of the log under which it is told."""

    seq: int
    topic: str
    record_id: int | None
    customer_id: str | None


def numbers(connection: sa.Connection, name: str, count: int) -> range:
    """The next `count` numbers of counter `name`, in commit order across all writers."""
    last: int = connection.execute(_NEXT, {"name": name, "count": count}).scalar_one()
    return range(last - count + 1, last + 1)


IDS = frozenset({"stream", "parked", "decision_event"})
"""Counters of mere ids that are taken in the middle of a commit; their order across writers tells
nothing."""


def ids(connection: sa.Connection, name: str, count: int) -> range:
    """The next `count` ids of counter `name`; nobody waits for who took others.

    PostgreSQL: from a transaction of its own, so the counter is not locked until ours ends. Else
    two connections could not be taken in side by side, nor without meeting in a deadlock.
    """
    if connection.dialect.name == "sqlite":
        return numbers(connection, name, count)
    with connection.engine.connect() as other:
        found = numbers(other, name, count)
        with points.effect("log/ids"):
            other.commit()
    return found


def append(connection: sa.Connection, logged: Mapping[str, Iterable[int | str]]) -> None:
    """Write at the end of the log who changed: record ids and customer ids by topic."""
    rows = [(topic, some) for topic, ids in logged.items() for some in _handfuls(ids)]
    if not rows:
        return
    seqs = numbers(connection, "change", len(rows))
    bulk.upsert(connection, change, [(seq, *row) for seq, row in zip(seqs, rows, strict=True)])


def _handfuls(ids: Iterable[int | str]) -> Iterator[str]:
    left = iter(ids)
    while some := list(islice(left, HANDFUL)):
        yield orjson.dumps(some).decode()


def read(
    connection: sa.Connection, stage: str, topics: Iterable[str], limit: int
) -> Sequence[Change]:
    """The changes of `topics` behind the stage's watermark, in order.

    They end with the number that reaches `limit`: what is told under one number is told at once.
    """
    statement = (
        sa.select(change)
        .where(change.c.seq > position(connection, stage), change.c.topic.in_(list(topics)))
        .order_by(change.c.seq)
        .limit(limit)
    )
    found: list[Change] = []
    with connection.execute(statement) as rows:
        for seq, topic, ids in rows:
            found += [_change(seq, topic, one) for one in orjson.loads(ids)]
            if len(found) >= limit:
                break
    return found


def _change(seq: int, topic: str, who: int | str) -> Change:
    return Change(seq, topic, None, who) if isinstance(who, str) else Change(seq, topic, who, None)


def last_number(connection: sa.Connection) -> int:
    """The last number given out; 0 in a new store. Equal numbers: nothing has changed between."""
    statement = sa.select(counter.c.value).where(counter.c.name == "change")
    return connection.execute(statement).scalar() or 0


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
