"""What the model says of pairs of a store, whatever guards and vetoes make of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from crmsync.engine.project import open_project
from crmsync.identity import reach
from crmsync.identity.candidates import Pairs
from crmsync.identity.reach import Book, members
from crmsync.identity.scene import Cast, Scene, compose, judge_pairs
from crmsync.identity.weights import default
from crmsync.store import keys as key_store

Pair = tuple[int, int, int]
"""Two records by their places, and a weight."""


class Weighed(NamedTuple):
    """Pairs of records by their places with the weight that the model gives them.

    `met` share a key, so that the stage compares them; `told` are those that were asked for, with
    what else they share.
    """

    met: list[Pair]
    told: list[Pair]


def weighed(
    folder: Path, places: Mapping[int, int], asked: Collection[tuple[int, int]] = ()
) -> Weighed:
    """The pairs of the project in `folder`; `places` tells those of record ids, `asked` has pairs.

    More than the store keeps: there, two who are apart and share nothing strong leave no trace.
    """
    with open_project(folder) as project:
        held = project.store.lease("resolve", holder="bench")
        with held as lease, project.store.work("bench", lease=lease, run_id="bench") as work:
            book = Book(work, project.settings.numbers())
            seeds, rows = reach.refresh(book, key_store.all_source_ids(work))
            people, rows = members(book, seeds, rows)
            scene = compose(book.cast, rows, people, seeds=seeds, decided=[], model=default())
            met = [(places[a], places[b], weight) for a, b, weight in _pairs(scene)]
            told = list(_asked(book.cast, scene, places, asked))
    return Weighed(met, told)


def _pairs(scene: Scene) -> Iterator[Pair]:
    """Pairs of record ids: of different content, and of one content beside the first of it."""
    first, judged = [some[0] for some in scene.ids], scene.judged
    columns = (judged.pairs.a, judged.pairs.b, judged.verdicts.weight)
    for a, b, weight in zip(*(column.tolist() for column in columns), strict=True):
        yield first[a], first[b], weight
    alike, groups = scene.alike, list(scene.contents.values())
    told = zip(alike.pairs.a.tolist(), alike.verdicts.weight.tolist(), strict=True)
    for number, weight in told:
        head, *others = groups[number]
        yield from ((head, one, weight) for one in others)


def _asked(
    cast: Cast, scene: Scene, places: Mapping[int, int], asked: Collection[tuple[int, int]]
) -> Iterator[Pair]:
    """The pairs that were asked for, weighed with the keys that they share, where they do."""
    node = {places[one]: number for one, number in scene.place.items()}
    shared = dict(zip(_code(scene.judged.pairs), scene.judged.pairs.shared.tolist(), strict=True))
    shared |= _of_one_place(scene)
    both = [sorted((node[a], node[b])) for a, b in asked]
    pairs = _columns(both, [shared.get((low, high), 0) for low, high in both])
    face = scene.face.copy()
    missing = np.flatnonzero(face < 0).tolist()
    content = {one: number for number, some in scene.contents.items() for one in some}
    first = [scene.ids[one][0] for one in missing]
    face[missing] = cast.rows([content[one] for one in first], first)
    weights = judge_pairs(cast, face, pairs, default()).verdicts.weight.tolist()
    yield from ((a, b, weight) for (a, b), weight in zip(asked, weights, strict=True))


def _of_one_place(scene: Scene) -> dict[tuple[int, int], int]:
    """What each place of several records shares with itself."""
    alike, groups = scene.alike.pairs, list(scene.contents.values())
    at = [scene.place[groups[number][0]] for number in alike.a.tolist()]
    return dict(zip(zip(at, at, strict=True), alike.shared.tolist(), strict=True))


def _code(pairs: Pairs) -> Iterator[tuple[int, int]]:
    return zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)


def _columns(pairs: Sequence[Sequence[int]], shared: Sequence[int]) -> Pairs:
    low, high = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    return Pairs(low, high, np.array(shared, dtype=np.int64))
