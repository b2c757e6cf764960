"""What cannot be read at landing stays parked, and in the window, until it is mended or gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.engine import cursor
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.errors import Unreachable
from crmsync.model.stream import Stream
from crmsync.store import tables
from tests.engine.backend import NOW, Content, NoSettings, connector, project

CONFIG = """
[crmsync]
store = "{url}"
[controllers.beispiel]
name = "Beispiel GmbH"
[connections.erp]
connector = "sql"
controller = "beispiel"
url = "sqlite:///erp.db"
[[connections.erp.streams]]
name = "kunden"
kind = "customers"
table = "kunden"
key = "id"
cursor = "{cursor}"
{more}
[connections.erp.streams.map]
family_name = "name"
"""
KINDS = {
    "time": ("geaendert", 'stamps_in = "UTC"\ndeletes = "reconcile"'),
    "number": ("version", 'cursor_type = "number"\noverlap = 0'),
}
Shop = Callable[[str], None]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """The ERP: ten customers, and what its own programs do to them."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/erp.db")

    def execute(statement: str) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)

    execute("CREATE TABLE kunden (id TEXT, name TEXT, geaendert TEXT, version INTEGER)")
    for number in range(10):
        execute(f"INSERT INTO kunden VALUES ('{number}', 'Groß', {days_ago(30)}, {number})")
    yield execute
    engine.dispose()


def days_ago(days: int) -> str:
    return (
        f"'{(datetime.now(UTC) - timedelta(days=days, minutes=1)).strftime('%Y-%m-%d %H:%M:%S')}'"
    )


@pytest.fixture
def run(tmp_path: Path, store_url: str, shop: Shop) -> Callable[..., Any]:
    """Syncs with a cursor of this kind; gives the report."""

    def run(kind: str, **more: Any) -> Any:
        column, options = KINDS[kind]
        text = CONFIG.format(url=store_url, cursor=column, more=options)
        (tmp_path / "crmsync.toml").write_text(text, encoding="utf-8")
        with open_project(tmp_path) as opened:
            return sync(opened, as_of="2026-11-21", **more)

    return run


def landed(report: Any) -> dict[str, int]:
    return {name: number for name, number in report.lands.get("erp/kunden", {}).items() if number}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", ["''", "'7' || char(0)"])
def test_a_row_without_an_id_is_asked_for_until_it_has_one(
    run: Callable[..., Any], shop: Shop, kind: str, bad: str
) -> None:
    run(kind)
    shop(f"INSERT INTO kunden VALUES ({bad}, 'Neu', {days_ago(0)}, 10)")
    for _ in range(3):
        report = run(kind)
        assert report.exit_code() == 3
        assert landed(report)["unreadable"] == 1
        assert report.parked == 1
    shop("UPDATE kunden SET id = '10' WHERE name = 'Neu'")  # and nobody moves the stamp
    mended = run(kind)
    assert mended.exit_code() == 0, mended.as_json()
    assert landed(mended) == {"read": 1 + (kind == "number"), "new": 1} | (
        {"unchanged": 1} if kind == "number" else {}
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_window_that_was_held_open_moves_on_once_all_is_mended(
    run: Callable[..., Any], shop: Shop, kind: str
) -> None:
    shop(f"UPDATE kunden SET name = 'x' || char(0), geaendert = {days_ago(9)} WHERE id = '3'")
    assert landed(run(kind)) == {"read": 10, "new": 9, "unreadable": 1}
    assert landed(run(kind)) == {"read": 10, "unchanged": 9, "unreadable": 1}
    shop("UPDATE kunden SET name = 'Groß' WHERE id = '3'")
    mended = run(kind)
    assert mended.exit_code() == 0
    assert landed(mended) == {"read": 10, "new": 1, "unchanged": 9}
    assert landed(run(kind)).get("read", 0) == (kind == "number")


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_that_is_gone_is_parked_no_more(
    run: Callable[..., Any], shop: Shop, kind: str
) -> None:
    shop(f"INSERT INTO kunden VALUES ('', 'Neu', {days_ago(0)}, 10)")
    assert run(kind).exit_code() == 3
    shop("DELETE FROM kunden WHERE id = ''")
    assert run(kind).exit_code() == 0


def test_nobody_is_gone_as_long_as_a_row_cannot_be_read(
    run: Callable[..., Any], shop: Shop
) -> None:
    """The customer whose id was emptied by mistake is still there."""
    run("time")
    shop(f"UPDATE kunden SET id = '', geaendert = {days_ago(0)} WHERE id = '4'")
    for _ in range(2):
        assert landed(run("time")) == {"read": 1, "unreadable": 1}
    shop("UPDATE kunden SET id = '4' WHERE id = ''")
    assert landed(run("time")) == {"read": 1, "changed": 1}


@pytest.mark.parametrize("kind", ["snapshot", "timestamp", "version"])
def test_a_reading_that_was_cut_off_releases_what_an_undisturbed_one_would(
    tmp_path: Path, store_url: str, kind: str
) -> None:
    content = Content()
    content.cursor, content.deletes, content.page = kind, "none", 2
    for number in range(6):
        content.person(number)
    content.customers["0"]["given"] = content.customers["5"]["given"] = "An\0na"
    with project(tmp_path, store_url, content) as opened:
        assert run_at(opened, 0).parked == 2
        content.customers["0"]["given"] = "Anna"
        content.fails = Unreachable("der Laden schweigt")
        assert run_at(opened, 1).exit_code() == 1
        content.customers["5"]["given"] = "Anna"
        content.fails = None
        assert run_at(opened, 2).exit_code() == 0
        with opened.store.read() as work:
            assert len(work.all(sa.select(tables.source_customer))) == 6


def test_what_was_met_before_the_cut_stays_parked(tmp_path: Path, store_url: str) -> None:
    content = Content()
    content.cursor, content.deletes, content.page = "timestamp", "none", 2
    for number in range(6):
        content.person(number)
    content.customers["0"]["given"] = "An\0na"
    content.fails = Unreachable("der Laden schweigt")
    with project(tmp_path, store_url, content) as opened:
        assert run_at(opened, 0).parked == 1
        content.fails = None
        resumed = run_at(opened, 1)
        assert resumed.lands["shop/customers"]["read"] == 4
        assert resumed.exit_code() == 3


def run_at(opened: Any, hours: int) -> Any:
    return sync(opened, as_of="2026-11-21", now=NOW + timedelta(hours=hours))


@pytest.mark.parametrize("kind", ["timestamp", "version"])
def test_a_reading_begins_where_the_one_began_that_met_it(kind: Any) -> None:
    stream = Stream(name="kunden", kind="customers", cursor=kind)
    clocks = [NOW + timedelta(hours=hours) for hours in range(5)]
    content = Content()
    one = connector(content)(NoSettings(), None)
    began, state = [], cursor.State()
    for clock, again in zip(clocks, (False, False, True, True, False), strict=True):
        content.clock = clock
        state = cursor.begin(state, stream, cursor.BackendTime(one, clock), again=again)
        began.append(state.get("since") or state["position"])
        state = cursor.finish(cursor.move(state, clock.isoformat()), stream)
    shown = [None if stamp is None else datetime.fromisoformat(stamp) for stamp in began]
    assert shown == [None, clocks[0], clocks[0], clocks[0], clocks[3]]
