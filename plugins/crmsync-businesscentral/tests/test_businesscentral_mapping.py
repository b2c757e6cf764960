"""What documents of Business Central say in our words; the people are invented."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from crmsync_businesscentral.documents import credit, item, order
from crmsync_businesscentral.people import contact, customer

from crmsync.errors import RecordError
from crmsync.model.told import ToldDelivery, ToldOrder, ToldReturn

PERSON: dict[str, Any] = {
    "@odata.etag": 'W/"JzQ0"', "id": "5d115c9c-44e3-ea11-bb43-000d3a2feca1", "number": "D00010",
    "displayName": "Ursula von der Weißenberg", "type": "Person", "addressLine1": "Am Küferteich 7",
    "addressLine2": "Hinterhaus", "city": "Köln", "state": "", "country": "DE",
    "postalCode": "50667", "phoneNumber": "0221 4710 120",
    "email": "ursula@example.org;u@example.org",
    "taxRegistrationNumber": "", "blocked": "_x0020_", "currencyCode": "EUR",
    "lastModifiedDateTime": "2026-11-21T19:05:57.123Z",
}  # fmt: skip
LINE: dict[str, Any] = {
    "id": "1", "sequence": 10000, "lineType": "Item", "lineObjectNumber": "1896-S",
    "description": "Schreibtisch ATHEN", "quantity": 2, "unitPrice": 200, "discountAmount": 20,
    "invoiceDiscountAllocation": 5, "discountPercent": 5, "taxPercent": 19,
    "amountExcludingTax": 380, "amountIncludingTax": 452.2, "netAmountIncludingTax": 446.25,
    "shipmentDate": "2026-04-03",
}  # fmt: skip
SALE: dict[str, Any] = {
    "number": "A1001", "orderDate": "2026-03-29", "customerId": PERSON["id"], "currencyCode": "EUR",
    "pricesIncludeTax": False, "requestedDeliveryDate": "2026-04-01", "fullyShipped": False,
    "status": "Open", "salesOrderLines": [LINE, {"sequence": 20000, "lineType": "Comment"}],
}  # fmt: skip
INVOICE: dict[str, Any] = {
    "number": "R2001", "orderNumber": "A1001", "invoiceDate": "2026-04-07", "status": "Open",
    "customerId": PERSON["id"], "currencyCode": "", "pricesIncludeTax": False,
    "salesInvoiceLines": [LINE],
}  # fmt: skip
SHIPMENT: dict[str, Any] = {"number": "L3001", "orderNumber": "A1001", "postingDate": "2026-04-06",
                            "salesShipmentLines": [LINE]}  # fmt: skip


def whole(**documents: Any) -> dict[str, Any]:
    return {"order": "A1001", "salesOrders": [], "salesInvoices": [], "salesShipments": [],
            **documents}  # fmt: skip


def told(raw: dict[str, Any]) -> tuple[ToldOrder, list[ToldDelivery]]:
    first, *rest = order(raw, channel="in_person")
    assert isinstance(first, ToldOrder)
    return first, [one for one in rest if isinstance(one, ToldDelivery)]


def test_a_person() -> None:
    found = customer(PERSON)
    assert (found.kind, found.name, found.customer_number) == (
        "person", "Ursula von der Weißenberg", "D00010")  # fmt: skip
    assert [(one.channel, one.value) for one in found.contacts] == [
        ("email", "ursula@example.org"), ("email", "u@example.org"),
        ("phone", "0221 4710 120")]  # fmt: skip
    assert (found.addresses[0].type, found.addresses[0].lines) == ("home", ("Hinterhaus",))
    assert (found.vat_id, found.blocked, found.consents) == (None, False, ())


def test_a_firm_that_is_blocked() -> None:
    found = customer({**PERSON, "type": "Company", "displayName": "Hof Nüssgen", "blocked": "All"})
    assert (found.kind, found.company, found.name, found.blocked) == (
        "firm", "Hof Nüssgen", None, True)  # fmt: skip


def test_a_contact_of_a_firm_whose_privacy_is_blocked() -> None:
    raw = {**PERSON, "companyName": "Hof Nüssgen", "mobilePhoneNumber": "0171 3920 001",
           "privacyBlocked": True}  # fmt: skip
    found = contact(raw)
    assert (found.company, found.contacts[-1].channel) == ("Hof Nüssgen", "mobile")
    assert {one.state for one in found.consents} == {"blocked"}
    assert {one.channel for one in found.consents} == {"email", "phone", "sms", "letter", "fax"}
    assert not contact({**raw, "privacyBlocked": False}).consents, "no flag is no consent"


def test_what_is_not_visible_is_left_out() -> None:
    raw = {"id": "1", "type": "Person", "displayName": "U", "lastModifiedDateTime": "2026-01-01"}
    assert not {"contacts", "addresses", "vat_id"} & customer(raw).model_fields_set


def test_an_order_before_it_is_posted() -> None:
    sale, (promised,) = told(whole(salesOrders=[SALE]))
    assert (sale.number, sale.customer, sale.placed_at) == ("A1001", PERSON["id"], "2026-03-29")
    assert (sale.status, sale.currency, len(sale.lines)) == ("open", "EUR", 1)
    line = sale.lines[0]
    assert (line.sku, line.quantity, line.amount) == ("1896-S", 2, Decimal("446.25"))
    assert (line.tax_rate, line.discount) == (Decimal(19), Decimal("29.75"))
    assert (promised.promised_on, promised.shipped_at) == ("2026-04-01", None)


def test_an_order_in_part_posted_counts_once() -> None:
    raw = whole(salesOrders=[SALE], salesInvoices=[INVOICE], salesShipments=[SHIPMENT])
    sale, (shipped,) = told(raw)
    assert len(sale.lines) == 1
    assert (shipped.promised_on, shipped.shipped_at, shipped.part) == (
        "2026-04-01", "2026-04-06", "delivery-L3001")  # fmt: skip


def test_a_posted_order_is_carried_on_by_its_documents() -> None:
    raw = whole(salesInvoices=[INVOICE], salesShipments=[SHIPMENT])
    sale, (shipped,) = told(raw)
    assert (sale.number, sale.status, sale.placed_at) == ("A1001", "completed", "2026-04-07")
    assert sale.lines[0].amount == Decimal("446.25")
    assert shipped.promised_on == "2026-04-03", "when its lines were to be shipped"


def test_an_invoice_without_an_order_and_one_that_was_cancelled() -> None:
    raw = {**whole(salesInvoices=[INVOICE]), "order": "invoice R2001"}
    assert told(raw)[0].number == "R2001"
    sale, _ = told(whole(salesInvoices=[{**INVOICE, "status": "Canceled"}]))
    assert (sale.status, sale.lines) == ("cancelled", ())
    assert not list(order(whole(salesInvoices=[{**INVOICE, "status": "Draft"}]), channel="web"))


@pytest.mark.parametrize("changes, status", [
    ({"status": "Draft"}, "draft"), ({"fullyShipped": True}, "delivered"), ({}, "open"),
])  # fmt: skip
def test_the_state_of_an_order(changes: Any, status: str) -> None:
    assert told(whole(salesOrders=[{**SALE, **changes}]))[0].status == status


def test_days_and_ids_that_say_that_there_is_none() -> None:
    zeros = "00000000-0000-0000-0000-000000000000"
    raw = {**SALE, "requestedDeliveryDate": "0001-01-01", "customerId": zeros}
    sale, deliveries = told(whole(salesOrders=[raw]))
    assert (sale.customer, deliveries) == (None, [])


def test_a_credit_memo() -> None:
    raw = {"number": "G1", "status": "Open", "postingDate": "2026-05-02",
           "customerId": PERSON["id"],
           "pricesIncludeTax": True, "salesCreditMemoLines": [LINE]}  # fmt: skip
    (found,) = credit(raw, channel="in_person")
    assert isinstance(found, ToldReturn)
    assert (found.returned_at, found.lines[0].amount) == ("2026-05-02", Decimal("446.25"))
    assert found.lines[0].discount == Decimal("25.00"), (
        "prices that hold tax have discounts that do"
    )
    for status in ("Draft", "Corrective", "Canceled"):
        assert not list(credit({**raw, "status": status}, channel="in_person"))


def test_an_item() -> None:
    raw = {"number": "1896-S", "displayName": "Schreibtisch", "gtin": "4006381333931",
           "itemCategoryCode": "TISCH"}  # fmt: skip
    found = item(raw)
    assert (found.sku, found.name, found.gtin, found.category) == (
        "1896-S", "Schreibtisch", "4006381333931", "TISCH")  # fmt: skip
    assert found.cost is None
    assert item({**raw, "unitCost": 780.70321}).cost == Decimal("780.70321")
    assert item({**raw, "unitCost": 0}).cost is None, "nobody filled it in"


def test_what_cannot_be_used_says_where() -> None:
    with pytest.raises(RecordError, match="orderDate"):
        list(order(whole(salesOrders=[{**SALE, "orderDate": "0001-01-01"}]), channel="web"))
    with pytest.raises(RecordError, match="salesOrderLines"):
        list(order(whole(salesOrders=[{**SALE, "salesOrderLines": {"a": 1}}]), channel="web"))
