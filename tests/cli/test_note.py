"""`crmsync note`: what people write down, on the command line, and what becomes of it."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from crmsync.cli.main import run
from tests.cli.two_systems import DAY, JONAS, Retailer

NOTES = """
[connections.notes]
connector = "notes"
controller = "muster"
"""
ANNA = "crm/customers/3"


@pytest.fixture
def noting(retailer: Retailer) -> Retailer:
    """The retailer with a connection for notes."""
    path = retailer.folder / "crmsync.toml"
    path.write_text(path.read_text(encoding="utf-8") + NOTES, encoding="utf-8")
    return retailer


def write(noting: Retailer, *words: str) -> str:
    """Write a note about Anna; gives its record."""
    found = noting.json("note", ANNA, *words, "--at", "2026-11-20 10:00", "--as-of", DAY)
    assert found["customer_id"] == noting.customer("crm/3")
    return str(found["record"])


def profile(noting: Retailer, field: str, of: str = ANNA) -> list[Any]:
    """The values of a field of a profile."""
    told = noting.json("why", of, field)
    return [one["value"] for one in told.values()]


def test_a_note_is_told_with_its_record_and_the_customer(noting: Retailer) -> None:
    told = noting.run("note", ANNA, "Fragt nach der Lieferung", "--kind", "enquiry")
    assert told.startswith("notes/notes/")
    assert told.strip().endswith(f"noted of {noting.customer('crm/3')}")


def test_privileges_wishes_and_marks_are_shown_by_the_profile_until_they_end(
    noting: Retailer,
) -> None:
    write(noting, "--privilege", "Parkplatz", "--privilege", "Rabatt", "--wish", "Ohne Tüte",
          "--mark", "Fürsprecher")  # fmt: skip
    assert profile(noting, "privileges") == ["Parkplatz", "Rabatt"]
    assert profile(noting, "wishes") == ["Ohne Tüte"]
    assert profile(noting, "marks") == ["Fürsprecher"]
    write(noting, "--ended", "rabatt")
    assert profile(noting, "privileges") == ["Parkplatz"]


def test_an_open_complaint_that_is_noted_is_counted_as_any(noting: Retailer) -> None:
    assert noting.json("habits", "crm/customers/1") == {}
    noting.run("note", "crm/customers/1", "Zu spät", "--kind", "complaint", "--at",
               "2026-11-20", "--as-of", DAY)  # fmt: skip
    assert noting.json("habits", "crm/customers/1")["open_complaints"] == 1


def test_a_call_back_is_due_on_its_day(noting: Retailer) -> None:
    write(noting, "--kind", "call-back", "--channel", "phone", "--due", "2026-11-21")
    told = noting.json("habits", ANNA)
    assert (told["call_back_due_on"], told["call_back_due"]) == ("2026-11-21", True)


def test_notes_follow_their_customer_through_a_merge_and_back(noting: Retailer) -> None:
    write(noting, "--privilege", "Parkplatz")
    noting.run("merge", ANNA, "crm/customers/1", "--by", "KS", "--as-of", DAY)
    assert profile(noting, "privileges", "crm/customers/1") == ["Parkplatz"]
    noting.run("unmerge", ANNA, "crm/customers/1", "--by", "KS", "--as-of", DAY)
    assert profile(noting, "privileges", "crm/customers/1") == []
    assert profile(noting, "privileges") == ["Parkplatz"]


def test_a_replay_maps_every_note_again_and_changes_nothing(noting: Retailer) -> None:
    write(noting, "--privilege", "Parkplatz")
    before = noting.run("why", ANNA)
    told = noting.json("replay", "--as-of", DAY)
    assert told["stages"]["normalize/notes"]["mapped"] == 1
    assert noting.run("why", ANNA) == before
    assert noting.json("sync", "notes", "--as-of", DAY)["exit_code"] == 0


def test_a_note_waits_for_a_customer_whose_record_is_gone_for_a_while(noting: Retailer) -> None:
    write(noting, "--privilege", "Parkplatz")
    noting.people("crm", JONAS)
    noting.run("reconcile", "crm", "--accept-deletes", "--as-of", DAY)
    noting.people("crm", JONAS, {"Nr": "3", "Vorname": "Anna", "Name": "Keller"})
    noting.sync()
    assert profile(noting, "privileges") == ["Parkplatz"]


def test_a_key_lets_a_note_be_written_only_once(noting: Retailer) -> None:
    first = noting.json("note", ANNA, "Katalog", "--key", "k1")
    assert noting.json("note", ANNA, "Katalog", "--key", "k1") == first
    assert first["record"] == "notes/notes/k1"
    with_store = noting.json("replay", "--as-of", DAY)
    assert with_store["stages"]["normalize/notes"]["taken"] == 1
    told = noting.run("note", ANNA, "Prospekt", "--key", "k1", code=2)
    assert "this key was used for another note" in told
    assert "too long" not in noting.run("note", ANNA, "Katalog", "--key", "k" * 501, code=2)


def test_a_complaint_is_open_until_a_note_says_that_it_is_done(noting: Retailer) -> None:
    told = write(noting, "Zu spät", "--kind", "complaint")
    write(noting, "--on", told, "--acknowledged", "--channel", "letter")
    assert noting.json("habits", ANNA)["open_complaints"] == 1
    write(noting, "--on", told, "--done")
    assert noting.json("habits", ANNA)["open_complaints"] == 0


def test_a_missed_call_makes_a_call_back_due_until_we_speak(noting: Retailer) -> None:
    write(noting, "--kind", "missed-call", "--channel", "phone")
    assert noting.json("habits", ANNA)["call_back_due_on"] == "2026-11-20"
    write(noting, "--kind", "call", "--channel", "phone", "--direction", "out")
    assert noting.json("habits", ANNA)["call_back_due_on"] is None


def test_a_low_score_counts_like_an_open_complaint(noting: Retailer) -> None:
    write(noting, "--score", "4")
    assert noting.json("habits", ANNA)["open_complaints"] == 1
    write(noting, "--score", "9")
    assert noting.json("habits", ANNA)["open_complaints"] == 0


def test_points_are_answered_and_promises_kept_by_notes_that_name_them(noting: Retailer) -> None:
    asked = write(noting, "Zwei Fragen", "--kind", "enquiry", "--channel", "letter", "--point",
                  "Liefertermin", "--point", "Preis")  # fmt: skip
    told = write(noting, "--on", asked, "--answer", "2", "--promise", "Ruft an", "--due",
                 "2026-11-24", "--channel", "phone")  # fmt: skip
    assert "has 2 points, no number 3" in noting.run(
        "note", ANNA, "--on", asked, "--answer", "3", code=2
    )
    assert "holds no promise" in noting.run("note", ANNA, "--on", asked, "--kept", code=2)
    assert write(noting, "--on", told, "--kept")
    left = noting.run("note", ANNA, "--on", asked, "--done", code=2)
    assert "nobody has answered 1 of its points" in left
    assert write(noting, "--on", asked, "--done", "--answer", "1")
    other = noting.run("note", "crm/customers/1", "--on", asked, "--answer", "1", code=2)
    assert f"{asked} is no interaction of this customer" in other


@pytest.mark.parametrize(
    "words,said",
    [
        ((), "the note is empty"),
        (("--promise", "Ruft an"), "needs the day"),
        (("Hallo", "--due", "2026-11-24"), "nothing is due"),
        (("--answer", "1"), "--on"),
        (("--kept",), "--on"),
        (("--done",), "--on"),
        (("Hallo", "--at", "gestern"), "--at is no date"),
        (("Hallo", "--at", "2099-01-01"), "--at lies ahead"),
        (("Hallo", "--due", "morgen"), "is no day"),
        (("Hallo", "--channel", "Taube"), "Taube"),
        (("Hallo", "--score", "11"), "11"),
    ],
)
def test_what_does_not_hold_together_is_refused_and_nothing_is_noted(
    noting: Retailer, words: tuple[str, ...], said: str
) -> None:
    assert said in noting.run("note", ANNA, *words, code=2)
    assert noting.json("replay")["stages"].get("normalize/notes", {}).get("taken", 0) == 0


def test_service_shows_what_is_owed_until_notes_settle_it(noting: Retailer) -> None:
    asked = write(noting, "Zwei Fragen", "--kind", "enquiry", "--channel", "letter", "--point",
                  "Liefertermin", "--point", "Preis")  # fmt: skip
    write(noting, "--kind", "missed-call", "--channel", "phone")
    promised = write(noting, "--on", asked, "--answer", "1", "--promise", "Ruft an", "--due",
                     "2026-11-20", "--channel", "email")  # fmt: skip
    found = noting.json("service", "--as-of", DAY)["muster"]
    [case] = found["cases"]
    assert (case["ref"], case["acknowledged_on"]) == (asked, "2026-11-20")
    assert [one["answered_on"] for one in case["points"]] == ["2026-11-20", None]
    assert case["events"] == [asked, promised]
    assert [one["due_on"] for one in found["call_backs"]] == ["2026-11-21"]
    assert [(one["text"], one["broken"]) for one in found["promises"]] == [("Ruft an", True)]
    table = noting.run("service", "--as-of", DAY)
    assert "answer 2 of 2" in " ".join(table.split())
    assert "broken" in table
    other = noting.json("service", "--customer", "crm/customers/1", "--as-of", DAY)["muster"]
    assert other["cases"] == other["call_backs"] == other["promises"] == []
    write(noting, "--on", asked, "--answer", "2", "--kind", "call", "--channel", "phone")
    found = noting.json("service", "--customer", ANNA, "--as-of", DAY)["muster"]
    assert found["cases"] == found["call_backs"] == []
    assert found["answered"]["within"] == 1


def test_a_score_of_zero_is_something_that_was_said(noting: Retailer) -> None:
    assert write(noting, "--score", "0", "--kind", "satisfaction")
    assert write(noting, "--score", "0")


def test_without_a_connection_for_notes_it_is_said_what_to_configure(retailer: Retailer) -> None:
    told = retailer.run("note", ANNA, "Hallo", code=2)
    assert "no connection holds the notes of the controller 'muster'" in told
    assert 'connector = "notes"' in told


def test_two_connections_for_the_notes_of_one_controller_are_one_too_many(
    noting: Retailer,
) -> None:
    path = noting.folder / "crmsync.toml"
    path.write_text(path.read_text("utf-8") + NOTES.replace("s.notes", "s.more"), "utf-8")
    assert "notes and more both hold" in noting.run("note", ANNA, "Hallo", code=2)


def test_an_unknown_customer_is_named(noting: Retailer) -> None:
    assert "there is no customer 'niemand'" in noting.run("note", "niemand", "Hallo", code=2)


def test_no_word_of_a_note_is_logged(
    noting: Retailer, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        words = ["note", ANNA, "Geheimes Wort", "--wish", "Stilles Wort", "--by", "KS", "--json"]
        assert run(["--verbose", "--project", str(noting.folder), *words]) == 0
    told = capsys.readouterr()
    assert "Wort" not in told.out + told.err + caplog.text
    assert set(json.loads(told.out)) == {"record", "customer_id"}
