"""Which faces are compared: those that share a key that is alive, and what they share.

All in columns: a row of the index is a key, the place of a face, and the sign of the person
(`Traits.who`). Faces come from the store already folded, so that whoever shares a key differs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmsync.identity import keys as limits
from crmsync.identity.faces import Ints
from crmsync.identity.keys import CLUES, KINDS

Flags = NDArray[np.bool_]

OWN, FEW, CROWD = range(3)
"""How many different people hold a key: one, two or three, more."""
SOME = 3


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the index of match keys, sorted by key and place, each pair of them once.

    `kind` is the place of a key's letter in KINDS, `count` says how many records a row stands for.
    """

    key: Ints
    kind: Ints
    place: Ints
    who: Ints
    count: Ints

    @classmethod
    def of(cls, key: Ints, place: Ints, who: Ints) -> Rows:
        """The rows of these records without those of households."""
        order = np.lexsort((place, key))
        order = order[(key[order] & 15) < len(KINDS)]
        key, place = key[order], place[order]
        first = np.ones(len(key), dtype=bool)
        first[1:] = (key[1:] != key[:-1]) | (place[1:] != place[:-1])
        at = np.flatnonzero(first)
        count = np.diff(np.concatenate((at, [len(key)])))
        return cls(key[at], key[at] & 15, place[at], who[order][at], count)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of faces, a < b, and a bit for each kind and class of key that the two share."""

    a: Ints
    b: Ints
    shared: Ints

    def __len__(self) -> int:
        return len(self.a)


def bit(kind: str, crowd: int = OWN) -> int:
    """The bit of `Pairs.shared` for keys of this letter held by so many people."""
    return 1 << (KINDS.index(kind) * 3 + crowd)


def any_bit(kind: str) -> int:
    """The bits of a letter, whoever else holds the key."""
    return 7 << (KINDS.index(kind) * 3)


def candidates(rows: Rows) -> Pairs:
    """All pairs that share a living key, each once, in the order of their places."""
    alive, crowd = living(rows)
    key, place = rows.key[alive], rows.place[alive]
    bits = np.left_shift(1, rows.kind[alive] * 3 + crowd[alive])
    found = list(_of_groups(key, place, bits))
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return Pairs(none, none, none)
    a, b, shared = (np.concatenate(part) for part in zip(*found, strict=True))
    return _each_once(a, b, shared)


def by_themselves(rows: Rows, places: Ints) -> Pairs:
    """Each of these places beside itself: what records of equal content share."""
    alive, crowd = living(rows)
    bits = np.zeros(int(max(rows.place.max(initial=0), places.max(initial=0))) + 1, dtype=np.int64)
    shared = np.left_shift(1, rows.kind[alive] * 3 + crowd[alive])
    np.bitwise_or.at(bits, rows.place[alive], shared)
    return Pairs(places, places, bits[places])


def states(rows: Rows) -> dict[int, tuple[bool, bool, int]]:
    """For each key whether it counts for those with a name, for those without, and its class.

    What a key says of its holders changes with nothing else.
    """
    if not len(rows.key):
        return {}
    key = rows.key
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    named, nameless, crowd = _counting(rows)
    columns = (one[first].tolist() for one in (key, named, nameless, crowd))
    return {key: (a, b, c) for key, a, b, c in zip(*columns, strict=True)}


def living(rows: Rows) -> tuple[Flags, Ints]:
    """Which rows count for their holders, and the class of their key."""
    named, nameless, crowd = _counting(rows)
    return np.where(rows.who != 0, named, nameless), crowd


def _counting(rows: Rows) -> tuple[Flags, Flags, Ints]:
    """For each row whether its key counts for holders with a name and without, and its class."""
    group, sizes = _groups(rows.key)
    people = _distinct(group, rows.who, len(sizes))
    lost = np.bincount(group, weights=(rows.who == 0) * rows.count, minlength=len(sizes))
    clue = np.isin(rows.kind, [KINDS.index(one) for one in CLUES])
    most = np.where(clue, limits.MOST_ALIKE, limits.MOST)
    dead = (sizes[group] > most) | ~clue & (people[group] > limits.MOST_PEOPLE)
    nameless = ~dead & (lost[group] <= limits.MOST_NAMELESS)
    classes = np.where(people > SOME, CROWD, np.where(people > 1, FEW, OWN))
    return ~dead, nameless, classes[group]


def _groups(key: Ints) -> tuple[Ints, Ints]:
    """The number of each row's group, and the size of each; `key` is sorted."""
    starts = np.ones(len(key), dtype=bool)
    starts[1:] = key[1:] != key[:-1]
    group = np.cumsum(starts) - 1
    return group, np.bincount(group) if len(key) else np.zeros(0, dtype=np.int64)


def _distinct(group: Ints, who: Ints, count: int) -> Ints:
    """How many different signs each group has; 0 is none."""
    order = np.lexsort((who, group))
    sign, home = who[order], group[order]
    first = np.ones(len(sign), dtype=bool)
    first[1:] = (sign[1:] != sign[:-1]) | (home[1:] != home[:-1])
    return np.bincount(home[first & (sign != 0)], minlength=count)


def _of_groups(key: Ints, place: Ints, bits: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
    """The pairs of all groups of one size at a time."""
    _, sizes = _groups(key)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1])) if len(sizes) else sizes
    for size in np.unique(sizes[sizes > 1]):
        at = starts[sizes == size]
        one, other = np.triu_indices(int(size), 1)
        a, b = (at[:, None] + one).ravel(), (at[:, None] + other).ravel()
        yield place[a], place[b], bits[a]


def _each_once(a: Ints, b: Ints, shared: Ints) -> Pairs:
    low, high = np.minimum(a, b), np.maximum(a, b)
    code = (low << 32) | high
    order = np.argsort(code, kind="stable")
    code, shared = code[order], shared[order]
    first = np.ones(len(code), dtype=bool)
    first[1:] = code[1:] != code[:-1]
    together = np.bitwise_or.reduceat(shared, np.flatnonzero(first))
    code = code[first]
    return Pairs(code >> 32, code & 0xFFFFFFFF, together)
