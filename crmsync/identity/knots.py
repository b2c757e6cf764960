"""A knot: a connected whole in which some two clash, and how it is cut.

Evidence binds level by level, and within a level the heaviest first. A unit that fits two others
which do not fit each other, none of them much better, is given to neither: its members stay alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from crmsync.identity.units import Clashes, Units

DECIDED, NUMBERED, OTHER = range(3)
MARGIN = 66
"""Tenths of a bit by which one bond must outweigh another to settle a conflict: 100 to 1."""


class Edge(NamedTuple):
    """A bond of two members; on the level DECIDED the weight is the age of the decision."""

    level: int
    weight: int
    a: int
    b: int

    @property
    def turn(self) -> tuple[int, int, int]:
        """Sorts the heaviest first, and then by place."""
        return -self.weight, self.a, self.b


class Cut(NamedTuple):
    """Units after all bonds, units after decisions alone, and who was left alone."""

    units: Units
    decided: Units
    isolated: set[int]


def cut(count: int, edges: Sequence[Edge], clashes: Clashes, apart: Clashes) -> Cut:
    """The units of members 0 … count-1; `apart` says who was decided to be two.

    Decisions bind whatever clashes, but for other decisions.
    """
    units, isolated = Units(count), set[int]()
    for edge in sorted(_on(edges, DECIDED), key=lambda one: one.turn):
        units.join(edge.a, edge.b, apart)
    decided = units.copy()
    for level in (NUMBERED, OTHER):
        units = _bind(units, sorted(_on(edges, level), key=lambda one: one.turn), clashes, isolated)
    return Cut(units, decided, isolated)


def _on(edges: Iterable[Edge], level: int) -> list[Edge]:
    return [edge for edge in edges if edge.level == level]


def _bind(units: Units, edges: Sequence[Edge], clashes: Clashes, isolated: set[int]) -> Units:
    """Join along edges; what turns out to fit two sides is isolated and all starts again."""
    edges = [edge for edge in edges if not units.clash(edge.a, edge.b, clashes)]
    caught = _fitting_two(units, _open(edges, isolated), clashes)
    while True:
        isolated.update(one for unit in caught for one in units.members(unit))
        joined, bound, refused = _joined(units, _open(edges, isolated), clashes)
        caught = _caught_between(units, joined, bound, refused)
        if not caught:
            return joined


def _open(edges: Iterable[Edge], isolated: set[int]) -> list[Edge]:
    return [one for one in edges if one.a not in isolated and one.b not in isolated]


def _joined(
    units: Units, edges: Sequence[Edge], clashes: Clashes
) -> tuple[Units, dict[int, int], list[Edge]]:
    """The units joined, the heaviest bond of each that held, and the edges that did not."""
    joined, bound, refused = units.copy(), dict[int, int](), list[Edge]()
    for edge in edges:
        if joined.join(edge.a, edge.b, clashes):
            for end in (edge.a, edge.b):
                unit = units.of(end)
                bound[unit] = max(bound.get(unit, edge.weight), edge.weight)
        else:
            refused.append(edge)
    return joined, bound, refused


def _caught_between(
    units: Units, joined: Units, bound: dict[int, int], refused: Sequence[Edge]
) -> set[int]:
    """Units at the ends of a refused edge that are bound on their own side, but not much better."""
    return {
        units.of(end)
        for edge in refused
        for end in (edge.a, edge.b)
        if bound.get(units.of(end), edge.weight - 1) - edge.weight in range(MARGIN)
    }


def _fitting_two(units: Units, edges: Iterable[Edge], clashes: Clashes) -> set[int]:
    """The units that fit two others, about as well, which do not fit each other; all at once."""
    fits: dict[int, dict[int, int]] = defaultdict(dict)
    for edge in edges:
        one, other = units.of(edge.a), units.of(edge.b)
        for unit, near in ((one, other), (other, one)):
            fits[unit][near] = max(fits[unit].get(near, edge.weight), edge.weight)
    return {unit for unit, others in fits.items() if _torn(units, others, clashes)}


def _torn(units: Units, others: dict[int, int], clashes: Clashes) -> bool:
    """Whether two of those that fit best, about as well, clash."""
    best = max(others.values())
    near = sorted(unit for unit, weight in others.items() if best - weight < MARGIN)
    return any(
        units.clash(one, other, clashes)
        for place, one in enumerate(near)
        for other in near[place + 1 :]
    )
