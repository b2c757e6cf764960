"""What goes wrong is said in a sentence, with the documented exit code, and the store is intact."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crmsync.cli.main import run

HEAD = """
[crmsync]
store = "sqlite:///store.db"
[controllers.muster]
name = "Muster GmbH"
"""
SQL = """
[connections.erp]
connector = "sql"
controller = "muster"
production = false
url = "{url}"
[[connections.erp.streams]]
name = "customers"
kind = "customers"
table = "kunden"
key = "id"
[connections.erp.streams.map]
family_name = "name"
"""


def call(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = run(["--project", str(folder), *words])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return code, said.err


def write(folder: Path, text: str) -> None:
    (folder / "crmsync.toml").write_text(text, encoding="utf-8")


def test_no_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = call(tmp_path, capsys, "sync")
    assert code == 2
    assert "crmsync init" in said


@pytest.mark.parametrize(
    "text,word",
    [
        ("[crmsync", "crmsync.toml cannot be read"),
        (HEAD + "[connections.crm]\nconnector = 'files'\n", "controller"),
        (HEAD.replace("[crmsync]", "[crmsync]\nzone = 'Mars/Olympus'"), "crmsync.zone"),
        (HEAD.replace("[crmsync]", "[crmsync]\ncolour = 'red'"), "colour"),
        (HEAD + "[connections.crm]\nconnector = 'files'\ncontroller = 'niemand'\n", "niemand"),
    ],
)
def test_bad_configuration_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, word: str
) -> None:
    write(tmp_path, text)
    code, said = call(tmp_path, capsys, "sync")
    assert code == 2
    assert word in said
    assert not (tmp_path / "store.db").exists()


def test_an_unknown_connector_names_the_known_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, HEAD + '[connections.x]\nconnector = "nirgends"\ncontroller = "muster"\n')
    code, said = call(tmp_path, capsys, "sync")
    assert code == 2
    assert "nirgends" in said
    assert "files, sql" in said


def test_a_missing_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ERP_URL", raising=False)
    write(tmp_path, HEAD + SQL.format(url="env:ERP_URL"))
    code, said = call(tmp_path, capsys, "sync")
    assert code == 4
    assert "connections.erp.url" in said
    assert "ERP_URL" in said


def test_an_unreachable_backend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, HEAD + SQL.format(url="postgresql://x:geheim@127.0.0.1:1/nichts"))
    code, said = call(tmp_path, capsys, "sync")
    assert code == 1
    assert "erp" in said
    assert "geheim" not in said
    assert call(tmp_path, capsys, "status")[0] == 0


def test_a_locked_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, HEAD)
    assert call(tmp_path, capsys, "sync")[0] == 0
    monkeypatch.setattr("crmsync.store.database.BUSY_SECONDS", 0.05)
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    code, said = call(tmp_path, capsys, "sync")
    assert code == 1
    assert "locked by another program" in said
    other.execute("ROLLBACK")
    other.close()
    assert call(tmp_path, capsys, "sync")[0] == 0


def test_a_second_run_is_told_that_another_holds_the_lease(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from crmsync.store import open_store

    write(tmp_path, HEAD)
    store = open_store("sqlite:///store.db", base=tmp_path)
    with store.lease("resolve", holder="other"):
        code, said = call(tmp_path, capsys, "sync")
    store.close()
    assert code == 7
    assert "lease" in said


def test_usage_errors_are_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, capsys, "nonsense")[0] == 2
    assert call(tmp_path, capsys, "explain", "a", "b")[0] == 2


def test_init_doctor_and_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "neu"
    assert call(folder, capsys, "init", "--controller", "Beispiel GmbH")[0] == 0
    assert "Beispiel GmbH" in (folder / "crmsync.toml").read_text(encoding="utf-8")
    assert call(folder, capsys, "doctor")[0] == 0
    assert call(folder, capsys, "check")[0] == 0
    assert call(folder, capsys, "init")[0] == 2


def test_a_broken_plugin_is_named_and_stops_only_who_needs_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, HEAD)
    (tmp_path / "crmsync_plugins.py").write_text("import gibtsnicht\n", encoding="utf-8")
    assert run(["--project", str(tmp_path), "plugins", "list"]) == 0
    assert "gibtsnicht" in capsys.readouterr().out
    assert call(tmp_path, capsys, "plugins", "check")[0] == 1
    assert call(tmp_path, capsys, "sync")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ("sync", "--as-of", "21.11.2025"),
        ("replay", "--as-of", "2025-13-01"),
        ("outreach", "plan", "--as-of", "morgen"),
    ],
)
def test_a_day_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    write(tmp_path, HEAD)
    code, said = call(tmp_path, capsys, *words)
    assert code == 2
    assert "write it as 2026-11-21" in said


def test_the_doctor_has_the_code_of_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, HEAD)
    assert call(tmp_path, capsys, "doctor")[0] == 0
    (tmp_path / "store.db").chmod(0o644)
    assert call(tmp_path, capsys, "doctor")[0] == 1
    (tmp_path / "store.db").chmod(0o600)
    write(tmp_path, HEAD + 'till_basis = "legitimate_interest"\n')
    assert call(tmp_path, capsys, "doctor")[0] == 2


def test_a_till_file_of_no_store_does_not_replace_the_old_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, HEAD)
    assert call(tmp_path, capsys, "till", "build")[0] == 0
    before = (tmp_path / "till.db").read_bytes()
    code, said = call(tmp_path, capsys, "till", "build", "--store", "Nirgendwo")
    assert code == 2
    assert "Nirgendwo" in said
    assert (tmp_path / "till.db").read_bytes() == before
