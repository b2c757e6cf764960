"""The index of people in the store, as the search asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync.identity.search.find import MOST, find
from crmsync.identity.search.index import Term
from crmsync.identity.search.postings import BITS
from crmsync.store import Work, search


def find_customers(work: Work, text: str, *, most: int = MOST) -> list[str]:
    """The ids of at most `most` customers for what was typed, best first."""
    slots = find(StoreIndex(work), text, most=most)
    names = search.customers(work, slots)
    return [names[slot] for slot in slots]


class StoreIndex:
    """The tables of the index in an open unit of work."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def spelt(self, spellings: Sequence[str]) -> Iterable[Term]:
        """The terms of these spellings."""
        return map(Term._make, search.spelt(self._work, spellings))

    def begun(self, start: str, end: str, most: int) -> Iterable[Term]:
        """The first terms whose spelling lies from `start` to before `end`."""
        return map(Term._make, search.begun(self._work, start, end, most))

    def cut(self, cuts: Sequence[int], shortest: int, longest: int) -> Iterable[Term]:
        """The terms with one of these cuts whose spelling is so long."""
        return map(Term._make, search.cut(self._work, cuts, shortest, longest))

    def sounding(self, code: str) -> Iterable[Term]:
        """The terms of a Kölner code."""
        return map(Term._make, search.sounding(self._work, code))

    def postings(self, terms: Sequence[int]) -> Iterable[tuple[int, bytes]]:
        """The lists of these terms."""
        rows = search.postings(self._work, terms)
        return ((row.term << BITS | row.block, row.places) for row in rows)

    def people(self, slots: Sequence[int]) -> Iterable[tuple[int, str]]:
        """The name words of the people in these slots."""
        return search.people(self._work, slots)

    def of_length(self, slots: Sequence[int], length: int) -> Iterable[tuple[int, str]]:
        """Those of these people whose name words have so many signs, marks aside."""
        return search.of_length(self._work, slots, length)
