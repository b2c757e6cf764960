"""The wholes that a change touches, and who is with whom in them now.

A whole is what bonds connect: pairs that would be one person if nobody else were there, decisions,
and whoever is one customer today. Pairs of seeds are judged anew; those of the others stand in the
store, with what the two alone would be (`own`) beside what the whole made of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from crmsync.identity.cluster import Clusters, Edges, cluster
from crmsync.identity.decisions import Decided, Decision, IdPair
from crmsync.identity.faces import Ints
from crmsync.identity.knots import DECIDED, NUMBERED, OTHER
from crmsync.identity.levels import Flags
from crmsync.identity.reach import Book
from crmsync.identity.scene import Scene, clashing
from crmsync.identity.weights import FORCED
from crmsync.store import links as link_store
from crmsync.store.links import PairRow

Bonds = dict[IdPair, PairRow]


@dataclass(frozen=True, slots=True)
class Whole:
    """Everybody who is bound to a seed, directly or through others.

    `nodes` are the records that cannot be told apart, each led by the one with the first Ref, in
    the order of these; `node` tells of each record its node. `bonds` are the pairs that are one
    person by themselves, `made` what was decided of two living records.
    """

    nodes: list[list[int]]
    node: dict[int, int]
    bonds: Bonds
    made: dict[IdPair, Decision]

    def settle(self, book: Book) -> Clusters:
        """Who is with whom."""
        face = book.faces([some[0] for some in self.nodes])

        def between(a: Ints, b: Ints) -> Flags:
            return clashing(book.cast, face, a, b)

        apart = {self.places(pair) for pair, made in self.made.items() if made.band == "apart"}
        return cluster(len(self.nodes), self._edges(), between, apart)

    def places(self, pair: IdPair) -> IdPair:
        """The nodes of two records, smaller first."""
        return _ordered(self.node[pair[0]], self.node[pair[1]])

    def _edges(self) -> Edges:
        turns = sorted({made.turn for made in self.made.values()})
        rows = [
            (NUMBERED if row.weight >= FORCED else OTHER, row.weight, *self.places(pair))
            for pair, row in self.bonds.items()
            if pair not in self.made
        ]
        rows += [
            (DECIDED, turns.index(made.turn), *self.places(pair))
            for pair, made in self.made.items()
            if made.band == "same"
        ]
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        table = table[table[:, 2] != table[:, 3]]
        return Edges(*(table[:, place].copy() for place in range(4)))


def _ordered(a: int, b: int) -> IdPair:
    return (a, b) if a < b else (b, a)


class Walk:
    """Goes from record to record along what binds them, as far as that leads."""

    def __init__(self, book: Book, seeds: set[int], gone: set[int], bonds: Bonds) -> None:
        self.book = book
        self.decided = Decided()
        self.bonds = dict(bonds)
        self._seeds, self._gone = seeds, gone
        self._near: dict[int, set[int]] = defaultdict(set)
        for a, b in bonds:
            self._near[a].add(b)
            self._near[b].add(a)

    def tied_to(self, gone: set[int]) -> set[int]:
        """Whom decisions and customers tie to records that are gone."""
        return (self._by_decision(gone) | self._by_customer(gone)) if gone else set()

    def from_(self, start: Iterable[int], scene: Scene) -> Whole:
        """The whole around `start`; records of one place of the scene are one node."""
        mates = {one: some for some in scene.ids if len(some) > 1 for one in some}
        known: set[int] = set()
        frontier = set(start) - self._gone
        frontier &= self.book.contents_of(frontier).keys()
        while frontier:
            known |= frontier
            near = self._bound(frontier) | self._by_decision(frontier) | self._by_customer(frontier)
            for one in frontier & mates.keys():
                near.update(mates[one])
            near -= known | self._gone
            frontier = near & self.book.contents_of(near).keys()
        mates.update(self._alike(known - scene.place.keys()))
        return self._whole(known, mates)

    def _bound(self, frontier: set[int]) -> set[int]:
        others = sorted(frontier - self._seeds)
        if others:
            self._recall(others)
        return {near for one in frontier for near in self._near.get(one, ())}

    def _recall(self, ids: list[int]) -> None:
        """Take in the bonds of records that are not judged anew."""
        for pair, row in link_store.pairs_of(self.book.work, ids).items():
            if row.own == "same" and self._seeds.isdisjoint(pair) and self._gone.isdisjoint(pair):
                self.bonds[pair] = row
                self._near[pair[0]].add(pair[1])
                self._near[pair[1]].add(pair[0])

    def _by_decision(self, frontier: set[int]) -> set[int]:
        """Both ends of every decision: "apart" ties too, or its pair would hang on who is near."""
        refs = self.book.refs_of(frontier)
        return self.decided.ask(self.book.work, [refs[one] for one in frontier])

    def _by_customer(self, frontier: set[int]) -> set[int]:
        links = link_store.links_of(self.book.work, sorted(frontier)).values()
        names = sorted({link.customer_id for link in links})
        return {link.source_id for link in link_store.links_to(self.book.work, names)}

    def _alike(self, outside: set[int]) -> dict[int, list[int]]:
        """Those of equal content whom nobody compared now, where it was proven that they are one.

        They are one node like those of the scene, or it would hang on who is a seed how a knot is
        cut.
        """
        contents, refs = self.book.contents_of(outside), self.book.refs_of(outside)
        groups: dict[int, list[int]] = defaultdict(list)
        for one in outside:
            groups[contents[one]].append(one)
        found: dict[int, list[int]] = {}
        for some in groups.values():
            head = min(some, key=refs.__getitem__)
            if all(one == head or _ordered(head, one) in self.bonds for one in some):
                found.update(dict.fromkeys(some, some))
        return {one: some for one, some in found.items() if len(some) > 1}

    def _whole(self, known: set[int], mates: Mapping[int, list[int]]) -> Whole:
        refs = self.book.refs_of(known)
        nodes, done = [], set[int]()
        for one in sorted(known, key=refs.__getitem__):
            if one not in mates:
                nodes.append([one])
            elif one not in done:
                some = sorted(mates[one], key=refs.__getitem__)
                done.update(some)
                nodes.append(some)
        node = {one: place for place, some in enumerate(nodes) for one in some}
        made = self.decided.among(known, self.book.owners_of(known))
        return Whole(nodes, node, self.bonds, made)
