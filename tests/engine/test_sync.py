"""A run brings in what is there, once, and says so in numbers that add up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.errors import CredentialsError, RateLimited, Unreachable
from crmsync.model.stream import Unreadable
from crmsync.store import tables
from tests.engine.backend import NOW, Content, plugin, project

DAY = "2026-11-21"


def run(opened: Any, **more: Any) -> Any:
    return sync(opened, as_of=DAY, now=NOW, **more)


def rows(opened: Any, table: sa.Table) -> list[dict[str, Any]]:
    with opened.store.read() as work:
        return [dict(row._mapping) for row in work.all(sa.select(table))]


def filled(customers: int = 5, orders: int = 8) -> Content:
    content = Content()
    for number in range(customers):
        content.person(number)
    for number in range(orders):
        content.sale(number, number % customers)
    return content


def test_a_first_run_lands_everything_and_the_second_changes_nothing(
    tmp_path: Path, store_url: str
) -> None:
    with project(tmp_path, store_url, filled()) as opened:
        first = run(opened)
        assert first.exit_code() == 0, first.as_json()
        assert first.lands["shop/customers"]["new"] == 5
        assert first.lands["shop/orders"]["new"] == 8
        before = rows(opened, tables.source_customer), rows(opened, tables.orders)
        log = rows(opened, tables.change)
        second = run(opened)
        assert second.lands["shop/customers"]["unchanged"] == 5
        assert second.stages == {}
        assert (rows(opened, tables.source_customer), rows(opened, tables.orders)) == before
        assert rows(opened, tables.change) == log


def test_an_order_waits_for_its_customer_and_is_then_taken(tmp_path: Path, store_url: str) -> None:
    content = Content()
    content.sale(1, 7)
    with project(tmp_path, store_url, content) as opened:
        first = run(opened)
        assert first.stages["normalize/shop"]["pending"] == 1
        assert first.pending == 1
        assert rows(opened, tables.orders) == []
        content.person(7)
        second = run(opened)
        assert second.pending == 0
        (order,) = rows(opened, tables.orders)
        (customer,) = rows(opened, tables.source_customer)
        assert order["source_id"] == customer["record_id"]


def test_one_bad_record_parks_alone_and_is_released_when_mended(
    tmp_path: Path, store_url: str
) -> None:
    content = filled(20, 0)
    content.customers["7"]["birth_date"] = "am Sankt-Nimmerleins-Tag"
    with project(tmp_path, store_url, content) as opened:
        first = run(opened)
        assert first.exit_code() == 3
        assert len(rows(opened, tables.source_customer)) == 19
        (entry,) = rows(opened, tables.parked)
        assert (entry["place"], entry["field"]) == ("7", "birth_date")
        assert "Nimmerlein" not in entry["reason"]
        second = run(opened)
        assert second.exit_code() == 3
        assert second.stages["normalize/shop"]["parked"] == 1
        assert rows(opened, tables.parked)[0]["attempts"] == 2
        content.customers["7"]["birth_date"] = "1980-02-29"
        third = run(opened)
        assert third.exit_code() == 0
        assert rows(opened, tables.parked) == []
        assert len(rows(opened, tables.source_customer)) == 20


def test_a_good_version_stays_while_a_newer_one_is_parked(tmp_path: Path, store_url: str) -> None:
    content = filled(3, 0)
    with project(tmp_path, store_url, content) as opened:
        run(opened)
        before = rows(opened, tables.source_customer)
        content.customers["1"]["birth_date"] = "unlesbar"
        assert run(opened).exit_code() == 3
        assert rows(opened, tables.source_customer) == before


def test_what_cannot_be_read_is_parked_with_its_place_and_released(
    tmp_path: Path, store_url: str
) -> None:
    content = filled(3, 0)
    content.unreadable = [Unreadable("kunden.jsonl:4", "the line is cut off", b'{"id": ')]
    with project(tmp_path, store_url, content) as opened:
        first = run(opened)
        assert first.exit_code() == 3
        assert first.lands["shop/customers"]["unreadable"] == 1
        (entry,) = rows(opened, tables.parked)
        assert (entry["place"], entry["stage"]) == ("kunden.jsonl:4", "land")
        content.unreadable = []
        assert run(opened).exit_code() == 0


def test_a_record_without_an_id_is_parked(tmp_path: Path, store_url: str) -> None:
    content = filled(3, 0)
    content.customers["x"] = {"id": None, "given": "Ohne", "family": "Nummer", "email": ""}
    with project(tmp_path, store_url, content) as opened:
        report = run(opened)
        assert report.exit_code() == 3
        assert report.lands["shop/customers"]["new"] == 3


@pytest.mark.parametrize("bad", ["Anna \ud83d", "An\0na", 2**64])
def test_a_value_that_no_store_can_keep_parks_its_record_alone(
    tmp_path: Path, store_url: str, bad: object
) -> None:
    content = filled(4, 0)
    content.customers["2"]["given"] = bad
    with project(tmp_path, store_url, content) as opened:
        first = run(opened)
        assert first.exit_code() == 3, first.as_json()
        assert first.lands["shop/customers"]["unreadable"] == 1
        assert len(rows(opened, tables.source_customer)) == 3
        content.customers["2"]["given"] = "Anna \\u0000"  # a backslash is no NUL
        assert run(opened).exit_code() == 0
        assert len(rows(opened, tables.source_customer)) == 4


@pytest.mark.parametrize("name", ["7\ud83d", "7\0", "ä" * 501])
def test_an_id_that_no_store_can_keep_parks_its_record_alone(
    tmp_path: Path, store_url: str, name: str
) -> None:
    content = filled(4, 0)
    content.customers["2"]["id"] = name
    with project(tmp_path, store_url, content) as opened:
        assert run(opened).exit_code() == 3
        assert len(rows(opened, tables.source_customer)) == 3
        (entry,) = rows(opened, tables.parked)
        assert name not in str(entry)


def test_an_order_of_a_customer_whose_id_no_store_can_keep_parks_alone(
    tmp_path: Path, store_url: str
) -> None:
    content = filled(1, 1)
    content.sale(9, 0)
    content.orders["9"]["customer"] = "".join(chr(200 + n % 900) for n in range(9000))
    with project(tmp_path, store_url, content) as opened:
        assert run(opened).exit_code() == 3
        (entry,) = rows(opened, tables.parked)
        assert (entry["place"], entry["stage"]) == ("9", "normalize")
        assert len(rows(opened, tables.orders)) == 1


def test_a_record_that_vanishes_is_withdrawn_and_comes_back(tmp_path: Path, store_url: str) -> None:
    content = filled(10, 0)
    with project(tmp_path, store_url, content) as opened:
        run(opened)
        gone = content.customers.pop("3")
        report = run(opened)
        assert report.lands["shop/customers"]["deleted"] == 1
        assert report.stages["normalize/shop"]["withdrawn"] == 1
        assert len(rows(opened, tables.source_customer)) == 9
        content.customers["3"] = gone
        again = run(opened)
        assert again.lands["shop/customers"]["changed"] == 1
        assert len(rows(opened, tables.source_customer)) == 10


def test_an_empty_answer_deletes_nothing(tmp_path: Path, store_url: str) -> None:
    content = filled(10, 0)
    with project(tmp_path, store_url, content) as opened:
        run(opened)
        kept = dict(content.customers)
        content.customers.clear()
        report = run(opened)
        assert report.exit_code() == 6
        assert len(rows(opened, tables.source_customer)) == 10
        content.customers.update(kept)
        assert run(opened).exit_code() == 0


def test_the_brake_stops_a_large_loss_and_can_be_told_to_let_go(
    tmp_path: Path, store_url: str
) -> None:
    content = filled(40, 0)
    with project(tmp_path, store_url, content) as opened:
        run(opened)
        for number in range(20):
            del content.customers[str(number)]
        assert run(opened).exit_code() == 6
        assert run(opened, accept_deletes=True).exit_code() == 0
        assert len(rows(opened, tables.source_customer)) == 20


def test_a_new_mapper_version_replays_from_raw(tmp_path: Path, store_url: str) -> None:
    content = filled(4, 4)
    with project(tmp_path, store_url, content) as opened:
        run(opened)
        content.version = "2"
        report = run(opened, read=False)
        assert report.stages["normalize/shop"]["mapped"] == 8
        assert report.lands == {}


def test_the_window_ends_at_the_backends_clock_not_at_a_date_in_the_future(
    tmp_path: Path, store_url: str
) -> None:
    content = filled(2, 0)
    content.cursor, content.deletes = "timestamp", "none"
    content.sale(99, 1, at="2030-01-01T00:00:00+01:00")
    with project(tmp_path, store_url, content) as opened:
        run(opened)
        run(opened)
    ends = {window.until for window in content.windows}
    assert ends == {NOW}
    assert [window.since for window in content.windows][-1] == NOW


def test_a_run_that_fails_in_the_middle_goes_on_at_the_page(tmp_path: Path, store_url: str) -> None:
    content = filled(6, 0)
    content.page, content.deletes = 2, "none"
    content.fails = Unreachable("the shop does not answer.")
    with project(tmp_path, store_url, content) as opened:
        first = run(opened)
        assert first.exit_code() == 1
        assert first.lands["shop/customers"]["new"] == 2
        content.fails = None
        second = run(opened)
        assert second.lands["shop/customers"]["new"] == 4
        assert second.lands["shop/customers"]["unchanged"] == 0


def test_each_kind_of_failure_has_its_exit_code(tmp_path: Path, store_url: str) -> None:
    content = filled(2, 0)
    with project(tmp_path, store_url, content) as opened:
        for error, code in (
            (CredentialsError("the token is refused."), 4),
            (RateLimited("too many requests.", retry_after=30), 5),
            (ValueError("a bug"), 1),
        ):
            content.fails = error
            report = run(opened)
            assert report.exit_code() == code
            assert report.failures[0].where.startswith("shop/")


def test_a_merge_in_the_backend_is_kept_as_a_decision(tmp_path: Path, store_url: str) -> None:
    content = filled(3, 0)
    with project(tmp_path, store_url, content) as opened:
        run(opened)
        content.merged = [("1", "2")]
        run(opened)
        (decision,) = rows(opened, tables.decision)
        assert (decision["a_ref"], decision["b_ref"]) == ("shop/customers/1", "shop/customers/2")
        assert len(rows(opened, tables.source_customer)) == 3


def test_the_change_log_does_not_grow_with_the_runs(tmp_path: Path, store_url: str) -> None:
    content = filled(4, 4)
    with project(tmp_path, store_url, content) as opened:
        run(opened)
        sizes = []
        for number in range(10, 14):
            content.person(number)
            run(opened)
            sizes.append(len(rows(opened, tables.change)))
        assert max(sizes) == 0


def test_a_connection_that_goes_to_another_controller_takes_its_customers_along(
    tmp_path: Path, store_url: str
) -> None:
    with project(tmp_path, store_url, filled(3, 3)) as opened:
        run(opened)
        before = {row["customer_id"] for row in rows(opened, tables.link)}
    other = '[controllers.andere]\nname = "Andere GmbH"\n'
    text = (tmp_path / "crmsync.toml").read_text(encoding="utf-8").replace('"muster"', '"andere"')
    (tmp_path / "crmsync.toml").write_text(text + other, encoding="utf-8")
    with open_project(tmp_path, plugins=[plugin(filled(3, 3))]) as opened:
        run(opened)
        assert {row["controller"] for row in rows(opened, tables.source_customer)} == {"andere"}
        after = {row["customer_id"] for row in rows(opened, tables.link)}
        assert not before & after  # a profile never crosses controllers


def test_a_run_whose_connections_another_has_leaves_the_stages_behind_to_it(
    tmp_path: Path, store_url: str
) -> None:
    content = Content()
    content.person(1)
    with (
        project(tmp_path, store_url, content) as opened,
        opened.store.lease("connection:shop", holder="other"),
        opened.store.lease("resolve", holder="another"),
    ):
        report = sync(opened, as_of=DAY, now=NOW)
    assert [one.where for one in report.failures] == ["shop"]
    assert report.exit_code() == 7


def test_indexes_that_cannot_be_made_stop_no_stage(tmp_path: Path) -> None:
    with project(tmp_path, f"sqlite:///{tmp_path / 'store.db'}", filled()) as opened:
        late = tables.LATE[0].name
        with opened.store.work() as work:
            work.run(sa.text(f"CREATE TABLE {late} (in_its_way INTEGER)"))
        first = run(opened)
        assert [one["where"] for one in first.as_json()["failures"]] == ["indexes"]
        assert first.exit_code() != 0
        assert "resolve" in first.stages
        with opened.store.work() as work:
            assert work.scalar(sa.text("PRAGMA temp_store")) == 2  # in memory, as before
            work.run(sa.text(f"DROP TABLE {late}"))
        assert run(opened).exit_code() == 0
        assert {one.name for one in tables.LATE} <= {
            str(one["name"])
            for name in sa.inspect(opened.store.engine).get_table_names()
            for one in sa.inspect(opened.store.engine).get_indexes(name)
        }
