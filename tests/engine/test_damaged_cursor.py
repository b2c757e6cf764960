"""A damaged note of where to read on stops its stream alone, names the cure, and loses nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.cli.main import run
from crmsync.engine.again import forget
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.errors import ConfigError, LeaseHeld
from crmsync.store import Store, open_store, tables
from tests.engine.backend import NOW, Content, project
from tests.scenarios.canon import canon

FUTURE, PAST = "2999-01-01T00:00:00.000000Z", "2026-11-01T00:00:00.000000Z"
RUBBISH = [
    "{nicht fertig", "\x01\x02", "[]", "7", '"Text"', "null!", "[" * 3000,
    '{"position": 3, "farbe": "rot"}', '{"done": 20}', '{"done": "gestern"}', '{"since": []}',
    '{"done": "2026-11-21T09:00:00"}', '{"version": 2, "state": {}}',
    json.dumps({"since": FUTURE, "until": PAST, "position": None}),
    json.dumps({"since": PAST, "until": None}),
]  # fmt: skip


def content(cursor: str = "timestamp") -> Content:
    made = Content()
    made.cursor, made.deletes = cursor, "none"
    for number in range(5):
        made.person(number)
        made.sale(number, number)
    return made


def change(made: Content) -> None:
    made.person(1, given="Neu")
    made.person(7)
    made.sale(9, 7)


def damage(store: Store, name: str, text: str) -> None:
    with store.work() as work:
        work.run(sa.update(tables.stream).where(tables.stream.c.name == name).values(state=text))


def state(store: Store, name: str) -> str:
    with store.read() as work:
        return str(
            work.scalar(sa.select(tables.stream.c.state).where(tables.stream.c.name == name))
        )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What two runs lead to that nobody disturbs."""
    folder, made = tmp_path_factory.mktemp("undisturbed"), content()
    with project(folder, f"sqlite:///{folder / 'store.db'}", made) as opened:
        sync(opened, as_of="2026-11-21", now=NOW)
        change(made)
        assert sync(opened, as_of="2026-11-21", now=NOW).exit_code() == 0
        return canon(opened.store)


def test_on_postgres_too(
    tmp_path: Path, postgres_url: str, undisturbed: dict[str, list[str]]
) -> None:
    suffer(tmp_path, postgres_url, RUBBISH[0], undisturbed)


@pytest.mark.parametrize("text", RUBBISH)
def test_it_is_named_with_its_cure_and_the_others_go_on(
    tmp_path: Path, text: str, undisturbed: dict[str, list[str]]
) -> None:
    suffer(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", text, undisturbed)


def suffer(folder: Path, url: str, text: str, expected: dict[str, list[str]]) -> None:
    """Run, damage, run, heal, and compare."""
    made = content()
    with project(folder, url, made) as opened:
        sync(opened, as_of="2026-11-21", now=NOW)
        damage(opened.store, "customers", text)
        change(made)
        report = sync(opened, as_of="2026-11-21", now=NOW)
        (failure,) = report.failures
        assert (failure.where, failure.code, report.exit_code()) == ("shop/customers", "cursor", 1)
        assert "where to read on" in failure.message
        assert "`crmsync sync --again shop/customers`" in failure.hint
        assert text not in failure.message + failure.hint
        assert report.lands["shop/orders"]["new"] == 1
        assert state(opened.store, "customers") == text
        forget(opened, ["shop/customers"])
        healed = sync(opened, as_of="2026-11-21", now=NOW)
        assert healed.exit_code() == 0, healed.as_json()
        assert healed.lands["shop/customers"] == {
            "read": 6, "new": 1, "changed": 1, "unchanged": 4, "repeated": 0, "unreadable": 0,
            "deleted": 0, "merged": 0,
        }  # fmt: skip
        found = canon(opened.store)
    assert found == expected


@pytest.mark.parametrize(
    "was",
    [
        {"done": FUTURE},
        {"since": PAST, "until": FUTURE, "position": None},
        {"cursor": "log", "position": 5},
        {"cursor": "version", "position": {"from": 12, "to": None}},
        {},
    ],
)
def test_a_stamp_of_the_future_and_another_mode_lose_nothing(
    tmp_path: Path, was: dict[str, Any]
) -> None:
    made = content()
    with project(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", made) as opened:
        sync(opened, as_of="2026-11-21", now=NOW)
        damage(opened.store, "customers", json.dumps(was))
        change(made)
        assert sync(opened, as_of="2026-11-21", now=NOW).exit_code() == 0
        made.person(8)
        made.sale(10, 8)
        report = sync(opened, as_of="2026-11-21", now=NOW)
        assert report.lands["shop/customers"]["new"] == 1
        assert made.windows[-1].since is None or made.windows[-1].since <= NOW
        assert json.loads(state(opened.store, "customers"))["cursor"] == "timestamp"


CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.muster]
name = "Muster GmbH"
[connections.crm]
connector = "files"
controller = "muster"
[[connections.crm.streams]]
name = "customers"
kind = "customers"
path = "kunden*.csv"
key = "Nr"
[connections.crm.streams.map]
family_name = "Name"
[connections.erp]
connector = "sql"
controller = "muster"
url = "sqlite:///erp.db"
[[connections.erp.streams]]
name = "customers"
kind = "customers"
table = "kunden"
key = "id"
cursor = "nr"
cursor_type = "number"
[connections.erp.streams.map]
family_name = "name"
"""
DAMAGES = [
    ("crm", ("done",), 7), ("crm", ("at",), ["kunden.csv"]), ("crm", ("done", "kunden.csv"), "x"),
    ("crm", ("done", "kunden.csv", 3), "x"), ("crm", ("done", "kunden.csv", 3), -1),
    ("crm", (), 5), ("crm", (), []), ("crm", (), {"when": 1}), ("crm", (), "Text"),
    ("erp", ("from",), "viel"), ("erp", ("after",), 7), ("erp", ("after",), [["decimal", "x"]]),
    ("erp", (), 5), ("erp", (), []), ("erp", (), {"when": 1}),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of a CSV file and a database, after its first run."""
    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "kunden.csv").write_text("Nr;Name\n1;Sommer\n2;Winter\n", encoding="utf-8")
    rows(tmp_path, "CREATE TABLE kunden (id INTEGER PRIMARY KEY, name TEXT, nr INTEGER)",
         "INSERT INTO kunden VALUES (1, 'Herbst', 1), (2, 'Lenz', 2)")  # fmt: skip
    assert run(["--project", str(tmp_path), "sync"]) == 0
    (tmp_path / "kunden2.csv").write_text("Nr;Name\n3;Regen\n", encoding="utf-8")
    rows(tmp_path, "INSERT INTO kunden VALUES (3, 'Schnee', 3)")
    return tmp_path


def rows(folder: Path, *statements: str) -> None:
    engine = sa.create_engine(f"sqlite:///{folder}/erp.db")
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def put(state: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    """Put a value where the position, or something in it, is."""
    *steps, last = "position", *path
    place: Any = state
    for step in steps:
        place = place[step]
    place[last] = value


@pytest.mark.parametrize("name,path,value", DAMAGES)
def test_a_damaged_position_is_healed_by_its_command(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, path: tuple[Any, ...], value: Any
) -> None:
    store = open_store("sqlite:///store.db", base=folder)
    where = sa.and_(tables.stream.c.connection == name)
    with store.work() as work:
        kept = json.loads(work.scalar(sa.select(tables.stream.c.state).where(where)))
        put(kept, path, value)
        work.run(sa.update(tables.stream).where(where).values(state=json.dumps(kept)))
    capsys.readouterr()
    assert run(["--project", str(folder), "sync"]) == 1
    said = capsys.readouterr().err
    assert f"{name}/customers: the place to read on" in said
    assert f"`crmsync sync --again {name}/customers`" in said
    assert run(["--project", str(folder), "sync", "--again", f"{name}/customers"]) == 0
    with store.read() as work:
        assert work.scalar(sa.select(sa.func.count()).select_from(tables.record)) == 6
    store.close()


def test_numbers_that_began_anew_are_read_from_their_start(folder: Path) -> None:
    store = open_store("sqlite:///store.db", base=folder)
    where = tables.stream.c.connection == "erp"
    with store.work() as work:
        kept = json.loads(work.scalar(sa.select(tables.stream.c.state).where(where)))
        kept["position"]["from"] = 10**12
        work.run(sa.update(tables.stream).where(where).values(state=json.dumps(kept)))
    assert run(["--project", str(folder), "sync"]) == 0
    with store.read() as work:
        assert work.scalar(sa.select(sa.func.count()).select_from(tables.record)) == 6
    store.close()


def test_who_asks_for_what_is_not_there_is_told(folder: Path) -> None:
    with open_project(folder) as opened:
        with pytest.raises(ConfigError, match="there is no connection 'epr'"):
            forget(opened, ["crm", "epr"])
        with pytest.raises(ConfigError, match="'crm' has read no stream 'orders'"):
            forget(opened, ["erp", "crm/orders"])
        assert state(opened.store, "customers") != "{}"
        with (
            opened.store.lease("connection:crm", holder="another run"),
            pytest.raises(LeaseHeld),
        ):
            forget(opened, ["crm"])
        forget(opened, ["crm", "erp"])
        assert state(opened.store, "customers") == "{}"
