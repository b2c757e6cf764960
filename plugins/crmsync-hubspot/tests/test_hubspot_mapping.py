"""What records say in our words: contacts, companies, consents, orders, deals, activities."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from crmsync_hubspot.activities import activity, ticket
from crmsync_hubspot.faults import standing
from crmsync_hubspot.people import company, contact
from crmsync_hubspot.reading import losers
from crmsync_hubspot.sales import deal, order, product
from crmsync_hubspot.settings import HubSpotSettings
from httpx import Response
from pydantic import ValidationError

from crmsync.errors import RecordError

OWN = HubSpotSettings.model_validate(
    {"token": "pat-eu1-geheim", "subscriptions": [101],
     "properties": {"titles": "akad_titel", "birth_date": "date_of_birth"},
     "company_properties": {"vat_id": "ust_id"}}
)  # fmt: skip

ROW: dict[str, Any] = {
    "id": "512", "archived": False, "createdAt": "2026-01-05T10:00:00.000Z",
    "properties": {
        "salutation": "Frau", "akad_titel": "Dr.", "firstname": "Käthe", "lastname": "von der Aue",
        "email": "kaethe.aue@example.org", "hs_additional_emails": "k@example.org;aue@example.com",
        "phone": "0221 4710 100", "mobilephone": None, "fax": "", "address": "Am Küferteich 7",
        "city": "Köln", "zip": "50667", "state": None, "country": "Deutschland",
        "hs_country_region_code": "DE", "hs_language": "de", "company": None,
        "createdate": "2026-01-05T10:00:00.000Z", "date_of_birth": "29.02.1980",
        "lastmodifieddate": "2026-10-05T10:00:00.123Z", "hs_email_optout": None,
    },
}  # fmt: skip


def status(**more: Any) -> dict[str, Any]:
    return {"channel": "EMAIL", "source": "PUBLIC_STATUS_API", "status": "SUBSCRIBED",
            "subscriberIdString": "kaethe.aue@example.org", "subscriptionId": 101,
            "timestamp": "2026-02-03T04:05:06.000Z", "legalBasis": "CONSENT_WITH_NOTICE",
            "legalBasisExplanation": "Formular Newsletter, DOI", **more}  # fmt: skip


def having(**more: Any) -> dict[str, Any]:
    return {**ROW, "properties": {**ROW["properties"], **more}}


def test_a_contact() -> None:
    told = contact(ROW, OWN)
    assert (told.salutation, told.titles, told.family_name) == ("Frau", "Dr.", "von der Aue")
    assert (told.birth_date, told.since, told.language) == (
        "1980-02-29", "2026-01-05T10:00:00.000Z", "de")  # fmt: skip
    assert [(one.channel, one.value) for one in told.contacts] == [
        ("email", "kaethe.aue@example.org"), ("email", "k@example.org"),
        ("email", "aue@example.com"), ("phone", "0221 4710 100")]  # fmt: skip
    (address,) = told.addresses
    assert (address.street, address.country) == ("Am Küferteich 7", "DE")
    assert told.company is None


def test_what_is_not_shown_is_left_out() -> None:
    has = {name: value for name, value in ROW["properties"].items()
           if name not in ("phone", "akad_titel", "address")}  # fmt: skip
    told = contact({**ROW, "properties": has}, OWN).model_fields_set
    assert told.isdisjoint({"contacts", "titles", "addresses"})
    with pytest.raises(RecordError, match="properties"):
        contact({"id": "1"}, OWN)


@pytest.mark.parametrize("told, day", [
    ("1980-02-29", "1980-02-29"), ("320630400000", "1980-02-29"), ("im Februar", None),
])  # fmt: skip
def test_a_birth_date_is_free_text(told: str, day: str | None) -> None:
    assert contact(having(date_of_birth=told), OWN).birth_date == day


def consents_of(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(one.state, one.at) for one in contact(row, OWN).consents]


def test_a_grant_needs_its_legal_basis_and_its_explanation() -> None:
    granted = {**ROW, "statuses": [status()]}
    (one,) = contact(granted, OWN).consents
    assert (one.state, one.basis, one.at) == ("granted", "consent", "2026-02-03T04:05:06.000Z")
    assert "Formular Newsletter, DOI" in str(one.evidence)
    for less in ({"legalBasis": None}, {"legalBasisExplanation": ""},
                 {"legalBasis": "LEGITIMATE_INTEREST_CLIENT"}):  # fmt: skip
        (one,) = contact({**ROW, "statuses": [status(**less)]}, OWN).consents
        assert (one.state, one.evidence) == ("unknown", None)


def test_flags_that_are_not_set_are_no_grant() -> None:
    assert contact(having(hs_email_optout="false"), OWN).consents == ()
    assert contact({**ROW, "statuses": [status(status="NOT_SPECIFIED")]}, OWN).consents == ()


def test_whoever_left_one_kind_of_adverts_allowed_none() -> None:
    two = HubSpotSettings.model_validate({**OWN.model_dump(), "subscriptions": [101, 102]})
    rows = [status(), status(subscriptionId=102, status="UNSUBSCRIBED", timestamp="2026-03-01")]
    told = contact({**ROW, "statuses": rows}, two).consents
    assert [(one.state, one.at) for one in told] == [("withdrawn", "2026-03-01")]
    assert [state for state, _ in consents_of({**ROW, "statuses": rows})] == ["granted"], (
        "a type that is no advertising does not count"
    )


def test_a_consent_that_was_told_by_us_is_as_old_as_it_was() -> None:
    """HubSpot dates it when it was written down there; he may have objected in between."""
    why = "Karte 17, unterschrieben (2025-11-01T10:00:00+01:00)"
    (told,) = contact({**ROW, "statuses": [status(legalBasisExplanation=why)]}, OWN).consents
    assert (told.state, told.at) == ("granted", "2025-11-01T10:00:00+01:00")


def test_opting_out_of_everything_and_bounces_are_told() -> None:
    assert consents_of(having(hs_email_optout="true")) == [("objected", None)]
    row = {**having(hs_email_optout="true"), "statuses": [status(status="UNSUBSCRIBED")]}
    at = "2026-02-03T04:05:06.000Z"
    assert consents_of(row) == [("withdrawn", at), ("objected", None)], (
        "nobody knows when he left everything: one kind he may have left long before"
    )
    bad = having(hs_email_hard_bounce_reason_enum="UNKNOWN_USER", hs_email_quarantined="true")
    assert [state for state, _ in consents_of(bad)] == ["bounced", "blocked"]


def test_a_company_is_a_firm() -> None:
    has = {"name": "Feinkost Aue GmbH", "phone": "", "address": "Ring 1", "address2": "Hof",
           "city": "Köln", "zip": "50667", "country": "Germany", "ust_id": "DE136695976",
           "hs_lastmodifieddate": "2026-10-05T10:00:00.123Z"}  # fmt: skip
    told = company({"id": "1", "properties": has}, OWN)
    assert (told.kind, told.company, told.vat_id) == ("firm", "Feinkost Aue GmbH", "DE136695976")
    assert (told.contacts, told.addresses[0].lines) == ((), ("Hof",))


def test_merged_ids() -> None:
    row = having(hs_merged_object_ids="7;8", hs_calculated_merged_vids="8:1630000000000;9:17")
    assert losers(row) == ["7", "8", "9"]
    assert losers(ROW) == []


LINE: dict[str, Any] = {"id": "1", "properties": {
    "name": "Röstkaffee", "hs_sku": "KAFFEE-1", "quantity": "2", "price": "9.95",
    "amount": "18.90", "hs_total_discount": "1.00"}}  # fmt: skip
SOLD: dict[str, Any] = {
    "id": "501", "contacts": ["512", "600"], "companies": [], "line_items": [LINE],
    "properties": {
        "hs_order_name": "#1001", "hs_external_order_id": "R-1001", "hs_total_price": "23.80",
        "hs_shipping_cost": "4.90", "hs_currency_code": "EUR", "hs_source_store": "Ehrenfeld",
        "hs_external_created_date": "2026-10-25T00:30:00.000Z", "hs_external_order_status": "paid",
    },
}  # fmt: skip


def test_an_order() -> None:
    told = order(SOLD, OWN)
    assert (told.number, told.customer, told.customer_stream) == ("R-1001", "512", "customers")
    assert (told.placed_at, told.status, told.store) == (
        "2026-10-25T00:30:00.000Z", "completed", "Ehrenfeld")  # fmt: skip
    (line,) = told.lines
    assert (line.amount, line.quantity, line.discount) == (
        Decimal("18.90"), Decimal(2), Decimal("1.00"))  # fmt: skip
    assert (told.shipping, line.cost) == (Decimal("4.90"), None)


@pytest.mark.parametrize(("unit", "cost"), [("6.20", Decimal("12.40")), ("0", None), (None, None)])
def test_what_the_goods_of_a_line_cost(unit: str | None, cost: Decimal | None) -> None:
    line = {"properties": {**LINE["properties"], "hs_cost_of_goods_sold": unit}}
    assert order({**SOLD, "line_items": [line]}, OWN).lines[0].cost == cost


def test_an_order_without_lines_is_its_total() -> None:
    told = order({**SOLD, "line_items": []}, OWN)
    assert ([one.amount for one in told.lines], told.shipping) == ([Decimal("23.80")], 0)


def test_whose_an_order_is() -> None:
    firm = order({**SOLD, "contacts": [], "companies": ["31"]}, OWN)
    assert (firm.customer, firm.customer_stream) == ("31", "companies")
    has = {**SOLD["properties"], "hs_billing_address_name": "Käthe Aue",
           "hs_billing_address_city": "Köln",
           "hs_billing_address_email": "k@example.org"}  # fmt: skip
    guest = order({**SOLD, "contacts": [], "properties": has}, OWN).guest
    assert guest is not None
    assert (guest.name, guest.contacts[0].value) == ("Käthe Aue", "k@example.org")
    assert order({**SOLD, "contacts": []}, OWN).guest is None


@pytest.mark.parametrize("word, state", [
    ("Cancelled", "cancelled"), ("pending", "open"), ("geliefert", "delivered"),
    ("paid", "completed"),
])  # fmt: skip
def test_the_state_of_an_order(word: str, state: str) -> None:
    has = {**SOLD["properties"], "hs_external_order_status": word}
    assert order({**SOLD, "properties": has}, OWN).status == state


@pytest.mark.parametrize("amount", ["0.1", "1234567.89", "-4.90", "19.90"])
def test_money_is_exact(amount: str) -> None:
    line = {"properties": {**LINE["properties"], "amount": amount}}
    told = order({**SOLD, "line_items": [line]}, OWN)
    assert told.lines[0].amount == Decimal(amount)


@pytest.mark.parametrize("amount", ["zwölf", "NaN", {"a": 1}, 7.5])
def test_what_is_no_amount(amount: Any) -> None:
    line = {"properties": {**LINE["properties"], "amount": amount}}
    with pytest.raises(RecordError, match="amount"):
        order({**SOLD, "line_items": [line]}, OWN)


def test_only_deals_that_were_won_are_orders() -> None:
    has = {"dealname": "Kaffeeabo", "amount": "120.00", "deal_currency_code": "EUR",
           "closedate": "2026-10-05T10:00:00Z", "hs_is_closed_won": "true"}  # fmt: skip
    (told,) = deal({"id": "9", "contacts": ["512"], "properties": has}, OWN)
    assert (told.number, told.lines[0].amount) == ("Kaffeeabo", Decimal("120.00"))
    lost = {**has, "hs_is_closed_won": "false"}
    assert list(deal({"id": "9", "properties": lost}, OWN)) == []


def test_products() -> None:
    has = {"name": "Röstkaffee", "hs_sku": "KAFFEE-1", "hs_product_type": "inventory"}
    (told,) = product({"properties": has})
    assert (told.sku, told.category, told.cost) == ("KAFFEE-1", "inventory", None)
    (told,) = product({"properties": {**has, "hs_cost_of_goods_sold": "6.20"}})
    assert told.cost == Decimal("6.20")
    assert list(product({"properties": {**has, "hs_sku": ""}})) == []


def test_a_complaint() -> None:
    has = {"createdate": "2026-10-05T10:00:00Z", "subject": "Mahlgrad", "source_type": "PHONE",
           "hs_ticket_category": "FEATURE_REQUEST;PRODUCT_ISSUE",
           "closed_date": "2026-10-06T10:00:00Z"}  # fmt: skip
    told = ticket({"id": "6", "contacts": ["512"], "properties": has}, OWN)
    assert (told.kind, told.channel, told.status) == ("complaint", "phone", "done")
    calm = ticket({"properties": {**has, "hs_ticket_category": None, "closed_date": None}}, OWN)
    assert (calm.kind, calm.status, calm.customer) == ("enquiry", "open", None)


@pytest.mark.parametrize("name, has, wanted", [
    ("calls", {"hs_call_direction": "INBOUND", "hs_call_title": "Rückruf"},
     ("phone", "note", "in", "Rückruf")),
    ("meetings", {"hs_meeting_title": "Verkostung", "hs_meeting_outcome": "COMPLETED"},
     ("in_person", "visit", "out", "Verkostung")),
    ("communications", {"hs_communication_channel_type": "SMS"}, ("sms", "note", "out", None)),
    ("communications", {"hs_communication_channel_type": "WHATS_APP"},
     ("messenger", "note", "out", None)),
    ("postal_mail", {}, ("letter", "note", "out", None)),
    ("notes", {}, ("in_person", "note", "internal", None)),
    ("emails", {"hs_email_direction": "INCOMING_EMAIL", "hs_email_subject": "Frage"},
     ("email", "note", "in", "Frage")),
])  # fmt: skip
def test_activities(name: str, has: dict[str, Any], wanted: tuple[Any, ...]) -> None:
    told = activity(name, {"properties": {"hs_timestamp": "2026-10-05T10:00:00Z", **has}})
    assert (told.channel, told.kind, told.direction, told.subject) == wanted


def test_the_days_calls_are_learned() -> None:
    headers = {"X-HubSpot-RateLimit-Daily": "650000", "X-HubSpot-RateLimit-Daily-Remaining": "1000"}
    told = standing(Response(200, headers=headers))
    assert told is not None
    assert (told.used, told.count) == (649_000, 650_000)
    assert standing(Response(200)) is None


def test_a_connection_needs_a_proof() -> None:
    with pytest.raises(ValidationError, match="token"):
        HubSpotSettings.model_validate({"client_id": "app"})
