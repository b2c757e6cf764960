"""Parties, sales and products as Tryton 8.2 tells them become customers, orders and products."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from crmsync_tryton import codec
from crmsync_tryton.customers import customer
from crmsync_tryton.orders import order
from crmsync_tryton.products import product

from crmsync.errors import RecordError
from crmsync.model.told import ToldDelivery, ToldOrder, ToldReturn


def stamp(year: int, month: int, day: int, hour: int = 9) -> dict[str, Any]:
    parts = {"year": year, "month": month, "day": day, "hour": hour}
    return {"__class__": "datetime", **parts, "minute": 30, "second": 0, "microsecond": 250}


def a_day(year: int, month: int, day: int) -> dict[str, Any]:
    return {"__class__": "date", "year": year, "month": month, "day": day}


def money(text: str) -> dict[str, str]:
    return {"__class__": "Decimal", "decimal": text}


PARTY: dict[str, Any] = {
    "id": 6, "code": "K1004", "name": "Dr.-Ing. Ursula von der Weißenberg-Müller", "active": 1,
    "replaced_by": None, "lang.": {"id": 5, "code": "de"},
    "addresses.": [
        {"id": 1, "active": 1, "street": "Große Bleichen 5\nHinterhaus", "street_name": None,
         "building_number": None, "postal_code": "20354", "city": "Hamburg", "party_name": None,
         "attn": "Empfang", "country.": {"id": 1, "code": "DE"},
         "subdivision.": {"id": 3, "code": "DE-HH"}},
        {"id": 2, "active": 0, "street": "Alte Straße 1", "city": "Köln", "country.": None,
         "subdivision.": None},
        {"id": 3, "active": 1, "street": "", "street_name": "Ring", "building_number": "7a",
         "postal_code": "1010", "city": "Wien", "party_name": "Lager", "attn": None,
         "country.": {"id": 2, "code": "AT"}, "subdivision.": None},
        {"id": 4, "active": 1, "street": "", "postal_code": None, "city": None, "country.": None,
         "subdivision.": None},
    ],
    "contact_mechanisms.": [
        {"id": 1, "active": 1, "type": "email", "value": "ursula@example.com"},
        {"id": 2, "active": 1, "type": "fax", "value": "+49 221 990000"},
        {"id": 3, "active": 1, "type": "website", "value": "https://example.com"},
        {"id": 4, "active": 0, "type": "phone", "value": "0221 1"},
    ],
    "identifiers.": [],
}  # fmt: skip


def line(quantity: float, amount: str, **more: Any) -> dict[str, Any]:
    codes = [{"id": 1, "type": "ean", "code": "4006381333931"}]
    wine = {"id": 5, "code": "A000", "name": "Rotwein", "identifiers.": codes}
    tax = {"id": 1, "type": "percentage", "rate": money("0.19")}
    told = {"id": 1, "type": "line", "quantity": quantity, "amount": money(amount)}
    return {**told, "description": None, "product.": wine, "taxes.": [tax], **more}


def sale(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = {"id": 12, "number": "34", "reference": "WEB-1", "state": "processing", "party": 6}
    told |= {"sale_date": a_day(2026, 11, 20), "create_date": stamp(2026, 11, 20), "origin": None}
    told |= {"currency.": {"id": 1, "code": "EUR"}, "shipment_state": "waiting"}
    return {**told, "shipping_date": None, "shipments.": [], "lines.": list(lines), **more}


def mapped(raw: dict[str, Any]) -> list[Any]:
    return list(order(raw, channel="phone", zone="Europe/Berlin"))


def test_a_party_is_a_customer_with_living_addresses_and_contacts_only() -> None:
    told = customer(PARTY)
    assert told.name == "Dr.-Ing. Ursula von der Weißenberg-Müller"
    assert (told.kind, told.customer_number, told.language) == (None, "K1004", "de")
    first, second = told.addresses
    assert (first.street, first.lines) == ("Große Bleichen 5", ("Hinterhaus",))
    assert (first.recipient, first.region, first.country) == ("Empfang", "DE-HH", "DE")
    assert (second.street, second.house_number, second.recipient) == ("Ring", "7a", "Lager")
    assert [(one.channel, one.value) for one in told.contacts] == [
        ("email", "ursula@example.com"),
        ("fax", "+49 221 990000"),
    ]


def test_what_tryton_does_not_show_is_left_out_not_emptied() -> None:
    told = customer(PARTY).model_fields_set
    assert not told & {"birth_date", "salutation", "given_name", "family_name", "blocked"}


def test_a_party_with_a_vat_id_is_a_firm() -> None:
    vat = [{"id": 1, "active": 1, "type": "eu_vat", "code": "DE999000201"}]
    told = customer({**PARTY, "name": "Weinhandel Krüger GmbH", "identifiers.": vat})
    assert (told.kind, told.company) == ("firm", "Weinhandel Krüger GmbH")
    assert (told.vat_id, told.name) == ("DE999000201", None)


def test_an_archived_vat_id_makes_no_firm() -> None:
    vat = [{"id": 1, "active": 0, "type": "eu_vat", "code": "DE999000201"}]
    assert customer({**PARTY, "identifiers.": vat}).kind is None


def test_a_sale_is_an_order_with_exact_amounts() -> None:
    comment = {"id": 9, "type": "comment", "quantity": None, "description": "Danke!"}
    (told,) = mapped(sale(line(0.375, "5.99"), comment, line(3.0, "26.70")))
    assert isinstance(told, ToldOrder)
    assert (told.number, told.customer, told.currency, told.status) == ("34", "6", "EUR", "open")
    assert (told.channel, told.prices_include_tax) == ("phone", False)
    assert [(one.quantity, one.amount) for one in told.lines] == [
        (Decimal("0.375"), Decimal("5.99")),
        (Decimal(3), Decimal("26.70")),
    ]
    first = told.lines[0]
    assert (first.sku, first.gtin, first.tax_rate) == ("A000", "4006381333931", Decimal(19))


def test_a_sale_of_a_web_shop_came_over_the_web() -> None:
    (told,) = mapped(sale(line(1, "1"), web_shop=3))
    assert told.channel == "web"


@pytest.mark.parametrize(
    ("state", "shipment_state", "status"),
    [
        ("draft", "none", "draft"),
        ("quotation", "none", "draft"),
        ("confirmed", "none", "open"),
        ("processing", "partially shipped", "open"),
        ("processing", "sent", "delivered"),
        ("done", "sent", "completed"),
        ("cancelled", "none", "cancelled"),
    ],
)
def test_each_state_has_its_meaning(state: str, shipment_state: str, status: str) -> None:
    (told,) = mapped(sale(line(1, "1"), state=state, shipment_state=shipment_state))
    assert told.status == status


def test_an_unknown_state_parks_the_record_without_saying_what_it_was() -> None:
    with pytest.raises(RecordError) as caught:
        mapped(sale(line(1, "1"), state="hocus"))
    assert caught.value.field == "state"
    assert "hocus" not in str(caught.value)


def test_a_sale_entered_on_its_day_has_its_hour_another_only_its_day() -> None:
    entered = datetime(2026, 11, 20, 9, 30, 0, 250, tzinfo=UTC)
    (told,) = mapped(sale(line(1, "1")))
    assert told.placed_at == entered
    (told,) = mapped(sale(line(1, "1"), sale_date=a_day(2026, 11, 2)))
    assert told.placed_at == "2026-11-02"
    (told,) = mapped(sale(line(1, "1"), sale_date=None))
    assert told.placed_at == entered
    with pytest.raises(RecordError):
        mapped(sale(line(1, "1"), sale_date=None, create_date=None))


def test_a_sale_of_negative_quantities_is_a_return_of_its_origin() -> None:
    (told,) = mapped(sale(line(-1.0, "-8.90"), origin="sale.sale,7"))
    assert isinstance(told, ToldReturn)
    assert (told.order, told.customer) == ("7", "6")
    assert [(one.quantity, one.amount) for one in told.lines] == [(Decimal(1), Decimal("8.90"))]


def test_a_return_that_was_only_drafted_gave_nothing_back() -> None:
    assert mapped(sale(line(-1.0, "-8.90"), state="draft")) == []
    assert mapped(sale(line(-1.0, "-8.90"), state="cancelled")) == []


def test_a_mixed_sale_is_an_order_and_a_return_of_that_order() -> None:
    bought, back = mapped(sale(line(2.0, "17.80"), line(-1.0, "-8.90"), origin="sale.sale,7"))
    assert isinstance(bought, ToldOrder)
    assert isinstance(back, ToldReturn)
    assert [one.amount for one in bought.lines] == [Decimal("17.80")]
    assert back.order == "12"


def test_a_discount_line_keeps_its_sign() -> None:
    (told,) = mapped(sale(line(2.0, "17.80"), line(1.0, "-2.00")))
    assert [one.amount for one in told.lines] == [Decimal("17.80"), Decimal("-2.00")]


def test_a_fixed_tax_gives_no_rate() -> None:
    fixed = [{"id": 2, "type": "fixed", "rate": None}]
    (told,) = mapped(sale(line(1.0, "8.90", **{"taxes.": fixed})))
    assert told.lines[0].tax_rate is None


def test_a_product_without_code_meets_its_line_by_its_id() -> None:
    goods: dict[str, Any] = {"id": 77, "code": None, "name": "Käse", "identifiers.": []}
    (told,) = mapped(sale(line(1.0, "8.90", **{"product.": goods})))
    assert told.lines[0].sku == product(goods).sku == "id:77"


def test_a_product_has_the_path_of_its_category() -> None:
    template = {"id": 1, "categories.": [{"id": 2, "rec_name": "Getränke / Wein"}]}
    told = product({"id": 5, "code": "A0", "name": "Rotwein", "template.": template})
    assert (told.category, told.gtin, told.cost) == ("Getränke / Wein", None, None)


@pytest.mark.parametrize(
    ("told", "cost"), [("5.1250", Decimal("5.125")), ("0", None), ("-1", None), (None, None)]
)
def test_what_a_product_costs(told: str | None, cost: Decimal | None) -> None:
    price = None if told is None else {"__class__": "Decimal", "decimal": told}
    assert product({"id": 5, "code": "A0", "name": "Rotwein", "cost_price": price}).cost == cost


def shipment(state: str) -> dict[str, Any]:
    told = {"id": 3, "state": state, "planned_date": a_day(2026, 11, 25)}
    first, left = a_day(2026, 11, 23), a_day(2026, 11, 26)
    return {**told, "origin_planned_date": first, "effective_date": left}


def test_a_delivery_keeps_the_first_promise_and_the_day_it_left() -> None:
    _, told = mapped(sale(line(1, "1"), **{"shipments.": [shipment("done")]}))
    assert isinstance(told, ToldDelivery)
    assert (told.promised_on, told.shipped_at) == (date(2026, 11, 23), date(2026, 11, 26))
    assert told.delivered_at is None


def test_the_day_agreed_with_the_customer_comes_before_every_plan() -> None:
    agreed = {"shipping_date": a_day(2026, 11, 21), "shipments.": [shipment("done")]}
    _, told = mapped(sale(line(1, "1"), **agreed))
    assert told.promised_on == date(2026, 11, 21)


def test_goods_still_in_the_house_have_not_left_and_cancelled_ones_never_do() -> None:
    _, told = mapped(sale(line(1, "1"), **{"shipments.": [shipment("packed")]}))
    assert told.shipped_at is None
    assert len(mapped(sale(line(1, "1"), **{"shipments.": [shipment("cancelled")]}))) == 1


@pytest.mark.parametrize("value", ["2026-11-20", {"year": 1}, {**stamp(2026, 11, 20), "day": 42}])
def test_what_is_no_time_is_named_by_its_field(value: Any) -> None:
    for read in (codec.moment, codec.day):
        with pytest.raises(RecordError) as caught:
            read(value, field="create_date")
        assert caught.value.field == "create_date"


@pytest.mark.parametrize("value", ["zwölf", {"decimal": "NaN"}, {"decimal": "x"}])
def test_what_is_no_number_is_named_by_its_field(value: Any) -> None:
    with pytest.raises(RecordError) as caught:
        codec.decimal(value, field="lines.amount")
    assert caught.value.field == "lines.amount"


def test_a_moment_goes_to_tryton_as_it_came() -> None:
    value = stamp(2026, 11, 20)
    moment = codec.moment(value, field="write_date")
    assert moment is not None
    assert codec.wrapped(moment) == value
