"""What records of the shop say in our words."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crmsync_adobe_commerce import AdobeCommerce
from crmsync_adobe_commerce.settings import AdobeCommerceSettings
from fake_adobe_commerce import FakeAdobeCommerce

from crmsync.errors import RecordError
from crmsync.model.columns import Columns
from crmsync.model.stream import Connection
from crmsync.model.told import (
    ToldCustomer,
    ToldDelivery,
    ToldInteraction,
    ToldOrder,
    ToldProduct,
    ToldReturn,
    ToldStore,
)

EXCHANGE = json.loads((Path(__file__).parent / "data/adobe_commerce_exchange.json").read_text())


def shop(tmp_path: Path, **more: Any) -> AdobeCommerce:
    given = {"url": "https://shop.example.org", "access_token": "geheim", "rmas": True}
    settings = AdobeCommerceSettings.model_validate({**given, **more})
    return AdobeCommerce(settings, Connection(name="s", controller="c", base=str(tmp_path)))


def told(tmp_path: Path, name: str, raw: dict[str, Any], **more: Any) -> list[Any]:
    connector = shop(tmp_path, **more)
    stream = next(one for one in connector.streams() if one.name == name)
    return list(connector.map(stream, raw))


def order() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(EXCHANGE["answer"]["items"][0]))
    return found


@pytest.fixture
def account() -> dict[str, Any]:
    with FakeAdobeCommerce() as fake:
        return fake.add("customers", 3).data


def test_a_customer(tmp_path: Path, account: dict[str, Any]) -> None:
    raw = {**account, "middlename": "Maria", "suffix": "MBA", "taxvat": "DE811907980",
           "custom_attributes": [{"attribute_code": "karte", "value": "K-77"}]}  # fmt: skip
    raw["addresses"][0]["company"] = "Kolonialwaren OHG"
    (found,) = told(tmp_path, "customers", raw, custom_attributes={"loyalty_card": "karte"})
    assert isinstance(found, ToldCustomer)
    assert (found.salutation, found.name_suffix) == ("Frau Dr.", "MBA")
    assert found.given_name == f"{account['firstname']} Maria"
    assert (found.vat_id, found.loyalty_card) == ("DE811907980", "K-77")
    assert (found.company, found.store, found.since) == ("Kolonialwaren OHG", "1", "2026-01-05")
    assert found.changed_at == f"{account['updated_at'].replace(' ', 'T')}+00:00"
    (home,) = found.addresses
    assert (home.type, home.region, home.country) == ("billing", "NRW", "DE")
    assert (home.street, home.house_number) == tuple(account["addresses"][0]["street"])
    assert [one.channel for one in found.contacts] == ["email", "phone"]


def test_what_is_left_out_is_empty(tmp_path: Path, account: dict[str, Any]) -> None:
    (found,) = told(tmp_path, "customers", {**account, "prefix": None, "gender": 3})
    assert {"salutation", "vat_id", "name_suffix", "company"} <= found.model_fields_set
    assert found.salutation is None


@pytest.mark.parametrize(("gender", "salutation"), [(1, "Herr"), (2, "Frau"), (3, None), (0, None)])
def test_the_anrede_of_whom_only_the_gender_is_known(
    tmp_path: Path, account: dict[str, Any], gender: int, salutation: str | None
) -> None:
    (found,) = told(tmp_path, "customers", {**account, "prefix": None, "gender": gender})
    assert found.salutation == salutation


@pytest.mark.parametrize(
    ("subscribed", "setting", "state"),
    [(True, "withdrawn", "unknown"), (False, "withdrawn", "withdrawn"),
     (False, "unknown", "unknown")],
)  # fmt: skip
def test_a_subscription_is_no_proof(
    tmp_path: Path, account: dict[str, Any], subscribed: bool, setting: str, state: str
) -> None:
    raw = {**account, "extension_attributes": {"is_subscribed": subscribed}}
    (found,) = told(tmp_path, "customers", raw, unsubscribed=setting)
    (consent,) = found.consents
    assert (consent.channel, consent.contact, consent.state) == ("email", raw["email"], state)


def test_an_old_shop_does_not_tell_subscriptions(tmp_path: Path, account: dict[str, Any]) -> None:
    (found,) = told(tmp_path, "customers", {**account, "extension_attributes": {}})
    assert "consents" not in found.model_fields_set


def test_a_page_says_what_its_records_say(tmp_path: Path, account: dict[str, Any]) -> None:
    connector = shop(tmp_path)
    stream = next(one for one in connector.streams() if one.name == "customers")
    raws = [account, {**account, "id": 4, "prefix": None}]
    page = connector.map_page(stream, raws)
    assert page is not None
    for number, raw in enumerate(raws):
        one = list(connector.map(stream, raw))
        assert page.take([number]) == Columns.of(ToldCustomer, one)


def test_an_order_of_a_guest(tmp_path: Path) -> None:
    (found,) = told(tmp_path, "orders", order())
    assert isinstance(found, ToldOrder)
    assert (found.customer, found.status, found.number) == (None, "completed", "000000815")
    assert (found.placed_at, found.shipping) == ("2026-11-20T16:05:00+00:00", Decimal("4.99"))
    shirt, bundle = found.lines
    assert (shirt.sku, shirt.amount, shirt.tax_rate) == ("HEMD-XL", Decimal("49.41"), Decimal(19))
    assert (shirt.quantity, shirt.discount) == (Decimal(2), Decimal("5.49"))
    assert (bundle.sku, bundle.amount, bundle.discount) == ("SET", Decimal("22.80"), Decimal(1))
    assert bundle.tax_rate == 19
    guest = found.guest
    assert guest is not None
    assert (guest.salutation, guest.company, guest.vat_id) == (
        "Frau Dr.", "Rübsam GmbH", "DE123456789")  # fmt: skip
    (home,) = guest.addresses
    assert (home.house_number, home.lines, home.region) == ("7 b", ("Hinterhaus",), "NRW")
    assert [one.channel for one in guest.contacts] == ["email", "phone", "fax"]


@pytest.mark.parametrize(
    ("shirt", "cup", "plate", "rate", "costs"),
    [(8.5, 2, 1.5, 1, ["17.0", "3.5"]), (8.5, 2, 1.5, 0.5, ["8.50", "1.75"]),
     (0, 2, None, 1, [None, None]), (8.5, 2, 1.5, None, [None, None])],
)  # fmt: skip
def test_what_goods_cost_is_told_by_the_parts_of_a_line(
    tmp_path: Path, shirt: Any, cup: Any, plate: Any, rate: Any, costs: list[Any]
) -> None:
    raw = {**order(), "base_to_order_rate": rate}
    parts = {2: shirt, 4: cup, 5: plate}
    raw["items"] = [{**one, "base_cost": parts.get(one["item_id"])} for one in raw["items"]]
    (found,) = told(tmp_path, "orders", raw)
    assert [one.cost for one in found.lines] == [one and Decimal(one) for one in costs]


def test_what_returned_goods_cost_is_told_by_the_variant(tmp_path: Path) -> None:
    items = [{**SHIRT, "qty": 2}, {"sku": "HEMD-XL", "qty": 2, "base_cost": 8.5}]
    raw = {**MEMO, "grand_total": 23.8, "items": items, "base_to_order_rate": 1}
    (found,) = told(tmp_path, "creditmemos", raw)
    assert [one.cost for one in found.lines] == [Decimal(17)]
    (unknown,) = told(tmp_path, "creditmemos", {**raw, "items": [SHIRT]})
    assert [one.cost for one in unknown.lines] == [None]


def test_an_order_of_an_account_and_its_promise(tmp_path: Path) -> None:
    raw = {**order(), "customer_is_guest": 0, "customer_id": 7, "state": "processing",
           "extension_attributes": {"delivery_date": "2026-11-25"}}  # fmt: skip
    found, promise = told(tmp_path, "orders", raw, promised="extension_attributes.delivery_date")
    assert (found.customer, found.guest, found.status) == ("7", None, "open")
    assert isinstance(promise, ToldDelivery)
    assert promise.promised_on == "2026-11-25"


def test_a_shipment(tmp_path: Path) -> None:
    raw = {"entity_id": 9, "order_id": 815, "created_at": "2026-11-21 08:00:00",
           "tracks": [{"title": "DHL", "carrier_code": "custom"}]}  # fmt: skip
    (found,) = told(tmp_path, "shipments", raw)
    assert (found.order, found.shipped_at, found.carrier) == (
        "815", "2026-11-21T08:00:00+00:00", "DHL")  # fmt: skip
    with pytest.raises(RecordError, match="order_id"):
        told(tmp_path, "shipments", {**raw, "order_id": None})


MEMO = {"entity_id": 4, "increment_id": "R4", "order_id": 815, "created_at": "2026-11-21 08:00:00",
        "state": 2, "order_currency_code": "EUR"}  # fmt: skip
SHIRT = {"sku": "HEMD-XL", "name": "Hemd", "qty": 1, "row_total": 20, "tax_amount": 3.8}


@pytest.mark.parametrize(
    ("total", "items", "lines"),
    [(23.8, [SHIRT, {"sku": "HEMD-XL", "qty": 1}], [("HEMD-XL", "23.8")]),
     (28.79, [SHIRT], [("HEMD-XL", "23.8"), (None, "4.99")]),
     (18.8, [SHIRT], [(None, "18.8")]),
     (5, [], [(None, "5")])],
)  # fmt: skip
def test_a_credit_memo(tmp_path: Path, total: Any, items: list[Any], lines: list[Any]) -> None:
    (found,) = told(tmp_path, "creditmemos", {**MEMO, "grand_total": total, "items": items})
    assert isinstance(found, ToldReturn)
    assert (found.order, found.number) == ("815", "R4")
    assert [(one.sku, str(one.amount)) for one in found.lines] == lines


def test_a_cancelled_credit_memo_counts_for_nothing(tmp_path: Path) -> None:
    assert told(tmp_path, "creditmemos", {**MEMO, "state": 3, "grand_total": 5}) == []


def test_a_request_to_return(tmp_path: Path) -> None:
    raw = {"entity_id": 4, "order_id": 815, "customer_id": 7, "status": "pending",
           "date_requested": "2026-11-21 08:00:00", "items": [{"reason": "18"}]}  # fmt: skip
    (found,) = told(tmp_path, "rmas", raw)
    assert isinstance(found, ToldInteraction)
    assert (found.kind, found.status, found.customer, found.reason) == ("return", "open", "7", "18")


def test_a_product_and_a_store(tmp_path: Path) -> None:
    names = {"categories": ["Kaffee", "Bohnen"], "brand": "Rösterei Nord", "size": None}
    raw = {"id": 1, "sku": "K-1", "name": "Kaffee", "crmsync": names, "custom_attributes": [
        {"attribute_code": "ean", "value": "4006381333931"},
        {"attribute_code": "cost", "value": "6.100000"}]}  # fmt: skip
    (product,) = told(tmp_path, "products", raw, gtin_attribute="ean")
    assert isinstance(product, ToldProduct)
    assert (product.category, product.brand, product.gtin) == (
        "Bohnen", "Rösterei Nord", "4006381333931")  # fmt: skip
    assert product.cost == Decimal("6.1")
    (unknown,) = told(tmp_path, "products", {**raw, "custom_attributes": [
        {"attribute_code": "cost", "value": "0.000000"}]})  # fmt: skip
    assert unknown.cost is None
    (store,) = told(tmp_path, "stores", {"id": 1, "name": "Laden", "crmsync": {"zone": "CET"}})
    assert isinstance(store, ToldStore)
    assert (store.key, store.name, store.zone) == ("1", "Laden", "CET")
