"""Source customers and their match keys: who holds which key, and how many do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from crmsync.model.ref import Ref
from crmsync.store.tables import face, match_key, record, source_customer, stream
from crmsync.store.work import Work


class Source(NamedTuple):
    """A source customer in the store: its record id, Ref, controller and document (JSON)."""

    id: int
    ref: Ref
    controller: str
    doc: str


class Face(NamedTuple):
    """What is compared of a source customer, in the column order of the table."""

    source_id: int
    content: int
    who: int
    keys: bytes


class KeyRow(NamedTuple):
    """One row of the index of match keys, in the column order of the table."""

    key: int
    source_id: int
    content: int
    who: int


MANY = 100_000
"""From so many keys on the whole index is read rather than each key looked up."""

_SOURCES = (
    sa.select(
        source_customer.c.record_id, stream.c.connection, stream.c.name, record.c.external_id,
        source_customer.c.controller, source_customer.c.doc,
    )
    .join_from(source_customer, record, record.c.id == source_customer.c.record_id)
    .join(stream, stream.c.id == record.c.stream_id)
)  # fmt: skip
_RECORDS = sa.select(
    record.c.id, stream.c.connection, stream.c.name, record.c.external_id
).join_from(record, stream, stream.c.id == record.c.stream_id)


def load_sources(work: Work, ids: Iterable[int]) -> list[Source]:
    """The living source customers with these record ids."""
    rows = work.tuples_in(_SOURCES, source_customer.c.record_id, ids)
    once: dict[str, str] = {}  # each name of a connection, stream or controller is kept once
    same = once.setdefault
    return [
        Source(
            row[0], Ref(same(row[1], row[1]), same(row[2], row[2]), row[3]),
            same(row[4], row[4]), row[5],
        )
        for row in rows
    ]  # fmt: skip


def all_source_ids(work: Work) -> list[int]:
    """The record id of every living source customer."""
    rows = work.all(sa.select(source_customer.c.record_id).order_by(source_customer.c.record_id))
    return [row[0] for row in rows]


def record_ids(work: Work, refs: Iterable[Ref]) -> dict[Ref, int]:
    """The record id of each of these Refs that ever landed."""
    wanted = set(refs)
    rows = work.all_in(_RECORDS, record.c.external_id, {ref.external_id for ref in wanted})
    found = {Ref(*row[1:]): row[0] for row in rows}
    return {ref: number for ref, number in found.items() if ref in wanted}


def refs_of(work: Work, ids: Iterable[int]) -> dict[int, Ref]:
    """The Ref of each of these records, withdrawn ones too."""
    return {row[0]: Ref(*row[1:]) for row in work.tuples_in(_RECORDS, record.c.id, ids)}


def controllers_of(work: Work, ids: Iterable[int]) -> dict[int, str]:
    """The controllers of those of these records that are living source customers."""
    statement = sa.select(source_customer.c.record_id, source_customer.c.controller)
    return dict(work.tuples_in(statement, source_customer.c.record_id, ids))


def faces_of(work: Work, ids: Iterable[int]) -> dict[int, Face]:
    """The faces of these source customers."""
    rows = work.tuples_in(sa.select(face), face.c.source_id, ids)
    return {row[0]: Face(row[0], row[1], row[2], bytes(row[3])) for row in rows}


def holders(work: Work, keys: Iterable[int]) -> list[KeyRow]:
    """Every row of these keys."""
    wanted = set(keys)
    if len(wanted) < MANY:
        return [
            KeyRow(*row) for row in work.tuples_in(sa.select(match_key), match_key.c.key, wanted)
        ]
    with work.connection.execute(sa.select(match_key)) as result:
        cursor: Any = result.cursor
        return [KeyRow(*row) for row in cursor if row[0] in wanted]


def save_faces(work: Work, faces: Sequence[Face]) -> None:
    """Write faces."""
    work.upsert(face, faces)


def drop_faces(work: Work, ids: Sequence[int]) -> None:
    """Take the faces of these source customers out."""
    work.delete(face.c.source_id, ids)


def save_keys(work: Work, columns: Sequence[Sequence[Any]]) -> None:
    """Write rows of the index, given as its columns."""
    if columns[0]:
        work.upsert_columns(match_key, columns)


def drop_keys(work: Work, rows: Sequence[tuple[int, int]]) -> None:
    """Take rows of the index out: keys, each with its source customer."""
    if rows:
        both = sa.and_(
            match_key.c.key == sa.bindparam("held"), match_key.c.source_id == sa.bindparam("holder")
        )
        work.run(sa.delete(match_key).where(both), [{"held": a, "holder": b} for a, b in rows])
