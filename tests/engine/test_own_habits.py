"""Habits of plugins: beside ours, for whoever is touched; one that fails does so alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from crmsync import registry
from crmsync.engine.project import Project
from crmsync.engine.sync import sync
from crmsync.hookspecs import hookimpl
from crmsync.model.habit import OwnHabit
from crmsync.model.own_habit import HabitDefinition
from crmsync.profile.habits import load_habits
from crmsync.store import tables as t
from tests.docs.pages import DOCS, blocks
from tests.engine.backend import NOW, Content, project

SIZES = HabitDefinition(
    name="biggest_basket",
    version="1",
    says="The gross of the biggest order, in cents.",
    sql="""
        SELECT customer_id, MAX(gross) AS value, COUNT(*) AS n
        FROM baskets WHERE kept_lines > 0 GROUP BY customer_id
    """,
)


class Plugin:
    """Hands over habits."""

    def __init__(self, *habits: object) -> None:
        self.habits = habits

    @hookimpl
    def crmsync_register_habits(self, register: Callable[[Any], None]) -> None:
        for one in self.habits:
            register(one)


def counted(asked: list[tuple[int, int, str]] | None = None, **fields: Any) -> HabitDefinition:
    """A habit in Python: how many lines a customer kept; who was asked is noted in `asked`."""

    def function(tables: Mapping[str, pa.Table], as_of: str) -> pa.Table:
        goods = tables["goods"]
        if asked is not None:
            asked.append((goods.num_rows, tables["baskets"].num_rows, as_of))
        grouped = goods.group_by("customer_id").aggregate([("piece", "sum")])
        pieces = grouped["piece_sum"]
        return pa.table({"customer_id": grouped["customer_id"], "value": pieces, "n": pieces})

    told = {"name": "pieces", "version": "1", "says": "Pieces kept.", "function": function}
    return HabitDefinition(**{**told, **fields})


def people(number: int = 3) -> Content:
    content = Content()
    for one in range(1, number + 1):
        content.person(one)
        content.sale(one, one, amount=f"{one}0.00")
    return content


def run(folder: Path, content: Content, *plugins: object, day: str = "2026-11-21") -> Any:
    """A sync; gives the report, and the plugins' habits by how many tens of euros were spent."""
    with project(folder, f"sqlite:///{folder / 'store.db'}", content, *plugins) as opened:
        return sync(opened, as_of=day, now=NOW), own(opened)


def own(opened: Project) -> dict[int, tuple[OwnHabit, ...]]:
    with opened.store.read() as work:
        names = [row.customer_id for row in work.all(t.habit.select())]
        return {one.revenue_gross // 1000: one.own for one in load_habits(work, names).values()}


def test_crmsync_register_habits(tmp_path: Path) -> None:
    """In SQL and in Python; stored with name, version, support and day."""
    asked: list[tuple[int, int, str]] = []
    report, found = run(tmp_path, people(), Plugin(SIZES, counted(asked)))
    assert report.exit_code() == 0
    assert asked == [(3, 3, "2026-11-21")]
    assert found == {
        number: (
            OwnHabit("biggest_basket", "1", 1000 * number, 1, "2026-10-01"),
            OwnHabit("pieces", "1", 1, 1, "2026-10-01"),
        )
        for number in (1, 2, 3)
    }


def test_only_touched_customers_are_asked_about(tmp_path: Path) -> None:
    asked: list[tuple[int, int, str]] = []
    content, plugin = people(), Plugin(counted(asked))
    run(tmp_path, content, plugin)
    asked.clear()
    run(tmp_path, content, plugin)
    assert asked == []
    content.sale(9, 2, amount="20.00")
    _, found = run(tmp_path, content, plugin)
    assert asked == [(2, 2, "2026-11-21")]
    assert [one.value for one in found[4]] == [2]


@pytest.mark.parametrize("what", ["version", "plugin", "gone"])
def test_another_version_computes_everybody_anew(tmp_path: Path, what: str) -> None:
    asked: list[tuple[int, int, str]] = []
    content = people()
    run(tmp_path, content, Plugin(counted()))
    later = {
        "version": [Plugin(counted(asked, version="2"))],
        "plugin": [Plugin(counted(asked), SIZES)],
        "gone": [],
    }[what]
    _, found = run(tmp_path, content, *later)
    assert len(asked) == (what != "gone")
    told = {"version": [("pieces", "2")], "plugin": [("biggest_basket", "1"), ("pieces", "1")]}
    assert {tuple((one.name, one.version) for one in row) for row in found.values()} == {
        tuple(told.get(what, []))
    }


def bad(**columns: Any) -> HabitDefinition:
    """A habit that answers with these columns for every customer, and with what else is needed."""

    def function(tables: Mapping[str, pa.Table], as_of: str) -> pa.Table:
        names = tables["baskets"]["customer_id"].to_pylist()
        rows = {"customer_id": names, "value": [1] * len(names), "n": [1] * len(names)}
        rows |= {key: told(names) if callable(told) else told for key, told in columns.items()}
        return pa.table({key: told for key, told in rows.items() if told is not None})

    return counted(name="bad", function=function)


def raising(tables: Mapping[str, pa.Table], as_of: str) -> pa.Table:
    raise RuntimeError("kunde1@example.org")


def in_sql(text: str) -> HabitDefinition:
    return counted(name="bad", function=None, sql=text)


WRONG = {
    "no column n": (bad(n=None), "gives no column n"),
    "two rows": (bad(customer_id=lambda names: [names[0]] * len(names)), "two values of one"),
    "a stranger": (bad(customer_id=lambda names: ["x"] * len(names)), "was not asked about"),
    "no number": (bad(value=lambda names: [float("nan")] * len(names)), "no finite number"),
    "a list": (bad(value=lambda names: [[1]] * len(names)), "gives a list as value"),
    "n below 0": (bad(n=lambda names: [-1] * len(names)), "an n that is no whole number"),
    "no day": (bad(since=lambda names: ["bald"] * len(names)), "since or turns_on that is no day"),
    "no table": (counted(name="bad", function=lambda tables, as_of: None), "gave no pyarrow table"),
    "raises": (counted(name="bad", function=raising), "failed with RuntimeError"),
    "no SQL": (in_sql("SELEC 1"), "syntax error"),
    "raw lines": (in_sql("SELECT * FROM lines"), "lines does not exist"),
    "a file": (in_sql("SELECT * FROM read_csv('/etc/hostname')"), "PermissionException"),
    "a cast": (in_sql("SELECT CAST(customer_id AS BIGINT) FROM goods"), "ConversionException"),
    "too wide": (in_sql(
        "SELECT customer_id, 10000000000::HUGEINT * 10000000000 AS value, 1 AS n FROM baskets"
    ), "beyond 64 bits"),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(WRONG))
def test_a_wrong_habit_is_named_and_the_rest_goes_on(tmp_path: Path, case: str) -> None:
    wrong, said = WRONG[case]
    report, found = run(tmp_path, people(), Plugin(wrong, SIZES))
    assert report.exit_code() == 1
    [failure] = report.failures
    assert failure.where == "habits"
    assert "habit 'bad'" in failure.message
    assert said in failure.message
    assert "example.org" not in failure.message
    assert {tuple(one.name for one in row) for row in found.values()} == {("biggest_basket",)}


def test_who_was_touched_while_it_failed_is_asked_about_again(tmp_path: Path) -> None:
    broken = [True]

    def function(tables: Mapping[str, pa.Table], as_of: str) -> pa.Table:
        if broken[0]:
            raise OSError
        return counted().function(tables, as_of)  # type: ignore[misc]

    content, plugin = people(), Plugin(counted(function=function))
    report, found = run(tmp_path, content, plugin)
    assert (report.exit_code(), set(found.values())) == (1, {()})
    report, _ = run(tmp_path, content, plugin)
    assert report.exit_code() == 1
    broken[0] = False
    report, found = run(tmp_path, content, plugin)
    assert report.exit_code() == 0
    assert {len(row) for row in found.values()} == {1}
    assert run(tmp_path, content, plugin)[0].stages == {}


def test_the_calendar_wakes_a_habit_that_depends_on_the_day(tmp_path: Path) -> None:
    def function(tables: Mapping[str, pa.Table], as_of: str) -> pa.Table:
        names = tables["baskets"]["customer_id"]
        old = as_of >= "2026-12-01"
        return pa.table({
            "customer_id": names, "value": [old] * len(names), "n": [1] * len(names),
            "since": ["2026-12-01" if old else None] * len(names),
            "turns_on": [None if old else "2026-12-01"] * len(names),
        })  # fmt: skip

    content, plugin = people(1), Plugin(counted(name="old", function=function))
    run(tmp_path, content, plugin)
    assert run(tmp_path, content, plugin, day="2026-11-30")[0].stages == {}
    _, found = run(tmp_path, content, plugin, day="2026-12-01")
    assert found == {1: (OwnHabit("old", "1", True, 1, "2026-12-01"),)}
    assert run(tmp_path, content, plugin, day="2026-12-24")[0].stages == {}


def test_a_denied_category_enters_no_habit_of_a_plugin(tmp_path: Path) -> None:
    asked: list[tuple[int, int, str]] = []
    content = people(1)
    content.sale(2, 1)
    with project(
        tmp_path, f"sqlite:///{tmp_path / 'store.db'}", content, Plugin(counted(asked))
    ) as opened:
        sync(opened, as_of="2026-11-21", now=NOW)
        with opened.store.work() as work:
            order = work.all(t.orders.select())[0]
            told = order.lines.replace('"KAFFEE","",""', '"KAFFEE","","Drogerie > Diabetes"')
            assert told != order.lines
            work.upsert(t.orders, [(*tuple(order)[:-1], told)])
            work.log_records("facts", [order.source_id])
        sync(opened, as_of="2026-11-21", now=NOW)
    assert [rows[:2] for rows in asked] == [(2, 2), (1, 1)]


@pytest.mark.parametrize(
    "wrong, said",
    [
        ("pieces", "a str is no HabitDefinition"),
        (counted(name="Größe"), "is no name"),
        (counted(name="orders"), "is a habit of crmsync"),
        (counted(version=" "), "lacks a version"),
        (counted(sql="SELECT 1"), "either sql or a function"),
        (counted(function=None), "either sql or a function"),
    ],
)
def test_a_wrong_definition_is_its_plugins_problem(tmp_path: Path, wrong: Any, said: str) -> None:
    report, found = run(tmp_path, people(1), Plugin(wrong), Plugin(SIZES))
    [failure] = report.failures
    assert said in failure.message
    assert "the plugin 'Plugin#2': crmsync_register_habits" in failure.message
    assert [one.name for one in found[1]] == ["biggest_basket"]
    [problem] = registry.check(registry.load(plugins=[Plugin(wrong)]))[:1]
    assert said in problem


def test_two_plugins_cannot_have_a_habit_of_the_same_name(tmp_path: Path) -> None:
    report, found = run(tmp_path, people(1), Plugin(SIZES), Plugin(SIZES))
    assert "another plugin already" in report.failures[0].message
    assert len(found[1]) == 1


def test_the_example_of_the_docs(tmp_path: Path) -> None:
    [shown] = blocks(DOCS / "reference/hooks.md", "python")
    (tmp_path / registry.LOCAL).write_text(shown.text, encoding="utf-8")
    content = people(1)
    for number, hour in enumerate(("10", "18", "21"), start=2):
        content.sale(number, 1, at=f"2026-10-02T{hour}:00:00+02:00", amount="0")
    report, found = run(tmp_path, content)
    assert report.exit_code() == 0
    assert [(one.name, one.value, one.n) for one in found[1]] == [("evening_share", 500, 4)]
