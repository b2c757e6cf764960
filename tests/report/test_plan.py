"""The retailer's own plan: read line by line, and held against what the regulars bought."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from crmsync.cli.main import run
from crmsync.engine.project import Project, open_project
from crmsync.errors import ConfigError
from crmsync.profile.habits import load_habits
from crmsync.report import page
from crmsync.report.figures import Figures, controller_of, gather
from crmsync.report.plan import Plan, Planned, read_plan
from crmsync.report.survey import REGULAR, Turnover
from crmsync.store import tables as t
from crmsync.store.customers import alive
from crmsync.store.keys import refs_of
from tests.report.conftest import DAY


def _written(folder: Path, *lines: str) -> Path:
    path = folder / "plan.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _read(project: Project, path: Path, year: int = 2026) -> Plan:
    with project.store.read() as work:
        return read_plan(work, path, year=year, currency="EUR")


@pytest.fixture
def regulars(project: Project) -> list[Turnover]:
    """Who bought this year and the last, by the figures without a plan."""
    figures = gather(project, controller_of(project, ""), DAY)
    found = [one for one in figures.survey.turnover if one.actual > 0 and one.planned > 0]
    assert len(found) > 5
    return found


@pytest.fixture
def names(regulars: Sequence[Turnover]) -> list[str]:
    return [one.customer_id for one in regulars]


def test_a_plan_is_read_by_semicolons_and_by_commas(
    project: Project, names: list[str], tmp_path: Path
) -> None:
    german = _written(tmp_path, "customer;net;year", f'{names[0]};"12.500,50";2026')
    assert _read(project, german).of == {names[0]: Planned(1250050, "EUR", "plan.csv, line 2")}
    english = _written(tmp_path, "net,customer,currency", f"800,{names[0]},chf")
    assert _read(project, english).of == {names[0]: Planned(80000, "CHF", "plan.csv, line 2")}


def test_a_byte_order_mark_and_blanks_around_names_are_passed_over(
    project: Project, names: list[str], tmp_path: Path
) -> None:
    path = _written(tmp_path, "\ufeff customer ; net ", f" {names[0]} ; 12 ")
    assert _read(project, path).of[names[0]].net == 1200


def test_a_record_stands_for_its_customer(project: Project, tmp_path: Path) -> None:
    with project.store.read() as work:
        link = work.all(t.link.select().limit(1))[0]
        ref = refs_of(work, [link.source_id])[link.source_id]
    path = _written(tmp_path, "customer;net", f"{ref};100")
    assert list(_read(project, path).of) == [link.customer_id]


def test_lines_of_other_years_are_passed_over(
    project: Project, names: list[str], tmp_path: Path
) -> None:
    path = _written(
        tmp_path, "customer;net;year",
        f"{names[0]};100;2025", f"{names[0]};200;2026", f"{names[1]};300;",
    )  # fmt: skip
    told = _read(project, path)
    assert {name: one.net for name, one in told.of.items()} == {names[0]: 20000, names[1]: 30000}
    assert told.problems == []
    assert {one.net for one in _read(project, path, 2025).of.values()} == {10000, 30000}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nobody;100;;", "customer: is nobody who is known"),
        (";100;;", "customer: is nobody who is known"),
        ("a/b/c;100;;", "customer: is nobody who is known"),
        ("{0};Geheim;;", "net: is no amount"),
        ("{0};;;", "net: is no amount"),
        ("{0};-5;;", "net: is below zero"),
        ("{0};12.500;;", 'net: may be thousands or decimals, write "12500" or "12500,00"'),
        ("{0};5;26;", "year: is no year"),
        ("{0};5;;Geheim", "currency: is no ISO 4217 currency code"),
        ("{1};5;;", "customer: is planned in plan.csv, line 2 already"),
        ("{0}", "net: is no amount"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_the_others_are_used(
    project: Project, names: list[str], tmp_path: Path, line: str, problem: str
) -> None:
    path = _written(
        tmp_path, "customer;net;year;currency",
        f"{names[1]};100;;", line.format(*names), f"{names[2]};300;2026;EUR",
    )  # fmt: skip
    told = _read(project, path)
    assert set(told.of) == {names[1], names[2]}
    assert told.problems == [f"plan.csv, line 3: {problem}."]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("customer;amount", "has no column 'net'"),
        ("customer;net;name", "has an unknown column 'name'"),
        ("", "has no column 'customer'"),
    ],
)
def test_a_file_without_its_columns_is_refused(
    project: Project, tmp_path: Path, head: str, why: str
) -> None:
    with pytest.raises(ConfigError, match=why):
        _read(project, _written(tmp_path, head))


def test_a_file_that_is_not_there_or_no_text_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        _read(project, tmp_path / "none.csv")
    (tmp_path / "plan.csv").write_bytes(b"customer;net\nM\xfcller;1\n")
    with pytest.raises(ConfigError, match="cannot be read: it is not UTF-8"):
        _read(project, tmp_path / "plan.csv")


@pytest.fixture
def planning(retailer: Path, tmp_path: Path) -> Path:
    """A retailer with a plan of his own, still empty."""
    folder = Path(shutil.copytree(retailer, tmp_path / "shop"))
    settings = folder / "crmsync.toml"
    told = settings.read_text(encoding="utf-8")
    settings.write_text(f'{told}\n[report]\nplan = "plan.csv"\n', encoding="utf-8")
    return folder


def _gathered(folder: Path) -> Figures:
    with open_project(folder) as project:
        return gather(project, controller_of(project, ""), DAY)


def test_regulars_are_held_against_their_plan(planning: Path, regulars: list[Turnover]) -> None:
    many, few = regulars[0], regulars[1]
    _written(
        planning, "customer;net",
        f"{many.customer_id};{many.year * 3 // 100}", f"{few.customer_id};1",
    )  # fmt: skip
    figures = _gathered(planning)
    found = {one.customer_id: one for one in figures.survey.turnover}
    told = found[many.customer_id]
    year = many.year * 3 // 100 * 100
    assert told == Turnover(
        many.customer_id, round(Decimal(year) * many.planned / many.year), many.actual, year,
        many.currency, told=True,
    )  # fmt: skip
    assert found[few.customer_id].year == 100
    assert few.customer_id not in {one.customer_id for one in figures.behind}
    assert found[regulars[2].customer_id] == regulars[2]
    assert figures.planned
    assert figures.plan_problems == []
    assert "Plan ist der Plan des Hauses" in page.html(figures)


def test_who_bought_nothing_last_year_is_measured_evenly(planning: Path, project: Project) -> None:
    with project.store.read() as work:
        habits = load_habits(work, alive(work))
    name, new = next((name, one) for name, one in habits.items()
                     if str(one.first_order_on) >= "2026"
                     and one.purchase_days < REGULAR)  # fmt: skip
    _written(planning, "customer;net", f"{name};365")
    told = next(one for one in _gathered(planning).survey.turnover
                if one.customer_id == name)  # fmt: skip
    assert told.planned == 325 * 100  # 21 November is day 325 of 365
    assert told.actual == new.revenue_net


def test_a_plan_in_a_currency_in_which_nobody_buys_is_a_problem(
    planning: Path, regulars: list[Turnover]
) -> None:
    _written(planning, "customer;net;currency", f"{regulars[0].customer_id};100;USD")
    figures = _gathered(planning)
    assert figures.plan_problems == [
        "plan.csv, line 2: currency: the customer buys in another one."
    ]
    assert regulars[0] in figures.survey.turnover
    assert not figures.planned


def test_the_command_names_the_lines_and_ends_with_2(
    planning: Path, names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _written(planning, "customer;net", f"{names[0]};100", "Erika Geheim;5")
    assert run(["-p", str(planning), "report", "--as-of", DAY]) == 2
    printed = capsys.readouterr()
    assert "written to report.html" in printed.out
    assert printed.err.strip() == "plan.csv, line 3: customer: is nobody who is known."
    (planning / "plan.csv").unlink()
    assert run(["-p", str(planning), "report", "--as-of", DAY]) == 2
    assert "cannot be read" in capsys.readouterr().err
