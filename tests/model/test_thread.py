"""The rules of threads: what belongs together, what waits, what settled it."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync.model.detail import Details
from crmsync.model.ref import Ref
from crmsync.model.thread import answered, threads, waiting
from crmsync.model.touch import Touch


def touch(name: str, day: int, kind: str = "note", direction: str = "in", **more: Any) -> Touch:
    """An interaction of November 2026, called `name`."""
    told = {name: more.pop(name) for name in list(more) if name in Details._fields}
    stamp = f"2026-11-{day:02d}T10:00:00Z"
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


def settled(*touches: Touch) -> dict[str, str | None]:
    """What waited, each with the name of what settled it."""
    return {
        one.touch.ref.external_id: one.settled.ref.external_id if one.settled else None
        for one in waiting(touches)
    }


def test_a_thread_is_what_shares_a_key_and_what_names_one_of_it() -> None:
    told = (
        touch("a", 1, thread="mail/1"), touch("b", 2, thread="mail/1"), touch("c", 3),
        touch("d", 4, thread=on("b")), touch("e", 5, thread=on("c")),
        touch("f", 6, thread=on("e")), touch("g", 7, thread=on("unknown")),
        touch("h", 8, thread="mail/1", customer_id="ben"),
    )  # fmt: skip
    found = [tuple(one.ref.external_id for one in thread.touches) for thread in threads(told)]
    assert found == [("a", "b", "d"), ("c", "e", "f"), ("g",), ("h",)]


def test_interactions_that_name_each_other_are_one_thread() -> None:
    told = (touch("a", 1, thread=on("b")), touch("b", 2, thread=on("a")))
    [found] = threads(told)
    assert len(found.touches) == 2


@pytest.mark.parametrize("kind", ["enquiry", "complaint"])
def test_our_word_settles_what_has_no_points_and_his_next_waits_anew(kind: str) -> None:
    told = (
        touch("a", 1, kind, thread="t"), touch("x", 2, "enquiry", "out", thread="t"),
        touch("b", 3, kind, thread="t"),
    )  # fmt: skip
    assert settled(*told) == {"a": "x", "b": None}


@pytest.mark.parametrize(
    "later",
    [
        touch("x", 2, "enquiry", "out", thread="t", status="waiting"),
        touch("x", 2, "enquiry", "out", thread="other"),
        touch("x", 2, "missed_call", "out", thread="t"),
        touch("x", 2, "note", "internal", thread="t", status="done"),
        touch("x", 2, "enquiry", "out", thread="t", customer_id="ben"),
    ],
)
def test_an_acknowledgement_or_what_he_never_heard_settles_nothing(later: Touch) -> None:
    assert settled(touch("a", 1, "enquiry", thread="t"), later) == {"a": None}


def test_what_bounced_was_no_answer_until_it_is_said_again() -> None:
    told = [
        touch("a", 1, "enquiry", thread="t"), touch("x", 2, "enquiry", "out", thread="t"),
        touch("bounce", 3, "bounce", thread="t"),
    ]  # fmt: skip
    assert settled(*told) == {"a": None}
    told.append(touch("y", 4, "enquiry", "out", thread="t"))
    assert settled(*told) == {"a": "y"}


def test_a_closing_settles_whoever_says_it() -> None:
    told = (
        touch("a", 1, "complaint"),
        touch("x", 2, "note", "internal", thread=on("a"), status="done", closes=True),
    )
    assert settled(*told) == {"a": "x"}


def test_with_points_it_is_settled_when_every_one_is_answered() -> None:
    told = [
        touch("a", 1, "enquiry", points=("Preis", "Termin")),
        touch("x", 2, "enquiry", "out", thread=on("a"), answers=(2,)),
        touch("y", 3, "note", "out", thread=on("a"), closes=True),
    ]
    assert settled(*told) == {"a": None}
    told.append(touch("z", 4, "call", "out", thread=on("a"), answers=(1, 2)))
    assert settled(*told) == {"a": "z"}
    [thread] = threads(told)
    points = answered(told[0], thread)
    assert {number: one.ref.external_id for number, one in points.items()} == {2: "x", 1: "z"}


def test_points_wait_though_a_backend_calls_them_done() -> None:
    open_still = touch(
        "a", 1, "enquiry", status="done", resolved_on="2026-11-02", points=("Preis",)
    )
    assert settled(open_still) == {"a": None}
    assert settled(open_still._replace(details=Details())) == {}


def test_answers_that_name_no_interaction_count_through_the_points_of_the_thread() -> None:
    first = touch("a", 1, "enquiry", thread="t", points=("Preis", "Termin"))
    second = touch("b", 2, "enquiry", thread="t", points=("Farbe",))
    reply = touch("x", 3, "enquiry", "out", thread="t", answers=(1, 2, 3))
    assert settled(first, second, reply) == {"a": "x", "b": "x"}
    named = touch("x", 3, "enquiry", "out", thread=on("b"), answers=(1, 2))
    assert settled(first, second, named) == {"a": None, "b": "x"}


def test_a_backend_says_itself_when_a_complaint_was_settled() -> None:
    assert settled(touch("a", 1, "complaint", resolved_on="2026-11-09")) == {"a": "a"}


@pytest.mark.parametrize("kind", ["missed_call", "call_back"])
@pytest.mark.parametrize("spoke", [("call", "out"), ("call", "in"), ("visit", "in")])
def test_who_was_missed_waits_until_we_speak(kind: str, spoke: tuple[str, str]) -> None:
    told = [
        touch("a", 1, kind, channel="phone"),
        touch("x", 2, "missed_call", "out", channel="phone"),
    ]
    assert settled(*told) == {"a": None}
    told.append(touch("y", 3, *spoke, channel="phone"))
    assert settled(*told) == {"a": "y"}


def test_a_low_score_is_settled_by_an_answer_or_a_better_one() -> None:
    low = touch("a", 1, "satisfaction", score=40, status="done")
    assert settled(low) == {"a": None}
    assert settled(low, touch("x", 2, "satisfaction", score=41)) == {"a": "x"}
    assert settled(low, touch("x", 2, "satisfaction", score=30)) == {"a": None, "x": None}
    assert settled(low, touch("x", 2, "call", "out", thread=on("a"))) == {"a": "x"}
    assert settled(low._replace(kind="note")) == {}


def test_what_we_began_waits_for_nobody() -> None:
    assert settled(touch("a", 1, "complaint", "out", status="open")) == {}
    assert settled(touch("a", 1, "missed_call", "out", status="open")) == {}
