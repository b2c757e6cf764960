"""What the search asks of an index, wherever its tables stand: in a till file or in the store.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class Term(NamedTuple):
    """Something people are listed under: its number, its spelling, and how it was written."""

    id: int
    spelling: str
    text: str


class Index(Protocol):
    """The tables of an index."""

    def spelt(self, spellings: Sequence[str]) -> Iterable[Term]:
        """The terms of these spellings."""

    def begun(self, start: str, end: str, most: int) -> Iterable[Term]:
        """The first terms whose spelling lies from `start` to before `end`."""

    def cut(self, cuts: Sequence[int], shortest: int, longest: int) -> Iterable[Term]:
        """The terms with one of these cuts whose spelling is so long."""

    def sounding(self, code: str) -> Iterable[Term]:
        """The terms of a Kölner code."""

    def postings(self, terms: Sequence[int]) -> Iterable[tuple[int, bytes]]:
        """The lists of these terms: term and block in one number, the places in the block."""

    def people(self, slots: Sequence[int]) -> Iterable[tuple[int, str]]:
        """The name words of the people in these slots, parted by blanks."""

    def of_length(self, slots: Sequence[int], length: int) -> Iterable[tuple[int, str]]:
        """Those of these people whose name words have so many signs, marks aside."""
