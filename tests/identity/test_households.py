"""Households are relations: people who share an address or a contact stay people."""

from __future__ import annotations

from typing import Any

from crmsync.identity.read import households

Book = Any


def of(book: Book, short: str) -> dict[str, tuple[str, ...]]:
    with book.store.read() as work:
        return {one.customer_id: one.shared for one in households(work, book.customer(short))}


def test_a_family_is_a_household_of_people(book: Book) -> None:
    book.put("crm/1", "Hans Vogel", at="10115 ackerstr 5", phone="+4930123456")
    book.put("crm/2", "Petra Vogel", at="10115 ackerstr 5", email="vogel@example.org")
    book.put("shop/3", "Mia Vogel", phone="+4930123456", email="vogel@example.org")
    book.put("shop/4", "Hans Vogel", phone="+4930123456")
    book.resolve()
    hans, petra, mia = (book.customer(one) for one in ("crm/1", "crm/2", "shop/3"))
    assert book.customer("shop/4") == hans
    assert of(book, "crm/1") == {petra: ("address",), mia: ("phone",)}
    assert of(book, "crm/2") == {hans: ("address",), mia: ("email",)}


def test_a_block_of_flats_is_no_household(book: Book) -> None:
    names = ["Arndt", "Bauer", "Conrad", "Dietz", "Ernst", "Fink", "Gross", "Hahn", "Jung"]
    for place, name in enumerate(names):
        book.put(f"crm/{place}", f"Anna {name}", at="10115 ackerstr 5")
    book.resolve()
    assert of(book, "crm/0") == {}


def test_two_controllers_share_no_household(book: Book) -> None:
    book.put("crm/1", "Hans Vogel", at="10115 ackerstr 5", controller="Muster GmbH")
    book.put("shop/1", "Petra Vogel", at="10115 ackerstr 5", controller="Andere AG")
    book.resolve()
    assert of(book, "crm/1") == {}
