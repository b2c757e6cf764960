"""Ids that became aliases: who had one gets it back when what was merged is parted again."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync.identity.read import customer_of

Book = Any
EMAIL = {"email": "anna@example.org"}
PHONE = {"phone": "+4930123456"}


def two(book: Book, *, of_first: int = 1, of_second: int = 1) -> tuple[str, str]:
    """Two customers, crm/… by e-mail and shop/… by phone; gives their ids, the older first."""
    for place in range(of_first):
        book.put(f"crm/{place}", "Anna Keller", **EMAIL)
    book.resolve()
    for place in range(of_second):
        book.put(f"shop/{place}", "Anna Keller", **PHONE)
    book.resolve()
    return book.customer("crm/0"), book.customer("shop/0")


@pytest.mark.parametrize("sizes", [(1, 1), (1, 3), (3, 1)])
def test_a_merge_taken_back_gives_each_its_id(book: Book, sizes: tuple[int, int]) -> None:
    older, younger = two(book, of_first=sizes[0], of_second=sizes[1])
    book.decide("crm/0", "shop/0", "same")
    book.resolve()
    assert book.state(younger) == ("merged", older)
    book.decide("crm/0", "shop/0", "review")
    book.logged()
    book.resolve()
    assert {book.customer(f"crm/{one}") for one in range(sizes[0])} == {older}
    assert {book.customer(f"shop/{one}") for one in range(sizes[1])} == {younger}
    assert book.state(older) == book.state(younger) == ("alive", None)
    assert book.logged() == {older, younger}


def test_who_came_in_between_takes_nobodys_id(book: Book) -> None:
    older, younger = two(book)
    book.decide("crm/0", "shop/0", "same")
    book.resolve()
    for place in range(1, 5):
        book.put(f"shop/{place}", "Anna Keller", **PHONE)
    book.resolve()
    assert book.customer("shop/4") == older
    book.decide("crm/0", "shop/0", "review")
    book.resolve()
    assert book.customer("crm/0") == older
    assert {book.customer(f"shop/{one}") for one in range(5)} == {younger}


def test_an_id_comes_back_through_two_merges(book: Book) -> None:
    older, younger = two(book)
    book.put("pos/0", "Anna Keller", birth_date="1980-02-03")
    book.resolve()
    third = book.customer("pos/0")
    book.decide("shop/0", "pos/0", "same")
    book.resolve()
    book.decide("crm/0", "shop/0", "same")
    book.resolve()
    assert book.customer("pos/0") == older
    book.decide("crm/0", "shop/0", "review")
    book.resolve()
    assert book.customer("shop/0") == book.customer("pos/0") == younger
    assert book.state(third) == ("merged", younger)
    book.decide("shop/0", "pos/0", "review")
    book.resolve()
    assert [book.customer(one) for one in ("crm/0", "shop/0", "pos/0")] == [older, younger, third]


def test_the_inner_merge_can_be_taken_back_first(book: Book) -> None:
    older, younger = two(book)
    book.put("pos/0", "Anna Keller", birth_date="1980-02-03")
    book.resolve()
    third = book.customer("pos/0")
    book.decide("shop/0", "pos/0", "same")
    book.resolve()
    book.decide("crm/0", "shop/0", "same")
    book.resolve()
    book.decide("shop/0", "pos/0", "review")
    book.resolve()
    assert book.customer("crm/0") == book.customer("shop/0") == older
    assert book.customer("pos/0") == third
    assert book.state(younger) == ("merged", older)


def test_an_id_goes_back_only_to_the_larger_part_of_those_who_had_it(book: Book) -> None:
    older, younger = two(book, of_second=3)
    book.decide("crm/0", "shop/0", "same")
    book.resolve()
    book.put("shop/2", "Berta Wolf", email="berta@example.org")
    book.resolve()
    assert book.customer("shop/1") == book.customer("crm/0") == older
    assert book.customer("shop/2") not in (older, younger)
    assert book.state(younger) == ("merged", older)


def test_a_withdrawn_record_comes_home_to_whom_it_belonged(book: Book) -> None:
    older, younger = two(book, of_second=2)
    book.decide("crm/0", "shop/0", "same")
    book.resolve()
    assert book.customer("shop/1") == older
    book.withdraw("shop/0")
    book.resolve()
    assert (book.customer("crm/0"), book.customer("shop/1")) == (older, younger)
    assert book.events()[-1] == ("shop/0", younger, None)
    book.decide("crm/0", "shop/0", "review")
    book.put("shop/0", "Anna Keller", phone="+4930999999")
    book.resolve()
    assert book.customer("shop/0") not in (older, younger)
    assert book.customer("crm/0") == older


def test_the_only_record_of_an_alias_comes_back_alone_under_its_id(book: Book) -> None:
    older, younger = two(book)
    book.put("pos/0", "Anna Keller", **EMAIL, **PHONE)
    book.resolve()
    assert book.customer("shop/0") == older
    book.withdraw("shop/0", "pos/0")
    book.resolve()
    assert book.state(younger) == ("merged", older)
    book.put("shop/0", "Anna Keller", **PHONE)
    book.resolve()
    assert book.customer("shop/0") == younger
    with book.store.read() as work:
        assert customer_of(work, younger) == younger


def test_who_a_merge_tore_from_another_takes_no_id_along_when_he_goes_back(book: Book) -> None:
    book.put("crm/0", "Karl Huber", customer_number="2", **EMAIL)
    book.put("crm/1", "", customer_number="2")
    book.put("crm/2", "Karl Huber", **EMAIL)
    book.put("erp/1", "Karl Huber", **EMAIL)
    book.put("erp/2", "Karla Huber")
    book.resolve()
    of_karl, of_karla = book.customer("crm/0"), book.customer("erp/2")
    assert book.customer("erp/1") == of_karl != of_karla
    book.decide("crm/0", "erp/2", "same")
    book.resolve()
    assert [book.customer(f"crm/{one}") for one in range(3)] == [of_karla, of_karla, of_karl]
    book.decide("crm/0", "erp/2", "review")
    book.resolve()
    assert {book.customer(one) for one in ("crm/0", "crm/1", "crm/2", "erp/1")} == {of_karl}
    assert book.customer("erp/2") == of_karla


def test_who_came_after_a_merge_takes_no_id_when_it_is_taken_back(book: Book) -> None:
    book.put("erp/0", "", customer_number="1", at="80331 tal 3")
    book.put("erp/1", "", birth_date="1951-03-04")
    book.put("erp/2", "Karl Maier", customer_number="1", at="80331 tal 3", birth_date="1979-09-12")
    book.resolve()
    born_earlier, born_later = book.customer("erp/1"), book.customer("erp/2")
    book.decide("erp/0", "erp/1", "same")
    book.resolve()
    assert book.customer("erp/0") == book.customer("erp/1") == born_earlier
    book.put("crm/2", "K. Huber", customer_number="1", suffix="sen.")
    book.resolve()
    book.decide("erp/0", "erp/1", "review")
    book.resolve()
    assert book.customer("erp/1") == born_earlier
    assert book.customer("erp/0") == book.customer("erp/2") == born_later
    assert book.customer("crm/2") not in (born_earlier, born_later)
