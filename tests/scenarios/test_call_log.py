"""A call log ties its calls to whoever has the number: today, and whenever people change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.two_systems import DAY, Retailer

LOG = """
[connections.calls]
connector = "files"
controller = "muster"
[[connections.calls.streams]]
name = "calls"
kind = "interactions"
path = "anrufe.csv"
key = "Nr"
[connections.calls.streams.map]
at = "Zeit"
channel = { const = "phone" }
contact = "Nummer"
kind = { field = "Ergebnis", values = { ja = "call", nein = "missed_call" } }
direction = { field = "Richtung", values = { ein = "in", aus = "out" } }
status = { field = "Ergebnis", values = { nein = "open" }, other = "done" }
privileges = { field = "Vorteil", split = "," }
"""
CALLS = "Nr;Zeit;Nummer;Ergebnis;Richtung;Vorteil\n"
BEN = {"Nr": "7", "Vorname": "Ben", "Name": "Acker", "Telefon": "0221 5551234"}
CLARA = {"Nr": "8", "Vorname": "Clara", "Name": "Bruch", "Telefon": "0221 5551299"}


class Calls(Retailer):
    """The retailer with a call log."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(folder, capsys)
        with (folder / "crmsync.toml").open("a", encoding="utf-8") as config:
            config.write(LOG)
        self.people("crm", BEN)
        self.people("shop", CLARA)
        self.orders("shop")
        self.calls()

    def calls(self, *rows: str) -> None:
        """What the log holds."""
        text = CALLS + "".join(f"{row}\n" for row in rows)
        (self.folder / "anrufe.csv").write_text(text, encoding="utf-8")

    def read(self) -> dict[str, Any]:
        """Sync; gives the report."""
        found: dict[str, Any] = self.json("reconcile", "--accept-deletes", "--as-of", DAY)
        return found

    def missed(self) -> list[tuple[str, str]]:
        """Who is to be called back, by whichever call."""
        found = self.json("service", "--as-of", DAY)["muster"]["call_backs"]
        return [(one["ref"], one["customer_id"]) for one in found]


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Calls:
    return Calls(tmp_path, capsys)


def test_a_number_that_one_customer_has_ties_the_call_to_him(shop: Calls) -> None:
    shop.calls(
        "1;2026-11-20 10:00;+49 (221) 555-1234;nein;ein;",
        "2;2026-11-20 11:00;0221 5550199;nein;ein;",
    )
    report = shop.read()
    assert report["stages"]["tie"] == {"taken": 2, "tied": 1, "untied": 1}
    assert any("1 interactions found no customer" in one["message"] for one in report["warnings"])
    assert shop.missed() == [("calls/calls/1", shop.customer("crm/7"))]
    assert shop.json("habits", "crm/customers/7")["call_back_due"] is True
    assert shop.json("service", "--untied") == ["calls/calls/2"]
    again = shop.read()
    assert "tie" not in again["stages"], "nothing changed"


def test_tries_and_the_word_that_ends_the_wait(shop: Calls) -> None:
    told = [
        "1;2026-11-19 10:00;0221 5551234;nein;ein;", "2;2026-11-19 12:00;02215551234;nein;aus;",
        "3;2026-11-20 12:00;02215551234;nein;aus;",
    ]  # fmt: skip
    shop.calls(*told)
    shop.read()
    [found] = shop.json("service", "--as-of", DAY)["muster"]["call_backs"]
    assert (found["tries"], found["in_vain"]) == (2, True)
    shop.calls(*told, "4;2026-11-20 16:00;0221 5551234;ja;aus;")
    shop.read()
    assert shop.missed() == []
    assert shop.json("habits", "crm/customers/7")["call_back_due_on"] is None


def test_who_comes_later_gets_his_calls_and_a_shared_number_is_nobodys(shop: Calls) -> None:
    shop.calls("1;2026-11-20 10:00;0221 5550000;nein;ein;Parkplatz")
    shop.read()
    assert shop.missed() == []
    dora = {"Nr": "9", "Vorname": "Dora", "Name": "Wiese", "Telefon": "0221 5550000"}
    shop.people("crm", BEN, dora)
    shop.read()
    assert shop.missed() == [("calls/calls/1", shop.customer("crm/9"))]
    granted = shop.json("why", "crm/customers/9", "privileges")
    assert [one["value"] for one in granted.values()] == ["Parkplatz"]
    shop.people("shop", CLARA, {"Nr": "5", "Vorname": "Emil", "Name": "Stein",
                                "Telefon": "0221 5550000"})  # fmt: skip
    shop.read()
    assert shop.missed() == [], "two customers have the number now"
    assert shop.json("why", "crm/customers/9", "privileges") == {}
    shop.people("crm", BEN)
    shop.read()
    assert shop.missed() == [("calls/calls/1", shop.customer("shop/5"))]


def test_a_number_that_moves_takes_its_calls_along(shop: Calls) -> None:
    shop.calls("1;2026-11-20 10:00;0221 5551234;nein;ein;")
    shop.read()
    shop.people("crm", {**BEN, "Telefon": "0221 5550009"})
    shop.people("shop", {**CLARA, "Telefon": "0221 5551234"})
    shop.read()
    assert shop.missed() == [("calls/calls/1", shop.customer("shop/8"))]


def test_a_replay_ties_again_as_before(shop: Calls) -> None:
    shop.calls("1;2026-11-20 10:00;0221 5551234;nein;ein;")
    shop.read()
    before = shop.missed()
    shop.run("replay", "--as-of", DAY)
    assert shop.missed() == before != []


def test_a_call_that_is_withdrawn_counts_no_more(shop: Calls) -> None:
    shop.calls("1;2026-11-20 10:00;0221 5551234;nein;ein;")
    shop.read()
    text = (shop.folder / "crmsync.toml").read_text(encoding="utf-8")
    (shop.folder / "crmsync.toml").write_text(text.replace(LOG, ""), encoding="utf-8")
    shop.run("withdraw", "calls", "--yes", "--as-of", DAY)
    assert shop.missed() == []
    assert shop.json("habits", "crm/customers/7") == {}
