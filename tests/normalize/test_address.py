"""Addresses: street and number apart, countries as codes, equal addresses with equal keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.model.told import ToldAddress
from crmsync.normalize.address import (
    address_key,
    split_by_rules,
    split_street,
    street_key,
)
from crmsync.normalize.countries import country_code, known_countries
from tests.normalize.one import clean_address


@pytest.mark.parametrize(
    "line, street, number, more",
    [
        ("Hauptstr. 12a", "Hauptstr.", "12a", ""),
        ("Hauptstr.12", "Hauptstr.", "12", ""),
        ("Hauptstraße 12 a", "Hauptstraße", "12 a", ""),
        ("Am Markt 3-5", "Am Markt", "3-5", ""),
        ("Am Markt 3 – 5", "Am Markt", "3 – 5", ""),
        ("Str. des 17. Juni 135", "Str. des 17. Juni", "135", ""),
        ("Straße des 18. Oktober", "Straße des 18. Oktober", "", ""),
        ("1. Maistraße 4", "1. Maistraße", "4", ""),
        ("C4, 7", "C4", "7", ""),
        ("Q 7, 24", "Q 7", "24", ""),
        ("Dorfstraße Nr. 5", "Dorfstraße", "5", ""),
        ("Mariahilfer Straße 10/2/15", "Mariahilfer Straße", "10/2/15", ""),
        ("12 rue de la Paix", "rue de la Paix", "12", ""),
        ("221B Baker Street", "Baker Street", "221B", ""),
        ("Allee 7 1/2", "Allee", "7 1/2", ""),
        ("Hauptstr. 5, 3. OG links", "Hauptstr.", "5", "3. OG links"),
        ("Hauptstr. 5 c/o Meier", "Hauptstr.", "5", "c/o Meier"),
        ("Busch-Weg 3 Hinterhaus", "Busch-Weg", "3", "Hinterhaus"),
        ("Postfach 12 34 56", "Postfach", "123456", ""),
        ("DHL Packstation 123", "Packstation", "123", ""),
        ("Am Hof", "Am Hof", "", ""),
        ("", "", "", ""),
    ],
)
def test_split_street(line: str, street: str, number: str, more: str) -> None:
    assert split_street(line) == (street, number, more)


@pytest.mark.parametrize(
    "spellings",
    [
        ("Königstraße", "Koenigstr.", "KÖNIGSTRASSE", "König-Str.", "Konigstrase", "König Straße"),
        ("Straße des 17. Juni", "Str. des 17. Juni", "STRASSE DES 17. JUNI"),
        ("Marienplatz", "Marienpl."),
        ("Sankt-Anna-Platz", "St.-Anna-Platz"),
    ],
)
def test_a_street_in_every_spelling_has_one_key(spellings: tuple[str, ...]) -> None:
    assert len({street_key(street) for street in spellings}) == 1


def test_different_streets_have_different_keys() -> None:
    streets = ("Hauptstraße", "Hauptweg", "Haupt", "Straßburger Straße", "Straßburger Platz")
    assert len({street_key(street) for street in streets}) == len(streets)


def test_a_key_needs_all_three_parts_and_a_place_to_live() -> None:
    assert address_key("10115", "Hauptstr.", "12 A") == "10115|hauptstr|12a"
    assert address_key("", "Hauptstr.", "12") == ""
    assert address_key("10115", "Am Hof", "") == ""
    assert address_key("10115", "Packstation", "123") == ""


@pytest.mark.parametrize(
    "told",
    [
        ToldAddress(street="Königstraße 12a", postal_code="01067", city="Dresden"),
        ToldAddress(street="Koenigstr.", house_number="12 A", postal_code="1067", country="DE"),
        ToldAddress(street="KÖNIGSTR. 12A", house_number="12a", postal_code="D-01067"),
        ToldAddress(lines=("Anna Schmidt", "Königstr. 12 a", "D-01067 Dresden", "Deutschland")),
        ToldAddress(street="c/o Meier, Königstr. 12a", postal_code="01067", country="Germany"),
    ],
)
def test_one_address_in_many_tellings_has_one_key(told: ToldAddress) -> None:
    address = clean_address(told, country="DE")
    assert (address.key, address.country) == ("01067|konigstr|12a", "DE")


def test_free_lines_are_told_apart() -> None:
    lines = ("Anna Schmidt", "c/o Meier", "Hauptstr. 5", "A-1010 Wien", "Österreich")
    address = clean_address(ToldAddress(lines=lines), country="DE")
    assert address.extra == ("Anna Schmidt", "c/o Meier")
    assert (address.street, address.house_number) == ("Hauptstr.", "5")
    assert (address.postal_code, address.city, address.country) == ("1010", "Wien", "AT")


def test_a_parcel_locker_keeps_its_number_and_has_no_key() -> None:
    told = ToldAddress(
        street="Packstation 123", lines=("Postnummer 12345678",), postal_code="10115"
    )
    address = clean_address(told, country="DE")
    assert (address.street, address.house_number, address.key) == ("Packstation", "123", "")
    assert address.extra == ("Postnummer 12345678",)


def test_an_unknown_country_is_left_empty() -> None:
    assert clean_address(ToldAddress(country="Phantasien"), country="DE").country == ""


@pytest.mark.parametrize(
    "text, code",
    [
        ("Deutschland", "DE"),
        ("germany", "DE"),
        ("DEU", "DE"),
        ("de", "DE"),
        ("D", "DE"),
        ("ÖSTERREICH", "AT"),
        ("Oesterreich", "AT"),
        ("Schweiz", "CH"),
        ("CHE", "CH"),
        ("Türkei", "TR"),
        ("Turkiye", "TR"),
        ("Czech Republic", "CZ"),
        ("Tschechien", "CZ"),
        ("USA", "US"),
        ("Bosnia and Herzegovina", "BA"),
        ("FRA", "FR"),
        ("Phantasien", ""),
        ("", ""),
    ],
)
def test_country_code(text: str, code: str) -> None:
    assert country_code(text) == code


def test_every_code_leads_to_itself_and_no_spelling_to_two_countries() -> None:
    known = known_countries()
    assert len(set(known.values())) == 250
    assert all(country_code(code) == code for code in known.values())
    assert len([key for key in known if len(key) == 3 and " " not in key]) >= 250


@given(st.text(max_size=40))
def test_no_line_is_too_odd(line: str) -> None:
    split_street(line)
    clean_address(ToldAddress(street=line, lines=(line, line)), country="DE")


@given(st.sampled_from(["Hauptstr.", "Am Markt", "Str. des 17. Juni", "Q 7,"]), st.integers(1, 999))
def test_a_number_put_behind_a_street_is_found_again(street: str, number: int) -> None:
    assert split_street(f"{street} {number}")[:2] == (street.rstrip(","), str(number))


_PIECES = st.sampled_from(
    ["Hauptstr.", "Am", "Nr.", "nr", "No", "Postfach", "P.O.", "Box", "Packstation", "7", "12a",
     "12 b", "c/o", ",", "-", "3-5", "Haus", "Straße", "des", "17.", "Juni", "DHL", "1/2", "Q"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=6).map(" ".join))
def test_the_plain_path_says_what_the_rules_say(line: str) -> None:
    assert split_street(line) == split_by_rules(line)
