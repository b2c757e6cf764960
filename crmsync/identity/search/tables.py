"""The rows of an index, made of people at once. Standard library only."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator

from crmsync.identity.search.index import Term
from crmsync.identity.search.near import cuts, depth
from crmsync.identity.search.postings import BITS, LOW, pack
from crmsync.identity.search.words import bare, is_single, is_word, spelling
from crmsync.normalize.koelner import koelner


class Tables:
    """Collects who is listed under what; gives the rows of every table, the same for the same."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._lists: dict[int, array[int]] = defaultdict(lambda: array("H"))

    def add(self, slot: int, terms: Iterable[str]) -> None:
        """List the person in this slot under each of these terms."""
        block, place = slot >> BITS, slot & LOW
        for text in terms:
            number = self._numbers.setdefault(text, len(self._numbers))
            self._lists[number << BITS | block].append(place)

    def rows(self) -> tuple[list[Term], Iterator[tuple[int, bytes]]]:
        """The terms in the order of their spelling, and the postings in the order of their keys."""
        spelt = sorted((spelling_of(text), text) for text in self._numbers)
        terms = [Term(number, *one) for number, one in enumerate(spelt, 1)]
        final = {self._numbers[one.text]: one.id for one in terms}
        keys = sorted((final[key >> BITS] << BITS | key & LOW, key) for key in self._lists)
        return terms, ((stored, pack(self._lists[key])) for stored, key in keys)


def spelling_of(text: str) -> str:
    """Under which spelling a term is looked up; marks are looked up as they are."""
    return spelling(text) if is_word(text) else text


def cut_rows(terms: Iterable[Term]) -> list[tuple[int, int]]:
    """The cuts of the words among these terms."""
    words = [one for one in terms if is_single(one.text)]
    return sorted({
        (cut, one.id)
        for one in words
        for form in {one.spelling, bare(one.text)}
        for cut in cuts(form, depth(form))
    })  # fmt: skip


def sound_rows(terms: Iterable[Term]) -> list[tuple[str, int]]:
    """The Kölner codes of the words among these terms."""
    words = (one for one in terms if is_single(one.text))
    return sorted((code, one.id) for one in words if len(code := koelner(one.spelling)) > 1)
