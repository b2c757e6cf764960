"""The page of a store: its sections against the habits and facts behind them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from crmsync.cli.main import run
from crmsync.engine.project import Project
from crmsync.profile.habits import load_habits
from crmsync.report.figures import controller_of
from crmsync.report.today import EXPECTED_DAYS, LISTED, TITLES, Today, text, today
from crmsync.store.customers import alive
from tests.report.conftest import DAY


def page(project: Project, store: str = "", day: str = DAY) -> Today:
    return today(project, controller_of(project, ""), day, store=store)


def test_expected_and_overdue_are_told_by_the_habits(project: Project) -> None:
    with project.store.read() as work:
        habits = load_habits(work, alive(work))
    soon = str(date.fromisoformat(DAY) + timedelta(EXPECTED_DAYS))
    calm = {name: one for name, one in habits.items() if "silent" not in one.at_risk}
    expected = [n for n, one in calm.items() if DAY <= (one.next_expected_on or "9") <= soon]
    overdue = [n for n, one in calm.items() if one.overdue_since]
    found = page(project)
    assert found.in_all["expected"] == len(expected) > 0
    assert found.in_all["overdue"] == len(overdue) > 0
    assert {one.customer_id for one in found.sections["overdue"]} <= set(overdue)


def test_a_section_is_short_and_tells_how_many_there_are(project: Project) -> None:
    found = page(project)
    assert all(len(entries) <= LISTED for entries in found.sections.values())
    for section, entries in found.sections.items():
        assert len(entries) == min(LISTED, found.in_all[section])
    said = text(found)
    assert all(title in said for title in TITLES.values())
    assert "Heute, 21.11.2026" in said


def test_a_store_sees_its_own_customers(project: Project) -> None:
    whole = page(project)
    with project.store.read() as work:
        habits = load_habits(work, alive(work))
    keys = {one.usual_store.key for one in habits.values() if one.usual_store}
    assert keys
    for store in keys:
        mine = page(project, store)
        for section in ("expected", "overdue"):
            assert mine.in_all[section] <= whole.in_all[section]
            for entry in mine.sections[section]:
                usual = habits[entry.customer_id].usual_store
                assert usual is not None
                assert usual.key == store
    assert sum(page(project, "no such store").in_all.values()) == 0


def test_the_valuable_come_first(project: Project) -> None:
    with project.store.read() as work:
        habits = load_habits(work, alive(work))
    for section in ("apology", "expected", "overdue"):
        worth = [habits[one.customer_id].revenue_net for one in page(project).sections[section]]
        assert worth == sorted(worth, reverse=True)


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_shows_it(
    retailer: Path, as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["--json"] if as_json else []
    assert run(["-p", str(retailer), "today", "--as-of", DAY, *more]) == 0
    said = capsys.readouterr().out
    if as_json:
        assert set(json.loads(said)["sections"]) == set(TITLES)
    else:
        assert "Entschuldigen (" in said
