"""model: learned from the store, shown, in use when crmsync.toml says so, refused when broken."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from crmsync.cli.main import run
from crmsync.cli.screen import by_weights
from crmsync.identity import judge
from crmsync.identity.levels import NAMES
from crmsync.identity.weights import BUILT_IN, as_json, default, read_model
from tests.cli.two_systems import DAY, Retailer


def use(retailer: Retailer, name: str = "own.json") -> None:
    path = retailer.folder / "crmsync.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f'{text}\n[identity]\nmodel = "{name}"\n', encoding="utf-8")


def write(retailer: Retailer, **changes: Any) -> None:
    """A model like the default, but for some keys."""
    told = json.loads(BUILT_IN.read_text(encoding="utf-8")) | changes
    (retailer.folder / "own.json").write_text(json.dumps(told), encoding="utf-8")


def resolved(retailer: Retailer) -> int:
    """How many source customers the next run resolves."""
    stages = retailer.json("sync", "--as-of", DAY)["stages"]
    return int(stages.get("resolve", {}).get("taken", 0))


def test_a_model_is_learned_named_and_in_use(retailer: Retailer) -> None:
    said = retailer.run("model", "train", "own.json")
    assert '[identity] model = "own.json"' in said
    first = (retailer.folder / "own.json").read_bytes()
    assert read_model(retailer.folder / "own.json").name == "own"
    assert resolved(retailer) == 0
    use(retailer)
    assert "identity.model │ ok" in retailer.run("check")
    assert resolved(retailer) == 6
    assert resolved(retailer) == 0
    again = retailer.json("model", "train", "own.json")
    assert again["pairs"] == 2
    assert (retailer.folder / "own.json").read_bytes() == first
    assert "made: crmsync model train: 6 records, 2 pairs" in retailer.run("model", "show")
    assert retailer.json("model", "show") == json.loads(first)


def test_a_program_that_judges_otherwise_compares_everybody_anew(
    retailer: Retailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resolved(retailer) == 0
    monkeypatch.setattr(judge, "VERSION", judge.VERSION + 1)
    assert resolved(retailer) == 6
    assert resolved(retailer) == 0


def test_explain_and_review_weigh_by_the_model_in_use(retailer: Retailer) -> None:
    pair = ("explain", "crm/customers/1", "shop/customers/1")
    before = retailer.json(*pair)["verdict"]["likely"]
    write(retailer, prior=default().model.prior - 100)
    use(retailer)
    retailer.sync()
    after = retailer.json(*pair)["verdict"]["likely"]
    odds = [one / (1 - one) for one in (before, after)]
    assert odds[1] == pytest.approx(odds[0] / 1024, rel=1e-6)
    assert "one person." in retailer.run(*pair)
    assert "Nach den Gewichten allein" in retailer.run(*pair, "--language", "de")
    lines = [json.loads(line) for line in retailer.run("review", "--json").splitlines()]
    assert all(0 <= one["likely"] <= 1 for one in lines)


def test_two_who_share_nothing_are_weighed_by_it_too(retailer: Retailer) -> None:
    pair = ("explain", "crm/customers/1", "shop/customers/2")
    before = retailer.json(*pair)["verdict"]["likely"]
    write(retailer, prior=default().model.prior - 100)
    use(retailer)
    assert retailer.json(*pair)["verdict"]["likely"] < before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2}, "has version 2"),
        ({"prior": "much"}, "is no model"),
        ({"prior": 5_000}, "is no model"),
        ({"weights": {"shoe": {"equal": 10}}}, "shoe equal, which is nothing"),
        ({"rare": {"birth": {"": 1}}}, "rare names of birth"),
        ({"review": 60, "same": 50}, "review is above its same"),
    ],
)
def test_a_broken_model_stops_before_anything_is_read(
    retailer: Retailer, changes: dict[str, Any], said: str
) -> None:
    write(retailer, **changes)
    use(retailer)
    assert said in retailer.run("sync", code=2)
    assert "identity.model" in retailer.run("check", code=2)
    assert said in retailer.run("model", "show", code=2)
    assert [one for one in json.loads(_out(retailer, "doctor")) if said in one["what"]]


def _out(retailer: Retailer, command: str) -> str:
    return retailer.run(command, "--json", code=2)


def test_a_model_that_is_not_there_is_named(retailer: Retailer) -> None:
    use(retailer)
    assert "own.json cannot be read: No such file" in retailer.run("sync", code=2)
    retailer.run("model", "train", "own.json")
    retailer.sync()


def test_no_other_file_is_written_over(retailer: Retailer) -> None:
    before = (retailer.folder / "crmsync.toml").read_bytes()
    said = retailer.run("model", "train", "crmsync.toml", code=2)
    assert "not written over" in said
    assert (retailer.folder / "crmsync.toml").read_bytes() == before
    assert "cannot be written" in retailer.run("model", "train", "no/folder/own.json", code=2)


def test_without_one_the_default_is_shown(retailer: Retailer) -> None:
    assert "Model default" in retailer.run("model", "show")
    assert retailer.json("model", "show") == json.loads(as_json(default().model))
    assert "identity.model" not in retailer.run("check")


@pytest.mark.parametrize(
    ("likely", "en", "de"),
    [
        (None, "", ""),
        (0.973, "97.3% one person.", "97,3 % eine Person."),
        (0.99999, "over 99.9% one person.", "über 99,9 % eine Person."),
        (0.00001, "under 0.1% one person.", "unter 0,1 % eine Person."),
    ],
)
def test_no_pair_is_said_to_be_certain(likely: float | None, en: str, de: str) -> None:
    assert by_weights(likely, "en").endswith(f"{en}\n" if en else "")
    assert by_weights(likely, "de").endswith(f"{de}\n" if de else "")
    assert bool(by_weights(likely, "en")) == bool(en)


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
    assert run(["--project", str(tmp_path), "model", "sql"]) == 0
    ((a, b, weight, band),) = engine.execute(capsys.readouterr().out).fetchall()
    engine.close()
    assert (a, b, weight) == (1, 2, model.prior + given + 3 + family - 8)
    assert band == "apart"


def test_the_query_is_that_of_the_model_in_use(retailer: Retailer) -> None:
    before = retailer.run("model", "sql")
    write(retailer, prior=-123)
    use(retailer)
    after = retailer.run("model", "sql")
    assert before != after
    assert "-123" in after
    assert after == retailer.run("model", "sql", "own.json")
