"""Humans decide last: their verdicts force and forbid, also through third records."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync.errors import ConfigError
from crmsync.identity.read import reviews
from crmsync.store.merges import backend_merge

Book = Any
SAME = {"email": "anna@example.org"}


def waiting(book: Book) -> list[tuple[str, str, str]]:
    with book.store.read() as work:
        return [(str(one.a), str(one.b), one.rule) for one in reviews(work)]


def test_same_forces_what_the_facts_forbid(book: Book) -> None:
    book.put("crm/1", "Anna Keller", birth_date="1980-02-03")
    book.put("shop/1", "Annemarie Wolf", birth_date="1981-02-03")
    book.resolve()
    book.decide("crm/1", "shop/1", "same")
    book.resolve()
    assert book.together("crm/1", "shop/1")
    assert book.pair("crm/1", "shop/1") == ("same", "human")
    book.put("shop/1", "Annemarie Wolf", birth_date="1981-02-03", language="de")
    book.resolve()
    assert book.together("crm/1", "shop/1")


def test_apart_through_a_third_record(book: Book) -> None:
    book.put("crm/1", "Anna Keller", **SAME)
    book.put("shop/1", "Anna Keller", **SAME)
    book.resolve()
    assert book.together("crm/1", "shop/1")
    book.decide("crm/1", "shop/1", "apart")
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("apart", "human")
    book.put("pos/1", "Anna Keller", **SAME)
    book.resolve()
    assert len(book.groups()) == 3
    assert waiting(book) == [
        ("crm/customers/1", "pos/customers/1", "fits_two"),
        ("pos/customers/1", "shop/customers/1", "fits_two"),
    ]


def test_a_second_verdict_settles_the_third_record(book: Book) -> None:
    for ref in ("crm/1", "shop/1", "pos/1"):
        book.put(ref, "Anna Keller", **SAME)
    book.decide("crm/1", "shop/1", "apart")
    book.decide("crm/1", "pos/1", "same")
    book.resolve()
    assert book.groups() == {frozenset({"crm/1", "pos/1"}), frozenset({"shop/1"})}
    assert book.pair("pos/1", "shop/1") == ("apart", "third_record")
    assert waiting(book) == []


def test_taking_a_verdict_back(book: Book) -> None:
    book.put("crm/1", "Anna Keller", **SAME)
    book.put("shop/1", "Anna Keller", **SAME)
    book.decide("crm/1", "shop/1", "apart")
    book.resolve()
    assert not book.together("crm/1", "shop/1")
    book.decide("shop/1", "crm/1", "review")
    book.resolve()
    assert book.together("crm/1", "shop/1")


def test_the_newer_of_two_verdicts_that_contradict_each_other_holds(book: Book) -> None:
    for ref in ("crm/1", "shop/1", "pos/1"):
        book.put(ref, "Anna Keller")
    book.decide("crm/1", "shop/1", "apart", at="2026-11-01T09:00:00Z")
    book.decide("crm/1", "pos/1", "same", at="2026-11-02T09:00:00Z")
    book.decide("pos/1", "shop/1", "same", at="2026-11-03T09:00:00Z")
    book.resolve()
    assert book.groups() == {frozenset({"crm/1"}), frozenset({"pos/1", "shop/1"})}
    assert book.pair("crm/1", "pos/1") == ("review", "decisions_contradict")


def test_a_verdict_outlives_its_record(book: Book) -> None:
    for ref in ("crm/1", "shop/1", "pos/1"):
        book.put(ref, "Anna Keller" if ref != "pos/1" else "Anni Wolf")
    book.decide("crm/1", "pos/1", "same")
    book.decide("shop/1", "pos/1", "same")
    book.resolve()
    assert book.together("crm/1", "shop/1", "pos/1")
    book.withdraw("pos/1")
    book.resolve()
    assert not book.together("crm/1", "shop/1")
    book.put("pos/1", "Anni Wolf")
    book.resolve()
    assert book.together("crm/1", "shop/1", "pos/1")


def test_twins_of_one_content_can_be_told_apart_by_a_human(book: Book) -> None:
    book.put("crm/1", "Anna Keller", **SAME)
    book.put("crm/2", "Anna Keller", **SAME)
    book.resolve()
    assert book.together("crm/1", "crm/2")
    book.decide("crm/1", "crm/2", "apart")
    book.resolve()
    assert not book.together("crm/1", "crm/2")


def test_what_others_have_bound_does_not_wait(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org", customer_number="7")
    book.put("erp/1", "", customer_number="7", email="anna@example.org")
    book.put("erp/2", "", customer_number="8", email="anna@example.org")
    book.resolve()
    assert waiting(book) == [
        ("crm/customers/1", "erp/customers/2", "name_missing"),
        ("erp/customers/1", "erp/customers/2", "name_missing"),
    ]
    book.decide("crm/1", "erp/2", "same")
    book.resolve()
    assert waiting(book) == []


def test_a_merge_in_the_backend_binds_but_never_overrules_a_human(book: Book) -> None:
    book.put("crm/1", "Anna Keller")
    book.put("crm/2", "Anni Wolf")
    with book.store.work() as work:
        backend_merge(work, book.ref("crm/1"), book.ref("crm/2"))
    book.resolve()
    assert book.pair("crm/1", "crm/2") == ("same", "backend_merge")
    book.decide("crm/1", "crm/2", "apart")
    with book.store.work() as work:
        backend_merge(work, book.ref("crm/1"), book.ref("crm/2"))
    book.resolve()
    assert book.pair("crm/1", "crm/2") == ("apart", "human")
    assert not book.together("crm/1", "crm/2")


def test_verdicts_that_cannot_be(book: Book) -> None:
    book.put("crm/1", "Anna Keller", controller="Muster GmbH")
    book.put("shop/1", "Anna Keller", controller="Andere AG")
    for pair in (("crm/1", "crm/1"), ("crm/1", "crm/9"), ("crm/1", "shop/1")):
        with pytest.raises(ConfigError) as caught:
            book.decide(*pair, "same")
        assert "Anna" not in str(caught.value)
