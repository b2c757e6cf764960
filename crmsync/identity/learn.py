"""Learns a model from a retailer's own records, without labels: who is who is never asked.

Expectation and maximisation for the model of Fellegi and Sunter (W. E. Winkler, "Using the EM
Algorithm for Weight Computation in the Fellegi-Sunter Model of Record Linkage", 1988), over how
the pairs of a store compare: how likely each pattern is one person, and from that how often each
level stands between records of one person, and of two. What the default model was learned from
counts as pairs seen before, and its weights move by as much as the shares do. So what its
regression found of how fields hang together stays, a store that tells nothing of a field changes
nothing there, and a store like the invented one gives the default back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crmsync.errors import ConfigError
from crmsync.identity.faces import Columns
from crmsync.identity.index import Index
from crmsync.identity.judge import NONE, clashes
from crmsync.identity.levels import NAMES, level
from crmsync.identity.reach import Book
from crmsync.identity.scene import compose
from crmsync.identity.weights import BIT, VERSION, Model, Weights, default, weights
from crmsync.store import Work
from crmsync.store import keys as key_store

Floats = NDArray[np.float64]
Table = dict[str, dict[str, int]]

RARE = ("given", "family")
MIDDLE, REST = 8.0, 10.4
"""Bits of a name that adds nothing, and of those that the default does not list."""
HOLDERS = 20
"""A name of fewer records is not listed: a list of rare names would name people."""
NAMES_BEFORE = 5_000
"""So many records the default's names count for, beside those of the store."""
BEFORE = 2_000
"""So many pairs of one person, and of two, what the default was learned from counts for."""
ENOUGH = 100
"""Fewer pairs that tell a field leave its weights alone."""
FAR = 3 * BIT
"""No weight moves further: what is that far off is not what it seems."""
ROUNDS, STILL = 1_000, 1e-6


class Patterns(NamedTuple):
    """How the pairs of a store compare, each way once, in order.

    A row of `levels` has a number for each of `fields`, `adds` what equal names add, `number`
    says how many pairs compare so. `records` is the number of source customers.
    """

    fields: tuple[str, ...]
    levels: NDArray[np.int64]
    adds: NDArray[np.int64]
    number: Floats
    records: int


class Learned(NamedTuple):
    """A model, and how it was learned: from so many pairs that nothing forbids, in so many rounds.

    `one` is how many of the pairs are one person, by the model.
    """

    model: Model
    pairs: int
    one: int
    rounds: int


def learn(
    work: Work, *, numbers: Mapping[str, str], start: Weights | None = None, name: str = "own"
) -> Learned:
    """The model that the records of this store teach; nothing is written.

    `numbers` maps a connection to the namespace of its customer numbers. The first guess who is who
    comes from `start` (the default). ConfigError when no two records share anything.
    """
    found, rare = _read(work, numbers)
    if not len(found.number):
        raise ConfigError(
            "no two records share anything, so there is nothing to learn from.",
            hint="Run `crmsync sync` with all connections first.",
        )
    return taught(found, rare, start=start or default(), name=name)


def _read(work: Work, numbers: Mapping[str, str]) -> tuple[Patterns, Table]:
    """The patterns of everybody who shares a key, and what the store's names add."""
    book = Book(work, numbers)
    faces = list(book.take(key_store.all_source_ids(work)))
    people = {face.source_id: face.content for face in faces}
    scene = compose(
        book.cast, Index.of(faces), people, seeds=set(people), decided=[], model=default()
    )
    columns, judged = book.cast.columns(), scene.judged
    rare = names(columns, default().model.rare)
    told = weights(Model(VERSION, "", "", {field: {} for field in RARE}, rare, 0, 0, 0))
    free = (clashes(judged.levels) == NONE) & (judged.levels["is_firm"] == 0)
    levels = {field: one[free] for field, one in judged.levels.items()}
    a, b = scene.face[judged.pairs.a[free]], scene.face[judged.pairs.b[free]]
    adds = told.weigh(columns, levels, a, b)
    fields = tuple(default().model.seen.keys() - {"kind"})
    return _patterns(tuple(sorted(fields)), levels, adds, len(faces)), rare


def _patterns(
    fields: tuple[str, ...],
    levels: Mapping[str, NDArray[np.int8]],
    adds: NDArray[np.int32],
    records: int,
) -> Patterns:
    rows = np.stack([*(levels[field] for field in fields), adds], axis=1).astype(np.int64)
    each, count = np.unique(rows, axis=0, return_counts=True)
    return Patterns(fields, each[:, :-1], each[:, -1], count.astype(np.float64), records)


def names(faces: Columns, before: Mapping[str, Mapping[str, int]]) -> Table:
    """What equal names add, by how many records here have them.

    A name counts as often as here and in what the default lists, taken together.
    """
    return {field: _names(faces, field, before[field]) for field in RARE}


def _names(faces: Columns, field: str, before: Mapping[str, int]) -> dict[str, int]:
    met = Counter(" ".join(faces.words[one]) for one in faces.of[field].tolist() if one)
    other = before.get("", 0)
    slope = other / (REST - MIDDLE)
    if not slope:
        return dict(before)
    listed = {name for name, count in met.items() if count >= HOLDERS} | before.keys() - {""}
    total = met.total() + NAMES_BEFORE
    found = {}
    for name in sorted(listed):
        share = 2.0 ** -(before.get(name, other) / slope + MIDDLE)
        bits = -np.log2((met[name] + NAMES_BEFORE * share) / total)
        found[name] = round(slope * (min(bits, REST) - MIDDLE))
    return {"": other} | {name: weight for name, weight in found.items() if weight != other}


def taught(found: Patterns, rare: Table, *, start: Weights, name: str = "own") -> Learned:
    """The model of these patterns; `start` gives the first guess."""
    base = default()
    likely = _likely(found, _tables(found, start), start.model.prior)
    moved, rounds = 1.0, 0
    while moved > STILL and rounds < ROUNDS:
        tables, prior = _moved(found, base, likely)
        before, likely = likely, _likely(found, tables, prior)
        moved, rounds = float(np.abs(likely - before).max()), rounds + 1
    seen = _seen(found, likely)
    one, two = seen["kind"]["equal"]
    told = base.model.weights | {
        field: _named(field, table, base.model.weights[field]) for field, table in tables.items()
    }
    made = f"crmsync model train: {found.records:,} records, {one + two:,} pairs"
    same, review = base.model.same, base.model.review
    model = Model(VERSION, name, made, told, rare, round(prior), same, review, seen)
    return Learned(model, one + two, one, rounds)


def _tables(found: Patterns, model: Weights) -> dict[str, Floats]:
    nothing = {field: np.zeros(len(NAMES[field]), dtype=np.int32) for field in found.fields}
    return {field: (nothing | dict(model.tables))[field].astype(float) for field in found.fields}


def _likely(found: Patterns, tables: Mapping[str, Floats], prior: float) -> Floats:
    """How likely each pattern is one person."""
    weight = found.adds + prior
    for place, field in enumerate(found.fields):
        weight = weight + tables[field][found.levels[:, place]]
    likely: Floats = 1 / (1 + 2.0 ** (-weight / BIT))
    return likely


def _moved(found: Patterns, base: Weights, likely: Floats) -> tuple[dict[str, Floats], float]:
    """The weights of the default and its prior, moved by what is seen here."""
    tables = _tables(found, base)
    for field, seen in _split(found, likely).items():
        if seen[1:].sum() >= ENOUGH:
            tables[field][1:] += _move(seen[1:], _before(base.model, field)[1:])
    everybody = np.array([found.number @ likely, found.number @ (1 - likely)])
    before = np.array(base.model.seen["kind"]["equal"])
    share = (everybody + BEFORE * before / before.sum()) / before
    move = BIT * (np.log2(share[0]) - np.log2(share[1]))
    return tables, base.model.prior + float(np.clip(move, -FAR, FAR))


def _split(found: Patterns, likely: Floats) -> dict[str, Floats]:
    """For each field and level how many pairs of one person, and of two, have it."""
    split = np.stack([found.number * likely, found.number * (1 - likely)])
    return {
        field: np.stack(
            [np.bincount(found.levels[:, place], who, len(NAMES[field])) for who in split], axis=1
        )
        for place, field in enumerate(found.fields)
    }


def _before(model: Model, field: str) -> Floats:
    """The same of what a model was learned from."""
    seen = model.seen[field]
    return np.array([seen.get(name, (0, 0)) for name in NAMES[field]], dtype=np.float64)


def _move(here: Floats, before: Floats) -> Floats:
    """By how much the weights of a field's levels move; no level that was never seen before does.

    Each share is that of the default (with one pair more for each level, after Laplace) and of the
    pairs here, together.
    """
    share = (before + 1) / (before + 1).sum(axis=0)
    now = (here + BEFORE * share) / (here.sum(axis=0) + BEFORE)
    one, two = np.log2(now / share).T
    move: Floats = np.clip(BIT * (one - two), -FAR, FAR) * (before.sum(axis=1) > 0)
    return move


def _named(field: str, table: Floats, before: Mapping[str, int]) -> dict[str, int]:
    """A field's weights as the file has them: those that the default has."""
    return {name: round(float(table[level(field, name)])) for name in before}


def _seen(found: Patterns, likely: Floats) -> dict[str, dict[str, tuple[int, int]]]:
    told = {
        field: {
            name: (round(one), round(two))
            for name, (one, two) in zip(NAMES[field], split.tolist(), strict=True)
            if name != "unknown" and round(one) + round(two)
        }
        for field, split in _split(found, likely).items()
    }
    one = round(float(found.number @ likely))
    return told | {"kind": {"equal": (one, round(float(found.number.sum())) - one)}}
