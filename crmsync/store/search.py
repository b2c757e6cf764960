"""The index of people in the store: read by every search, written by its feed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import (
    search_cut,
    search_person,
    search_posting,
    search_sound,
    search_term,
)
from crmsync.store.work import Work

_TERM = (search_term.c.id, search_term.c.spelling, search_term.c.text)

TermRow = tuple[int, str, str]
"""A term's number, its spelling, its text."""


class PersonRow(NamedTuple):
    """A customer in the index, in the column order of the table."""

    customer_id: str
    slot: int
    words: str
    listed: str


class PostingRow(NamedTuple):
    """A term's people in one block, in the column order of the table."""

    term: int
    block: int
    places: bytes


def spelt(work: Work, spellings: Sequence[str]) -> list[TermRow]:
    """The terms of these spellings."""
    return _terms(work, sa.select(*_TERM), search_term.c.spelling, spellings)


def begun(work: Work, start: str, end: str, most: int) -> list[TermRow]:
    """The first terms whose spelling lies from `start` to before `end`."""
    column = search_term.c.spelling
    statement = sa.select(*_TERM).where(column >= start, column < end).order_by(column).limit(most)
    return [(row[0], row[1], row[2]) for row in work.all(statement)]


def cut(work: Work, cuts: Sequence[int], shortest: int, longest: int) -> list[TermRow]:
    """The terms with one of these cuts whose spelling is so long."""
    length = sa.func.length(search_term.c.spelling)
    statement = (
        sa.select(*_TERM)
        .join(search_cut, search_cut.c.term == search_term.c.id)
        .where(length.between(shortest, longest))
    )
    return _terms(work, statement, search_cut.c.cut, cuts)


def sounding(work: Work, code: str) -> list[TermRow]:
    """The terms of a Kölner code."""
    statement = sa.select(*_TERM).join(search_sound, search_sound.c.term == search_term.c.id)
    return _terms(work, statement, search_sound.c.code, [code])


def postings(
    work: Work, terms: Sequence[int], blocks: Sequence[int] | None = None
) -> list[PostingRow]:
    """The lists of these terms, in all blocks or in these."""
    statement = sa.select(search_posting)
    if blocks is not None:
        statement = statement.where(search_posting.c.block.in_(blocks))
    rows = work.tuples_in(statement, search_posting.c.term, terms)
    return [PostingRow(term, block, bytes(places)) for term, block, places in rows]


def people(work: Work, slots: Sequence[int]) -> list[tuple[int, str]]:
    """The name words of the people in these slots."""
    statement = sa.select(search_person.c.slot, search_person.c.words)
    return [(row[0], row[1]) for row in work.tuples_in(statement, search_person.c.slot, slots)]


def of_length(work: Work, slots: Sequence[int], length: int) -> list[tuple[int, str]]:
    """Those of these people whose name words have so many signs, marks of particles aside."""
    words = search_person.c.words
    statement = sa.select(search_person.c.slot, words).where(
        sa.func.length(sa.func.replace(words, "~", "")) == length
    )
    return [(row[0], row[1]) for row in work.tuples_in(statement, search_person.c.slot, slots)]


def customers(work: Work, slots: Sequence[int]) -> dict[int, str]:
    """The customers in these slots."""
    statement = sa.select(search_person.c.slot, search_person.c.customer_id)
    return {row[0]: row[1] for row in work.tuples_in(statement, search_person.c.slot, slots)}


def persons(work: Work, ids: Iterable[str]) -> dict[str, PersonRow]:
    """How these customers stand in the index, as far as they do."""
    rows = work.tuples_in(sa.select(search_person), search_person.c.customer_id, ids)
    return {row[0]: PersonRow(*row) for row in rows}


def write_persons(work: Work, rows: Sequence[PersonRow], gone: Sequence[str]) -> None:
    """Write these customers, and take out those that are `gone`."""
    work.delete(search_person.c.customer_id, gone)
    work.upsert(search_person, rows)


def write_terms(
    work: Work,
    terms: Sequence[TermRow],
    cuts: Sequence[tuple[int, int]],
    sounds: Sequence[tuple[str, int]],
) -> None:
    """Write new terms with their cuts and sounds."""
    work.upsert(search_term, terms, new=True)
    work.upsert(search_cut, cuts, new=True)
    work.upsert(search_sound, sounds, new=True)


def write_postings(work: Work, rows: Sequence[PostingRow]) -> None:
    """Write lists; take out empty ones, and every term that is left without people."""
    work.upsert(search_posting, [row for row in rows if row.places])
    empty = [row for row in rows if not row.places]
    for row in empty:
        here = sa.and_(search_posting.c.term == row.term, search_posting.c.block == row.block)
        work.run(sa.delete(search_posting).where(here))
    touched = {row.term for row in empty}
    term = search_posting.c.term
    left = {row[0] for row in work.tuples_in(sa.select(term).distinct(), term, sorted(touched))}
    lonely = sorted(touched - left)
    for column in (search_term.c.id, search_cut.c.term, search_sound.c.term):
        work.delete(column, lonely)


def _terms(
    work: Work,
    statement: sa.Select[*tuple[int, str, str]],
    column: sa.ColumnElement[int] | sa.ColumnElement[str],
    values: Sequence[int] | Sequence[str],
) -> list[TermRow]:
    return [(row[0], row[1], row[2]) for row in work.tuples_in(statement, column, values)]
