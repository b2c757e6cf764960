"""`sync --profile` says where the CPU time went, for people and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmsync.cli.main import run

CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.muster]
name = "Muster GmbH"
[connections.crm]
connector = "files"
controller = "muster"
production = false
[[connections.crm.streams]]
name = "customers"
kind = "customers"
path = "kunden.csv"
key = "nr"
[connections.crm.streams.map]
family_name = "name"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "kunden.csv").write_text("nr;name\n1;Groß\n2;Weiß\n", encoding="utf-8")
    return tmp_path


def test_a_table_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--project", str(folder), "sync", "--profile"]) == 0
    said = capsys.readouterr().out
    assert "CPU microseconds a record" in said
    assert "find parents" in said


def test_numbers_for_machines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--project", str(folder), "sync", "--profile", "--json"]) == 0
    profile = json.loads(capsys.readouterr().out)["profile"]
    assert {"read", "land", "map", "clean", "write"} <= set(profile["crm/customers"])
    assert run(["--project", str(folder), "sync", "--json"]) == 0
    assert "profile" not in json.loads(capsys.readouterr().out)
