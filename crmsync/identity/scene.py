"""A scene: everybody who may be touched by a change, folded, compared and judged.

Records of equal content are one place in it when their content proves that they are one person
(forty guest orders). A record that a human decided on is always a place of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crmsync.identity.candidates import Pairs, Rows, by_themselves, candidates
from crmsync.identity.faces import Columns, Faces, Ints
from crmsync.identity.house import House
from crmsync.identity.index import Index
from crmsync.identity.judge import SAME, Verdicts, clashes, judge
from crmsync.identity.levels import Flags, Levels, levels
from crmsync.identity.study import Studied
from crmsync.identity.weights import Weights


@dataclass(frozen=True, slots=True)
class Judged:
    """Pairs of places with how they compare and what is held of them."""

    pairs: Pairs
    levels: Levels
    verdicts: Verdicts


class Cast:
    """The faces that were read so far, one for each content, and who has it."""

    def __init__(
        self,
        read: Callable[[Sequence[int], Sequence[int]], None],
        house: House | None = None,
    ) -> None:
        self.house = house
        self._read = read
        self._row: dict[int, int] = {}
        self._faces = Faces()
        self._columns = self._faces.columns()

    def rows(self, contents: Sequence[int], ids: Sequence[int]) -> Ints:
        """The rows of these contents in `columns`, each told with a record that has it."""
        told = zip(contents, ids, strict=True)
        missing = {content: one for content, one in told if content not in self._row}
        if missing:
            self._read(list(missing), list(missing.values()))
        return np.fromiter(map(self._row.__getitem__, contents), np.int64, len(contents))

    def add(self, contents: Sequence[int], ids: Sequence[int], seen: Studied) -> None:
        """Take in what was seen of these contents, where it is new, told with who has them."""
        new: list[int] = []
        for place, content in enumerate(contents):
            if content not in self._row:
                self._row[content] = len(self._row)
                new.append(place)
        if self.house is not None:
            held, who = list(seen.held()), seen.who.tolist()
            for place in new:
                self.house.meet(ids[place], held[place].tolist(), who[place])
        self._faces.add(seen.rows[new], seen.names)

    def columns(self) -> Columns:
        """All faces as arrays."""
        if len(self._columns) != len(self._row):
            self._columns = self._faces.columns()
        return self._columns


@dataclass(slots=True)
class Scene:
    """Places with their records, and the pairs among them that a change concerns.

    `place` tells of each record its place, `ids` of each place its records, `face` of each place
    its row in the cast's columns (-1 where nobody asked). `alike` are `contents` of several records
    (by their numbers) beside themselves, `judged` the pairs with a seed.
    """

    place: dict[int, int]
    ids: list[list[int]]
    face: Ints
    alike: Judged
    judged: Judged
    contents: dict[int, list[int]]


def compose(
    cast: Cast,
    index: Index,
    members: Mapping[int, int],
    *,
    seeds: set[int],
    decided: Iterable[tuple[int, int]],
    model: Weights,
) -> Scene:
    """The scene of these members (record id to content).

    Only pairs with one of `seeds` are judged, and those that were decided.
    """
    contents = _by_content(members)
    proven, alike = _alike(cast, index, contents, model)
    ids = list(_places(contents, proven))
    place = {one: number for number, some in enumerate(ids) for one in some}
    at = np.fromiter((place[one] for one in index.id.tolist()), np.int64, len(index.id))
    met = candidates(Rows.of(index.key, at, index.who))
    chosen = np.zeros(len(ids), dtype=bool)
    chosen[[place[one] for one in seeds if one in place]] = True
    touched = chosen[met.a] | chosen[met.b]
    met = Pairs(met.a[touched], met.b[touched], met.shared[touched])
    met = _with_decided(met, {_ordered(place[a], place[b]) for a, b in decided})
    content = {one: number for number, some in contents.items() for one in some}
    face = _faces(cast, [content[some[0]] for some in ids], ids, chosen, met)
    return Scene(place, ids, face, alike, judge_pairs(cast, face, met, model), contents)


def judge_pairs(cast: Cast, face: Ints, met: Pairs, model: Weights) -> Judged:
    """How these pairs of places compare, and what is held of them."""
    columns = cast.columns()
    pairs = Pairs(face[met.a], face[met.b], met.shared)
    found = levels(columns, pairs)
    held = judge(columns, pairs, found, model)
    if cast.house is not None:
        held = cast.house.over(held, pairs, columns)
    return Judged(met, found, held)


def clashing(cast: Cast, face: Ints, a: Ints, b: Ints) -> Flags:
    """Whether the facts, or a rule of the house, forbid these places to be one customer."""
    if not len(a):
        return np.zeros(0, dtype=bool)
    pairs = Pairs(face[a], face[b], np.zeros(len(a), dtype=np.int64))
    columns = cast.columns()
    clash = clashes(levels(columns, pairs))
    if cast.house is not None:
        return cast.house.forbid(clash, pairs, columns)
    forbidden: Flags = clash >= 0
    return forbidden


def _by_content(members: Mapping[int, int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for one, content in members.items():
        found.setdefault(content, []).append(one)
    return found


def _alike(
    cast: Cast, index: Index, contents: Mapping[int, list[int]], model: Weights
) -> tuple[dict[int, bool], Judged]:
    """Which contents of several records prove that these are one person."""
    number = {content: place for place, content in enumerate(contents)}
    at = np.fromiter((number[one] for one in index.content.tolist()), np.int64, len(index.content))
    several = {content: some[0] for content, some in contents.items() if len(some) > 1}
    places = np.fromiter((number[one] for one in several), np.int64, len(several))
    met = by_themselves(Rows.of(index.key, at, index.who), places)
    face = np.full(len(contents), -1, dtype=np.int64)
    face[places] = cast.rows(list(several), list(several.values()))
    told = judge_pairs(cast, face, met, model)
    proven = (told.verdicts.band == SAME).tolist()
    return dict(zip(several, proven, strict=True)), told


def _places(contents: Mapping[int, list[int]], proven: Mapping[int, bool]) -> Iterable[list[int]]:
    for content, some in contents.items():
        if proven.get(content, True):
            yield some
        else:
            yield from ([one] for one in some)


def _with_decided(met: Pairs, decided: set[tuple[int, int]]) -> Pairs:
    """The pairs, and those that were decided whatever they share."""
    known = set(zip(met.a.tolist(), met.b.tolist(), strict=True)) if decided else set()
    more = sorted(decided - known)
    if not more:
        return met
    a, b = (np.array(side, dtype=np.int64) for side in zip(*more, strict=True))
    return Pairs(
        np.concatenate((met.a, a)), np.concatenate((met.b, b)),
        np.concatenate((met.shared, np.zeros(len(a), dtype=np.int64))),
    )  # fmt: skip


def _ordered(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _faces(
    cast: Cast, content: Sequence[int], ids: Sequence[Sequence[int]], chosen: Flags, met: Pairs
) -> Ints:
    """The row of each place that takes part in the columns of the cast."""
    wanted = chosen.copy()
    wanted[met.a] = wanted[met.b] = True
    at = np.flatnonzero(wanted)
    face = np.full(len(ids), -1, dtype=np.int64)
    taking = at.tolist()
    face[at] = cast.rows([content[one] for one in taking], [ids[one][0] for one in taking])
    return face
