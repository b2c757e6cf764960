"""parked: by cause and age, written out for whoever mends it, with what came only when asked."""

from __future__ import annotations

import json
import sqlite3
import stat
from pathlib import Path

import pytest

from crmsync.cli.main import run

CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.laden]
name = "Laden GmbH"
[connections.kasse]
connector = "files"
controller = "laden"
[[connections.kasse.streams]]
name = "kunden"
kind = "customers"
path = "*.jsonl"
key = "id"
map = { family_name = "name", birth_date = "born" }
"""
OLD = "2026-01-01T00:00:00.000000Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three bad dates and a line that is no JSON, met in two runs; the first lies far back."""
    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    people = [{"id": n, "name": "Geheim", "born": "31.02.1980"} for n in range(3)]
    rows = [json.dumps(one) for one in people]
    (tmp_path / "a.jsonl").write_text("\n".join(rows[:2]), encoding="utf-8")
    assert run(["-p", str(tmp_path), "sync"]) == 3
    with sqlite3.connect(tmp_path / "store.db") as store:
        store.execute("UPDATE run SET started_at = ?", (OLD,))
    (tmp_path / "b.jsonl").write_text(f'{{"name": "Erika Geheim"\n{rows[2]}', encoding="utf-8")
    assert run(["-p", str(tmp_path), "sync"]) == 3
    return tmp_path


def _told(
    folder: Path, capsys: pytest.CaptureFixture[str], *asked: str, code: int = 3
) -> tuple[str, str]:
    capsys.readouterr()
    assert run(["-p", str(folder), *asked]) == code
    printed = capsys.readouterr()
    return printed.out, printed.err


def _listed(folder: Path, capsys: pytest.CaptureFixture[str], *asked: str) -> list[str]:
    code = 0 if "--connection" in asked or "30000d" in asked else 3
    out, _ = _told(folder, capsys, "parked", "list", "--json", *asked, code=code)
    return [one["place"] for one in json.loads(out)]


def test_entries_are_chosen_by_class_age_and_connection(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sorted(_listed(folder, capsys)) == ["0", "1", "2", "b.jsonl:1"]
    assert _listed(folder, capsys, "--code", "unreadable") == ["b.jsonl:1"]
    assert sorted(_listed(folder, capsys, "--older-than", "7d")) == ["0", "1"]
    assert _listed(folder, capsys, "--older-than", "30000d") == []
    assert _listed(folder, capsys, "--connection", "shop") == []
    _, err = _told(folder, capsys, "parked", "list", "--older-than", "soon", code=2)
    assert "'soon' is no age" in err


def test_a_summary_has_a_line_for_each_cause(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = _told(folder, capsys, "parked", "list", "--summary", "--json")
    first, second = json.loads(out)
    assert (first["field"], first["number"], first["since"]) == ("birth_date", 3, OLD)
    assert (second["code"], second["number"]) == ("unreadable", 1)
    assert second["since"] > OLD
    shown, _ = _told(folder, capsys, "parked", "list", "--summary")
    assert "birth_date" in shown


def test_the_list_is_written_for_its_owner_and_without_what_came(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = _told(folder, capsys, "parked", "export", "parked.jsonl")
    path = folder / "parked.jsonl"
    assert "4 written to parked.jsonl" in out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Geheim" not in path.read_text(encoding="utf-8")
    assert len([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]) == 4
    _told(folder, capsys, "parked", "export", "parked.jsonl", "--payload", "--code", "unreadable")
    (one,) = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert one["payload"] == '{"name": "Erika Geheim"'
    _, err = _told(folder, capsys, "parked", "export", "no/folder/parked.jsonl", code=2)
    assert "cannot be written" in err


def test_status_alarms_when_nobody_looked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _told(folder, capsys, "status", "--max-parked", "30000d")
    _, err = _told(folder, capsys, "status", "--max-parked", "3d", code=1)
    assert "2 parked for longer than 3d" in err
    out, _ = _told(folder, capsys, "status", "--max-parked", "3d", "--json", code=1)
    assert json.loads(out)["parked_too_long"] == 2
