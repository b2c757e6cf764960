"""Commands about people: money as people write it, and the day a decision counts from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmsync.cli.main import run
from crmsync.cli.people import _plain

CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.muster]
name = "Muster GmbH"
[connections.till]
connector = "files"
controller = "muster"
currency = "CURRENCY"
[[connections.till.streams]]
name = "customers"
kind = "customers"
path = "kunden.csv"
key = "Nr"
[connections.till.streams.map]
family_name = "Name"
birth_date = "Geburtstag"
[[connections.till.streams]]
name = "orders"
kind = "orders"
path = "bons.csv"
key = "Bon"
[connections.till.streams.map]
customer = "Kunde"
placed_at = "Zeit"
[connections.till.streams.lines]
amount = "Betrag"
"""
DAY = "2025-11-21"


def retailer(folder: Path, currency: str = "EUR") -> Path:
    """Two customers, one of whom has bought for 1,290.50; a third whose birthday is none."""
    (folder / "crmsync.toml").write_text(CONFIG.replace("CURRENCY", currency), encoding="utf-8")
    people = "Nr;Name;Geburtstag\n1;Sommer;\n2;Winter;\n3;Herbst;31.02.1980\n"
    (folder / "kunden.csv").write_text(people, encoding="utf-8")
    bons = "Bon;Kunde;Zeit;Betrag\n7;1;2025-11-03;1290\n8;1;2025-11-04;1\n"
    (folder / "bons.csv").write_text(bons, encoding="utf-8")
    assert run(["--project", str(folder), "sync", "--as-of", DAY]) == 3
    return folder


@pytest.mark.parametrize(
    "currency,gross,basket,cents",
    [("EUR", "1,291.00 EUR", "645.50 EUR", 129100), ("JPY", "1,291 JPY", "64", 1291)],
)
def test_people_read_money_in_the_major_unit_and_machines_in_the_minor(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    currency: str,
    gross: str,
    basket: str,
    cents: int,
) -> None:
    words = ["--project", str(retailer(tmp_path, currency)), "habits", "till/customers/1"]
    capsys.readouterr()
    assert run(words) == 0
    told = dict(line.split(" │ ") for line in capsys.readouterr().out.splitlines() if "│" in line)
    shown = {name.strip(): value.strip() for name, value in told.items()}
    assert shown["revenue_gross"] == gross
    assert shown["basket_median"].startswith(basket)
    assert shown["refund_gross"].startswith("0")
    assert run([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["revenue_gross"] == cents


@pytest.mark.parametrize(
    "words",
    [
        ("merge", "till/customers/1", "till/customers/2", "--by", "JB"),
        ("split", "till/customers/1", "till/customers/2", "--by", "JB"),
        ("parked", "retry"),
    ],
)
def test_a_decision_and_a_retry_count_from_the_day_they_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    folder = ["--project", str(retailer(tmp_path))]
    assert run([*folder, *words, "--as-of", "2025-11-22"]) == 3
    capsys.readouterr()
    run([*folder, "status", "--json"])
    assert json.loads(capsys.readouterr().out)["runs"][0]["as_of"] == "2025-11-22"
    assert run([*folder, *words, "--as-of", "22.11.2025"]) == 2


@pytest.mark.parametrize(
    "value, said",
    [
        ({"key": "S1", "name": "Kaffee", "share": 800, "n": 5}, "Kaffee (80 % of 5)"),
        ({"value": 10, "share": 755, "n": 4}, "10 (75.5 % of 4)"),
        ({"group": "loyal", "r": 5, "f": 4, "m": 3, "n": 250}, "loyal (r5 f4 m3 of 250)"),
        ({"group": "prospects", "r": None, "f": None, "m": None, "n": 0}, "prospects"),
        (
            (
                {"product": "S1", "name": "Wolle", "every_days": 9, "due_on": "2026-12-01"},
                {"product": "S2", "name": "", "every_days": 9, "due_on": None,
                 "overdue_since": "2026-11-01"},
            ),
            "Wolle (by 2026-12-01), S2 (since 2026-11-01)",
        ),
        (({"name": "brands", "version": "1", "value": 3, "n": 7},), "brands: 3 (n 7)"),
        (("silent", "open_complaint"), "silent, open_complaint"),
        ("2026-12-01", "2026-12-01"),
    ],
)  # fmt: skip
def test_a_habit_is_said_in_few_words(value: object, said: str) -> None:
    assert _plain(value) == said
