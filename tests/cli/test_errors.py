"""What goes wrong is said in a sentence, with the documented exit code, and the store is intact."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crmsync.cli.main import run
from crmsync.config import load
from crmsync.store import open_store

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
CRM = """
[connections.crm]
connector = "files"
controller = "muster"
[[connections.crm.streams]]
name = "customers"
kind = "customers"
path = "kunden.csv"
key = "Nr"
[connections.crm.streams.map]
family_name = "Name"
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
    known = said.partition("Known: ")[2].rstrip(".\n").split(", ")
    assert {"files", "sql"} <= set(known)
    assert known == sorted(known)


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
    monkeypatch.setattr("crmsync.store.turns.BUSY_SECONDS", 0.05)
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
    write(tmp_path, HEAD)
    store = open_store("sqlite:///store.db", base=tmp_path)
    with store.lease("resolve", holder="other"):
        code, said = call(tmp_path, capsys, "sync")
    store.close()
    assert code == 7
    assert "lease" in said


def test_a_second_run_that_finds_the_store_locked_is_told_of_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, HEAD)
    store = open_store("sqlite:///store.db", base=tmp_path)
    monkeypatch.setattr("crmsync.store.turns.BUSY_SECONDS", 0.05)
    with store.lease("resolve", holder="other"), store.work():
        code, said = call(tmp_path, capsys, "sync")
    store.close()
    assert code == 7
    assert "another run holds the lease 'resolve'" in said


def test_a_run_that_finds_another_program_committing_asks_whose_it_is_and_waits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, HEAD)
    assert call(tmp_path, capsys, "sync")[0] == 0
    monkeypatch.setattr("crmsync.store.turns.BUSY_SECONDS", 0.1)
    monkeypatch.setattr("crmsync.store.database.SOON_SECONDS", 0.05)
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked: list[str] = []

    def ask(_: object, names: list[str]) -> None:
        asked.extend(names)
        other.execute("COMMIT")

    monkeypatch.setattr("crmsync.store.Store.refuse_beside", ask)
    assert call(tmp_path, capsys, "sync")[0] == 0
    assert asked == ["resolve"]
    other.close()


@pytest.mark.parametrize(
    "words",
    [
        ("sync", "--as-of", "gestern"),
        ("sync", "--as-of", "20261121"),
        ("replay", "--as-of", "2026-13-01"),
        ("outreach", "plan", "--as-of", "21.11.2026"),
        ("status", "--max-age", "99999999999d"),
        ("till", "build", "--days", "999999999"),
        ("till", "build", "--controller", "niemand"),
    ],
)
def test_a_wrong_word_is_2_and_runs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    write(tmp_path, HEAD)
    code, said = call(tmp_path, capsys, *words)
    assert code == 2
    assert words[-1] in said
    assert not (tmp_path / "till.db").exists()
    assert run(["--project", str(tmp_path), "status"]) == 0
    assert "Runs: none" in capsys.readouterr().out


@pytest.mark.parametrize("words", [("sync",), ("init",)])
def test_a_folder_that_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, said = call(tmp_path / "file" / "project", capsys, *words)
    assert code == 2
    assert "crmsync.toml" in said


def test_a_plan_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, HEAD)
    code, said = call(tmp_path, capsys, "outreach", "plan", "--out", "no/plan.json")
    assert code == 2
    assert "plan.json cannot be written" in said


@pytest.mark.parametrize("port", ["abc", "1"])
def test_no_password_of_a_url_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    url = f"postgresql://leser:geheim@127.0.0.1:{port}/erp"
    write(tmp_path, HEAD + SQL.format(url=url))
    backend = call(tmp_path, capsys, "sync")
    write(tmp_path, HEAD.replace("sqlite:///store.db", url))
    store = call(tmp_path, capsys, "sync")
    for code, said in (backend, store):
        assert code == (2 if port == "abc" else 1)
        assert "geheim" not in said


def test_a_controller_of_any_name_makes_a_readable_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = 'Kaufhaus "Zum Löwen" \\ Söhne'
    assert call(tmp_path, capsys, "init", "--controller", name)[0] == 0
    assert load(tmp_path).controllers["main"].name == name


def test_doctor_and_sync_name_what_a_removed_connection_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kunden.csv").write_text("Nr;Name\n1;Sommer\n2;Winter\n", encoding="utf-8")
    write(tmp_path, HEAD + CRM)
    assert call(tmp_path, capsys, "sync")[0] == 0
    assert "does not name" not in told(tmp_path, capsys, "doctor", "--json")
    write(tmp_path, HEAD)
    assert "2 records of 'crm'" in told(tmp_path, capsys, "doctor", "--json")
    code, said = call(tmp_path, capsys, "sync")
    assert code == 0
    assert "crm: its 2 records are still in use, though crmsync.toml names it no more" in said
    assert "name it in crmsync.toml again" in said
    assert "crmsync withdraw crm" in said


def told(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    run(["--project", str(folder), *words])
    return capsys.readouterr().out


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


def test_the_doctor_names_a_connection_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, HEAD + SQL.format(url="sqlite:///nirgends.db"))
    said = told(tmp_path, capsys, "doctor", "--json")
    assert '"erp: there is no database file nirgends.db."' in said
    write(tmp_path, HEAD + SQL.format(url="sqlite:///nirgends.db").replace("table", "tabelle"))
    said = told(tmp_path, capsys, "doctor", "--json")
    assert said.count("erp") == 1
    assert '"connections.erp.streams' in said


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


@pytest.mark.parametrize("verb", ["sync", "replay", "reconcile"])
def test_a_connection_that_is_not_configured_stops_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    write(tmp_path, HEAD + SQL.format(url="sqlite:///erp.db"))
    code, said = call(tmp_path, capsys, verb, "erp", "epr")
    assert code == 2
    assert "there is no connection 'epr'" in said
    assert "Known: erp" in said
    assert run(["--project", str(tmp_path), "status"]) == 0
    assert "Runs: none" in capsys.readouterr().out
