"""Customers, sales, products and outlets as Lightspeed tells them become ours."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from crmsync_lightspeed_x.catalogue import outlet, product
from crmsync_lightspeed_x.customers import customer_mapper
from crmsync_lightspeed_x.sales import sale
from crmsync_lightspeed_x.settings import LightspeedSettings

from crmsync.errors import RecordError
from crmsync.model.columns import Columns
from crmsync.model.told import ToldCustomer, ToldOrder, ToldReturn

URL = "https://laden.retail.lightspeed.app"
CUSTOMER: dict[str, Any] = {
    "id": "0242ac11-0002-11ea-e96b-70ae6c24a001", "customer_code": "Ursula-N4ZJ",
    "first_name": "Ursula", "last_name": "von der Weißenberg", "company_name": "Weinhaus Krüger",
    "email": "ursula@example.org", "mobile": "+49 171 3920001", "fax": "0221 4710 900",
    "date_of_birth": "1963-03-03", "gender": "F", "tax_id": "DE129273398",
    "physical_address_1": "Hauptstraße 3", "physical_address_2": "Hof", "physical_suburb": "Sülz",
    "physical_city": "Köln", "physical_postcode": "50937", "physical_country_id": "DE",
    "postal_address_1": "Postfach 10", "postal_city": "Köln", "do_not_email": True,
    "enable_promotional_sms": True, "enable_loyalty": True, "custom_field_1": "Frau",
    "custom_field_2": "Prof. Dr.", "created_at": "2014-10-09T05:20:09+00:00",
    "updated_at": "2026-01-19T16:49:35+00:00", "version": 2691964626, "balance": -25.85,
}  # fmt: skip
BARE: dict[str, Any] = {
    "id": "b", "customer_code": "UNNAMED-669D", "first_name": None, "last_name": None,
    "do_not_email": False, "enable_promotional_sms": False, "version": 2,
    "created_at": "2017-02-13T17:33:25+00:00", "updated_at": "2017-02-13T17:33:25+00:00",
}  # fmt: skip


def own(**more: Any) -> LightspeedSettings:
    return LightspeedSettings.model_validate({"url": URL, "token": "geheim", **more})


def customer(raw: dict[str, Any], **more: Any) -> ToldCustomer:
    (told,) = customer_mapper(own(**more), where="laden")(raw)
    assert isinstance(told, ToldCustomer)
    return told


def line(quantity: float, net: float, tax: float, **more: Any) -> dict[str, Any]:
    """A line of the dated versions."""
    return {"id": "l", "product": {"id": "p-1"}, "quantity": quantity,
            "pricing": {"price": net, "total": net, "discount_total": 0},
            "tax": {"total": tax}, **more}  # fmt: skip


def sold(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "s-1", "invoice_number": "MR-1570", "state": "closed", "customer_id": "c-1",
            "date": "2026-09-19T20:28:03+00:00", "line_items": list(lines),
            "source": {"outlet_id": "o-1", "register_id": "r-1"}, **more}  # fmt: skip


def mapped(raw: dict[str, Any], **more: Any) -> Any:
    (told,) = sale(raw, own(**more))
    return told


def test_a_customer_with_everything() -> None:
    told = customer(CUSTOMER, salutation_field="custom_field_1", titles_field="custom_field_2")
    assert (told.salutation, told.titles) == ("Frau", "Prof. Dr.")
    assert (told.given_name, told.family_name) == ("Ursula", "von der Weißenberg")
    assert (told.company, told.vat_id) == ("Weinhaus Krüger", "DE129273398")
    assert {(one.channel, one.value) for one in told.contacts} == {
        ("email", "ursula@example.org"), ("mobile", "+49 171 3920001"), ("fax", "0221 4710 900")
    }  # fmt: skip
    home, postal = told.addresses
    assert (home.type, home.street, home.lines) == ("home", "Hauptstraße 3", ("Hof", "Sülz"))
    assert (home.postal_code, home.city, home.country) == ("50937", "Köln", "DE")
    assert (postal.type, postal.street) == ("other", "Postfach 10")
    assert told.customer_number == "Ursula-N4ZJ"


def test_anrede_and_titles_only_where_a_field_is_named() -> None:
    assert "salutation" not in customer(CUSTOMER).model_fields_set


def test_do_not_email_is_an_objection_and_a_promotional_sms_no_proof() -> None:
    email, sms = customer(CUSTOMER).consents
    assert (email.channel, email.state) == ("email", "objected")
    assert (sms.channel, sms.state, sms.evidence) == ("sms", "granted", None)


def test_no_flag_is_no_consent() -> None:
    assert customer(BARE).consents == ()


def test_what_lightspeed_leaves_out_is_empty() -> None:
    told = customer(BARE)
    assert (told.company, told.contacts, told.addresses) == (None, (), ())
    assert {"company", "contacts", "addresses"} <= told.model_fields_set


def test_pages_say_what_records_say() -> None:
    mapper = customer_mapper(own(), where="laden")
    page = mapper.page([CUSTOMER, BARE])
    assert page is not None
    told = [one for raw in (CUSTOMER, BARE) for one in mapper(raw)]
    assert page == Columns.of(ToldCustomer, told)


@pytest.mark.parametrize(
    ("net", "tax", "gross"),
    [(10.90909, 1.09091, "12.00"), (654.5454, 65.4546, "720.00"), (0.24370, 0.0463, "0.29"),
     (840335.285706, 159664.704284, "999999.99"), (0, 0, "0.00")],
)  # fmt: skip
def test_money_is_gross_and_exact(net: float, tax: float, gross: str) -> None:
    order = mapped(sold(line(1, net, tax)))
    assert order.lines[0].amount == gross


def test_an_order_of_a_dated_version() -> None:
    order = mapped(sold(line(2, 20, 3.8)))
    assert isinstance(order, ToldOrder)
    assert (order.number, order.customer, order.store) == ("MR-1570", "c-1", "o-1")
    assert (order.channel, order.status) == ("pos", "completed")
    assert (order.lines[0].sku, order.lines[0].quantity) == ("p-1", "2")


def test_a_discount_is_grossed_up() -> None:
    row = line(1, 8.0, 1.52)
    row["pricing"]["discount_total"] = 2.0
    assert mapped(sold(row)).lines[0].discount == "2.38"


@pytest.mark.parametrize(
    ("state", "status"),
    [("parked", "draft"), ("pending", "open"), ("voided", "cancelled"), ("closed", "completed")],
)
def test_states(state: str, status: str) -> None:
    assert mapped(sold(line(1, 1, 0), state=state)).status == status


def test_a_state_nobody_knows_parks() -> None:
    with pytest.raises(RecordError, match="status"):
        sale(sold(line(1, 1, 0), state="quoted"), own())


def test_a_return_names_the_sale_it_undoes() -> None:
    back = line(-1, -200, -30, **{"return": {"is_return": True, "reason": "zu klein"}})
    raw = sold(back, **{"return": {"is_return": True, "original_sale_id": "s-0"}})
    told = mapped(raw)
    assert isinstance(told, ToldReturn)
    assert (told.order, told.reason, told.lines[0].amount) == ("s-0", "zu klein", "230.00")
    assert told.lines[0].quantity == "1"


def test_a_return_that_is_only_parked_has_not_happened() -> None:
    assert list(sale(sold(line(-1, -5, -1), state="parked"), own())) == []


def test_an_exchange_is_one_order_with_a_line_that_came_back() -> None:
    order = mapped(sold(line(1, 20, 3.8), line(-1, -10, -1.9)))
    assert [(one.amount, one.returned) for one in order.lines] == [("23.80", False),
                                                                    ("11.90", True)]  # fmt: skip


def test_the_old_shape_of_a_return() -> None:
    """As docs/sales_returns shows it for 2.0."""
    row = {"product_id": "p-1", "quantity": -1, "price": 200, "price_total": -200,
           "tax_total": -30, "discount_total": 0, "is_return": True}  # fmt: skip
    raw = {"id": "s", "outlet_id": "o-1", "register_id": "r-1", "customer_id": "c-1",
           "invoice_number": "1570", "status": "CLOSED", "return_for": "s-0",
           "sale_date": "2016-09-19T20:28:03+00:00", "line_items": [row]}  # fmt: skip
    told = mapped(raw)
    assert (told.order, told.store, told.lines[0].amount) == ("s-0", "o-1", "230.00")


def test_sales_to_nobody_have_no_customer() -> None:
    assert mapped(sold(line(1, 1, 0), customer_id="nobody"), walk_in="nobody").customer is None


def test_a_web_register_is_the_web() -> None:
    assert mapped(sold(line(1, 1, 0)), web_registers=["r-1"]).channel == "web"


@pytest.mark.parametrize("told", ["2026-09-19T20:28:03", "2026-09-19T20:28:03Z"])
def test_times_without_a_zone_are_utc(told: str) -> None:
    assert mapped(sold(line(1, 1, 0), date=told)).placed_at == "2026-09-19T20:28:03Z"


def test_charges_of_a_web_shop_are_lines() -> None:
    raw = sold(line(1, 1, 0), ecom_custom_charges=[{"name": "Versand", "total_incl": 4.9}])
    assert mapped(raw).lines[1].amount == "4.90"


def test_a_product_and_its_codes() -> None:
    told = product({"id": "p-1", "name": "Bravo", "variant_name": "Bravo / 42", "sku": "787878",
                    "type": {"id": "t", "name": "Schuhe"}, "brand": {"name": "Peak"},
                    "product_codes": [{"code": "4006381333931", "type": "EAN"}],
                    "variant_options": [{"name": "Größe", "value": "42"}]})  # fmt: skip
    assert (told.sku, told.name, told.gtin) == ("p-1", "Bravo / 42", "4006381333931")
    assert (told.category, told.brand, told.size) == ("Schuhe", "Peak", "42")


@pytest.mark.parametrize(
    ("price", "cost"), [(61.25, Decimal("61.25")), ("61.25000", Decimal("61.25")), (0, None)]
)
def test_what_a_product_costs_the_store(price: Any, cost: Decimal | None) -> None:
    assert product({"id": "p-1", "name": "Bravo", "supply_price": price}).cost == cost


def test_what_the_goods_of_a_line_cost() -> None:
    """As 2.0 tells it: of the whole line, negative where it came back."""
    costs = [12.5, -12.5, 0, None]
    lines = [{**line(1, 20, 3.8), "cost_total": cost} for cost in costs]
    found = [one.cost for one in mapped(sold(*lines)).lines]
    assert found == [Decimal("12.5"), Decimal("12.5"), None, None]


def test_an_outlet_and_its_zone() -> None:
    told = outlet({"id": "o-1", "name": "Köln", "time_zone": "Europe/Berlin",
                   "physical_city": "Köln", "physical_postcode": "50667"})  # fmt: skip
    assert (told.key, told.zone, told.city) == ("o-1", "Europe/Berlin", "Köln")
