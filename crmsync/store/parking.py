"""Parked records: set aside with their reason, retried by themselves, never lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from crmsync.store import codec
from crmsync.store.tables import parked, run, stream
from crmsync.store.work import Work


class Parking(NamedTuple):
    """Something to park: where it is, which field, why; `payload` for what never landed."""

    stage: str
    stream_id: int
    record_id: int | None
    place: str
    source: str
    field: str
    code: str
    reason: str
    payload: bytes | None = None


def park(work: Work, entries: Sequence[Parking]) -> None:
    """Write or refresh parked entries; a known one counts another attempt."""
    for entry in entries:
        found = work.one(sa.select(parked).where(_same(entry)))
        number = found.id if found else work.numbers("parked", 1)[0]
        first = found.first_run if found else work.run_id
        attempts = found.attempts + 1 if found else 1
        body = None if entry.payload is None else codec.pack(entry.payload)
        work.upsert(
            parked,
            [(number, *entry[:8], first, work.run_id, attempts, body)],
        )


def _same(entry: Parking) -> sa.ColumnElement[bool]:
    return sa.and_(
        parked.c.stage == entry.stage,
        parked.c.stream_id == entry.stream_id,
        parked.c.place == entry.place,
    )


def release_records(work: Work, record_ids: Iterable[int]) -> None:
    """Take these records out of the parking of normalize."""
    work.delete(parked.c.record_id, record_ids)


def any_place(work: Work, stream_id: int) -> bool:
    """Whether something is parked that could not be read from this stream."""
    return work.one(sa.select(parked.c.id).where(_of_land(stream_id)).limit(1)) is not None


def release_unmet(work: Work, stream_id: int, runs: Collection[str]) -> int:
    """Release the unreadable places of a stream that none of these runs met; gives how many."""
    unmet = parked.c.last_run.not_in(list(runs))
    return work.run(sa.delete(parked).where(_of_land(stream_id), unmet))


def _of_land(stream_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(parked.c.stage == "land", parked.c.stream_id == stream_id)


def release_places(work: Work, stream_id: int, source: str, keep: set[str]) -> int:
    """Release the unreadable places of a source that were not met again; gives how many."""
    where = sa.and_(_of_land(stream_id), parked.c.source == source)
    rows = work.all(sa.select(parked.c.id, parked.c.place).where(where))
    gone = [row.id for row in rows if row.place not in keep]
    work.delete(parked.c.id, gone)
    return len(gone)


def parked_records(work: Work, connection: str) -> list[int]:
    """The record ids of a connection that are parked in normalize."""
    joined = parked.join(stream, stream.c.id == parked.c.stream_id)
    statement = (
        sa.select(parked.c.record_id)
        .select_from(joined)
        .where(parked.c.stage == "normalize", stream.c.connection == connection)
        .order_by(parked.c.id)
    )
    return [row.record_id for row in work.all(statement)]


def count(work: Work) -> int:
    """How many entries are parked."""
    return int(work.scalar(sa.select(sa.func.count()).select_from(parked)))


def entries(
    work: Work, *, connection: str = "", code: str = "", before: str = ""
) -> list[dict[str, Any]]:
    """Every parked entry, oldest first, without its payload.

    `since` is when the run began that first met it. With `connection`, `code` or `before` (a stamp)
    only the entries of that connection, of that class, and those that were met before it, or in a
    run that nobody remembers.
    """
    columns = [column for column in parked.c if column.name != "payload"]
    since = run.c.started_at.label("since")
    asked = sa.select(*columns, stream.c.connection, stream.c.name.label("stream"), since)
    rows = work.all(_chosen(asked, connection, code, before).order_by(parked.c.id))
    return [dict(row._mapping) for row in rows]


def _chosen(
    asked: sa.Select[*tuple[Any, ...]], connection: str, code: str, before: str
) -> sa.Select[*tuple[Any, ...]]:
    """What is asked of parked entries beside their stream and first run, of these alone."""
    joined = parked.join(stream, stream.c.id == parked.c.stream_id).outerjoin(
        run, run.c.id == parked.c.first_run
    )
    met = run.c.started_at
    cases = (
        (connection, stream.c.connection == connection),
        (code, parked.c.code == code),
        (before, sa.or_(met < before, met.is_(None))),
    )
    return asked.select_from(joined).where(*(where for wanted, where in cases if wanted))


class Cause(NamedTuple):
    """Entries that are alike: where, of which class, which field, why, how many, since when."""

    connection: str
    stream: str
    code: str
    field: str
    reason: str
    number: int
    since: str


def causes(work: Work, *, connection: str = "", code: str = "", before: str = "") -> list[Cause]:
    """What is parked, by what is alike, the most first; of those that `entries` would give."""
    alike = (stream.c.connection, stream.c.name, parked.c.code, parked.c.field, parked.c.reason)
    number = sa.func.count().label("number")
    since = sa.func.coalesce(sa.func.min(run.c.started_at), "")
    asked = _chosen(sa.select(*alike, number, since), connection, code, before)
    return [Cause(*row) for row in work.all(asked.group_by(*alike).order_by(number.desc(), *alike))]


def payloads(work: Work, numbers: Iterable[int]) -> dict[int, bytes]:
    """The bytes of those of these parked entries that never landed."""
    asked = sa.select(parked.c.id, parked.c.payload).where(parked.c.payload.is_not(None))
    return {row[0]: codec.unpack(row[1]) for row in work.all_in(asked, parked.c.id, numbers)}


def drop(work: Work, number: int) -> bool:
    """Give a parked entry up for good; False when there is none."""
    return work.run(sa.delete(parked).where(parked.c.id == number)) > 0
