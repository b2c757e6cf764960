"""Merges are taken back: by hand, by evidence, by a backend; and what came later stays put."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync.errors import ConfigError
from crmsync.identity import undo
from crmsync.identity.read import reviews
from crmsync.store import decisions
from crmsync.store.merges import backend_merge

Book = Any
EMAIL = {"email": "anna@example.org"}
PHONE = {"phone": "+4930123456"}
BOTH = {**EMAIL, **PHONE}
WORDS = {"by": "JB", "at": "2026-11-22T10:00:00Z", "note": "two people"}


def two(book: Book) -> tuple[str, str]:
    book.put("crm/1", "Anna Keller", **EMAIL)
    book.resolve()
    book.put("shop/1", "Anna Keller", **PHONE)
    book.put("shop/2", "Anna Keller", **PHONE)
    book.resolve()
    return book.customer("crm/1"), book.customer("shop/1")


def unmerge(book: Book, name: str, other: str = "") -> undo.Merge:
    """As the engine does it."""
    with book.store.work() as work:
        if other:
            found = undo.merge_between(work, book.ref(name), book.ref(other))
        else:
            found = undo.merge_of(work, name)
        undo.take_back(work, found, **WORDS)
    book.resolve()
    with book.store.work() as work:
        if undo.still_one(work, found):
            undo.hold_apart(work, found, **WORDS)
    book.resolve()
    return found


def held(book: Book, a: str, b: str) -> Any:
    with book.store.read() as work:
        return decisions.held(work, *sorted((str(book.ref(a)), str(book.ref(b)))))


@pytest.mark.parametrize("how", ["alias", "survivor", "record", "pair"])
def test_a_merge_by_hand_leaves_no_trace(book: Book, how: str) -> None:
    older, younger = two(book)
    before = book.groups(), book.pairs()
    book.decide("crm/1", "shop/1", "same")
    book.resolve()
    assert book.together("crm/1", "shop/1", "shop/2")
    asked = {"alias": (younger,), "survivor": (older,), "record": ("shop/customers/2",),
             "pair": ("shop/1", "crm/1")}[how]  # fmt: skip
    found = unmerge(book, *asked)
    assert (found.survivor, found.retired) == (older, younger)
    assert (book.groups(), book.pairs()) == before
    assert (book.customer("crm/1"), book.customer("shop/2")) == (older, younger)
    assert held(book, "crm/1", "shop/1") is None


def test_a_merge_by_evidence_is_held_apart_and_the_record_between_goes_to_review(
    book: Book,
) -> None:
    older, younger = two(book)
    book.put("pos/1", "Anna Keller", **BOTH)
    book.resolve()
    assert book.together("crm/1", "shop/1", "shop/2", "pos/1")
    unmerge(book, younger)
    assert book.customer("crm/1") == older
    assert book.customer("shop/1") == book.customer("shop/2") == younger
    assert book.customer("pos/1") not in (older, younger, None)
    assert held(book, "crm/1", "shop/2").by == "JB"
    with book.store.read() as work:
        assert {one.rule for one in reviews(work)} == {"fits_two"}
    book.put("pos/1", "Anna Keller", **BOTH, language="de")
    book.resolve()
    assert book.customer("shop/1") == younger


def test_what_came_in_between_stays_where_its_evidence_puts_it(book: Book) -> None:
    older, younger = two(book)
    book.decide("crm/1", "shop/1", "same")
    book.resolve()
    book.put("erp/1", "Anna Keller", **PHONE)
    book.put("erp/2", "Anna Keller", **EMAIL)
    book.resolve()
    assert book.together("crm/1", "erp/1", "erp/2")
    unmerge(book, older)
    assert book.customer("erp/1") == book.customer("shop/1") == younger
    assert book.customer("erp/2") == book.customer("crm/1") == older


def test_an_earlier_verdict_holds_again(book: Book) -> None:
    two(book)
    book.decide("crm/1", "shop/1", "apart", at="2026-01-01T00:00:00Z")
    book.resolve()
    before = held(book, "crm/1", "shop/1")
    book.decide("crm/1", "shop/1", "same")
    book.resolve()
    assert book.together("crm/1", "shop/1")
    unmerge(book, "crm/1", "shop/1")
    assert held(book, "crm/1", "shop/1") == before
    assert not book.together("crm/1", "shop/1")


def test_merges_are_taken_back_one_by_one_the_last_first(book: Book) -> None:
    older, younger = two(book)
    book.put("pos/1", "Anna Keller", birth_date="1980-02-03")
    book.resolve()
    third = book.customer("pos/1")
    book.decide("shop/1", "pos/1", "same")
    book.resolve()
    book.decide("crm/1", "shop/1", "same")
    book.resolve()
    assert unmerge(book, older).retired == younger
    assert book.customer("pos/1") == younger
    assert unmerge(book, younger).retired == third
    assert book.customer("pos/1") == third
    with pytest.raises(ConfigError, match="never was two"):
        unmerge(book, older)


def test_an_older_merge_can_be_taken_back_beneath_a_later_one(book: Book) -> None:
    older, younger = two(book)
    book.decide("crm/1", "shop/1", "same")
    book.resolve()
    book.put("pos/1", "Anna Keller", birth_date="1980-02-03")
    book.resolve()
    book.decide("crm/1", "pos/1", "same")
    book.resolve()
    unmerge(book, younger)
    assert book.customer("shop/1") == book.customer("shop/2") == younger
    assert book.customer("pos/1") == book.customer("crm/1") == older


def test_a_merge_of_the_backend_can_be_taken_back_and_stays_so(book: Book) -> None:
    older, younger = two(book)
    with book.store.work() as work:
        backend_merge(work, book.ref("shop/1"), book.ref("crm/1"))
        work.log_records("source", [book.ids["shop/1"]])
    book.resolve()
    assert book.together("crm/1", "shop/1", "shop/2")
    unmerge(book, "crm/1", "shop/1")
    with book.store.work() as work:
        backend_merge(work, book.ref("shop/1"), book.ref("crm/1"))
        work.log_records("source", [book.ids["shop/1"]])
    book.resolve()
    assert (book.customer("crm/1"), book.customer("shop/1")) == (older, younger)


def test_what_cannot_be_taken_back_is_said(book: Book) -> None:
    two(book)
    for asked, said in [
        (("crm/1", "shop/1"), "two customers"), (("shop/1", "shop/2"), "never were two"),
        (("nobody",), "no customer 'nobody'"), (("crm/customers/1",), "never was two"),
    ]:  # fmt: skip
        with pytest.raises(ConfigError, match=said):
            unmerge(book, *asked)


def test_a_side_that_is_gone_is_nothing_to_part_from(book: Book) -> None:
    _, younger = two(book)
    book.decide("crm/1", "shop/1", "same")
    book.resolve()
    book.withdraw("crm/1")
    book.resolve()
    with pytest.raises(ConfigError, match="nothing is left to part"):
        unmerge(book, younger)
