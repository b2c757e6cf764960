"""The model: a file that people can read, whole numbers, and no level that does not exist."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmsync.errors import ConfigError
from crmsync.identity.levels import NAMES
from crmsync.identity.weights import (
    BUILT_IN,
    as_json,
    default,
    digest,
    probability,
    read_model,
    weights,
)

Change = Callable[[dict[str, Any]], Any]


def changed(folder: Path, change: Change) -> Path:
    """The model that crmsync brings, changed."""
    told = json.loads(BUILT_IN.read_text(encoding="utf-8"))
    change(told)
    path = folder / "model.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


def test_the_model_that_crmsync_brings_weighs_what_is_compared() -> None:
    model = default().model
    assert set(model.weights) <= set(NAMES)
    assert model.review <= model.same
    assert probability(model.same) > 0.94
    assert model.weights["given"]["equal"] > model.weights["given"]["initial"]
    assert model.rare["family"]["muller"] < model.rare["family"][""]


def test_a_model_is_written_as_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(as_json(read_model(BUILT_IN)))
    assert read_model(path) == read_model(BUILT_IN)
    assert len(digest(default().model)) == 32


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda told: told.update(version=2), "version 2"),
        (lambda told: told.update(prior="much"), "is no model"),
        (lambda told: told.pop("same"), "is no model"),
        (lambda told: told.update(extra=1), "is no model"),
    ],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, change: Change, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_model(changed(tmp_path, change))


@pytest.mark.parametrize(("field", "level"), [("email", "often"), ("shoe", "equal")])
def test_a_level_that_does_not_exist_is_refused(tmp_path: Path, field: str, level: str) -> None:
    path = changed(tmp_path, lambda told: told["weights"].update({field: {level: 10}}))
    with pytest.raises(ConfigError, match=f"{field} {level}"):
        weights(read_model(path))


def test_a_field_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda told: told["weights"].update({"shoe": {}}))
    with pytest.raises(ConfigError, match="weighs shoe, which is nothing"):
        weights(read_model(path))


def test_odds_double_with_every_bit() -> None:
    assert probability(0) == 0.5
    assert probability(10) == pytest.approx(2 / 3)
    assert probability(-10) == pytest.approx(1 / 3)
