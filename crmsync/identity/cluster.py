"""Who is with whom: clusters of records that share keys, in which no two clash.

Evidence binds level by level: what a human or a backend decided, then numbers that name one
customer, then everything else. Within a level a unit that fits two others which do not fit each
other is never given to the first of them: it stays alone, and its pairs go to review. The result
is a function of the records, their keys and the decisions; where a tie must be broken, the Refs
break it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from crmsync.identity.compare import Verdict, clash, verdict
from crmsync.identity.traits import Traits
from crmsync.identity.units import Units, fitting_two
from crmsync.model.ref import Ref
from crmsync.model.words import Band

Pair = tuple[Ref, Ref]
Edge = tuple[int, int]
Keys = Mapping[Ref, frozenset[str]]

DECIDED, NUMBERED, OTHER = range(3)
_LEVELS = {
    "human": DECIDED, "backend_merge": DECIDED,
    "customer_number": NUMBERED, "loyalty_card": NUMBERED, "vat_id": NUMBERED,
}  # fmt: skip


class Decision(NamedTuple):
    """What was decided of a pair, by a human ("human") or by its backend ("backend_merge")."""

    band: Band
    rule: str
    at: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Clusters as tuples of Refs, sorted; the verdict of every pair that shares evidence."""

    clusters: tuple[tuple[Ref, ...], ...]
    pairs: Mapping[Pair, Verdict]


def ordered(a: Ref, b: Ref) -> Pair:
    """The pair in the order of its Refs."""
    return (a, b) if a < b else (b, a)


def cluster(records: Sequence[Traits], keys: Keys, decisions: Mapping[Pair, Decision]) -> Outcome:
    """The clusters of these records and the verdicts on their pairs.

    `keys` are the strong keys of each that are alive for it (`keys.Census`). Records of different
    connected components do not influence each other, so a whole may be clustered in parts.
    """
    if len(records) == 1:
        return Outcome(((records[0].ref,),), {})
    faces, twins = _fold_twins(records, keys, decisions)
    room = _Room(faces, keys, decisions)
    units, isolated = room.settle()
    pairs = room.pairs(units, isolated)
    for face, others in twins.items():
        pairs.update(_twin_pairs(face, others, keys))
    groups = [
        sorted(twin.ref for member in unit for twin in (faces[member], *twins[faces[member].ref]))
        for unit in units
    ]
    return Outcome(tuple(sorted(tuple(group) for group in groups)), pairs)


def _fold_twins(
    records: Sequence[Traits], keys: Keys, decisions: Mapping[Pair, Decision]
) -> tuple[list[Traits], dict[Ref, list[Traits]]]:
    """One face for all records of equal content (forty guest orders of one person).

    Only where the content itself proves that they are one, and nobody decided on one of them.
    """
    decided = {ref for pair in decisions for ref in pair}
    alike: dict[object, list[Traits]] = defaultdict(list)
    for record in sorted(records, key=lambda one: one.ref):
        alike[record.ref if record.ref in decided else record.content].append(record)
    groups: list[list[Traits]] = []
    for found in alike.values():
        one = len(found) == 1 or _proves_itself(found[0], keys)
        groups.extend([found] if one else [[record] for record in found])
    groups.sort(key=lambda group: group[0].ref)
    return [group[0] for group in groups], {group[0].ref: group[1:] for group in groups}


def _proves_itself(record: Traits, keys: Keys) -> bool:
    return verdict(record, record, keys[record.ref]).band == "same"


def _twin_pairs(face: Ref, others: Sequence[Traits], keys: Keys) -> dict[Pair, Verdict]:
    return {(face, one.ref): verdict(one, one, keys[one.ref]) for one in others}


class _Room:
    """The faces of one call with their verdicts; indices stand for records."""

    def __init__(
        self, faces: Sequence[Traits], keys: Keys, decisions: Mapping[Pair, Decision]
    ) -> None:
        self.faces = faces
        self.decisions = decisions
        self.verdicts = self._compare(keys)
        self._clashes: dict[Edge, bool] = {}

    def settle(self) -> tuple[Units, set[int]]:
        """The units, and the records that were left alone because they fit too many."""
        units, isolated = Units(len(self.faces)), set[int]()
        for a, b in self._edges(DECIDED):
            units.join(a, b, self._parted)
        self.decided = units.copy()
        for level in (NUMBERED, OTHER):
            units = self._bind(units, self._edges(level), isolated)
        return units, isolated

    def pairs(self, units: Units, isolated: set[int]) -> dict[Pair, Verdict]:
        """The verdicts, with those that the whole did not bear out turned into reviews."""
        return {
            (self.faces[a].ref, self.faces[b].ref): self._final(a, b, found, units, isolated)
            for (a, b), found in self.verdicts.items()
        }

    def _final(self, a: int, b: int, found: Verdict, units: Units, isolated: set[int]) -> Verdict:
        if found.band != "same" or units.together(a, b):
            return found
        if _LEVELS.get(found.rule) == DECIDED:
            return replace(found, band="review", rule="decisions_contradict")
        if self.decided.clash(a, b, self._clash):
            return replace(found, band="apart", rule="third_record")
        lonely = a in isolated or b in isolated
        return replace(found, band="review", rule="fits_two" if lonely else "third_record")

    def _bind(self, units: Units, edges: Sequence[Edge], isolated: set[int]) -> Units:
        """Join along edges; what turns out to fit two sides is isolated and all starts again."""
        edges = [edge for edge in edges if not units.clash(*edge, self._clash)]
        fit_two = fitting_two(units, self._open(edges, isolated), self._clash)
        while True:
            isolated.update(one for unit in fit_two for one in units.members(unit))
            still = self._open(edges, isolated)
            joined, refused = self._joined(units, still)
            if not refused:
                return joined
            fit_two = _caught_between(units, joined, refused)

    def _joined(self, units: Units, edges: Sequence[Edge]) -> tuple[Units, list[Edge]]:
        joined = units.copy()
        return joined, [edge for edge in edges if not joined.join(*edge, self._clash)]

    def _open(self, edges: Sequence[Edge], isolated: set[int]) -> list[Edge]:
        return [(a, b) for a, b in edges if a not in isolated and b not in isolated]

    def _edges(self, level: int) -> list[Edge]:
        """The pairs held to be the same on this level, the strongest first."""
        found = [
            (self._strength(edge, one), edge)
            for edge, one in self.verdicts.items()
            if one.band == "same" and _LEVELS.get(one.rule, OTHER) == level
        ]
        return [edge for _, edge in sorted(found)]

    def _strength(self, edge: Edge, found: Verdict) -> tuple[object, ...]:
        """Sorts human before backend, newer decisions first, then by agreement, then by Ref."""
        made = self.decisions.get(self._refs(edge))
        newest = tuple(-ord(letter) for letter in made.at) if made else ()
        return found.rule == "backend_merge", newest, -len(found.agree), edge

    def _compare(self, keys: Keys) -> dict[Edge, Verdict]:
        """The verdict of every pair with a shared key or a decision; faces are sorted by Ref."""
        shared = self._shared(keys)
        found = {}
        for (a, b), common in shared.items():
            one, other = self.faces[a], self.faces[b]
            made = self.decisions.get((one.ref, other.ref))
            by_facts = verdict(one, other, common)
            found[a, b] = replace(by_facts, band=made.band, rule=made.rule) if made else by_facts
        return found

    def _shared(self, keys: Keys) -> dict[Edge, list[str]]:
        holders: dict[str, list[int]] = defaultdict(list)
        for place, face in enumerate(self.faces):
            for key in keys[face.ref]:
                holders[key].append(place)
        shared: dict[Edge, list[str]] = defaultdict(list)
        for key, places in holders.items():
            for rank, a in enumerate(places):
                for b in places[rank + 1 :]:
                    shared[a, b].append(key)
        for edge in self._decided_edges():
            shared.setdefault(edge, [])
        return shared

    def _decided_edges(self) -> list[Edge]:
        place = {face.ref: number for number, face in enumerate(self.faces)}
        return [(place[a], place[b]) for a, b in self.decisions if a in place and b in place]

    def _refs(self, edge: Edge) -> Pair:
        return self.faces[edge[0]].ref, self.faces[edge[1]].ref

    def _parted(self, a: int, b: int) -> bool:
        """Whether it was decided that the two are apart."""
        made = self.decisions.get(ordered(self.faces[a].ref, self.faces[b].ref))
        return made is not None and made.band == "apart"

    def _clash(self, a: int, b: int) -> bool:
        edge = (a, b) if a < b else (b, a)
        if edge not in self._clashes:
            made = self.decisions.get(self._refs(edge))
            facts = clash(self.faces[a], self.faces[b]) is not None
            self._clashes[edge] = made.band == "apart" if made else facts
        return self._clashes[edge]


def _caught_between(units: Units, joined: Units, refused: Sequence[Edge]) -> set[int]:
    """Units at the ends of a refused edge that are bound on their own side too.

    There is always one: two units that clash by themselves have no edge, so one side has grown.
    """
    ends = {units.of(end) for edge in refused for end in edge}
    return {
        unit for unit in ends if len(joined.members(joined.of(unit))) > len(units.members(unit))
    }
