"""Source customers and their match keys: who holds which key, and how many do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from crmsync.model.ref import Ref
from crmsync.store.tables import match_key, record, source_customer, stream
from crmsync.store.work import Work


class Source(NamedTuple):
    """A source customer in the store: its record id, Ref, controller and document (JSON)."""

    id: int
    ref: Ref
    controller: str
    doc: str


class KeyRow(NamedTuple):
    """One row of the index of match keys, in the column order of the table."""

    key: str
    source_id: int
    controller: str
    who: str


class Holding(NamedTuple):
    """Who of a controller holds a key: how many different people, how many nameless records."""

    controller: str
    key: str
    people: int
    nameless: int


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
    rows = work.all_in(_SOURCES, source_customer.c.record_id, ids)
    return [Source(row[0], Ref(*row[1:4]), row[4], row[5]) for row in rows]


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
    return {row[0]: Ref(*row[1:]) for row in work.all_in(_RECORDS, record.c.id, ids)}


def keys_of(work: Work, ids: Iterable[int]) -> list[KeyRow]:
    """Every key that these source customers hold."""
    return [KeyRow(*row) for row in work.all_in(sa.select(match_key), match_key.c.source_id, ids)]


def holders(work: Work, keys: Iterable[str]) -> list[KeyRow]:
    """Every row of these keys."""
    return [KeyRow(*row) for row in work.all_in(sa.select(match_key), match_key.c.key, keys)]


def named_holders(work: Work, keys: Iterable[str]) -> list[KeyRow]:
    """The rows of these keys whose holder has a name."""
    statement = sa.select(match_key).where(match_key.c.who != "")
    return [KeyRow(*row) for row in work.all_in(statement, match_key.c.key, keys)]


def holdings(work: Work, keys: Iterable[str]) -> list[Holding]:
    """How many hold each of these keys, for every controller."""
    who = sa.func.nullif(match_key.c.who, "")
    statement = sa.select(
        match_key.c.controller, match_key.c.key, sa.func.count(sa.distinct(who)),
        sa.func.count() - sa.func.count(who),
    ).group_by(match_key.c.controller, match_key.c.key)  # fmt: skip
    return [Holding(*row) for row in work.all_in(statement, match_key.c.key, keys)]


def replace_keys(work: Work, ids: Sequence[int], rows: Sequence[KeyRow]) -> None:
    """Let the source customers `ids` hold exactly these rows."""
    work.delete(match_key.c.source_id, ids)
    work.upsert(match_key, rows)
