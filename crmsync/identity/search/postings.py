"""Lists of who has a word: sixteen bits for each person, in blocks. Standard library only.

A person has a slot, a number; those who come often have low ones, so the first of a list are the
best of it. A block is 65,536 slots: a change rewrites few bytes, and a search that has found
enough reads no further block (the idea of Roaring bitmaps, Chambi and others 2014).
"""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

BITS = 16
"""A block is 2 to the power of this many slots."""
LOW = (1 << BITS) - 1
EVERYBODY = 1 << 48
"""More than there are slots."""

Blocks: TypeAlias = "dict[int, list[tuple[float, array[int]]]]"
"""By block: what its people cost, and their places in the block."""


def pack(places: Iterable[int]) -> bytes:
    """The stored form of places within a block: sorted, two bytes each, little-endian."""
    found = array("H", sorted(places))
    if sys.byteorder == "big":
        found.byteswap()
    return found.tobytes()


def unpack(stored: bytes) -> array[int]:
    """The places of a stored form."""
    found = array("H")
    found.frombytes(stored)
    if sys.byteorder == "big":
        found.byteswap()
    return found


class Group:
    """Whoever has one of several words, and what the word costs him."""

    def __init__(self, blocks: Blocks) -> None:
        self.blocks = blocks
        self.size = sum(len(one) for part in blocks.values() for _, one in part)

    @classmethod
    def of(cls, rows: Iterable[tuple[int, bytes]], costs: Mapping[int, float]) -> Group:
        """The group of stored lists; their keys are the word's number and the block's."""
        blocks: Blocks = defaultdict(list)
        for key, stored in rows:
            blocks[key & LOW].append((costs[key >> BITS], unpack(stored)))
        for part in blocks.values():
            part.sort(key=lambda one: -one[0])
        return cls(dict(blocks))

    @classmethod
    def at(cls, slots: Iterable[int]) -> Group:
        """The group of these slots."""
        blocks: Blocks = {}
        for slot in slots:
            blocks.setdefault(slot >> BITS, [(0.0, array("H"))])[0][1].append(slot & LOW)
        return cls(blocks)


def meet(groups: Sequence[Group], most: int, *, each: int = EVERYBODY) -> dict[int, float]:
    """The slots that are in every group, with their costs added, and about `most` at most.

    Lowest slots first; the count is looked at after each block. Of a single group only the first
    `each` of every list are taken.
    """
    few, *more = sorted(groups, key=lambda group: group.size)
    found: dict[int, float] = {}
    for block in sorted(few.blocks):
        if all(block in group.blocks for group in more):
            costs = _meet_in(block, few, more) if more else _first_in(block, few, each)
            base = block << BITS
            found.update((base | place, costs[place]) for place in sorted(costs))
            if len(found) >= most:
                break
    return found


def _first_in(block: int, group: Group, each: int) -> dict[int, float]:
    """The first of each list of a block."""
    costs: dict[int, float] = {}
    for price, places in group.blocks[block]:
        costs.update(dict.fromkeys(places[:each], price))
    return costs


def _meet_in(block: int, few: Group, more: Sequence[Group]) -> dict[int, float]:
    costs: dict[int, float] = {}
    for price, places in few.blocks[block]:  # the cheapest last
        costs.update(dict.fromkeys(places, price))
    for group in more:
        there, now = set(costs), {}
        for price, places in group.blocks[block]:
            for place in there.intersection(places):
                now[place] = costs[place] + price
        costs = now
    return costs


def first(group: Group, most: int) -> list[int]:
    """The lowest slots of a group, at least `most` of them if there are so many."""
    found: list[int] = []
    for block in sorted(group.blocks):
        places = set(chain(*(one for _, one in group.blocks[block])))
        found += (block << BITS | place for place in sorted(places))
        if len(found) >= most:
            break
    return found
