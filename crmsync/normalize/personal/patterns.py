"""Patterns: which of several fits a name, and how the gaps of missing parts close (UTS #35)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain, pairwise

_FIELD = re.compile(r"\{([^}]*)\}")
_BLANKS = re.compile(r"(\s)\s+")

Pieces = tuple[str, ...]
"""Literal, field, literal, field, … literal."""


@lru_cache(maxsize=512)
def pieces_of(pattern: str) -> Pieces:
    """A pattern taken apart; literals stand at even places."""
    return tuple(_FIELD.split(pattern))


def best(patterns: Sequence[str], value: Callable[[str], str]) -> Pieces:
    """The pattern with most fields told, then with fewest untold, then the first by letters."""

    def rank(pattern: str) -> tuple[int, int, str]:
        fields = pieces_of(pattern)[1::2]
        told = sum(map(bool, map(value, fields)))
        return -told, len(fields) - told, pattern

    return pieces_of(patterns[0] if len(patterns) == 1 else min(patterns, key=rank))


def fill(pieces: Pieces, value: Callable[[str], str]) -> str:
    """The pattern with its fields; what is not told goes, with the literals around it."""
    told = [(place, text) for place in range(1, len(pieces), 2) if (text := value(pieces[place]))]
    if not told:
        return ""
    first, last = told[0][0], told[-1][0]
    head = "" if first > 1 else pieces[0]
    tail = "" if last < len(pieces) - 2 else pieces[-1]
    between = ((_between(pieces, left, right), text) for (left, _), (right, text) in pairwise(told))
    return "".join((head, told[0][1], *chain.from_iterable(between), tail))


def _between(pieces: Pieces, left: int, right: int) -> str:
    """The literal between two told fields, those between of missing fields left out."""
    if right == left + 2:
        return pieces[left + 1]
    return _joined(pieces[left + 1], pieces[right - 1])


def _joined(one: str, other: str) -> str:
    if not one or not other:
        return one or other
    if one.endswith(other) or other.endswith(one):
        return one
    return _BLANKS.sub(r"\1", one + other)
