"""What records of EspoCRM say in our words, shaped like a running system's; people are invented."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crmsync_espocrm import dealings, people
from crmsync_espocrm.settings import EspoCrmSettings

from crmsync.errors import RecordError

RECORDS = json.loads((Path(__file__).parent / "data" / "espocrm_exchange.json").read_text())
CONTACT: dict[str, Any] = RECORDS["records"][0]["record"]
SALE: dict[str, Any] = RECORDS["records"][1]["record"]


def own(**more: Any) -> EspoCrmSettings:
    return EspoCrmSettings.model_validate({"url": "https://x", "api_key": "g", **more})


def contact(**more: Any) -> Any:
    (told,) = people.person({**CONTACT, **more}, own(fields={"loyalty_card": "cKarte"}))
    return told


def test_a_contact() -> None:
    told = contact(middleName="Emil", addressStreet="Weg 1\nHinterhaus", cKarte="K-17")
    assert (told.given_name, told.loyalty_card) == ("Günther Emil", "K-17")
    (place,) = told.addresses
    assert (place.street, place.lines, place.country) == ("Weg 1", ("Hinterhaus",), "Deutschland")
    assert [(one.channel, one.value) for one in told.contacts] == [
        ("email", "kunde0@example.com"), ("phone", "+49 221 4710001")]  # fmt: skip


def test_more_than_one_address_and_number() -> None:
    told = contact(
        emailAddressData=[{"emailAddress": "kunde0@example.com"}, {"emailAddress": "b@x.org"}],
        phoneNumberData=[{"phoneNumber": "+49 171 39200001", "type": "Mobile"},
                         {"phoneNumber": "+49 221 4710002", "type": "Fax"}])  # fmt: skip
    assert [one.channel for one in told.contacts] == ["email", "email", "mobile", "fax"]


@pytest.mark.parametrize("more, found", [
    ({}, set()),
    ({"emailAddressIsOptedOut": True}, {("email", "objected")}),
    ({"doNotCall": True}, {("phone", "objected")}),
    ({"phoneNumberIsOptedOut": True}, {("phone", "objected"), ("sms", "objected")}),
    ({"emailAddressIsInvalid": True}, {("email", "bounced")}),
    ({"leftLists": ["6b0100000000000aa"]}, {("email", "withdrawn")}),
    ({"leftLists": []}, set()),
])  # fmt: skip
def test_consents(more: dict[str, Any], found: set[tuple[str, str]]) -> None:
    assert {(one.channel, one.state) for one in contact(**more).consents} == found


@pytest.mark.parametrize("hidden", ["emailAddress", "phoneNumber"])
def test_numbers_that_are_hidden_forget_none(hidden: str) -> None:
    (told,) = people.person({k: v for k, v in CONTACT.items() if k != hidden}, own())
    assert "contacts" not in told.model_fields_set


def test_a_firm() -> None:
    raw = {"id": "6b1", "name": "Mühlenwerk GmbH", "emailAddress": "info@example.org",
           "phoneNumber": None, "billingAddressStreet": "Am Küferteich 7",
           "billingAddressCity": "Leipzig", "shippingAddressStreet": None}  # fmt: skip
    (told,) = people.account(raw, own())
    assert (told.kind, told.company, [one.type for one in told.addresses]) == (
        "firm", "Mühlenwerk GmbH", ["billing"])  # fmt: skip


def test_sales() -> None:
    (told,) = dealings.order({**SALE, "amount": 8029.35}, own())
    assert told.lines[0].amount == Decimal("8029.35")
    (told,) = dealings.order({**SALE, "amount": "64.10"}, own())
    assert told.lines[0].amount == Decimal("64.10")
    assert not list(dealings.order({**SALE, "stage": "Closed Lost"}, own()))
    (told,) = dealings.order({**SALE, "stage": "Negotiation", "amount": None}, own())
    assert (told.status, told.lines) == ("draft", ())
    with pytest.raises(RecordError):
        list(dealings.order({**SALE, "amount": "viel"}, own()))


@pytest.mark.parametrize("more, whose", [
    ({"contactsIds": ["6b2"], "parentType": "Account", "parentId": "6b9"}, ("6b2", "customers")),
    ({"leadsIds": ["6b3"]}, ("6b3", "leads")),
    ({"parentType": "Contact", "parentId": "6b4"}, ("6b4", "customers")),
    ({"parentType": "Opportunity", "parentId": "6b5", "accountId": "6b9"}, ("6b9", "accounts")),
    ({}, (None, "accounts")),
])  # fmt: skip
def test_whose_a_call_is(more: dict[str, Any], whose: tuple[Any, str]) -> None:
    raw = {"id": "6b8", "name": "Rückruf", "status": "Planned", "direction": "Outbound",
           "dateStart": "2026-11-23 09:30:00", **more}  # fmt: skip
    (told,) = dealings.call(raw)
    assert (told.customer, told.customer_stream) == whose
    at = "2026-11-23T09:30:00Z"
    assert (told.kind, told.due_on, told.at) == ("call_back", at, at)


def test_a_case_and_an_email() -> None:
    raw = {"id": "6b7", "name": "Mühle klemmt", "type": "Incident", "status": "Closed",
           "contactId": "6b2", "createdAt": "2026-11-20 09:30:00"}  # fmt: skip
    (told,) = dealings.case(raw, own())
    assert (told.kind, told.status, told.customer) == ("complaint", "done", "6b2")
    mail = {"id": "6b6", "name": "Ihre Anfrage", "status": "Sent", "parentType": "Lead",
            "parentId": "6b3", "dateSent": "2026-11-20 09:30:00"}  # fmt: skip
    (told,) = dealings.email(mail)
    assert (told.direction, told.customer_stream) == ("out", "leads")
    assert not list(dealings.email({**mail, "status": "Draft"}))
    assert not list(dealings.call({**mail, "status": "Not Held"}))
