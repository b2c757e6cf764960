"""What the reference lists is what the program has: tables, cards, habits, channels, exit codes."""

from __future__ import annotations

import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from crmsync import errors
from crmsync.cli.main import run
from crmsync.engine.report import ORDER
from crmsync.errors import CrmsyncError
from crmsync.identity.keys import MOST_PEOPLE
from crmsync.identity.levels import NAMES
from crmsync.identity.weighing import query
from crmsync.identity.weights import VERSION, Model, read_model, weights
from crmsync.model.habit import Habits, Risk, Today
from crmsync.model.prediction import Prediction
from crmsync.outreach.gate import ADDRESSED, ELECTRONIC
from crmsync.profile.compute import SUPPORT, text
from crmsync.profile.definitions import DEFINITIONS, PREDICTIONS
from crmsync.store.tables import metadata, order_line
from crmsync.till.card import KEYS, SIZE
from crmsync.till.tillfile import SCHEMA
from tests.docs.pages import DOCS, blocks


def _page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def _listed(text: str) -> set[str]:
    """The names in the first column of the page's tables."""
    cells = re.findall(r"^\| ([^|]*`[^|]*) \|", text, re.M)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_table_of_the_store_and_its_view() -> None:
    assert _listed(_page("reference/store")) == {*metadata.tables, order_line.name}


def test_every_key_of_a_card() -> None:
    page = _page("reference/till-file")
    assert _listed(page) == set(KEYS)
    assert f"format {SCHEMA}" in page
    assert f"{SIZE:,} bytes" in page


def test_every_key_and_every_level_of_the_model() -> None:
    page = _page("reference/model-file")
    keys, levels = page.split("## The table", 1)
    assert _listed(keys) == set(Model.__struct_fields__)
    assert f"version {VERSION}" in page
    rows = re.findall(r"^\| `(\w+)` \| (\d) \| (\w+) \|", levels, re.M)
    listed = [(field, int(number), level) for field, number, level in rows]
    assert listed == [
        (field, number, level)
        for field, names in NAMES.items()
        for number, level in enumerate(names)
    ]


def test_the_small_model_is_the_query_shown(tmp_path: Path) -> None:
    (told,) = blocks(DOCS / "reference/model-file.md", "json")
    (shown,) = blocks(DOCS / "explanation/who-is-who.md", "sql")
    path = tmp_path / "small.json"
    path.write_text(told.text, encoding="utf-8")
    assert query(weights(read_model(path))) == shown.text


def test_every_habit_and_every_risk() -> None:
    told = {field.name for field in (*fields(Habits), *fields(Today))}
    assert set(DEFINITIONS) == told
    rests_on = {"as_of", "currency", "model", "version", "trained_from", "trained_to", "n",
                "reasons"}  # fmt: skip
    assert set(PREDICTIONS) == {field.name for field in fields(Prediction)} - rests_on
    assert told | {*PREDICTIONS} <= _listed(_page("reference/habits"))
    page = _page("explanation/habits")
    assert set(re.findall(r"^- `(\w+)`:", page, re.M)) == set(get_args(Risk))
    assert SUPPORT == 4
    assert "fewer than 4" in page


def test_a_habit_names_the_part_of_the_query_that_works_it_out() -> None:
    sql = "\n".join(text(name) for name in ("goods", "habits"))
    parts = {*re.findall(r"^(\w+) AS \($", sql, re.M), "replenish.sql", "crmsync_register_habits"}
    for one in (*DEFINITIONS.values(), *PREDICTIONS.values()):
        for part in set(one.source.split(", ")) - parts:
            module, _, function = part.rpartition(".")
            assert hasattr(import_module(f"crmsync.{module}"), function), part


def test_the_example_of_the_habits_leaves_little_unknown() -> None:
    rows = re.findall(r"^\| `\w+` \| [^|]* \| ([^|]*) \|", _page("reference/habits"), re.M)
    assert len(rows) == len(DEFINITIONS) + len(PREDICTIONS)
    assert sum(row in ("null", "empty") for row in rows) < 10


def test_every_exit_code() -> None:
    page = _page("reference/exit-codes")
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, CrmsyncError)}
    written = {int(code) for code in re.findall(r"^\| (\d+)", page, re.M)}
    assert codes <= written
    first, *others = (str(code) for code in ORDER)
    assert f"{first}, then {', '.join(others)}" in page


def test_every_channel_of_the_gate() -> None:
    page = _page("explanation/consent")
    rows = " ".join(re.findall(r"^\| ([^|]*) \|", page, re.M))
    for channel in ADDRESSED | ELECTRONIC:
        assert {"email": "e-mail", "sms": "SMS"}.get(channel, channel) in rows


def test_the_number_of_people_behind_a_placeholder() -> None:
    words = {8: "eight"}
    assert f"more than {words[MOST_PEOPLE]} different people" in _page("explanation/who-is-who")


def test_the_stages_of_a_run(
    capsys: pytest.CaptureFixture[str], demo: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(demo))
    run(["status", "--json"])
    report = capsys.readouterr().out
    stages = set(re.findall(r'"(\w+)": \{\s+"taken"', report)) - {"normalize"}
    assert stages == {"resolve", "profile", "habits", "ledger", "till", "search"}
    page = _page("reference/report")
    assert {name for name in _listed(page) if name in stages} == stages
