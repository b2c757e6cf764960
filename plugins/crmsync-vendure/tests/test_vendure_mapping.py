"""Customers, orders and variants as Vendure 3.7 tells them become ours."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from crmsync_vendure.customers import customer
from crmsync_vendure.orders import order
from crmsync_vendure.products import product

from crmsync.errors import RecordError
from crmsync.model.told import ToldDelivery, ToldOrder, ToldReturn

CUSTOMER: dict[str, Any] = {
    "id": "3", "createdAt": "2026-11-21T19:22:29.000Z", "title": "Frau Prof. Dr.",
    "firstName": "Ursula", "lastName": "von der Weißenberg-Müller",
    "emailAddress": "ursula@example.com", "phoneNumber": "0221 880002",
    "user": {"verified": True}, "groups": [{"name": "Stammkunden"}],
    "addresses": [
        {"id": "1", "fullName": "Ursula Müller", "company": "Weinhandel Krüger GmbH",
         "streetLine1": "Hauptstraße 3", "streetLine2": "Hof", "city": "Köln", "province": "NRW",
         "postalCode": "50667", "phoneNumber": "0221 880002", "country": {"code": "DE"},
         "defaultShippingAddress": True, "defaultBillingAddress": False},
        {"id": "2", "fullName": "", "company": "", "streetLine1": "Ring 1", "streetLine2": "",
         "city": "Wien", "province": "", "postalCode": "1010", "phoneNumber": "+43 1 5",
         "country": {"code": "AT"}, "defaultShippingAddress": False,
         "defaultBillingAddress": True},
    ],
}  # fmt: skip


def line(number: str, quantity: int, each: int, **more: Any) -> dict[str, Any]:
    total = quantity * each
    told = {"id": number, "quantity": quantity, "taxRate": 19, "proratedUnitPriceWithTax": each}
    told |= {"linePriceWithTax": total, "proratedLinePriceWithTax": total}
    return {**told, "productVariant": {"sku": f"W-{number}", "name": "Rotwein"}, **more}


def sold(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": "7",
        "code": "BU3TUP",
        "state": "PaymentSettled",
        "currencyCode": "EUR",
    }
    told |= {"orderPlacedAt": "2026-11-21T19:23:04.570Z", "shippingWithTax": 490}
    told |= {"customer": {"id": "3"}, "fulfillments": [], "payments": [], "history": {"items": []}}
    return {**told, "lines": list(lines), **more}


def mapped(raw: dict[str, Any], digits: int = 2) -> list[Any]:
    return list(order(raw, digits=digits))


@pytest.mark.parametrize(
    ("title", "salutation", "titles"),
    [
        ("Frau Prof. Dr.", "Frau", "Prof. Dr."),
        ("Herr", "Herr", None),
        ("Dr.", None, "Dr."),
        ("", None, None),
        (None, None, None),
    ],
)
def test_vendures_one_title_is_an_anrede_and_titles(
    title: str | None, salutation: str | None, titles: str | None
) -> None:
    told = customer({**CUSTOMER, "title": title})
    assert (told.salutation, told.titles) == (salutation, titles)


def test_a_customer_with_addresses_contacts_and_groups() -> None:
    told = customer(CUSTOMER)
    assert (told.given_name, told.family_name) == ("Ursula", "von der Weißenberg-Müller")
    assert (told.since, told.marks) == ("2026-11-21T19:22:29.000Z", ("Stammkunden",))
    first, second = told.addresses
    assert (first.type, first.company, first.lines) == (
        "shipping",
        "Weinhandel Krüger GmbH",
        ("Hof",),
    )
    assert (second.type, second.city, second.country) == ("billing", "Wien", "AT")
    assert [(one.channel, one.value, one.verified) for one in told.contacts] == [
        ("email", "ursula@example.com", True),
        ("phone", "0221 880002", False),
        ("phone", "+43 1 5", False),
    ]


def test_a_guest_has_no_verified_address() -> None:
    told = customer({**CUSTOMER, "user": None, "phoneNumber": None, "addresses": None})
    assert [(one.value, one.verified) for one in told.contacts] == [("ursula@example.com", False)]


def test_what_vendure_does_not_show_is_left_out() -> None:
    fields = customer(CUSTOMER).model_fields_set
    assert not fields & {"birth_date", "customer_number", "language", "blocked", "consents"}


def test_an_order_in_minor_units_becomes_exact_amounts() -> None:
    (told,) = mapped(sold(line("1", 2, 890), line("2", 1, 1999)))
    assert isinstance(told, ToldOrder)
    assert (told.number, told.customer, told.status, told.channel) == ("BU3TUP", "3", "open", "web")
    assert (told.shipping, told.prices_include_tax) == (Decimal("4.90"), True)
    assert [(one.sku, one.quantity, one.amount) for one in told.lines] == [
        ("W-1", 2, Decimal("17.80")),
        ("W-2", 1, Decimal("19.99")),
    ]


def test_a_shop_with_another_precision_says_so() -> None:
    (told,) = mapped(sold(line("1", 1, 8901)), digits=3)
    assert told.lines[0].amount == Decimal("8.901")


def test_a_line_carries_its_share_of_a_discount_on_the_whole_order() -> None:
    reduced = {"proratedLinePriceWithTax": 1602}
    (told,) = mapped(sold(line("1", 2, 890, **reduced)))
    assert (told.lines[0].amount, told.lines[0].discount) == (Decimal("16.02"), Decimal("1.78"))


def test_lines_that_were_cancelled_away_are_no_lines() -> None:
    (told,) = mapped(sold(line("1", 0, 890), state="Cancelled"))
    assert (told.status, told.lines) == ("cancelled", ())


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("Draft", "draft"),
        ("PaymentAuthorized", "open"),
        ("PartiallyShipped", "open"),
        ("Delivered", "delivered"),
        ("Cancelled", "cancelled"),
        ("WaitingForTheMoon", "open"),
    ],
)
def test_each_state_has_its_meaning_and_an_own_one_is_open(state: str, status: str) -> None:
    assert mapped(sold(line("1", 1, 1), state=state))[0].status == status


def test_an_order_that_was_never_placed_is_parked() -> None:
    with pytest.raises(RecordError) as caught:
        mapped(sold(orderPlacedAt=None))
    assert caught.value.field == "orderPlacedAt"


def test_an_order_without_customer_is_anonymous() -> None:
    assert mapped(sold(line("1", 1, 1), customer=None))[0].customer is None


def transition(parcel: str, state: str, at: str) -> dict[str, Any]:
    return {"createdAt": at, "data": {"fulfillmentId": parcel, "to": state}}


def test_a_parcel_left_and_arrived_when_the_history_says() -> None:
    entries = [
        transition("5", "Shipped", "2026-11-22T08:00:00.000Z"),
        transition("5", "Delivered", "2026-11-24T10:00:00.000Z"),
        transition("6", "Shipped", "2026-11-23T08:00:00.000Z"),
    ]
    parcels = [
        {"id": "5", "state": "Delivered", "method": "DHL"},
        {"id": "6", "state": "Shipped", "method": "DPD"},
        {"id": "8", "state": "Cancelled", "method": "DHL"},
    ]
    _, first, second = mapped(
        sold(line("1", 1, 1), fulfillments=parcels, history={"items": entries})
    )
    assert isinstance(first, ToldDelivery)
    assert (first.shipped_at, first.delivered_at) == (
        "2026-11-22T08:00:00.000Z",
        "2026-11-24T10:00:00.000Z",
    )
    assert (second.shipped_at, second.delivered_at, second.carrier) == (
        "2026-11-23T08:00:00.000Z",
        None,
        "DPD",
    )
    assert first.part != second.part


def refund(total: int, *lines: tuple[str, int], **more: Any) -> dict[str, Any]:
    told = {"id": "9", "state": "Settled", "total": total, "reason": "zerbrochen"}
    items = [{"orderLineId": number, "quantity": quantity} for number, quantity in lines]
    return {**told, "createdAt": "2026-11-25T08:00:00.000Z", "lines": items, **more}


def returned(*refunds: dict[str, Any]) -> list[ToldReturn]:
    raw = sold(line("1", 2, 890), line("2", 1, 1999), payments=[{"refunds": list(refunds)}])
    return [one for one in mapped(raw) if isinstance(one, ToldReturn)]


def test_a_refund_is_a_return_of_its_lines() -> None:
    (told,) = returned(refund(890, ("1", 1)))
    assert (told.order, told.customer, told.reason) == ("7", "3", "zerbrochen")
    assert [(one.sku, one.quantity, one.amount) for one in told.lines] == [
        ("W-1", 1, Decimal("8.90"))
    ]


@pytest.mark.parametrize("total", [500, 890, 1000, 2889, 9999])
def test_the_lines_of_a_return_always_add_up_to_the_refund(total: int) -> None:
    (told,) = returned(refund(total, ("1", 1), ("2", 1)))
    assert sum(Decimal(one.amount) for one in told.lines) == Decimal(total).scaleb(-2)


def test_a_refund_without_lines_is_a_credit() -> None:
    (told,) = returned(refund(300))
    assert [(one.sku, one.amount) for one in told.lines] == [(None, Decimal("3.00"))]


def test_a_failed_refund_gave_nothing_back_and_two_refunds_are_two() -> None:
    assert returned(refund(890, ("1", 1), state="Failed")) == []
    parts = {one.part for one in returned(refund(890), refund(100, id="10"))}
    assert len(parts) == 2


def test_a_variant_has_category_and_brand_from_its_facets() -> None:
    def facet(code: str, name: str) -> dict[str, Any]:
        return {"name": name, "facet": {"code": code}}

    above = {"facetValues": [facet("category", "Wein"), facet("brand", "Löwe")], "collections": []}
    raw = {"id": "1", "sku": "W-1", "name": "Rotwein", "facetValues": [], "product": above}
    told = product(raw, category_facet="category", brand_facet="brand")
    assert (told.sku, told.category, told.brand) == ("W-1", "Wein", "Löwe")


def test_without_such_a_facet_the_first_collection_says_where_it_belongs() -> None:
    crumbs = [{"name": "__root_collection__"}, {"name": "Getränke"}, {"name": "Wein"}]
    collections = [{"breadcrumbs": crumbs[:1]}, {"breadcrumbs": crumbs}]
    raw = {"id": "1", "sku": "W-1", "name": "Rotwein", "product": {"collections": collections}}
    told = product(raw, category_facet="category", brand_facet="brand")
    assert (told.category, told.brand) == ("Getränke / Wein", None)
