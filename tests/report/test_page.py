"""The page: whole in itself, readable by its owner alone, and nothing that records told runs."""

from __future__ import annotations

import re
import shutil
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from crmsync.cli.main import run
from crmsync.engine.project import Project, open_project
from crmsync.report import page, words
from crmsync.report.figures import Figures, controller_of, gather
from crmsync.report.named import Named
from tests.report.conftest import DAY


@pytest.fixture
def figures(project: Project) -> Figures:
    return gather(project, controller_of(project, ""), DAY)


def test_the_page_asks_for_nothing(figures: Figures) -> None:
    told = page.html(figures)
    asked = re.findall(r'(?:src|href|action|data)="([^"#][^"]*)"', told)
    assert [one for one in asked if not one.startswith("data:")] == []
    assert "<script" not in told
    assert "url(http" not in told
    assert told.count("<svg") == 6
    ids = re.findall(r'\bid="([^"]+)"', told)
    assert len(ids) == len(set(ids))


def test_names_are_escaped(figures: Figures) -> None:
    evil = "<script>alert(1)</script>"
    names = {key: Named(key, evil) for key in figures.names}
    told = page.html(replace(figures, names=names))
    assert evil not in told
    assert "&lt;script&gt;" in told


def test_what_may_reveal_health_is_in_no_line(figures: Figures) -> None:
    told = page.html(figures).casefold()
    for word in ("diabet", "medikament", "inkontinenz"):
        assert word not in told


def test_a_retailer_without_customers_gets_a_page_too(figures: Figures) -> None:
    nothing = type(figures.survey)()
    quality = replace(figures.quality, records={}, customers=0, joined=0, reach=())
    empty = replace(
        figures, revenues=[], survey=nothing, patterns=[], risks=[], risks_in_all=0, watched=[],
        watched_in_all=0, behind=[], quality=quality,
    )  # fmt: skip
    told = page.html(empty)
    assert "<svg" not in told
    assert "Noch keine Zahlen" in told


def test_both_sides_of_each_class_are_shown_once_they_are_known(
    retailer: Path, tmp_path: Path, figures: Figures
) -> None:
    assert "Noch nicht berechnet: <code>crmsync value" in page.html(figures)
    folder = Path(shutil.copytree(retailer, tmp_path / "shop"))
    assert run(["-p", str(folder), "value", "--as-of", DAY]) == 0
    with open_project(folder) as project:
        told = gather(project, controller_of(project, ""), DAY)
    assert set(told.values) == {("EUR", "A"), ("EUR", "B"), ("EUR", "C")}
    shown = page.html(told)
    for one in told.values.values():
        assert one.contribution is not None
        assert words.money(one.contribution, "EUR") in shown
    assert told.uneven
    assert set(told.uneven) <= set(told.names)
    assert all(told.names[name].name in shown for name in list(told.uneven)[:50])


def test_the_command_writes_a_page_for_its_owner_alone(
    retailer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-p", str(retailer), "report", "--as-of", DAY]) == 0
    assert "written to report.html" in capsys.readouterr().out
    written = retailer / "report.html"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert "Gefährdete Stammkunden" in written.read_text(encoding="utf-8")


def test_the_pdf_has_pages(retailer: Path, tmp_path: Path) -> None:
    pytest.importorskip("weasyprint", exc_type=ImportError)
    out = tmp_path / "bericht.pdf"
    assert run(["-p", str(retailer), "report", "--as-of", DAY, "--pdf", "--out", str(out)]) == 0
    written = out.read_bytes()
    assert written.startswith(b"%PDF-")
    assert len(written) > 20_000


def test_a_missing_extra_is_named(figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in sys.modules if one.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(page.ConfigError, match="matplotlib is missing") as error:
        page.html(figures)
    assert "crmsync[report]" in str(error.value.hint)


def test_a_folder_that_is_not_there_is_told(retailer: Path) -> None:
    with pytest.raises(page.ConfigError, match="cannot be written"):
        page.write("<html>", retailer / "nowhere" / "report.html")


@pytest.mark.parametrize(
    "amount,currency,written",
    [(123450, "EUR", "1.234,50 €"), (-5, "EUR", "-0,05 €"), (1200, "JPY", "1.200 JPY"),
     (0, "CHF", "0,00 CHF")],
)  # fmt: skip
def test_money_as_it_is_written_here(amount: int, currency: str, written: str) -> None:
    assert words.money(amount, currency) == written


def test_days_and_numbers_as_they_are_written_here() -> None:
    assert (words.day("2026-01-09"), words.n(1234567), words.factor(2.54)) == (
        "9.1.2026", "1.234.567", "2,5-mal",
    )  # fmt: skip
