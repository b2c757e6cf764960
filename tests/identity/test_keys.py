"""Match keys: what counts as evidence, in one form, and what does not count."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crmsync.identity.keys import Census, match_keys
from crmsync.model.customer import ContactPoint, SourceCustomer

Person = Callable[..., SourceCustomer]


def test_the_keys_of_a_person(person: Person) -> None:
    anna = person(
        "Anna Müller-Lüdenscheidt", email="anna@example.org", phone="+4930123456",
        birth_date="1980-02-03", at="10115 ackerstr 5", loyalty_card="2900-1234", vat_id="de 123",
        customer_number="004711",
    )  # fmt: skip
    assert match_keys(anna, namespace="main") == (
        "a:ana ludenscheidt:10115 ackerstr 5", "a:ana muller:10115 ackerstr 5",
        "b:ana ludenscheidt:1980-02-03", "b:ana muller:1980-02-03", "c:main:4711",
        "e:anna@example.org", "l:29001234", "p:+4930123456", "v:DE123",
    )  # fmt: skip


@pytest.mark.parametrize(
    "parts",
    [
        {"name": "Anna Keller", "customer_number": "4711"},
        {"name": "Anna Keller", "email": "info@example.org", "role": True},
        {"name": "Anna Keller", "phone": "+49110"},
        {"name": "Anna Keller", "birth_date": "1900-01-01"},
        {"name": "Anna Keller", "birth_date": "1980"},
        {"name": "Anna Keller", "loyalty_card": "17"},
        {"name": "Keller", "birth_date": "1980-02-03"},
        {"at": "10115 ackerstr 5"},
    ],
)
def test_what_is_no_evidence(person: Person, parts: dict[str, str]) -> None:
    assert match_keys(person(**parts)) == ()


@pytest.mark.parametrize("number", ["", "0", "000", "-"])
def test_a_number_that_says_nothing_is_no_key(person: Person, number: str) -> None:
    assert match_keys(person(customer_number=number), namespace="main") == ()


def test_a_fax_number_is_no_key() -> None:
    assert match_keys(SourceCustomer(contacts=(ContactPoint("fax", "+4930123456"),))) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jürgen Müller", "JUERGEN MUELLER"),
        ("Stephan Weiß", "Stefan Weiss"),
        ("Łukasz Çelik", "Lukasz Celik"),
        ("Ursula von der Heide", "Ursula Heide"),
    ],
)
def test_spellings_share_their_keys(person: Person, one: str, other: str) -> None:
    keys = [match_keys(person(name, birth_date="1980-02-03")) for name in (one, other)]
    assert keys[0] == keys[1]


def test_a_census_says_for_whom_a_key_counts() -> None:
    assert Census(people=8, nameless=12).counts("") is True
    assert Census(people=8, nameless=13).counts("") is False
    assert Census(people=8, nameless=13).counts("A 65") is True
    assert Census(people=9, nameless=0).counts("A 65") is False
