"""The invented people: deterministic, of many origins, reachable by nobody real."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date

import phonenumbers
import pytest
from email_validator import validate_email

from crmsync.demo.people import invent
from crmsync.demo.person import Person
from crmsync.demo.places import MOBILES

DAY = date(2025, 3, 31)
DRAMA = re.compile(
    r"\+49(3023125|4066969|2214710|8999998|6990009)\d{3}"
    r"|\+49(1713920[0]\d{2}|17604069[0]\d{2})"
    r"|\+49(15228817386|15228895456|15254599371|1729925904|1729968532|1729973185|1729973186"
    r"|1729980752|1749091317|1749464308)"
)


@pytest.fixture(scope="module")
def crowd() -> tuple[Person, ...]:
    return invent(2000, seed=5, as_of=DAY)


def test_the_same_seed_invents_the_same_people(crowd: tuple[Person, ...]) -> None:
    assert invent(2000, seed=5, as_of=DAY) == crowd
    assert invent(2000, seed=6, as_of=DAY) != crowd


def test_there_are_about_as_many_as_asked_for(crowd: tuple[Person, ...]) -> None:
    assert 2000 <= len(crowd) <= 2004
    assert len({person.key for person in crowd}) == len(crowd)


def test_planted_people_are_there_however_few_are_asked_for() -> None:
    cases = Counter(person.case for person in invent(1, seed=1, as_of=DAY))
    assert cases["namesake"] == 3
    assert cases["family-phone"] == cases["father-son"] == cases["at-risk"] == 2
    assert cases["sound"] == 4
    for case in ("greet-doctor", "greet-noble", "greet-neutral", "greet-veto", "firm", "employee"):
        assert cases[case] == 1


def test_planted_people_do_not_depend_on_the_seed_but_for_their_numbers() -> None:
    one, other = (
        [replace(person, phone="") for person in invent(1, seed=seed, as_of=DAY)] for seed in (1, 2)
    )
    assert one == other


def test_three_quarters_have_german_names(crowd: tuple[Person, ...]) -> None:
    origins = Counter(person.origin for person in crowd)
    assert 0.7 < origins["de"] / len(crowd) < 0.8
    assert set(origins) == {"de", "tr", "pl", "it", "vi", "en"}


def test_there_are_firms_couples_titles_nobles_moves_and_marriages(
    crowd: tuple[Person, ...],
) -> None:
    kinds = Counter(person.kind for person in crowd)
    assert kinds["firm"] > 40
    assert kinds["couple"] > 5
    for field in ("titles", "nobility", "before", "born", "vat_id", "privileges"):
        assert sum(bool(getattr(person, field)) for person in crowd) >= 10, field
    assert any("-" in person.family for person in crowd if person.born)


def test_families_share_a_landline_and_some_a_mailbox(crowd: tuple[Person, ...]) -> None:
    phones = Counter(person.phone for person in crowd if person.phone)
    mails = Counter(person.email for person in crowd if person.email)
    assert sum(times > 1 for times in phones.values()) > 100
    assert sum(times > 1 for times in mails.values()) > 20
    assert all(mail.startswith("familie.") for mail, times in mails.items() if times > 1)


def test_father_and_son_bear_one_name_under_one_roof(crowd: tuple[Person, ...]) -> None:
    named = Counter(
        (person.household, person.given, person.family) for person in crowd if person.household
    )
    assert sum(times == 2 for times in named.values()) > 5


def test_every_number_is_reserved_for_fiction_and_valid(crowd: tuple[Person, ...]) -> None:
    numbers = {number for person in crowd for number in (person.phone, person.mobile) if number}
    for number in numbers | set(MOBILES):
        parsed = phonenumbers.parse(number, "DE")
        written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        assert phonenumbers.is_valid_number(parsed), number
        assert DRAMA.fullmatch(written), number


def test_every_address_lies_in_a_domain_for_examples(crowd: tuple[Person, ...]) -> None:
    for email in {person.email for person in crowd if person.email}:
        domain = validate_email(email, check_deliverability=False).domain
        assert domain.split(".", 1)[1] in ("example.org", "example.net", "example.com")
