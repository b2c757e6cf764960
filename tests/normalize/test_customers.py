"""Customers as told, cleaned: kind, contacts, what is hidden, and what carries over."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from crmsync.errors import RecordError
from crmsync.model.customer import ContactPoint, SourceCustomer
from crmsync.model.name import PersonName
from crmsync.model.stream import Connection
from crmsync.model.told import ToldAddress, ToldContact, ToldCustomer
from crmsync.normalize.clean import carry_hidden
from crmsync.normalize.customers import clean_language
from tests.normalize.one import clean_customer

SHOP = Connection(name="shop", controller="Muster Mode GmbH")


def _clean(**told: Any) -> SourceCustomer:
    return clean_customer(ToldCustomer(**told), connection=SHOP)


def test_a_whole_customer() -> None:
    found = _clean(
        salutation="Frau",
        given_name="Käthe",
        family_name="MÜLLER",
        birth_date="29.02.1980",
        vat_id="DE 123.456.789",
        language="de_at",
        customer_number=4711,
        loyalty_card="2100 0000 0017",
        since="2019-05-01",
        form="du",
        addresses=(ToldAddress(street="Hauptstr. 5", postal_code="10115", city="Berlin"),),
        contacts=(ToldContact(channel="email", value="Kaethe@Example.org", verified=True),),
        privileges=("Stammkunde",),
    )
    assert found.kind == "person"
    assert found.name == PersonName(salutation="frau", given="Käthe", family="Müller")
    assert (found.birth_date, found.since) == ("1980-02-29", "2019-05-01")
    assert (found.vat_id, found.language) == ("DE123456789", "de-AT")
    assert (found.customer_number, found.loyalty_card) == ("4711", "210000000017")
    assert found.addresses[0].key == "10115|hauptstr|5"
    assert found.contacts == (
        ContactPoint("email", "kaethe@example.org", "Kaethe@Example.org", verified=True),
    )
    assert (found.form, found.privileges, found.guest) == ("du", ("Stammkunde",), False)


@pytest.mark.parametrize(
    "told, kind, name, company",
    [
        ({"given_name": "Anna", "family_name": "Schmidt"}, "person", "Anna Schmidt", ""),
        ({"name": "Müller GmbH"}, "firm", None, "Müller GmbH"),
        ({"family_name": "Müller GmbH"}, "firm", None, "Müller GmbH"),
        ({"name": "Firma Müller"}, "firm", None, "Müller"),
        ({"salutation": "Firma", "name": "Müller"}, "firm", None, "Müller"),
        ({"company": "Müller"}, "firm", None, "Müller"),
        ({"company": "Müller", "name": "n/a"}, "firm", None, "Müller"),
        ({"kind": "firm", "name": "Peter Schmidt"}, "firm", None, "Peter Schmidt"),
        ({"kind": "person", "name": "Müller GmbH"}, "firm", None, "Müller GmbH"),
        (
            {"company": "Müller GmbH", "given_name": "Anna", "family_name": "Schmidt"},
            "person",
            "Anna Schmidt",
            "Müller GmbH",
        ),
        (
            {"kind": "firm", "company": "Müller GmbH", "name": "Frau Anna Schmidt"},
            "firm",
            "Anna Schmidt",
            "Müller GmbH",
        ),
        (
            {"salutation": "Firma", "company": "Müller", "family_name": "Schmidt"},
            "firm",
            "Schmidt",
            "Müller",
        ),
        ({"name": "Eheleute Anna und Peter Schmidt"}, "couple", "Anna und Peter Schmidt", ""),
        (
            {"given_name": "Anna & Peter", "family_name": "Schmidt"},
            "couple",
            "Anna & Peter Schmidt",
            "",
        ),
        ({"salutation": "Familie", "family_name": "Schmidt"}, "couple", "Schmidt", ""),
        ({"kind": "person", "name": "unbekannt"}, "person", None, ""),
        ({"kind": "couple"}, "couple", None, ""),
        ({}, "person", None, ""),
    ],
)
def test_kind(told: dict[str, Any], kind: str, name: str | None, company: str) -> None:
    found = _clean(**told)
    full = found.name.full if found.name else None
    assert (found.kind, full, found.company) == (kind, name, company)


def test_contacts_come_once_and_what_is_invalid_is_kept_unused() -> None:
    found = _clean(
        contacts=(
            ToldContact(channel="phone", value="0171 1234567"),
            ToldContact(channel="mobile", value="+49 171 1234567", verified=True),
            ToldContact(channel="email", value="INFO@example.org"),
            ToldContact(channel="email", value="info@example.org", preferred=True),
            ToldContact(channel="phone", value="siehe Notiz"),
            ToldContact(channel="fax", value="0171 1234567"),
            ToldContact(channel="phone", value="  "),
        )
    )
    assert found.contacts == (
        ContactPoint("mobile", "+491711234567", "0171 1234567", verified=True),
        ContactPoint("email", "info@example.org", "INFO@example.org", preferred=True, role=True),
        ContactPoint("phone", "", "siehe Notiz"),
        ContactPoint("fax", "+491711234567", "0171 1234567"),
    )


def test_numbers_are_from_the_country_of_the_connection() -> None:
    austria = Connection(name="shop", controller="Muster", country="AT")
    told = ToldCustomer(contacts=(ToldContact(channel="phone", value="01 5330101"),))
    assert clean_customer(told, connection=austria).contacts[0].value == "+4315330101"


def test_when_the_backend_changed_it_is_a_utc_stamp() -> None:
    assert _clean(changed_at="21.11.2026 14:05").changed_at == "2026-11-21T13:05:00Z"
    assert _clean(changed_at="0000-00-00 00:00:00").changed_at == _clean().changed_at == ""


@pytest.mark.parametrize("field", ["birth_date", "since", "changed_at"])
def test_an_unreadable_date_is_an_error_that_names_the_field(field: str) -> None:
    with pytest.raises(RecordError) as error:
        _clean(**{field: "im Mai"})
    assert error.value.field == field
    assert "Mai" not in str(error.value)


@pytest.mark.parametrize("nobody", ["1899-12-30", "1900-01-01", "0000-00-00", "0001-01-01", ""])
def test_the_zero_dates_of_other_systems_are_no_birth_dates(nobody: str) -> None:
    assert _clean(birth_date=nobody).birth_date == ""


@pytest.mark.parametrize(
    "text, tag",
    [("de", "de"), ("DE", "de"), ("de_DE.UTF-8", "de-DE"), ("en-gb", "en-GB"), ("Deutsch", "de"),
     ("zh-Hant", "zh-Hant"), ("?", ""), ("123", "")],
)  # fmt: skip
def test_clean_language(text: str, tag: str) -> None:
    assert clean_language(text) == tag


def test_what_is_not_told_is_hidden_and_what_is_told_empty_is_not() -> None:
    found = _clean(given_name="Anna", family_name="Schmidt", company=None, contacts=())
    assert {"company", "contacts", "name", "kind"}.isdisjoint(found.hidden)
    assert {"birth_date", "addresses", "name.salutation", "name.titles"} <= set(found.hidden)
    assert {"name", "kind"} <= set(_clean(birth_date=None).hidden)
    assert "name.salutation" not in _clean(name="Frau Schmidt").hidden
    assert "name.salutation" not in _clean(name="Anna Schmidt", salutation=None).hidden


def test_every_hidden_field_is_a_field_of_a_source_customer() -> None:
    known = set(SourceCustomer.__struct_fields__)
    assert {field.partition(".")[0] for field in _clean(name="Anna").hidden} <= known
    assert known - set(_clean().hidden) == {"guest", "hidden", "changed_at"}


def test_hidden_fields_keep_the_old_value() -> None:
    old = _clean(
        salutation="Frau", titles="Dr.", given_name="Anna", family_name="Schmidt",
        birth_date="1980-02-29", company="Schmidt Moden",
    )  # fmt: skip
    new = _clean(given_name="Anna", family_name="Weber", company=None)
    carried = carry_hidden(new, old)
    assert carried.name == PersonName("frau", ("Dr.",), "Anna", family="Weber")
    assert (carried.birth_date, carried.company) == ("1980-02-29", "")
    assert {"birth_date", "name.salutation"}.isdisjoint(carried.hidden)
    assert "vat_id" in carried.hidden


def test_where_nothing_is_hidden_nothing_is_carried() -> None:
    new = structs.replace(_clean(name="Anna Schmidt"), hidden=())
    assert carry_hidden(new, _clean(name="Peter Weber", birth_date="1980-02-29")) is new


def test_a_name_that_is_not_visible_stays_with_its_kind() -> None:
    old = _clean(name="Müller GmbH")
    carried = carry_hidden(_clean(contacts=()), old)
    assert (carried.kind, carried.company) == ("firm", "Müller GmbH")


def test_a_firm_in_the_name_goes_with_the_name() -> None:
    old = _clean(name="Rösterei Nordwind GmbH")
    assert old.company == "Rösterei Nordwind GmbH"
    carried = carry_hidden(_clean(name="Petra Sommer"), old)
    assert (carried.kind, carried.company) == ("person", "")
    assert "company" in carried.hidden
    twice = carry_hidden(_clean(name="Petra Sommer"), carry_hidden(_clean(contacts=()), old))
    assert (twice.kind, twice.company) == ("person", "")


def test_a_firm_that_was_told_stays_beside_another_name() -> None:
    old = _clean(company="Rösterei Nordwind GmbH")
    carried = carry_hidden(_clean(name="Petra Sommer"), old)
    assert (carried.kind, carried.company) == ("person", "Rösterei Nordwind GmbH")


def test_another_person_does_not_inherit_the_anrede() -> None:
    old = _clean(salutation="Frau", titles="Dr.", given_name="Anna", family_name="Schmidt")
    carried = carry_hidden(_clean(given_name="Peter", family_name="Schmidt"), old)
    assert carried.name == PersonName(given="Peter", family="Schmidt")
    assert "name.salutation" in carried.hidden


_TOLD = st.builds(
    lambda shown, values: ToldCustomer(**{key: values[key] for key in shown}),
    st.sets(st.sampled_from(["salutation", "given_name", "family_name", "company", "birth_date"])),
    st.fixed_dictionaries(
        {
            "salutation": st.sampled_from(["Frau", "Herr", None]),
            "given_name": st.sampled_from(["Anna", "Peter", None]),
            "family_name": st.sampled_from(["Schmidt", "Müller GmbH", None]),
            "company": st.sampled_from(["Moden", None]),
            "birth_date": st.sampled_from(["1980-02-29", None]),
        }
    ),
)


@given(_TOLD, _TOLD)
def test_carrying_twice_changes_nothing_and_hides_only_what_both_hide(
    first: ToldCustomer, second: ToldCustomer
) -> None:
    old = clean_customer(first, connection=SHOP)
    new = clean_customer(second, connection=SHOP)
    carried = carry_hidden(new, old)
    assert carry_hidden(new, carried) == carried
    assert carry_hidden(new, new) == new
    both = "birth_date" in new.hidden and "birth_date" in old.hidden
    assert ("birth_date" in carried.hidden) == both
    from_name = "company.told" in old.hidden and "name" not in new.hidden
    unknown = "company" in old.hidden or from_name
    assert ("company" in carried.hidden) == ("company" in new.hidden and unknown)
    if "company" in carried.hidden:
        assert carried.company == ""


@given(st.text(), st.text(), st.text(), st.text())
def test_no_text_in_a_customer_is_too_odd(one: str, other: str, third: str, fourth: str) -> None:
    told = ToldCustomer(
        name=one,
        company=other,
        language=third,
        vat_id=fourth,
        addresses=(ToldAddress(street=one, house_number=other, postal_code=third, country=fourth),),
        contacts=(
            ToldContact(channel="phone", value=one),
            ToldContact(channel="email", value=other),
        ),
    )
    found = clean_customer(told, connection=SHOP, guest=True)
    assert found.guest
    assert found.kind in ("person", "firm", "couple")


@pytest.mark.parametrize(
    "language, family, sure",
    [("hu_HU", "Nagy", True), ("HU", "Nagy", True), ("de", "Nagy", False), (None, "Nagy", False)],
)
def test_the_language_says_how_a_name_in_one_text_is_read(
    language: str | None, family: str, sure: bool
) -> None:
    told = ToldCustomer(name="Nagy Péter", language=language)
    name = clean_customer(told, connection=SHOP).name
    assert name is not None
    assert (name.family, name.sure) == (family, sure)


def test_a_contact_person_in_the_name_of_a_firm_is_found_in_every_field() -> None:
    text = "Müller GmbH, z. Hd. Frau Schmidt"
    for fields in ({"name": text}, {"company": text}, {"name": text, "kind": "firm"}):
        customer = clean_customer(ToldCustomer(**fields), connection=SHOP)  # type: ignore[arg-type]
        assert (customer.kind, customer.company) == ("firm", "Müller GmbH")
        assert customer.name == PersonName(salutation="frau", family="Schmidt")
