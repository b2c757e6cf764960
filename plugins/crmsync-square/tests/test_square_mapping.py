"""Customers, orders, items and locations as Square tells them become ours."""

from __future__ import annotations

from typing import Any

import pytest
from crmsync_square.catalogue import location, products
from crmsync_square.customers import customer_mapper, readable
from crmsync_square.orders import money, order
from crmsync_square.settings import SquareSettings

from crmsync.errors import RecordError
from crmsync.model.columns import Columns
from crmsync.model.told import ToldCustomer, ToldDelivery, ToldOrder, ToldReturn

OWN = SquareSettings.model_validate({"token": "geheim"})
CUSTOMER: dict[str, Any] = {
    "id": "JDKYHBWT1D4F8MFH63DBMEN8Y4", "created_at": "2016-03-23T20:21:54.859Z",
    "updated_at": "2016-03-23T20:21:55Z", "given_name": "Ursula", "family_name": "Weißenberg",
    "company_name": "Weinhaus Krüger", "email_address": "ursula@example.org",
    "phone_number": "+492214710001", "birthday": "1998-09-21", "reference_id": "K-4711",
    "address": {"address_line_1": "Hauptstraße 3", "address_line_2": "Hof", "locality": "Köln",
                "sublocality": "Sülz", "postal_code": "50937", "country": "DE"},
    "tax_ids": {"eu_vat": "DE129273398"}, "preferences": {"email_unsubscribed": True},
    "creation_source": "THIRD_PARTY", "version": 7,
}  # fmt: skip
BARE: dict[str, Any] = {
    "id": "B", "created_at": "2026-03-23T20:21:54.859Z", "updated_at": "2026-03-23T20:21:55Z",
    "birthday": "0000-09-21", "preferences": {"email_unsubscribed": False}, "version": 0,
}  # fmt: skip


def customer(raw: dict[str, Any]) -> ToldCustomer:
    (told,) = customer_mapper(where="laden")(readable(raw))
    assert isinstance(told, ToldCustomer)
    return told


def euros(cents: int) -> dict[str, Any]:
    return {"amount": cents, "currency": "EUR"}


def line(cents: int, **more: Any) -> dict[str, Any]:
    return {"uid": "l", "catalog_object_id": "V-1", "name": "Kaffee", "variation_name": "250 g",
            "quantity": "2", "item_type": "ITEM", "total_money": euros(cents),
            "total_discount_money": euros(0), **more}  # fmt: skip


def sold(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "O-1", "location_id": "L-1", "state": "COMPLETED", "customer_id": "C-1",
            "created_at": "2026-05-18T16:30:49.614Z", "line_items": list(lines),
            "total_money": euros(1090), "source": {"name": "Kasse"}, **more}  # fmt: skip


def mapped(raw: dict[str, Any]) -> list[Any]:
    return list(order(raw, OWN))


def test_a_customer_with_everything() -> None:
    told = customer(CUSTOMER)
    assert (told.given_name, told.family_name, told.company) == (
        "Ursula", "Weißenberg", "Weinhaus Krüger")  # fmt: skip
    assert [one.value for one in told.contacts] == ["ursula@example.org", "+492214710001"]
    (home,) = told.addresses
    assert (home.street, home.lines) == ("Hauptstraße 3", ("Hof", "Sülz"))
    assert (home.postal_code, home.city, home.country) == ("50937", "Köln", "DE")
    assert (told.vat_id, told.customer_number, told.birth_date) == (
        "DE129273398", "K-4711", "1998-09-21")  # fmt: skip


def test_who_unsubscribed_objected_and_who_did_not_has_allowed_nothing() -> None:
    (consent,) = customer(CUSTOMER).consents
    assert (consent.channel, consent.state) == ("email", "objected")
    assert customer(BARE).consents == ()


def test_a_birthday_without_its_year_is_left_out() -> None:
    assert customer(BARE).birth_date is None


def test_what_square_leaves_out_is_empty() -> None:
    told = customer(BARE)
    assert (told.company, told.contacts, told.addresses) == (None, (), ())
    assert {"company", "contacts", "addresses"} <= told.model_fields_set


def test_pages_say_what_records_say() -> None:
    mapper = customer_mapper(where="laden")
    raws = [CUSTOMER, readable(BARE)]
    told = [one for raw in raws for one in mapper(raw)]
    assert mapper.page(raws) == Columns.of(ToldCustomer, told)


@pytest.mark.parametrize(
    ("amount", "currency", "told"),
    [(1090, "EUR", "10.90"), (29, "EUR", "0.29"), (0, "EUR", "0.00"), (1500, "JPY", "1500"),
     (99999999, "EUR", "999999.99"), (12345, "KWD", "12.345"), (-250, "EUR", "-2.50")],
)  # fmt: skip
def test_money_is_whole_minor_units(amount: int, currency: str, told: str) -> None:
    assert money({"amount": amount, "currency": currency}) == told


@pytest.mark.parametrize("amount", [10.9, True, "10,90"])
def test_money_of_another_type_parks(amount: Any) -> None:
    with pytest.raises(RecordError):
        money({"amount": amount, "currency": "EUR"})


def test_an_order() -> None:
    taxed = line(1090, applied_taxes=[{"tax_uid": "t"}], total_discount_money=euros(110))
    (told,) = mapped(sold(taxed, taxes=[{"uid": "t", "percentage": "7"}], reference_id="R-7"))
    assert isinstance(told, ToldOrder)
    assert (told.number, told.customer, told.store) == ("R-7", "C-1", "L-1")
    assert (told.channel, told.status, told.currency) == ("pos", "completed", "EUR")
    (one,) = told.lines
    assert (one.sku, one.title, one.quantity) == ("V-1", "Kaffee – 250 g", "2")
    assert (one.amount, one.discount, one.tax_rate) == ("10.90", "1.10", "7")


def test_a_customer_whom_only_the_payment_names() -> None:
    raw = sold(line(1), customer_id=None, tenders=[{"id": "t"}, {"id": "u", "customer_id": "C-2"}])
    assert mapped(raw)[0].customer == "C-2"


def test_a_guest_is_whom_it_is_delivered_to() -> None:
    recipient = {"display_name": "Jörg Moorbach", "email_address": "joerg@example.org",
                 "address": {"address_line_1": "Ring 1", "locality": "Bonn"}}  # fmt: skip
    sent = {"uid": "f", "type": "SHIPMENT", "state": "PROPOSED",
            "shipment_details": {"recipient": recipient}}  # fmt: skip
    told = mapped(sold(line(1), customer_id=None, fulfillments=[sent]))[0]
    assert told.customer is None
    assert (told.guest.name, told.guest.contacts[0].value) == ("Jörg Moorbach",
                                                                "joerg@example.org")  # fmt: skip
    assert told.guest.addresses[0].city == "Bonn"


def test_an_anonymous_sale_is_nobodys() -> None:
    told = mapped(sold(line(1), customer_id=None))[0]
    assert (told.customer, told.guest) == (None, None)


def test_a_web_shop_is_known_by_its_name() -> None:
    assert mapped(sold(line(1), source={"name": "Square Online"}))[0].channel == "web"


def test_a_gift_card_and_a_service_charge() -> None:
    charges = [{"name": "Lieferung", "total_money": euros(490)},
               {"name": "verteilt", "treatment_type": "APPORTIONED_TREATMENT",
                "total_money": euros(100)}]  # fmt: skip
    (told,) = mapped(sold(line(2500, item_type="GIFT_CARD"), service_charges=charges))
    assert [(one.title, one.amount, one.gift_card) for one in told.lines] == [
        ("Kaffee – 250 g", "25.00", True), ("Lieferung", "4.90", False)]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "details", "method", "days"),
    [
        ("SHIPMENT", {"expected_shipped_at": "a", "shipped_at": "b", "carrier": "DHL"}, "ship",
         ("a", "b", None)),
        ("PICKUP", {"pickup_at": "a", "picked_up_at": "c"}, "pickup", ("a", None, "c")),
        ("DELIVERY", {"deliver_at": "a", "delivered_at": "c"}, "local", ("a", None, "c")),
    ],
)  # fmt: skip
def test_deliveries(kind: str, details: dict[str, str], method: str, days: tuple[Any, ...]) -> None:
    row = {"uid": "f", "type": kind, "state": "COMPLETED", f"{kind.lower()}_details": details}
    told = mapped(sold(line(1), fulfillments=[row]))[1]
    assert isinstance(told, ToldDelivery)
    assert told.method == method
    assert (told.promised_on, told.shipped_at, told.delivered_at) == days


def test_a_delivery_that_was_cancelled_is_none() -> None:
    row = {"uid": "f", "type": "PICKUP", "state": "CANCELED", "pickup_details": {}}
    assert len(mapped(sold(line(1), fulfillments=[row]))) == 1


def back(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"uid": "r-1", "source_order_id": "O-0", "return_line_items": list(lines)}


def test_a_return_is_an_order_without_lines() -> None:
    refunds = [{"id": "x", "reason": "zu herb", "status": "APPROVED", "amount_money": euros(545)}]
    (told,) = mapped(sold(returns=[back(line(545))], refunds=refunds))
    assert isinstance(told, ToldReturn)
    assert (told.order, told.customer, told.reason) == ("O-0", "C-1", "zu herb")
    assert [one.amount for one in told.lines] == ["5.45"]


def test_an_exchange_sells_and_takes_back() -> None:
    sale, came_back = mapped(sold(line(1090), returns=[back(line(545))]))
    assert (type(sale), type(came_back)) == (ToldOrder, ToldReturn)
    assert (sale.lines[0].amount, came_back.lines[0].amount) == ("10.90", "5.45")


def test_money_back_without_goods() -> None:
    refunds = [{"id": "x", "status": "APPROVED", "amount_money": euros(500), "reason": "Kulanz",
                "created_at": "2026-05-20T10:00:00Z"},
               {"id": "y", "status": "REJECTED", "amount_money": euros(900)}]  # fmt: skip
    sale, came_back = mapped(sold(line(1090), refunds=refunds))
    assert (came_back.order, came_back.part) == (sale.number, "refund-x")
    assert (came_back.lines[0].amount, came_back.returned_at) == ("5.00", "2026-05-20T10:00:00Z")


def test_a_state_nobody_knows_parks() -> None:
    with pytest.raises(RecordError, match="status"):
        mapped(sold(line(1), state="SPLIT"))


def test_each_variation_is_a_product() -> None:
    variations = [{"id": f"V-{size}", "item_variation_data": {"name": size, "upc": upc}}
                  for size, upc in (("250 g", "4006381333931"), ("500 g", None))]  # fmt: skip
    raw = {"id": "I-1", "category_name": "Kaffee",
           "item_data": {"name": "Crema", "variations": variations}}  # fmt: skip
    first, second = products(raw)
    assert (first.sku, first.name, first.gtin) == ("V-250 g", "Crema – 250 g", "4006381333931")
    assert (second.category, second.part) == ("Kaffee", "V-500 g")


@pytest.mark.parametrize(
    ("vendors", "cost", "currency"),
    [([{"vendor_id": "W", "unit_cost_money": euros(620)}, {"unit_cost_money": euros(700)}],
      "6.20", "EUR"),
     ([{"unit_cost_money": euros(0)}], None, None), ([{"vendor_id": "W"}], None, None),
     ([], None, None), (None, None, None)],
)  # fmt: skip
def test_a_variation_costs_what_its_usual_vendor_asks(
    vendors: Any, cost: str | None, currency: str | None
) -> None:
    data = {"name": "250 g", "vendor_information": vendors}
    variations = [{"id": "V-1", "item_variation_data": data}]
    (told,) = products({"id": "I-1", "item_data": {"name": "Crema", "variations": variations}})
    assert (told.cost, told.currency) == (cost, currency)


def test_what_is_no_list_of_vendors_is_named() -> None:
    data = {"name": "250 g", "vendor_information": "W"}
    raw = {"item_data": {"name": "Crema", "variations": [{"id": "V", "item_variation_data": data}]}}
    with pytest.raises(RecordError, match="vendor_information"):
        list(products(raw))


def test_a_location_and_its_zone() -> None:
    told = location({"id": "L-1", "name": "Köln", "timezone": "Europe/Berlin",
                     "address": {"locality": "Köln", "postal_code": "50667"}})  # fmt: skip
    assert (told.key, told.zone, told.city) == ("L-1", "Europe/Berlin", "Köln")
