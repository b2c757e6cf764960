"""Who is with whom: clusters of faces bound by verdicts, in which no two clash.

Most connected wholes hold no clash at all and are clusters as they are; that is seen for all at
once. The others are cut one by one (`knots`). Places are in the order of their Refs, which breaks
ties, so that the result is a function of the records and the decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from crmsync.identity.faces import Ints
from crmsync.identity.groups import connected, inner_pairs, members
from crmsync.identity.knots import DECIDED, Edge, cut
from crmsync.identity.levels import Flags
from crmsync.identity.units import Clashes, Units

WHOLE = 500
"""In wholes of up to so many faces all clashes are found at once."""

Between = Callable[[Ints, Ints], Flags]
"""Says of each two places whether they clash."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Edges:
    """The bonds as columns (see knots.Edge)."""

    level: Ints
    weight: Ints
    a: Ints
    b: Ints


@dataclass(frozen=True, slots=True)
class Clusters:
    """For each place the place that stands for its cluster.

    `isolated` are the places left alone because they fit too many; `decided` tells of those in
    knots which unit decisions alone made of them, and `parted` which of these clash.
    """

    home: Ints
    isolated: set[int] = field(default_factory=set)
    decided: dict[int, tuple[int, Units, Clashes]] = field(default_factory=dict)

    def parted(self, a: int, b: int) -> bool:
        """Whether what was decided alone keeps two places of one knot apart."""
        one, units, clashes = self.decided[a]
        return units.clash(one, self.decided[b][0], clashes)


def cluster(count: int, edges: Edges, between: Between, apart: set[Pair]) -> Clusters:
    """The clusters of `count` faces; `apart` are the pairs that were decided to be two."""
    label = connected(count, edges.a, edges.b)
    found = Clusters(label.copy())
    made = edges.level == DECIDED
    same = set(zip(edges.a[made].tolist(), edges.b[made].tolist(), strict=True))
    clashing = _Clashing(between, same - apart, apart)
    knots = clashing.knots(label)
    inside = _edges_of(label, edges, set(knots))
    for root, places in knots.items():
        _untie(found, places, inside[root], clashing)
    return found


def _untie(found: Clusters, places: list[int], edges: list[Edge], clashing: _Clashing) -> None:
    place = {one: number for number, one in enumerate(places)}
    own = [edge._replace(a=place[edge.a], b=place[edge.b]) for edge in edges]

    def clashes(a: int, b: int) -> bool:
        return clashing.clash(places[a], places[b])

    def apart(a: int, b: int) -> bool:
        return clashing.apart(places[a], places[b])

    done = cut(len(places), own, clashes, apart)
    for unit in done.units:
        found.home[[places[one] for one in unit]] = places[min(unit)]
    found.isolated.update(places[one] for one in done.isolated)
    found.decided.update({one: (number, done.decided, clashes) for one, number in place.items()})


def _edges_of(label: Ints, edges: Edges, roots: set[int]) -> dict[int, list[Edge]]:
    """The edges of these wholes."""
    home = label[edges.a]
    inside = np.isin(home, np.fromiter(roots, dtype=np.int64, count=len(roots)))
    columns = (one[inside].tolist() for one in (edges.level, edges.weight, edges.a, edges.b))
    found: dict[int, list[Edge]] = {root: [] for root in roots}
    for root, *edge in zip(home[inside].tolist(), *columns, strict=True):
        found[root].append(Edge(*edge))
    return found


class _Clashing:
    """Who clashes with whom: by facts, but for those whom a decision made one or two."""

    def __init__(self, between: Between, same: set[Pair], apart: set[Pair]) -> None:
        self._between = between
        self._apart = apart
        self._known = {**dict.fromkeys(same, False), **dict.fromkeys(apart, True)}
        self._large: set[int] = set()
        """Places of wholes so large that their clashes are found one by one."""

    def knots(self, label: Ints) -> dict[int, list[int]]:
        """The places of each whole in which some two clash, by its label."""
        a, b = inner_pairs(label, most=WHOLE)
        clash = self._between(a, b)
        told = zip(a[clash].tolist(), b[clash].tolist(), strict=True)
        self._known = {**dict.fromkeys(told, True), **self._known}
        pairs = [pair for pair, clashes in self._known.items() if clashes]
        bad = {int(label[a]) for a, b in pairs if label[a] == label[b]}
        large = dict(_places(label, _larger(label)))
        self._large = {one for places in large.values() for one in places}
        return {**dict(_places(label, bad)), **large}

    def clash(self, a: int, b: int) -> bool:
        """Whether two places of a whole clash."""
        pair = (a, b) if a < b else (b, a)
        known = self._known.get(pair)
        if known is None and a in self._large:
            known = self._known[pair] = bool(self._between(*(np.array([one]) for one in pair))[0])
        return bool(known)

    def apart(self, a: int, b: int) -> bool:
        """Whether two places were decided to be two."""
        return ((a, b) if a < b else (b, a)) in self._apart


def _larger(label: Ints) -> set[int]:
    order, starts, sizes = members(label)
    return set(label[order[starts[sizes > WHOLE]]].tolist())


def _places(label: Ints, roots: set[int]) -> Iterator[tuple[int, list[int]]]:
    order, starts, sizes = members(label)
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        root = int(label[order[start]])
        if root in roots:
            yield root, sorted(order[start : start + size].tolist())
