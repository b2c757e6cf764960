"""Trains the model that crmsync brings: what each level of agreement is worth.

    python -m bench.identity.train FILE [--records 200000] [--seed 11]

Invented people are loaded, and every two records that share a key are compared as the stage does
it. Of pairs that nothing forbids, a logistic regression says what each level adds to the odds that
the two are one person; so the sum of the weights is calibrated, though the fields hang together
(who shares an address, often shares a name). No retailer's data and nobody's labels are needed:
who is who is known of the invented. `HELD` are the weights of what invented people tell too little
or too well of; they are set by hand, each with its reason, and the others fit beside them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.identity import ours
from bench.identity.found import truth_of
from crmsync.engine.project import open_project
from crmsync.identity import reach
from crmsync.identity.faces import Columns
from crmsync.identity.judge import NONE, clashes
from crmsync.identity.levels import NAMES, Levels
from crmsync.identity.reach import Book, members
from crmsync.identity.scene import compose
from crmsync.identity.weights import BIT, VERSION, Model, as_json, default
from crmsync.store import keys as key_store

Floats = NDArray[np.float64]

FIELDS = ("given", "family", "birth", "email", "phone", "address", "card", "salutation", "suffix")
RARE = ("given", "family")
LISTED = 50
"""Names that so many of the invented have are listed; every other one weighs as the rarest. With
fewer of them on the list, namesakes in one postal code are taken for one the more, the more
customers there are."""
MIDDLE, MOST = 8.0, 14.0
"""Bits of a name that adds nothing, and of the rarest."""

HELD: dict[str, dict[str, int]] = {
    "given": {
        "equal": 80,
        "different": -88,
    },  # where the scale lies; the second is forbidden anyway
    "family": {"equal": 20, "compound": 15, "sound": 12},  # nearly all candidates share it
    "birth": {"equal": 72, "different": -80},  # two of one name share a day once in 25,000
    "email": {"local": 0},  # one name at two domains is nothing
    "phone": {"own": 55, "few": 66, "crowd": 10},  # the invented with one tell an address as well
    "address": {"equal": 52},
    "card": {"different": -40},  # cards are lost and made anew
    "salutation": {"equal": 0},
    "suffix": {"equal": 5, "different": -100},
    "kind": {"firm": -200, "couple": -180},  # forbidden anyway, and what is stated says so
    "vat": {"equal": 90, "different": -60},  # of firms, which numbers and names decide
    "number": {"equal": 150, "different": -60},
    "company": {"equal": 60, "different": -30},
    "legal": {"equal": 10, "different": -60},
}
SAME, REVIEW = 41, 40
"""Seventeen to one: so the automatic band stays well above 0.995 for seeds not trained on."""


class Lesson(NamedTuple):
    """Pairs of invented records: how they compare, and whether they are one person."""

    levels: Levels
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    one: NDArray[np.bool_]
    faces: Columns


def lesson(folder: Path) -> Lesson:
    """Every pair of the project in `folder` that shares a key and that nothing forbids."""
    truth = truth_of(folder)
    with open_project(folder) as project:
        held = project.store.lease("resolve", holder="train")
        with held as lease, project.store.work("train", lease=lease, run_id="train") as work:
            ids = key_store.all_source_ids(work)
            book = Book(work, project.settings.numbers())
            seeds, rows = reach.refresh(book, ids)
            people, rows = members(book, seeds, rows)
            scene = compose(book.cast, rows, people, seeds=seeds, decided=[], model=default())
            refs = book.refs_of(ids)
    who = np.array([truth[str(refs[some[0]])] for some in scene.ids])
    pairs, levels = scene.judged.pairs, scene.judged.levels
    free = (clashes(levels) == NONE) & (levels["is_firm"] == 0)
    a, b = pairs.a[free], pairs.b[free]
    told = {field: level[free] for field, level in levels.items()}
    return Lesson(told, scene.face[a], scene.face[b], who[a] == who[b], book.cast.columns())


def features(found: Lesson, rare: dict[str, Counter[str]]) -> tuple[Floats, list[tuple[str, str]]]:
    """A column for each level but the unknown, and one for how rare a common name is."""
    columns, names = [], []
    for field in FIELDS:
        for number, name in enumerate(NAMES[field]):
            if number:
                columns.append((found.levels[field] == number).astype(np.float64))
                names.append((field, name))
    for field in RARE:
        bits = np.array([_bits(rare[field], " ".join(word)) for word in found.faces.words])
        of = bits[found.faces.of[field]]
        both = np.minimum(of[found.a], of[found.b]) - MIDDLE
        columns.append(both * (found.levels[field] == NAMES[field].index("equal")))
        names.append((field, ""))
    columns.append(np.ones(len(found.one)))
    return np.stack(columns, axis=1), names


def _bits(counts: Counter[str], name: str) -> float:
    total = counts.total()
    return min(float(np.log2(total / max(counts[name], LISTED))), MOST)


def regression(x: Floats, y: NDArray[np.bool_], held: Floats) -> Floats:
    """Weights in natural units beside what is `held`, by Newton's method with a mild ridge.

    The last is the prior.
    """
    ridge = np.full(x.shape[1], 2.0)
    ridge[-1] = 0.01
    found = np.zeros(x.shape[1])
    found[-1] = np.log(y.mean() / (1 - y.mean())) - held.mean()
    for _ in range(200):
        likely = 1 / (1 + np.exp(-x @ found - held))
        slope = x.T @ (likely - y) + ridge * found
        curve = (x * (likely * (1 - likely))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        found -= np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-6:
            break
    return found


def counted(faces: Columns) -> dict[str, Counter[str]]:
    """How many of the faces have each name."""
    return {
        field: Counter(" ".join(faces.words[one]) for one in faces.of[field].tolist() if one)
        for field in RARE
    }


def trained(found: Lesson, *, made: str) -> Model:
    """The model of a lesson."""
    rare = counted(found.faces)
    x, names = features(found, rare)
    fixed = np.array([name in HELD.get(field, {}) for field, name in names] + [False])
    by_hand = [HELD[field][name] for field, name in names if name in HELD.get(field, {})]
    unit = BIT / np.log(2)
    told = regression(x[:, ~fixed], found.one, x[:, fixed] @ (np.array(by_hand) / unit)) * unit
    free = [one for one, is_held in zip(names, fixed[:-1], strict=True) if not is_held]
    slopes = dict(zip(free, told[:-1].tolist(), strict=True))
    weights: dict[str, dict[str, int]] = {field: dict(held) for field, held in HELD.items()}
    for (field, name), weight in slopes.items():
        if name:
            weights.setdefault(field, {})[name] = round(weight)
    listed = {field: _listed(rare[field], slopes[field, ""]) for field in RARE}
    seen = {field: _seen(found, field) for field in (*FIELDS, "kind")}
    return Model(VERSION, "default", made, weights, listed, round(told[-1]), SAME, REVIEW, seen)


def _seen(found: Lesson, field: str) -> dict[str, tuple[int, int]]:
    """How many pairs of one person, and of two, have each level that tells something."""
    one, two = (
        np.bincount(found.levels[field][who], minlength=len(NAMES[field])).tolist()
        for who in (found.one, ~found.one)
    )
    told = zip(NAMES[field], one, two, strict=True)
    return {name: (a, b) for name, a, b in told if name != "unknown" and a + b}


def _listed(counts: Counter[str], slope: float) -> dict[str, int]:
    """What names add: '' first, then those that add something else."""
    other = round(slope * (_bits(counts, "") - MIDDLE))
    common = sorted(name for name, count in counts.items() if count >= LISTED)
    told = {name: round(slope * (_bits(counts, name) - MIDDLE)) for name in common}
    return {"": other} | {name: weight for name, weight in told.items() if weight != other}


def main() -> None:
    """Train, and write the model."""
    parser = argparse.ArgumentParser(prog="python -m bench.identity.train", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=11)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "people"
        ours.loaded(folder, told.records, told.seed)
        found = lesson(folder)
    made = f"bench.identity.train: {told.records:,} invented records, seed {told.seed}"
    told.file.write_bytes(as_json(trained(found, made=made)) + b"\n")


if __name__ == "__main__":
    main()
