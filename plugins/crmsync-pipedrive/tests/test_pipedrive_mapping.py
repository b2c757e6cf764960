"""What rows say in our words: persons, marketing status, organizations, deals, activities."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from crmsync_pipedrive.deals import activity, deal, product
from crmsync_pipedrive.people import organization, person
from crmsync_pipedrive.settings import PipedriveSettings
from pydantic import ValidationError

from crmsync.errors import RecordError

PERSON: dict[str, Any] = {
    "id": 17, "name": "Käthe von der Aue", "first_name": "Käthe", "last_name": "von der Aue",
    "org_id": None, "add_time": "2026-01-05T10:00:00Z", "update_time": "2026-10-05T10:00:00Z",
    "emails": [{"value": "alt@example.org", "primary": False, "label": "home"},
               {"value": "kaethe.aue@example.org", "primary": True, "label": "work"}],
    "phones": [{"value": "0221 4710 100", "primary": True, "label": "work"},
               {"value": "0171 39200 10", "primary": False, "label": "Mobile"},
               {"value": "0221 4710 101", "primary": False, "label": "fax"},
               {"value": "", "primary": False, "label": "home"}],
    "postal_address": {"value": "Am Küferteich 7, 50667 Köln", "route": "Am Küferteich",
                       "street_number": "7", "locality": "Köln", "postal_code": "50667",
                       "country": "Deutschland", "admin_area_level_1": None, "subpremise": None},
    "birthday": "1980-02-29", "own": {"titles": "Dr.", "customer_number": 4711},
    "marketing_status": "no_consent", "is_deleted": False,
}  # fmt: skip


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in PERSON.items() if name not in names}


def test_a_person() -> None:
    told = person(PERSON)
    assert (told.given_name, told.family_name, told.titles) == ("Käthe", "von der Aue", "Dr.")
    assert (told.birth_date, told.since, told.customer_number) == (
        "1980-02-29", "2026-01-05T10:00:00Z", "4711")  # fmt: skip
    assert [(one.channel, one.value, one.preferred) for one in told.contacts] == [
        ("email", "alt@example.org", False), ("email", "kaethe.aue@example.org", True),
        ("phone", "0221 4710 100", True), ("mobile", "0171 39200 10", False),
        ("fax", "0221 4710 101", False)]  # fmt: skip
    (address,) = told.addresses
    assert (address.street, address.house_number, address.city) == ("Am Küferteich", "7", "Köln")


def test_a_name_that_is_not_taken_apart_and_an_address_that_is_one_text() -> None:
    row = {**without("first_name", "last_name"), "postal_address": "Am Küferteich 7, 50667 Köln"}
    told = person(row)
    assert (told.name, told.family_name) == ("Käthe von der Aue", None)
    assert told.addresses[0].lines == ("Am Küferteich 7, 50667 Köln",)
    empty = {"value": "", "route": None, "locality": None}
    assert person({**PERSON, "postal_address": empty}).addresses == ()


def test_what_is_not_shown_is_left_out() -> None:
    told = person(without("phones", "own", "postal_address", "birthday", "marketing_status"))
    hidden = {"contacts", "titles", "addresses", "birth_date", "consents"}
    assert told.model_fields_set.isdisjoint(hidden)


@pytest.mark.parametrize("status, state", [
    ("no_consent", None), (None, None), ("unsubscribed", "withdrawn"), ("bounced", "bounced"),
    ("subscribed", "unknown"), ("archived", "unknown"), ("was Neues", "unknown"),
])  # fmt: skip
def test_a_marketing_status_is_never_a_grant(status: str | None, state: str | None) -> None:
    row = {**PERSON, "marketing_status": status, "doi_status": "confirmed"}
    found = [(one.state, one.contact) for one in person(row).consents]
    assert found == ([(state, "kaethe.aue@example.org")] if state else [])


@pytest.mark.parametrize("name", ["emails", "phones"])
def test_lists_that_are_none(name: str) -> None:
    with pytest.raises(RecordError, match=name):
        person({**PERSON, name: [7.5]})


def test_an_organization_is_a_firm() -> None:
    row = {"id": 31, "name": "Feinkost Aue GmbH", "address": PERSON["postal_address"],
           "update_time": "2026-10-05T10:00:00Z"}  # fmt: skip
    told = organization(row)
    assert (told.kind, told.company, told.addresses[0].type) == (
        "firm", "Feinkost Aue GmbH", "work")  # fmt: skip


LINE: dict[str, Any] = {
    "id": 1, "deal_id": 9, "product_id": 7, "code": "KAFFEE-7", "name": "Röstkaffee",
    "quantity": 2, "item_price": 10.9, "discount": 10, "discount_type": "percentage", "tax": 7,
    "tax_method": "inclusive", "is_enabled": True, "order_nr": 2, "sum": 19.62,
}  # fmt: skip
DEAL: dict[str, Any] = {
    "id": 9, "title": "Kaffeeabo", "status": "won", "person_id": 17, "org_id": 31,
    "value": 19.62, "currency": "EUR", "won_time": "2026-10-25T00:30:00Z", "products": [LINE],
    "add_time": "2026-10-01T08:15:00Z",
}  # fmt: skip


def test_a_deal_that_was_won_is_an_order() -> None:
    (told,) = deal(DEAL, channel="phone")
    assert (told.number, told.customer, told.channel) == ("Kaffeeabo", "17", "phone")
    assert told.placed_at == "2026-10-25T00:30:00Z"
    (line,) = told.lines
    assert (line.sku, line.amount, line.discount, line.tax_rate) == (
        "KAFFEE-7", Decimal("19.62"), Decimal("2.18"), Decimal(7))  # fmt: skip


@pytest.mark.parametrize("status", ["open", "lost", "deleted", None])
def test_any_other_deal_is_nothing(status: str | None) -> None:
    assert list(deal({**DEAL, "status": status}, channel="web")) == []


def test_an_organizations_deal_and_one_without_products() -> None:
    (told,) = deal({**DEAL, "person_id": None, "products": []}, channel="web")
    assert (told.customer, told.customer_stream) == ("31", "organizations")
    assert [one.amount for one in told.lines] == [Decimal("19.62")]


@pytest.mark.parametrize("more, amount", [
    ({"tax_method": "exclusive"}, "20.99"),
    ({"tax_method": "none"}, "19.62"),
    ({"discount": 1.8, "discount_type": "amount"}, "20.00"),
    ({"discount": 0, "item_price": 0.1, "quantity": 3}, "0.30"),
    ({"discount": 0, "item_price": 1234567.89, "quantity": 1}, "1234567.89"),
])  # fmt: skip
def test_money_is_exact_and_with_tax(more: dict[str, Any], amount: str) -> None:
    (told,) = deal({**DEAL, "products": [{**LINE, **more}]}, channel="web")
    assert told.lines[0].amount == Decimal(amount)


def test_money_has_the_places_of_its_currency() -> None:
    line = {**LINE, "discount": 0, "quantity": 1, "item_price": 1.234}
    (told,) = deal({**DEAL, "currency": "KWD", "products": [line]}, channel="in_person")
    assert told.lines[0].amount == Decimal("1.234")


def test_lines_in_their_order_without_those_that_are_switched_off() -> None:
    rows = [LINE, {**LINE, "order_nr": 10, "name": "Filter"}, {**LINE, "is_enabled": False},
            {**LINE, "order_nr": 1, "name": "Mühle", "code": ""}]  # fmt: skip
    (told,) = deal({**DEAL, "products": rows}, channel="web")
    assert [(one.title, one.sku) for one in told.lines] == [
        ("Mühle", "7"), ("Röstkaffee", "KAFFEE-7"), ("Filter", "KAFFEE-7")]  # fmt: skip


@pytest.mark.parametrize("price", ["zwölf", True, {"a": 1}])
def test_what_is_no_amount(price: Any) -> None:
    with pytest.raises(RecordError, match="item_price"):
        list(deal({**DEAL, "products": [{**LINE, "item_price": price}]}, channel="web"))


def test_products() -> None:
    assert product({"id": 7, "name": "Röstkaffee", "code": "KAFFEE-7"}).sku == "KAFFEE-7"
    assert (product({"id": 7, "name": "Röstkaffee", "code": None}).sku) == "7"


def test_what_a_product_costs() -> None:
    raw: dict[str, Any] = {"id": 7, "name": "Röstkaffee", "prices": [
        {"price": 11, "currency": "CHF", "cost": 0}, {"price": 10, "currency": "EUR", "cost": 6.2},
        {"price": 12, "currency": "USD", "cost": 7}]}  # fmt: skip
    told = product(raw)
    assert (told.cost, told.currency) == (Decimal("6.2"), "EUR")
    told = product({**raw, "prices": raw["prices"][:1]})
    assert (told.cost, told.currency) == (None, None)


CALL: dict[str, Any] = {
    "id": 6, "type": "call", "subject": "Rückruf", "done": False, "person_id": 17,
    "due_date": "2026-10-05", "due_time": "08:15", "add_time": "2026-10-01T10:00:00Z",
    "marked_as_done_time": None,
}  # fmt: skip


def test_a_call_that_is_to_be_made() -> None:
    told = activity(CALL)
    assert (told.kind, told.channel, told.status, told.due_on) == (
        "call_back", "phone", "open", "2026-10-05")  # fmt: skip
    assert (told.at, told.customer) == ("2026-10-05T08:15Z", "17")


@pytest.mark.parametrize("kind, channel, what", [
    ("call", "phone", "note"), ("meeting", "in_person", "visit"), ("email", "email", "note"),
    ("verkostung", "in_person", "note"),
])  # fmt: skip
def test_activities_that_were_done(kind: str, channel: str, what: str) -> None:
    row = {**CALL, "type": kind, "done": True, "due_date": None,
           "marked_as_done_time": "2026-10-06T10:00:00Z"}  # fmt: skip
    told = activity(row)
    assert (told.channel, told.kind, told.status) == (channel, what, "done")
    assert (told.at, told.resolved_at) == ("2026-10-01T10:00:00Z", "2026-10-06T10:00:00Z")


def test_a_connection_needs_a_proof() -> None:
    with pytest.raises(ValidationError, match="token"):
        PipedriveSettings.model_validate({"url": "https://laden.pipedrive.com"})
