"""What an interaction says in detail, cleaned: points, promises, scores, contacts, threads."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync.errors import RecordError
from crmsync.model.detail import Details, read_details, write_details
from crmsync.model.order import Interaction
from crmsync.model.stream import Connection
from crmsync.model.told import ToldInteraction
from crmsync.normalize.clean import clean_interaction

SHOP = Connection(name="shop", controller="muster")


def clean(**told: Any) -> Interaction:
    """The interaction told so, on 21 November."""
    whole = {"at": "2026-11-21", "channel": "email", "kind": "enquiry", **told}
    return clean_interaction(ToldInteraction(**whole), connection=SHOP, record_id=5, source_id=None)


def details(**told: Any) -> Details:
    """The details of what is told."""
    return read_details(clean(**told).details)


def test_what_says_nothing_more_has_no_details() -> None:
    found = clean(points=(" ",), promise=" ", score="")
    assert (found.thread, found.contact, found.details) == ("", "", "")
    assert read_details("") == Details()


def test_everything_that_can_be_told_comes_back() -> None:
    told = details(
        points=(" Lieferzeit? ", "Preis?", "Lieferzeit?"), answers=("2", "1", "2"),
        promise="Rückruf", promise_by="24.11.2026", kept=True, closes=True,
        privileges=("Parkplatz",),
        wishes=("ohne Tüte",), marks=("Fürsprecher",), ended=(" Rabatt ",), leaving="price",
        score="8",
    )  # fmt: skip
    assert told == Details(
        ("Lieferzeit?", "Preis?"), (1, 2), "Rückruf", "2026-11-24", True, True, ("Parkplatz",),
        ("ohne Tüte",), ("Fürsprecher",), ("Rabatt",), "price", 80,
    )  # fmt: skip
    assert read_details(write_details(told)) == told


@pytest.mark.parametrize(
    "score,worst,best,percent",
    [
        ("0", 0, 10, 0), ("10", 0, 10, 100), ("7,5", 0, 10, 75), (1, 1, 5, 0), (5, 1, 5, 100),
        (4, 1, 5, 75), (1, 6, 1, 100), (6, 6, 1, 0), (2, 6, 1, 80),
    ],
)  # fmt: skip
def test_a_score_lies_on_its_own_scale_also_on_one_of_school_marks(
    score: Any, worst: int, best: int, percent: int
) -> None:
    assert details(score=score, score_worst=worst, score_best=best).score == percent


@pytest.mark.parametrize(
    "field,told",
    [
        ("score", {"score": "11"}), ("score", {"score": "gut"}), ("score", {"score": "nan"}),
        ("score", {"score": 3, "score_worst": 3, "score_best": 3}),
        ("answers", {"answers": ("0",)}), ("answers", {"answers": ("zwei",)}),
        ("promise_by", {"promise_by": "bald"}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_names_its_field(field: str, told: dict[str, Any]) -> None:
    with pytest.raises(RecordError) as error:
        clean(**told)
    assert error.value.field == field


@pytest.mark.parametrize(
    "told,kept",
    [
        (" Anna@Example.org ", "anna@example.org"), ("Anna <anna@example.org>", "anna@example.org"),
        ("0221 5551234", "+492215551234"), ("+43 1 58858", "+43158858"), ("unbekannt", ""),
        ("anna@", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_contact_is_an_address_or_a_number_that_can_be_compared(told: str, kept: str) -> None:
    assert clean(contact=told).contact == kept


def test_a_thread_is_the_connections_own_unless_it_names_an_interaction() -> None:
    assert clean(thread="<1@example.org>").thread == "shop/<1@example.org>"
    assert clean(thread="7", about="mail/inbox/4").thread == "mail/inbox/4"
