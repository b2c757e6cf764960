"""Reads the raw records of a page column by column: a list of values, one a record."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from operator import contains, itemgetter
from typing import Any, Final

from crmsync.mapping.paths import Raw, Steps, steps_of, walk
from crmsync.model.columns import HIDDEN

Kinds = set[type]
Column = tuple[list[Any], Kinds]
"""The values, and the types that are among them."""

NULL: Final = type(None)
GONE: Final = type(HIDDEN)
EMPTY: Final = frozenset({NULL, GONE})
DICT: Final[Kinds] = {dict}
LIST: Final[Kinds] = {list}


class OddPage(ValueError):
    """A page that holds what only the way record by record can judge. It never leaves the room."""


def with_kinds(values: list[Any]) -> Column:
    """The values with the types among them."""
    return values, set(map(type, values))


class Raws:
    """The objects of a page. A way that several columns go together is walked once."""

    def __init__(self, raws: Sequence[Raw]) -> None:
        self.raws = raws
        self.size = len(raws)
        self._found: dict[Steps, Column] = {}

    def read(self, path: str, steps: Steps) -> list[Any]:
        """The values of one column, as `read_path` finds each; HIDDEN where it is not shown."""
        if len(steps) == 1:
            return _picked(self.raws, path)
        found, kinds = self._at(steps[:-1])
        values = _inside(found, kinds, steps[-1])
        if any(map(contains, self.raws, repeat(path))):  # a column of that very name comes first
            return [raw.get(path, value) for raw, value in zip(self.raws, values, strict=True)]
        return values

    def read_path(self, path: str) -> list[Any]:
        """The values at a path that was not taken apart."""
        return self.read(path, steps_of(path))

    def _at(self, way: Steps) -> Column:
        found = self._found.get(way)
        if found is None:
            outer, kinds = self._at(way[:-1]) if len(way) > 1 else (self.raws, DICT)
            found = self._found[way] = with_kinds(_inside(outer, kinds, way[-1]))
        return found


def _picked(found: Sequence[Any], name: str) -> list[Any]:
    """The field `name` of objects."""
    try:
        return list(map(itemgetter(name), found))
    except KeyError:
        return [one.get(name, HIDDEN) for one in found]


def _at_place(found: Sequence[Any], place: int) -> list[Any]:
    """What stands at a place of lists."""
    try:
        return list(map(itemgetter(place), found))
    except IndexError:
        return [one[place] if place < len(one) else HIDDEN for one in found]


def _inside(found: Sequence[Any], kinds: Kinds, step: tuple[str, int | None]) -> list[Any]:
    """What lies one step inside each: as `walk`, for all of them."""
    name, place = step
    if kinds == DICT:
        return _picked(found, name)
    if kinds == LIST and place is not None:
        return _at_place(found, place)
    if kinds <= _OBJECTS:
        return [one.get(name, HIDDEN) if one.__class__ is dict else one for one in found]
    way = (step,)
    return [walk(one, way) for one in found]


_OBJECTS = {dict, NULL, GONE}
