"""What is owed to customers: acknowledgements, answers, call-backs, promises; praise and risk."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import pytest

from crmsync.config.settings import ServiceSettings
from crmsync.model.detail import Details, write_details
from crmsync.model.order import Interaction
from crmsync.model.ref import Ref
from crmsync.model.service import Responses, Service
from crmsync.model.touch import Touch
from crmsync.profile.service import owed, service
from crmsync.profile.workdays import due
from crmsync.store import Store
from crmsync.store import tables as t
from tests.profile.books import Books

TARGETS = ServiceSettings()
FRIDAY, SATURDAY, MONDAY, TUESDAY = 20, 21, 23, 24


def touch(name: str, day: int, kind: str = "enquiry", direction: str = "in", **more: Any) -> Touch:
    """An interaction of November 2026 at ten o'clock, called `name`."""
    told = {name: more.pop(name) for name in list(more) if name in Details._fields}
    stamp = f"2026-11-{day:02d}T{more.pop('hour', 10):02d}:00:00Z"
    row = {
        "ref": Ref("crm", "talks", name), "customer_id": "anna", "at": stamp, "day": stamp[:10],
        "channel": "email", "kind": kind, "direction": direction,
        "status": "open" if direction == "in" else "done", "subject": "", "reason": "",
        "due_on": None, "resolved_on": None, "store": "", "thread": "", "details": Details(**told),
    } | more  # fmt: skip
    return Touch(**row)


def on(name: str) -> str:
    """The thread of what names an interaction."""
    return f"crm/talks/{name}"


def at(day: int, *touches: Touch, **targets: Any) -> Service:
    """What is owed on a day of November."""
    as_of = f"2026-11-{day:02d}"
    told = [one for one in touches if one.day <= as_of]
    return owed(
        told, since="2025-11-20", as_of=as_of, targets=ServiceSettings(**targets), deny=("Tabak",)
    )


@pytest.mark.parametrize(
    "day,days,found",
    [("2026-11-20", 0, "2026-11-20"), ("2026-11-20", 2, "2026-11-23"),
     ("2026-11-22", 0, "2026-11-23"), ("2026-11-22", 1, "2026-11-24")],
)  # fmt: skip
def test_sundays_are_no_working_days(day: str, days: int, found: str) -> None:
    assert due(day, days, TARGETS.workdays) == found


def test_an_enquiry_is_acknowledged_the_same_day_and_answered_in_two() -> None:
    asked = touch("a", FRIDAY, subject="Lieferzeit")
    [case] = at(FRIDAY, asked).cases
    assert (case.acknowledge_by, case.acknowledged_on) == ("2026-11-20", None)
    assert (case.answer_by, case.late, case.to_acknowledge) == ("2026-11-23", False, True)
    assert (case.subject, case.events) == ("Lieferzeit", (asked.ref,))
    assert at(SATURDAY, asked).cases[0].late
    heard = touch("b", FRIDAY, direction="out", status="waiting", thread=on("a"), hour=12)
    [case] = at(SATURDAY, asked, heard).cases
    assert (case.acknowledged_on, case.late, case.to_acknowledge) == ("2026-11-20", False, False)
    assert case.events == (asked.ref, heard.ref)
    assert at(TUESDAY, asked, heard).cases[0].late
    reply = touch("c", MONDAY, direction="out", thread=on("a"))
    assert at(TUESDAY, asked, heard, reply).cases == ()
    assert at(SATURDAY, asked, heard, reply).cases != (), "what comes later does not count"


def test_who_stood_before_us_need_not_be_told_that_we_heard_him() -> None:
    [case] = at(MONDAY, touch("a", FRIDAY, "complaint", channel="in_person")).cases
    assert (case.acknowledge_by, case.to_acknowledge, case.late) == (None, False, False)
    assert at(TUESDAY, touch("a", FRIDAY, "complaint", channel="in_person")).cases[0].late


def test_it_is_closed_when_every_point_is_answered_and_shows_which_are_not() -> None:
    asked = touch("a", FRIDAY, channel="letter", points=("Preis", "Termin"))
    first = touch("b", FRIDAY, "call", "out", thread=on("a"), answers=(2,), hour=11)
    [case] = at(MONDAY, asked, first).cases
    told = [(one.number, one.text, one.answered_on) for one in case.points]
    assert told == [(1, "Preis", None), (2, "Termin", "2026-11-20")]
    last = touch("c", MONDAY, "call", "out", thread=on("a"), answers=(1,))
    assert at(MONDAY, asked, first, last).cases == ()


def test_a_missed_call_is_returned_on_the_next_working_day_or_called_in_vain() -> None:
    missed = touch("a", SATURDAY, "missed_call", channel="phone")
    again = touch("b", SATURDAY, "missed_call", channel="phone", hour=11)
    tries = [touch(f"t{day}", day, "missed_call", "out", channel="phone") for day in (23, 24)]
    [found] = at(SATURDAY, missed, again).call_backs
    assert (found.since, found.due_on, found.tries) == ("2026-11-21", "2026-11-23", 0)
    [found] = at(TUESDAY, missed, again, *tries).call_backs
    assert (found.tries, found.in_vain) == (2, True)
    assert found.events == (missed.ref, tries[0].ref, tries[1].ref)
    assert not at(TUESDAY, missed, *tries, vain_calls=3).call_backs[0].in_vain
    reached = touch("r", 25, "call", "out", channel="phone")
    assert at(25, missed, again, *tries, reached).call_backs == ()


def test_tries_before_the_call_are_none() -> None:
    told = (
        touch("t", FRIDAY, "missed_call", "out"), touch("a", SATURDAY, "missed_call"),
    )  # fmt: skip
    assert at(MONDAY, *told).call_backs[0].tries == 0


def test_a_call_back_that_a_backend_has_due_is_due_then() -> None:
    told = touch("a", FRIDAY, "call_back", due_on="2026-12-01")
    assert at(MONDAY, told).call_backs[0].due_on == "2026-12-01"


def test_a_promise_is_broken_when_its_day_is_over() -> None:
    said = touch("a", FRIDAY, "call", "out", promise="Ruft an", promise_by="2026-11-21")
    [found] = at(SATURDAY, said).promises
    assert (found.text, found.broken, found.kept_on) == ("Ruft an", False, None)
    assert at(MONDAY, said).promises[0].broken
    kept = touch("b", SATURDAY, "note", "out", thread=on("a"), kept=True)
    assert at(MONDAY, said, kept).promises == ()
    late = touch("b", MONDAY, "note", "out", thread=on("a"), kept=True)
    [found] = at(TUESDAY, said, late).promises
    assert (found.broken, found.kept_on, found.events) == (True, "2026-11-23", (said.ref, late.ref))


def test_of_two_promises_of_a_thread_the_one_that_is_named_is_kept() -> None:
    first = touch("a", FRIDAY, promise="A", promise_by="2026-11-24", thread="t")
    second = touch("b", FRIDAY, promise="B", promise_by="2026-11-24", thread="t", hour=11)
    named = touch("c", SATURDAY, "note", "out", thread=on("b"), kept=True)
    assert [one.text for one in at(MONDAY, first, second, named).promises] == ["A"]
    both = touch("c", SATURDAY, "note", "out", thread="t", kept=True)
    assert at(MONDAY, first, second, both).promises == ()


def test_scores_are_risk_or_praise_and_what_was_praised_is_praise() -> None:
    told = (
        touch("a", FRIDAY, "satisfaction", score=30, subject="Wartezeit"),
        touch("b", FRIDAY, "satisfaction", score=70, customer_id="ben"),
        touch("c", FRIDAY, "satisfaction", score=95, customer_id="clara"),
        touch("d", FRIDAY, "praise", customer_id="dora", subject="Beratung"),
        touch("e", FRIDAY, "note", leaving="price", customer_id="emil"),
    )
    found = at(MONDAY, *told)
    assert [(one.customer_id, one.score, one.text) for one in found.risks] == [
        ("anna", 30, "Wartezeit")
    ]
    assert [one.customer_id for one in found.praise] == ["clara", "dora"]
    assert [(one.customer_id, one.reason) for one in found.leaving] == [("emil", "price")]
    answer = touch("x", SATURDAY, "call", "out", thread=on("a"))
    assert at(MONDAY, *told, answer).risks == ()


@pytest.mark.parametrize("text", ["Frage zu Schwangerschaft", "Wo gibt es TABAK?"])
def test_texts_that_nobody_may_read_in_a_list_are_left_out(text: str) -> None:
    told = (
        touch("a", FRIDAY, subject=text, points=(text,)),
        touch("b", FRIDAY, "call", "out", promise=text, promise_by="2026-11-24"),
        touch("c", FRIDAY, "satisfaction", score=10, subject=text),
        touch("d", FRIDAY, "praise", subject=text),
        touch("e", FRIDAY, "note", leaving=text),
    )
    found = at(MONDAY, *told)
    entries = (*found.cases, *found.promises, *found.risks, *found.praise, *found.leaving)
    assert len(entries) == 5
    assert text not in repr([astuple(one) for one in entries])


def test_response_times_are_counted_against_their_targets() -> None:
    told = (
        touch("a", 16), touch("a1", 16, direction="out", thread=on("a"), hour=14),
        touch("b", 16), touch("b1", 18, direction="out", thread=on("b")),
        touch("c", 17), touch("d", MONDAY),
        touch("m", 16, "missed_call"), touch("m1", 16, "call", "out", hour=11),
    )  # fmt: skip
    found = at(MONDAY, *told)
    assert found.acknowledged == Responses(3, 1, 26.0)
    assert found.answered == Responses(3, 2, 26.0)
    assert found.called_back == Responses(1, 1, 1.0)
    assert found.called_back.share == 1.0
    assert at(MONDAY).answered.share is None


def test_a_backend_that_tells_only_the_day_counts_whole_days() -> None:
    told = touch("a", 16, "complaint", resolved_on="2026-11-19")
    assert at(MONDAY, told).answered == Responses(1, 0, 72.0)


def test_the_store_tells_a_controllers_interactions_and_no_others(store: Store) -> None:
    with store.work() as work:
        books = Books(work)
        for name, controller in (("c1", "moden"), ("c2", "andere")):
            source = books.source(name, f"crm-{name}", "1", controller=controller)
            number = books.record(f"crm-{name}", "talks", "t1")
            details = write_details(Details(points=("Preis",)))
            row = Interaction(
                number, "", source, "2026-11-20T09:00:00Z", "2026-11-20", "email", "enquiry", "in",
                "open", "Katalog", "", None, None, "Mitte", details=details,
            )  # fmt: skip
            work.upsert(t.interaction, [row])
    with store.read() as work:
        found = service(work, "moden", as_of="2026-11-20", targets=TARGETS)
        before = service(work, "moden", as_of="2026-11-19", targets=TARGETS)
    [case] = found.cases
    assert (case.customer_id, case.ref, case.store) == ("c1", Ref("crm-c1", "talks", "t1"), "Mitte")
    assert [one.text for one in case.points] == ["Preis"]
    assert before.cases == ()
