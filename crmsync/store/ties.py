"""Interactions that know their customer by a contact: who they are, and whose they become."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import interaction, link, record, stream
from crmsync.store.work import Work

TOPIC = "contact"
"""The topic under which such interactions are logged when they land."""


class Tie(NamedTuple):
    """An interaction with a contact; `source_id` is the source customer it is tied to, if any."""

    record_id: int
    part: str
    connection: str
    contact: str
    source_id: int | None
    details: str


def any_there(work: Work) -> bool:
    """Whether any interaction has a contact at all."""
    return work.one(sa.select(interaction.c.record_id).where(_CONTACT).limit(1)) is not None


def ties(
    work: Work,
    *,
    records: Iterable[int],
    contacts: Iterable[str],
    sources: Iterable[int],
    lost: bool,
) -> list[Tie]:
    """The interactions that are one of these records, have one of these contacts, or are tied to
    one of these source customers; by record and part.

    With `lost` also those that are tied to nobody, or to what is no customer's any more.
    """
    i = interaction.c
    statement = _TIES.where(_CONTACT)
    found = {
        *work.tuples_in(statement, i.record_id, records),
        *work.tuples_in(statement, i.contact, contacts),
        *work.tuples_in(statement, i.source_id, sources),
    }
    if lost:
        alone = ~sa.exists().where(link.c.source_id == i.source_id)
        found.update(tuple(row) for row in work.all(statement.where(alone)))
    return _sorted(found)


def all_ties(work: Work) -> list[Tie]:
    """Every interaction that has a contact, by record and part."""
    return _sorted(work.all(_TIES.where(_CONTACT)))


def _sorted(rows: Iterable[Any]) -> list[Tie]:
    return sorted((Tie(*row) for row in rows), key=lambda one: (one.record_id, one.part))


def tie(work: Work, rows: Mapping[Tie, int | None]) -> None:
    """Tie interactions to source customers, or to nobody."""
    i = interaction.c
    one = sa.and_(i.record_id == sa.bindparam("of_record"), i.part == sa.bindparam("of_part"))
    statement = sa.update(interaction).where(one).values(source_id=sa.bindparam("tied_to"))
    told = [
        {"of_record": row.record_id, "of_part": row.part, "tied_to": source}
        for row, source in rows.items()
    ]
    if told:
        work.run(statement, told)


def untied_by_connection(work: Work, connections: Collection[str]) -> dict[str, int]:
    """How many interactions of each of these connections have a contact and no customer."""
    count = sa.func.count()
    statement = (
        sa.select(stream.c.connection, count)
        .join_from(interaction, record, record.c.id == interaction.c.record_id)
        .join(stream, stream.c.id == record.c.stream_id)
        .where(_CONTACT, interaction.c.source_id.is_(None))
        .group_by(stream.c.connection)
    )
    return {row[0]: row[1] for row in work.all(statement) if row[0] in connections}


_CONTACT = interaction.c.contact != ""
_TIES = (
    sa.select(
        interaction.c.record_id, interaction.c.part, stream.c.connection, interaction.c.contact,
        interaction.c.source_id, interaction.c.details,
    )
    .join_from(interaction, record, record.c.id == interaction.c.record_id)
    .join(stream, stream.c.id == record.c.stream_id)
)  # fmt: skip
