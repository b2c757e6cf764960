"""What records of WooCommerce say in our words."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crmsync_woocommerce import WooCommerce
from crmsync_woocommerce.settings import WooCommerceSettings
from fake_woocommerce import FakeWooCommerce

from crmsync.errors import RecordError
from crmsync.model.columns import Columns
from crmsync.model.stream import Connection
from crmsync.model.told import Told, ToldCustomer, ToldDelivery, ToldOrder, ToldReturn

EXCHANGE = json.loads((Path(__file__).parent / "data/woocommerce_exchange.json").read_text())
CONSENT = {"meta": "newsletter", "at": "newsletter_at", "evidence": "newsletter_mail"}


def shop(tmp_path: Path, **more: Any) -> WooCommerce:
    given = {"url": "https://shop.example.org", "consumer_key": "ck", "consumer_secret": "cs"}
    settings = WooCommerceSettings.model_validate({**given, **more})
    return WooCommerce(settings, Connection(name="s", controller="c", base=str(tmp_path)))


def told(connector: WooCommerce, stream: str, raw: dict[str, Any]) -> list[Told]:
    found = next(one for one in connector.streams() if one.name == stream)
    return list(connector.map(found, raw))


def customer(tmp_path: Path, raw: dict[str, Any], **more: Any) -> ToldCustomer:
    (found,) = told(shop(tmp_path, **more), "customers", raw)
    assert isinstance(found, ToldCustomer)
    return found


@pytest.fixture
def account() -> dict[str, Any]:
    with FakeWooCommerce() as fake:
        return {**fake.customer(3), "date_modified_gmt": "2026-11-21T19:33:29"}


def guest_order() -> dict[str, Any]:
    order = {**EXCHANGE["orders"]["answer"][0]}
    return {**order, "refunds": [{**order["refunds"][0], **EXCHANGE["refunds"]["answer"][0]}]}


def test_an_account(tmp_path: Path, account: dict[str, Any]) -> None:
    found = customer(tmp_path, account)
    assert (found.salutation, found.given_name) == ("Frau", account["first_name"])
    assert [one.value for one in found.contacts] == [account["email"], account["billing"]["phone"]]
    (home,) = found.addresses
    assert (home.type, home.postal_code, home.country) == ("billing", "20095", "DE")
    assert found.changed_at == "2026-11-21T19:33:29Z"
    assert found.since == "2026-01-05"
    assert "salutation" in found.model_fields_set
    assert "birth_date" not in found.model_fields_set


def test_an_account_without_names_has_those_of_its_address(
    tmp_path: Path, account: dict[str, Any]
) -> None:
    account |= {"first_name": "", "last_name": ""}
    assert customer(tmp_path, account).family_name == account["billing"]["last_name"]


def test_what_was_never_changed_has_no_stamp(tmp_path: Path, account: dict[str, Any]) -> None:
    account["date_modified_gmt"] = None
    assert "changed_at" not in customer(tmp_path, account).model_fields_set


def test_an_address_that_php_writes_as_an_empty_list(
    tmp_path: Path, account: dict[str, Any]
) -> None:
    account["shipping"] = []
    assert len(customer(tmp_path, account).addresses) == 1
    account["shipping"] = "Köln"
    with pytest.raises(RecordError, match="shipping"):
        customer(tmp_path, account)


@pytest.mark.parametrize(
    ("word", "proof", "state"),
    [
        ("no", "", "denied"),
        ("yes", "", None),
        ("yes", "mail-17", "granted"),
        ("vielleicht", "", None),
    ],
)
def test_a_yes_counts_only_with_its_proof(
    tmp_path: Path, account: dict[str, Any], word: str, proof: str, state: str | None
) -> None:
    account["meta_data"] = [{"key": "newsletter", "value": word},
                            {"key": "newsletter_mail", "value": proof},
                            {"key": "newsletter_at", "value": "2026-02-03T04:05:06Z"}]  # fmt: skip
    found = customer(tmp_path, account, consents=[CONSENT])
    assert [one.state for one in found.consents] == ([state] if state else [])
    if state == "granted":
        (one,) = found.consents
        assert (one.evidence, one.at) == ("newsletter_mail: mail-17", "2026-02-03T04:05:06Z")
        assert one.contact == account["email"]


def test_without_the_setting_nothing_is_said_of_consents(
    tmp_path: Path, account: dict[str, Any]
) -> None:
    assert "consents" not in customer(tmp_path, account).model_fields_set


def test_a_page_says_what_its_records_say(tmp_path: Path) -> None:
    connector = shop(tmp_path, consents=[CONSENT])
    stream = next(one for one in connector.streams() if one.name == "customers")
    with FakeWooCommerce() as fake:
        raws = [fake.add("customers", number).data for number in range(1, 6)]
    raws[1]["role"], raws[2]["shipping"] = "wholesale", {**raws[2]["billing"], "phone": ""}
    one_by_one = [told(connector, "customers", raw)[0] for raw in raws]
    page = connector.map_page(stream, raws)
    assert page is not None
    for number, one in enumerate(one_by_one):
        assert page.take([number]) == Columns.of(ToldCustomer, [one])


def test_a_guests_order(tmp_path: Path) -> None:
    found = told(shop(tmp_path, promised_meta="_liefertag"), "orders", guest_order())
    order, delivery, back = found
    assert isinstance(order, ToldOrder)
    assert isinstance(delivery, ToldDelivery)
    assert isinstance(back, ToldReturn)
    assert order.customer is None
    assert order.guest is not None
    assert (order.guest.salutation, order.guest.family_name) == ("Frau", "Rübsam")
    assert [one.value for one in order.guest.contacts] == ["kaethe.ruebsam@example.org",
                                                           "+49 221 4710 021"]  # fmt: skip
    (line,) = order.lines
    assert (line.amount, line.discount, line.tax_rate, line.size) == (
        Decimal("24.85"), Decimal("4.90"), Decimal(19), "XL")  # fmt: skip
    assert (order.shipping, order.placed_at) == (Decimal("5.00"), "2026-11-20T16:05:00Z")
    assert (delivery.promised_on, delivery.shipped_at) == ("2026-11-22", "2026-11-21T09:12:33Z")
    assert (back.order, back.returned_at, back.reason) == (
        "815",
        "2026-11-21T09:12:33Z",
        "zu klein",
    )
    assert [(one.sku, one.amount) for one in back.lines] == [("HEMD-XL", Decimal("24.85"))]


def test_money_paid_back_without_goods(tmp_path: Path) -> None:
    raw = guest_order()
    raw["refunds"] = [{"id": 9, "total": "-3.00", "reason": ""}]
    back = told(shop(tmp_path), "orders", raw)[-1]
    assert isinstance(back, ToldReturn)
    assert [(one.title, one.amount) for one in back.lines] == [("Gutschrift", Decimal("3.00"))]


@pytest.mark.parametrize(
    ("status", "meaning"),
    [("pending", "draft"), ("processing", "open"), ("refunded", "completed"),
     ("failed", "cancelled"), ("packed", "open")],
)  # fmt: skip
def test_states(tmp_path: Path, status: str, meaning: str) -> None:
    order = told(shop(tmp_path), "orders", {**guest_order(), "status": status})[0]
    assert isinstance(order, ToldOrder)
    assert order.status == meaning


def test_a_till(tmp_path: Path) -> None:
    order = told(shop(tmp_path), "orders", {**guest_order(), "created_via": "pos-rest-api"})[0]
    assert isinstance(order, ToldOrder)
    assert order.channel == "pos"


def test_a_product_with_variations(tmp_path: Path) -> None:
    size = {"id": 1, "name": "Größe", "option": "XL"}
    raw = {"id": 7, "name": "Hemd", "type": "variable", "sku": "",
           "categories": [{"name": "Hemden"}],
           "attributes": [{"name": "Marke", "options": ["Webers"]}],
           "variants": [{"id": 71, "sku": "HEMD-XL", "global_unique_id": "4006381333931",
                         "attributes": [size]}]}  # fmt: skip
    (found,) = told(shop(tmp_path), "products", raw)
    assert found.model_dump() == {
        "sku": "HEMD-XL", "name": "Hemd", "gtin": "4006381333931", "category": "Hemden",
        "brand": "Webers", "size": "XL", "cost": None, "currency": None,
        "part": "variation-71"}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "cost"), [(12.3456, Decimal("12.3456")), (0, None), (None, None)]
)
def test_what_a_product_and_its_variations_cost(tmp_path: Path, value: Any, cost: Any) -> None:
    goods = {"cost_of_goods_sold": {"values": [], "total_value": value}}
    raw = {
        "id": 7,
        "name": "Hemd",
        "sku": "HEMD",
        **goods,
        "variants": [{"id": 71, "sku": "HEMD-XL", **goods}, {"id": 72, "sku": "HEMD-S"}],
    }
    found = told(shop(tmp_path), "products", raw)
    assert [getattr(one, "cost", 0) for one in found] == [cost, cost, None], (
        "a variation without the feature says nothing"
    )


@pytest.mark.parametrize("name", ["value", "total_value"])
def test_what_the_goods_of_a_line_cost(tmp_path: Path, name: str) -> None:
    with FakeWooCommerce() as fake:
        raw = fake.order(1, fake.customer(1))
    line = {**raw["line_items"][0], "cost_of_goods_sold": {name: 6.4}}
    back = {**line, "quantity": -1, "total": "-5.00", "cost_of_goods_sold": {name: -3.2}}
    other = {**line, "cost_of_goods_sold": {name: 0}}
    refunded = {"id": 9, "date_created_gmt": "2026-10-09T08:00:00", "line_items": [back]}
    raw |= {"line_items": [line, other], "refunds": [refunded]}
    order, refund = told(shop(tmp_path), "orders", raw)
    assert isinstance(order, ToldOrder)
    assert isinstance(refund, ToldReturn)
    assert [one.cost for one in order.lines] == [Decimal("6.4"), None]
    assert refund.lines[0].cost == Decimal("3.2")
