"""A model learned from a store without labels: from any first guess, changing nothing."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.identity import project
from bench.identity.found import find
from bench.identity.truth import Score, score
from bench.measure import run
from bench.people import people
from crmsync.engine.project import open_project
from crmsync.errors import ConfigError
from crmsync.identity.learn import HOLDERS, Learned, Patterns, learn, taught
from crmsync.identity.levels import NAMES, level
from crmsync.identity.resolve import resolve
from crmsync.identity.weights import Model, Weights, default, weights
from crmsync.model.ids import uuid7

RECORDS, SEED = 2_000, 5
"""The default was trained on another seed."""
ORDERS = [
    ("given", "equal", "initial"), ("given", "initial", "doubt"), ("family", "equal", "different"),
    ("email", "own", "crowd"), ("email", "crowd", "different"), ("phone", "mobile", "own"),
    ("phone", "own", "crowd"), ("phone", "crowd", "different"), ("address", "equal", "code"),
    ("address", "code", "different"), ("birth", "equal", "near"), ("card", "equal", "different"),
]  # fmt: skip


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of invented people, loaded and not resolved."""
    folder = tmp_path_factory.mktemp("invented") / "project"
    project.write(folder, people(RECORDS, SEED))
    run("bench.synced", folder, f"new={RECORDS}")
    return folder


def learned(folder: Path, start: Weights | None = None) -> Learned:
    with open_project(folder) as opened, opened.store.read() as work:
        return learn(work, numbers=opened.settings.numbers(), start=start)


def linked(folder: Path, beside: Path, model: Weights) -> Score:
    """Who is with whom by a model, against the truth."""
    shutil.copytree(folder, beside)
    count = itertools.count(1)
    with open_project(beside) as opened, opened.store.work() as work:
        changes = work.changes("resolve", ["source"], 2 * RECORDS)
        resolve(
            work, changes, numbers=opened.settings.numbers(), model=model,
            new_id=lambda: uuid7(next(count), bytes(10)),
        )  # fmt: skip
    found = find(beside)
    return score(found.truth, found.clusters)


def distorted() -> dict[str, Weights]:
    """Every field's weights the wrong way round; all flat; a third of what they are."""
    model = default().model
    told = model.weights.items()
    turned = {
        field: {name: max(row.values()) + min(row.values()) - one for name, one in row.items()}
        for field, row in told
    }
    flat = {field: {name: 30 if one > 0 else -30 for name, one in row.items()}
            for field, row in told}  # fmt: skip
    weak = {field: {name: one // 3 for name, one in row.items()} for field, row in told}
    wrong = {"turned": turned, "flat": flat, "weak": weak}
    return {
        name: weights(Model(1, name, "", row, model.rare, model.prior, model.same, model.review))
        for name, row in wrong.items()
    }


@pytest.mark.parametrize("guess", ["turned", "flat", "weak"])
def test_from_a_wrong_guess_the_order_of_the_weights_is_learned(invented: Path, guess: str) -> None:
    found = learned(invented, distorted()[guess])
    told = found.model.weights
    assert [one for one in ORDERS if told[one[0]][one[1]] <= told[one[0]][one[2]]] == []
    assert found.model == learned(invented).model
    assert found.rounds > 1


def test_it_finds_as_many_as_the_default_and_far_more_than_the_guess(
    invented: Path, tmp_path: Path
) -> None:
    wrong = distorted()["flat"]
    own = linked(invented, tmp_path / "own", weights(learned(invented, wrong).model))
    assert own.f1 >= linked(invented, tmp_path / "default", default()).f1 - 0.005
    assert own.f1 > linked(invented, tmp_path / "wrong", wrong).f1 + 0.2
    assert own.precision >= 0.995


def test_the_order_of_arrival_changes_no_weight(invented: Path, tmp_path: Path) -> None:
    folder = tmp_path / "turned"
    project.write(folder, reversed(list(people(RECORDS, SEED))))
    run("bench.synced", folder, f"new={RECORDS}")
    assert learned(folder) == learned(invented)


def test_nothing_in_the_store_changes(invented: Path) -> None:
    def dump() -> list[str]:
        database = sqlite3.connect(invented / "store.db")
        lines = list(database.iterdump())
        database.close()
        return lines

    before = dump()
    learned(invented)
    assert dump() == before


def test_only_names_of_many_are_listed(invented: Path) -> None:
    before = default().model.rare["family"]
    told = learned(invented).model.rare["family"]
    truth = (invented / "crm.jsonl").read_text(encoding="utf-8")
    strange = told.keys() - before.keys()
    assert told[""] == before[""]
    assert all(truth.lower().count(name) >= HOLDERS // 4 for name in strange)
    assert told["muller"] < told[""]


def patterns(**shares: dict[str, float]) -> Patterns:
    """4,000 pairs of equal names and one mobile; of a field's levels each has its share."""
    fields = tuple(sorted(default().model.seen.keys() - {"kind"}))
    sure = {"given": "equal", "family": "equal", "phone": "mobile"}
    rows = []
    for field, told in shares.items():
        for name, share in told.items():
            row = [level(one, sure.get(one, "unknown")) for one in fields]
            row[fields.index(field)] = level(field, name)
            rows.append((*row, 4_000 * share))
    table = np.array(rows)
    levels = table[:, :-1].astype(np.int64)
    return Patterns(fields, levels, np.zeros(len(rows), dtype=np.int64), table[:, -1], 5_000)


def test_what_often_differs_in_one_person_speaks_less_against_him() -> None:
    often = taught(patterns(email={"own": 0.4, "different": 0.6}), {}, start=default()).model
    seldom = taught(patterns(email={"own": 0.99, "different": 0.01}), {}, start=default()).model
    before = default().model.weights["email"]["different"]
    assert seldom.weights["email"]["different"] < before < often.weights["email"]["different"]
    assert often.weights["address"] == default().model.weights["address"]
    assert often.seen["email"]["different"][0] > 2_000


def test_no_weight_moves_further_than_three_bits() -> None:
    wild = taught(patterns(card={"different": 1.0}), {}, start=default()).model
    before = default().model
    assert abs(wild.prior - before.prior) <= 30
    for field, told in wild.weights.items():
        assert all(abs(one - before.weights[field][name]) <= 30 for name, one in told.items())


def test_few_pairs_leave_the_weights_alone(book: Any) -> None:
    book.put("crm/1", "Anna Weber", email="anna@example.org")
    book.put("shop/1", "Anna Weber", email="anna@example.org", phone="+493012345")
    with book.store.read() as work:
        model = learn(work, numbers={}, name="klein").model
    assert model.weights == default().model.weights
    assert model.name == "klein"
    assert set(model.seen) == set(default().model.seen)


def test_where_nothing_is_shared_nothing_can_be_learned(book: Any) -> None:
    book.put("crm/1", "Anna Weber", email="anna@example.org")
    book.put("shop/1", "Jonas Ott", email="jonas@example.org")
    with book.store.read() as work, pytest.raises(ConfigError, match="nothing to learn"):
        learn(work, numbers={})


def test_a_model_that_leaves_a_field_out_may_be_the_guess() -> None:
    model = default().model
    bare = weights(Model(1, "bare", "", {"given": {"equal": 80}}, {}, -40, 44, 43))
    found = taught(patterns(email={"own": 0.9, "different": 0.1}), {}, start=bare)
    assert found.model.weights.keys() == model.weights.keys()
    assert found.pairs == 4_000
    assert all(set(told) <= set(NAMES[field]) for field, told in found.model.weights.items())
