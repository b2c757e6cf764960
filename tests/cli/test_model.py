"""crmsync model: the weights for people and machines, and a query that runs as it is printed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from crmsync.cli.main import run
from crmsync.identity.levels import NAMES
from crmsync.identity.weights import default


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What `crmsync model` prints; it needs no project."""
    assert run(["--project", "/nowhere", "model", *words]) == 0
    return capsys.readouterr().out


def test_show_tells_every_weight(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "show").splitlines()
    rows = {tuple(part.strip() for part in line.split("│")) for line in lines}
    weights = default().model.weights
    for field, names in NAMES.items():
        for number, name in enumerate(names if field in weights else ()):
            assert (field, name, str(number), str(weights[field].get(name, 0))) in rows
    assert lines[-1].startswith(f"before anything is compared {default().model.prior};")


def test_show_tells_machines_the_numbers_of_the_levels(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = json.loads(told(capsys, "show", "--json"))
    assert found["weights"] == default().model.weights
    assert found["rare"] == default().model.rare
    assert {field: tuple(names) for field, names in found["levels"].items()} == NAMES


def test_the_query_runs_as_it_is_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    model = default().model
    given, family = model.weights["given"]["equal"], model.weights["family"]["equal"]
    levels = dict.fromkeys(NAMES, 0) | {"given": 1, "family": 1}
    row = {"a": 1, "b": 2, **levels, "given_rare_a": 5, "given_rare_b": 3}
    row |= {"family_rare_a": -8, "family_rare_b": 9}
    engine = sqlite3.connect(tmp_path / "pairs.db")
    engine.execute(f"CREATE TABLE pairs AS SELECT {', '.join(f'{row[one]} {one}' for one in row)}")
    ((a, b, weight, band),) = engine.execute(told(capsys, "sql")).fetchall()
    engine.close()
    assert (a, b, weight) == (1, 2, model.prior + given + 3 + family - 8)
    assert band == "apart"
