"""Raw records and their streams: looked up, landed, tombstoned, asked for again."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from crmsync.model.ref import Ref
from crmsync.store import codec, dictionaries
from crmsync.store.bulk import Same
from crmsync.store.tables import DELETED, UNUSUAL, change, pending, record, stream, watermark
from crmsync.store.work import Work

RUBBISH = "rubbish"
"""The key of a cursor's state under which the text stands that is no state; it is kept as it is."""


class StreamRow(NamedTuple):
    """A stream as the store knows it; `state` is its cursor, {RUBBISH: text} a damaged one."""

    id: int
    connection: str
    name: str
    kind: str
    fingerprint: str
    state: dict[str, Any]


Known = tuple[int | None, bytes | None, bool | None]
"""A record's id, its hash and whether it is deleted."""
ABSENT: Known = (None, None, None)
"""What is known of one that never landed."""

Payload = Mapping[str, Any] | bytes
"""A record's JSON, decoded or not (`decoded`)."""


class Raws(NamedTuple):
    """Raw records of one stream, to be normalized: a place in each list is a record.

    The payload of a deleted one is None. A state is what became of the record the last time, "" of
    one that lands for the first time.
    """

    stream_id: int
    ids: Sequence[int]
    names: Sequence[str]
    payloads: Sequence[Payload | None]
    states: Sequence[str]


def decoded(payload: Payload | None) -> Mapping[str, Any] | None:
    """What a payload says; None for none, and for bytes that are no JSON."""
    if not isinstance(payload, bytes):
        return payload
    try:
        found: Mapping[str, Any] = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    return found


def all_decoded(payloads: Sequence[Payload | None]) -> list[Mapping[str, Any] | None]:
    """What each payload says, as `decoded`; a page in one go is quicker than one by one."""
    try:
        found: list[Mapping[str, Any] | None] = orjson.loads(b"[%b]" % b",".join(payloads))  # type: ignore[arg-type]
    except (TypeError, orjson.JSONDecodeError):  # decoded already, none, or no JSON
        return list(map(decoded, payloads))
    return found if len(found) == len(payloads) else list(map(decoded, payloads))


def topic(connection: str) -> str:
    """The topic under which a connection's landed records are logged."""
    return f"raw/{connection}"


def load_stream(work: Work, connection: str, name: str, kind: str) -> StreamRow:
    """The stream's row, made when it is new."""
    found = find_stream(work, connection, name)
    if found is not None:
        return found
    row = StreamRow(work.numbers("stream", 1)[0], connection, name, kind, "", {})
    save_stream(work, row)
    return row


def find_stream(work: Work, connection: str, name: str) -> StreamRow | None:
    """The stream's row, or None."""
    where = sa.and_(stream.c.connection == connection, stream.c.name == name)
    row = work.one(sa.select(stream).where(where))
    return _stream(row) if row else None


def all_streams(work: Work) -> dict[int, StreamRow]:
    """Every stream by its id."""
    return {row.id: _stream(row) for row in work.all(sa.select(stream))}


def streams_of(work: Work, connection: str) -> list[StreamRow]:
    """The streams that a connection has had so far, configured or not, in order of their ids."""
    own = sa.select(stream).where(stream.c.connection == connection).order_by(stream.c.id)
    return [_stream(row) for row in work.all(own)]


def _stream(row: Any) -> StreamRow:
    number, connection, name, kind, fingerprint, state = row
    return StreamRow(number, connection, name, kind, fingerprint, _state(state))


def _state(text: Any) -> dict[str, Any]:
    try:
        found = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        found = None
    return found if isinstance(found, dict) else {RUBBISH: str(text)}


def save_stream(work: Work, row: StreamRow) -> None:
    """Write the stream's row; the cursor commits with the work."""
    told = row.state.get(RUBBISH)
    state = told if isinstance(told, str) else orjson.dumps(row.state).decode()
    work.upsert(stream, [(*row[:5], state)])


def known(work: Work, stream_id: int, external_ids: Sequence[str]) -> list[Known]:
    """What the store knows of each of these external ids, in their order."""
    columns = (record.c.id, record.c.hash, record.c.deleted)
    where = record.c.stream_id == stream_id
    rows: Any = work.tuples_beside(columns, record.c.external_id, external_ids, where)
    return rows  # type: ignore[no-any-return]


def numbers_of(work: Work, stream_id: int, external_ids: Iterable[str]) -> dict[str, int]:
    """The record id of each of these external ids that ever landed, read from the index alone."""
    names, where = list(external_ids), record.c.stream_id == stream_id
    rows = work.tuples_beside((record.c.id,), record.c.external_id, names, where)
    found = {name: number for name, (number,) in zip(names, rows, strict=True)}
    return {name: n for name, n in found.items() if n} if None in found.values() else found


class Landed(NamedTuple):
    """Raw records to be written, a list each: id, external id, hash, and payload as packed.

    `states` has one for each, or one for all.
    """

    ids: Sequence[int]
    names: Sequence[str]
    hashes: Sequence[bytes]
    states: Sequence[str] | Same
    packed: Sequence[bytes]


def land(work: Work, stream_id: int, landed: Landed, *, new: bool = False) -> None:
    """Write raw records; `new` where none of them has ever landed."""
    ids, names, hashes, states, packed = landed
    if ids:
        columns = (ids, Same(stream_id), names, hashes, states, Same(False), Same(None),
                   Same(work.run_id), packed)  # fmt: skip
        work.upsert_columns(record, columns, new=new)


def tombstone(work: Work, ids: Iterable[int]) -> None:
    """Mark records deleted; they keep their id and payload."""
    work.update(sa.update(record).values(deleted=True), record.c.id, ids)


def mark_merged(work: Work, loser: int, winner: int) -> None:
    """Remember that the backend merged one record into another."""
    work.run(sa.update(record).where(record.c.id == loser).values(merged_into=winner))


def alive_ids(work: Work, stream_id: int) -> array[int]:
    """The id of every record of a stream that is alive and not merged away, 8 bytes each."""
    statement = sa.select(record.c.id).where(
        record.c.stream_id == stream_id, record.c.deleted.is_(False), record.c.merged_into.is_(None)
    )
    return _ids(work, statement)


def gone_ids(work: Work, stream_id: int) -> array[int]:
    """The id of every other record of the stream: deleted, or merged away. They are few."""
    gone = sa.select(record.c.id).where(record.c.stream_id == stream_id, DELETED)
    merged = record.c.merged_into.is_not(None)
    away = sa.select(record.c.id).where(record.c.stream_id == stream_id, merged)
    return _ids(work, sa.union(gone, away))


def _ids(work: Work, statement: sa.Executable) -> array[int]:
    found = array("q")
    with work.connection.execute(statement) as result:
        cursor: Any = result.cursor  # the driver's own rows: there may be millions
        while rows := cursor.fetchmany(5000):
            found.extend(row[0] for row in rows)
    return found


def living(work: Work, stream_id: int) -> array[int]:
    """The id of every record of a stream that is not deleted, merged away or not, in order."""
    alive = sa.select(record.c.id).where(
        record.c.stream_id == stream_id, record.c.deleted.is_(False)
    )
    return _ids(work, alive.order_by(record.c.id))


def count(work: Work, stream_id: int) -> int:
    """How many records of the stream the store holds, deleted ones included."""
    statement = sa.select(sa.func.count()).select_from(record)
    return int(work.scalar(statement.where(record.c.stream_id == stream_id)))


def count_all(work: Work) -> int:
    """How many records the store holds, deleted ones included."""
    return int(work.scalar(sa.select(sa.func.count()).select_from(record)))


def backlog(work: Work) -> int:
    """How many landed changes wait to be normalized, over all connections."""
    stage = sa.literal("normalize/") + sa.func.substr(change.c.topic, len("raw/") + 1)
    joined = change.outerjoin(watermark, watermark.c.stage == stage)
    behind = change.c.seq > sa.func.coalesce(watermark.c.seq, 0)
    statement = sa.select(sa.func.count()).select_from(joined)
    return int(work.scalar(statement.where(change.c.topic.like("raw/%"), behind)))


def load_raw(work: Work, ids: Iterable[int]) -> list[Raws]:
    """The raw records with these ids, those of a stream together, all by id."""
    columns = (record.c.stream_id, record.c.id, record.c.external_id, record.c.state,
               record.c.deleted, record.c.payload)  # fmt: skip
    rows = sorted(work.tuples_in(sa.select(*columns), record.c.id, ids))
    shared = dictionaries.load(work) if rows else {}
    return [_raws(number, list(some), shared) for number, some in groupby(rows, itemgetter(0))]


def _raws(stream_id: int, rows: list[tuple[Any, ...]], shared: codec.Dictionaries) -> Raws:
    _, ids, names, states, gone, payloads = map(list, zip(*rows, strict=True))
    told = [
        None if deleted else codec.unpack(bytes(payload), shared)
        for deleted, payload in zip(gone, payloads, strict=True)
    ]
    return Raws(stream_id, ids, names, told, states)


def states_of(work: Work, ids: Iterable[int]) -> dict[int, str]:
    """What became of these records the last time."""
    return dict(work.tuples_in(sa.select(record.c.id, record.c.state), record.c.id, ids))


def save_states(work: Work, states: Mapping[int, str]) -> None:
    """Remember what became of these records."""
    found: dict[str, list[int]] = {}
    for number, state in states.items():
        found.setdefault(state, []).append(number)
    for state, ids in found.items():
        work.update(sa.update(record).values(state=state), record.c.id, ids)


def enqueue_stream(work: Work, row: StreamRow) -> int:
    """Log every living record of a stream as changed, for a replay; gives how many.

    Those too that were merged away: each stays a source customer of its own.
    """
    ids = living(work, row.id)
    work.log_records(topic(row.connection), ids)
    return len(ids)


def waiting_for(work: Work, stream_id: int, external_ids: Iterable[str]) -> list[int]:
    """The records that wait for one of these external ids of a stream."""
    statement = sa.select(pending.c.record_id).where(pending.c.stream_id == stream_id)
    return [row.record_id for row in work.all_in(statement, pending.c.waits_for, external_ids)]


def any_waiting(work: Work) -> int:
    """How many records wait for another one."""
    return int(work.scalar(sa.select(sa.func.count()).select_from(pending)))


STATES = ("mapped", "ignored", "pending", "parked", "withdrawn")
"""What may become of a record."""


def states(work: Work) -> dict[str, int]:
    """How many records are in each of STATES.

    Those that are mapped are all the others: the rest have an index of their own, for they are few.
    """
    statement = sa.select(record.c.state, sa.func.count()).where(UNUSUAL).group_by(record.c.state)
    found: dict[str, int] = dict(map(tuple, work.all(statement)))
    found["mapped"] = count_all(work) - sum(found.values())
    return {state: found[state] for state in STATES if found.get(state)}


def refs(work: Work, ids: Iterable[int]) -> dict[int, Ref]:
    """The Ref of each record id."""
    joined = sa.select(
        record.c.id, stream.c.connection, stream.c.name, record.c.external_id
    ).join_from(record, stream, stream.c.id == record.c.stream_id)
    return {row.id: Ref(*row[1:]) for row in work.all_in(joined, record.c.id, ids)}
