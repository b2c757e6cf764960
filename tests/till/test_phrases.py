"""The fixed formatter: what the days on a card mean on a day."""

from __future__ import annotations

import pytest

from crmsync.till.card import Card, Care, Usual, Visit
from crmsync.till.phrases import (
    care_line,
    jubilee_line,
    last_line,
    lines,
    since_line,
    usual_line,
    whole_years,
)

TODAY = "2026-11-21"


@pytest.mark.parametrize(
    "item, line",
    [
        (Care("reklamation"), "Offene Reklamation – bitte ansprechen"),
        (Care("reklamation", "2026-11-02"), "Offene Reklamation (seit 02.11.) – bitte ansprechen"),
        (Care("verspaetung", "2026-10-22"), "Lieferung (22.10.) kam zu spät – bitte entschuldigen"),
        (Care("verspaetung", "2026-11-21"), "Lieferung (21.11.) kam zu spät – bitte entschuldigen"),
        (Care("verspaetung", "2026-10-21"), ""),
        (Care("verspaetung", "2026-11-22"), ""),
        (Care("verspaetung", "gestern"), ""),
    ],
)
def test_care_lines(item: Care, line: str) -> None:
    assert care_line(item, today=TODAY) == line


@pytest.mark.parametrize(
    "item, line",
    [
        (Usual("Hausmischung 500 g"), "Hausmischung 500 g"),
        (
            Usual("Hausmischung", 14, "2026-11-18"),
            "Hausmischung, alle 14 Tage, seit 3 Tagen fällig",
        ),
        (Usual("Brot", 1, "2026-11-20"), "Brot, jeden Tag, seit 1 Tag fällig"),
        (Usual("", 14, "2026-11-21"), "Kommt etwa alle 14 Tage, heute fällig"),
        (Usual("", 14, "2026-11-23"), "Kommt etwa alle 14 Tage, wieder um den 23.11."),
        (Usual("", 14, "2026-11-24"), "Kommt etwa alle 14 Tage"),
        (Usual("", 14, "2026-11-06"), "Kommt etwa alle 14 Tage"),
        (Usual("", 14), "Kommt etwa alle 14 Tage"),
    ],
)
def test_usual_lines(item: Usual, line: str) -> None:
    assert usual_line(item, today=TODAY) == line


@pytest.mark.parametrize(
    "since, line",
    [
        ("2016-11-21", "Seit 10 Jahren bei uns – ein Dankeschön wert"),
        ("2016-11-07", "Seit 10 Jahren bei uns – ein Dankeschön wert"),
        ("2016-11-06", ""),
        ("2016-11-22", ""),
        ("2015-11-21", ""),
        ("", ""),
    ],
)
def test_round_anniversaries(since: str, line: str) -> None:
    assert jubilee_line(since, today=TODAY) == line


def test_an_anniversary_of_29_february_is_kept_on_1_march() -> None:
    assert jubilee_line("2016-02-29", today="2026-03-01") != ""


def test_the_last_visit_has_its_year_once_it_is_another() -> None:
    assert (
        last_line(Visit("2026-11-03", "Ehrenfeld"), today=TODAY) == "Zuletzt am 03.11., Ehrenfeld"
    )
    assert last_line(Visit("2025-11-03"), today=TODAY) == "Zuletzt am 03.11.2025"
    assert last_line(None, today=TODAY) == ""


def test_since_is_a_year() -> None:
    assert since_line("2014-03-01") == "Bei uns seit 2014"
    assert since_line("") == ""


def test_the_most_useful_line_comes_first_and_at_most_two_of_care() -> None:
    card = Card(
        id="x", n="Anna Weber", since="2016-11-20", last=Visit("2026-11-03"),
        care=(Care("reklamation"), Care("verspaetung", "2026-11-20")), usual=(Usual("Kakao"),),
        pref=("Ohne Tüte",),
    )  # fmt: skip
    assert lines(card, today=TODAY) == [
        "Offene Reklamation – bitte ansprechen",
        "Lieferung (20.11.) kam zu spät – bitte entschuldigen",
        "Kakao",
        "Zuletzt am 03.11.",
        "Bei uns seit 2016",
        "Ohne Tüte",
    ]


@pytest.mark.parametrize("first, years", [("2008-11-21", 18), ("2008-11-22", 17), ("1980", -1)])
def test_whole_years(first: str, years: int) -> None:
    assert whole_years(first, TODAY) == years
