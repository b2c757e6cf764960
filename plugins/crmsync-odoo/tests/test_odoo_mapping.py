"""What records of Odoo say in our words: shaped like real answers, with invented people."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from crmsync_odoo.customers import customer
from crmsync_odoo.orders import line_of, order, receipt
from crmsync_odoo.others import credit, delivery, lead, product, store

from crmsync.errors import RecordError
from crmsync.model.told import (
    ToldDelivery,
    ToldInteraction,
    ToldOrder,
    ToldProduct,
    ToldReturn,
    ToldStore,
)

PARTNER: dict[str, Any] = {
    "id": 20, "name": "Ursula von der Weißenberg", "title": [3, "Frau"], "is_company": False,
    "parent_id": [11, "Gärtnerei Moorbach GmbH"], "lang": "de_DE", "type": "contact",
    "email": "ursula@example.org", "phone": "0221 4710 120", "mobile": False, "vat": False,
    "street": "Am Küferteich 7", "street2": "Hinterhaus", "zip": "50667", "city": "Köln",
    "state_id": [1, "Nordrhein-Westfalen"], "country_id": [57, "Deutschland"],
    "country_code": "DE", "ref": "K-20", "barcode": "0421", "category_id": [5], "tags": ["Rosen"],
    "is_blacklisted": False, "email_normalized": "ursula@example.org", "active": True,
    "create_date": "2025-03-01 09:00:00", "write_date": "2026-11-21 19:05:57",
}  # fmt: skip
LINE: dict[str, Any] = {
    "id": 50, "order_id": [24, "S00024"], "product_id": [16, "[TISCH-6] Gartentisch"],
    "name": "[TISCH-6] Gartentisch\nin Eiche", "product_uom_qty": 2.0, "qty_delivered": 0.0,
    "discount": 0.0, "price_subtotal": 334.45, "price_total": 398.0, "display_type": False,
    "product": {"id": 16, "default_code": "TISCH-6", "barcode": "4006381333931"},
}  # fmt: skip
SALE: dict[str, Any] = {
    "id": 24, "name": "S00024", "partner_id": [20, "Ursula"], "state": "sale",
    "date_order": "2026-03-29 00:59:59", "currency_id": [1, "EUR"], "commitment_date": False,
    "picking_ids": [], "website_id": False, "lines": [LINE],
}  # fmt: skip
RECEIPT: dict[str, Any] = {
    "id": 10, "name": "Laden/0010", "pos_reference": "Order 00001-001-0009", "state": "paid",
    "partner_id": False, "date_order": "2026-11-21 18:00:00", "config_id": [2, "Laden Ehrenfeld"],
    "currency_id": [1, "EUR"],
    "lines": [{"id": 7, "product_id": [9, "Rose"], "full_product_name": "Rose", "qty": -1.0,
               "discount": 0.0, "price_subtotal": -4.67, "price_subtotal_incl": -5.0,
               "product": {"id": 9, "default_code": False, "barcode": False}}],
}  # fmt: skip
CREDIT: dict[str, Any] = {
    "id": 70, "name": "RINV/2026/0001", "state": "posted", "move_type": "out_refund",
    "partner_id": [20, "Ursula"], "invoice_date": "2026-04-02", "currency_id": [1, "EUR"],
    "ref": "Umkehrung von: INV/2026/0001, Tischplatte gerissen", "order_id": 24,
    "lines": [
        {**LINE, "quantity": 1.0, "price_total": 199.0, "price_subtotal": 167.23,
         "display_type": "product"},
        {"id": 71, "display_type": "tax", "price_total": 31.77, "price_subtotal": 31.77},
    ],
}  # fmt: skip


def test_a_person_of_a_firm() -> None:
    told = customer(PARTNER)
    assert (told.kind, told.name, told.salutation) == ("person", PARTNER["name"], "Frau")
    assert (told.company, told.customer_number, told.loyalty_card) == (
        "Gärtnerei Moorbach GmbH", "K-20", "0421")  # fmt: skip
    assert [(one.channel, one.value) for one in told.contacts] == [
        ("email", "ursula@example.org"), ("phone", "0221 4710 120")]  # fmt: skip
    home = told.addresses[0]
    assert (home.type, home.street, home.lines, home.country) == (
        "work", "Am Küferteich 7", ("Hinterhaus",), "DE")  # fmt: skip
    assert (told.language, told.since, told.marks) == (
        "de-DE", "2025-03-01T09:00:00Z", ("Rosen",))  # fmt: skip
    assert told.changed_at == "2026-11-21T19:05:57Z"
    assert told.vat_id is None
    assert "vat_id" in told.model_fields_set, "false is told to be empty"
    assert not told.consents, "to be on no blacklist is no consent"


def test_a_firm() -> None:
    told = customer({**PARTNER, "is_company": True, "name": "Hof Nüssgen", "parent_id": False})
    assert (told.kind, told.company, told.name) == ("firm", "Hof Nüssgen", None)


@pytest.mark.parametrize("title, said", [
    ("Herr", ("Herr", None)), ("Mister", ("Herr", None)), ("Doktor", (None, "Dr.")),
    ("Professor", (None, "Prof.")), ("Frau Dr.", ("Frau", "Dr.")),
    ("Dipl.-Ing.", (None, "Dipl.-Ing.")),
])  # fmt: skip
def test_a_title(title: str, said: tuple[str | None, str | None]) -> None:
    told = customer({**PARTNER, "title": [1, title]})
    assert (told.salutation, told.titles) == said


def test_what_is_not_visible_is_left_out() -> None:
    told = customer({"id": 20, "name": "Ursula", "write_date": "2026-11-21 19:05:57"})
    hidden = {"contacts", "addresses", "vat_id", "marks", "language", "salutation", "titles"}
    assert not hidden & told.model_fields_set


def test_addresses_of_its_own_and_several_mail_addresses() -> None:
    place = {"id": 21, "type": "delivery", "name": "Lager", "street": "Lerchenfürstenweg 3",
             "zip": "04109", "city": "Leipzig", "country_id": [57, "Deutschland"]}  # fmt: skip
    raw = {**PARTNER, "addresses": [place], "email": "a@example.org, b@example.org"}
    told = customer(raw)
    assert [one.type for one in told.addresses] == ["work", "shipping"]
    assert (told.addresses[1].recipient, told.addresses[1].country) == ("Lager", "Deutschland")
    assert [one.value for one in told.contacts][:2] == ["a@example.org", " b@example.org"]


@pytest.mark.parametrize("flags, said", [
    ({"is_blacklisted": True}, [("email", "objected")]),
    ({"left_a_list": True}, [("email", "withdrawn")]),
    ({"phone_blacklisted": True, "phone_sanitized": "+492214710120"},
     [("sms", "objected"), ("phone", "objected")]),
    ({"is_blacklisted": False, "phone_blacklisted": False}, []),
])  # fmt: skip
def test_objections_are_told_and_nothing_is_granted(flags: Any, said: Any) -> None:
    told = customer({**PARTNER, **flags})
    assert [(one.channel, one.state) for one in told.consents] == said


def test_a_sale() -> None:
    (told,) = order({**SALE, "commitment_date": False}, channel="in_person")
    assert isinstance(told, ToldOrder)
    assert (told.number, told.customer, told.channel) == ("S00024", "20", "in_person")
    assert (told.placed_at, told.status, told.currency) == ("2026-03-29T00:59:59Z", "open", "EUR")
    line = told.lines[0]
    assert (line.sku, line.gtin, line.title) == (
        "TISCH-6", "4006381333931", "[TISCH-6] Gartentisch")  # fmt: skip
    assert (line.amount, line.quantity, line.tax_rate) == (
        Decimal("398.0"), Decimal("2.0"), Decimal(19))  # fmt: skip


@pytest.mark.parametrize("changes, status", [
    ({"state": "draft"}, "draft"), ({"state": "sent"}, "draft"), ({"state": "cancel"}, "cancelled"),
    ({"state": "done"}, "completed"), ({"delivery_status": "full"}, "delivered"),
    ({"lines": [{**LINE, "qty_delivered": 2.0}]}, "delivered"), ({}, "open"),
])  # fmt: skip
def test_the_state_of_a_sale(changes: Any, status: str) -> None:
    told = next(iter(order({**SALE, **changes}, channel="in_person")))
    assert isinstance(told, ToldOrder)
    assert told.status == status


def test_freight_notes_and_down_payments_are_no_goods() -> None:
    lines = [LINE, {**LINE, "is_delivery": True, "price_total": 4.9},
             {"id": 3, "display_type": "line_note", "name": "Bitte klingeln"},
             {**LINE, "is_downpayment": True}]  # fmt: skip
    told = next(iter(order({**SALE, "lines": lines}, channel="web")))
    assert isinstance(told, ToldOrder)
    assert (len(told.lines), told.shipping) == (1, Decimal("4.9"))


def test_a_promise_without_a_warehouse() -> None:
    raw = {**SALE, "website_id": [1, "Shop"], "commitment_date": "2026-04-03 10:00:00"}
    sale, promised = order(raw, channel="in_person")
    assert isinstance(sale, ToldOrder)
    assert isinstance(promised, ToldDelivery)
    assert (sale.channel, promised.promised_on) == ("web", "2026-04-03T10:00:00Z")
    assert len(list(order({**raw, "picking_ids": [4]}, channel="in_person"))) == 1


@pytest.mark.parametrize("net, total, rate", [
    (334.45, 398.0, Decimal("19.0")), (0.93, 1.0, Decimal("7.0")), (100.0, 108.1, Decimal("8.1")),
    (10.0, 10.0, Decimal(0)), (100.0, 113.337, Decimal("13.337")), (0.0, 1.0, Decimal(0)),
])  # fmt: skip
def test_the_rate_of_a_line(net: float, total: float, rate: Decimal) -> None:
    raw = {**LINE, "price_subtotal": net, "price_total": total}
    line = line_of(raw, total="price_total", net="price_subtotal", quantity="product_uom_qty")
    assert line.tax_rate == rate


def test_a_discount_in_percent() -> None:
    raw = {**LINE, "discount": 20.0, "price_total": 80.0}
    line = line_of(raw, total="price_total", net="price_subtotal", quantity="product_uom_qty")
    assert line.discount == Decimal("20.00")


def test_a_receipt_of_what_came_back() -> None:
    (told,) = receipt(RECEIPT)
    assert isinstance(told, ToldOrder)
    assert (told.customer, told.store, told.channel) == (None, "2", "pos")
    assert (told.number, told.status) == ("Order 00001-001-0009", "completed")
    line = told.lines[0]
    assert (line.sku, line.quantity, line.amount) == ("odoo-9", Decimal("-1.0"), Decimal("-5.0"))


@pytest.mark.parametrize(
    ("told", "cost"),
    [({"purchase_price": 91.255}, "182.51"), ({"total_cost": 182.5}, "182.5"),
     ({"total_cost": -182.5}, "182.5"), ({"purchase_price": 0.0, "total_cost": 0.0}, None),
     ({}, None)],
)  # fmt: skip
def test_what_the_goods_of_a_line_cost(told: dict[str, Any], cost: str | None) -> None:
    raw = {**LINE, **told}
    line = line_of(raw, total="price_total", net="price_subtotal", quantity="product_uom_qty")
    assert line.cost == (None if cost is None else Decimal(cost))


def test_the_owner_of_an_address_that_was_put_in() -> None:
    (told,) = receipt({**RECEIPT, "partner_id": [21, "Lager"], "customer_id": 20})
    assert isinstance(told, ToldOrder)
    assert told.customer == "20"


def test_a_credit_note() -> None:
    (told,) = credit(CREDIT)
    assert isinstance(told, ToldReturn)
    assert (told.order, told.customer, told.returned_at) == ("24", "20", "2026-04-02")
    assert (told.reason, len(told.lines)) == ("Tischplatte gerissen", 1)
    assert told.lines[0].amount == Decimal("199.0")
    assert not list(credit({**CREDIT, "state": "draft"}))


def test_a_delivery() -> None:
    raw = {"id": 4, "sale_id": [24, "S00024"], "state": "done", "carrier_id": [1, "DHL"],
           "date_deadline": "2026-04-03 10:00:00", "date_done": "2026-04-07 08:12:00"}  # fmt: skip
    (told,) = delivery(raw)
    assert isinstance(told, ToldDelivery)
    assert (told.order, told.promised_on, told.shipped_at, told.carrier) == (
        "24", "2026-04-03T10:00:00Z", "2026-04-07T08:12:00Z", "DHL")  # fmt: skip
    assert told.delivered_at is None, "Odoo knows when it left, not when it came"
    assert not list(delivery({**raw, "state": "cancel"}))


def test_products_stores_and_leads() -> None:
    raw = {"id": 16, "name": "Gartentisch", "default_code": "TISCH-6", "barcode": False,
           "categ_id": [8, "All / Möbel / Tische"], "standard_price": 91.255,
           "cost_currency_id": [1, "EUR"]}  # fmt: skip
    (goods,) = product(raw)
    assert isinstance(goods, ToldProduct)
    assert (goods.sku, goods.category, goods.gtin) == ("TISCH-6", "Möbel / Tische", None)
    assert (goods.cost, goods.currency) == (Decimal("91.255"), "EUR")
    for nothing in (0.0, False):
        (unknown,) = product({**raw, "standard_price": nothing})
        assert getattr(unknown, "cost", 0) is None
    (shop,) = store({"id": 2, "name": "Laden Ehrenfeld"})
    assert isinstance(shop, ToldStore)
    assert shop.key == "2"
    told = {"id": 27, "name": "Terrasse", "partner_id": [20, "U"], "email_from": "u@example.org",
            "active": True, "date_closed": False, "create_date": "2026-11-21 19:06:56"}  # fmt: skip
    (asked,) = lead(told)
    assert isinstance(asked, ToldInteraction)
    assert (asked.customer, asked.kind, asked.status) == ("20", "enquiry", "open")
    assert not list(lead({**told, "partner_id": False}))


def test_what_cannot_be_used_says_where() -> None:
    with pytest.raises(RecordError, match="date_order"):
        list(order({**SALE, "date_order": False}, channel="web"))
    with pytest.raises(RecordError, match="no reference"):
        list(receipt({**RECEIPT, "partner_id": "Änne"}))
