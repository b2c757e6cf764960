"""What records of Shopware say in our words."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from crmsync_shopware import Shopware
from crmsync_shopware.orders import OWN_CURRENCY
from crmsync_shopware.settings import ShopwareSettings
from fake_shopware import FakeShopware

from crmsync.errors import RecordError
from crmsync.model.columns import Columns
from crmsync.model.stream import Connection, Stream
from crmsync.model.told import (
    Told,
    ToldCustomer,
    ToldDelivery,
    ToldOrder,
    ToldProduct,
    ToldReturn,
)

EXCHANGE = json.loads((Path(__file__).parent / "data/shopware_exchange.json").read_text())


def shop(tmp_path: Path, **more: Any) -> Shopware:
    given = {"url": "https://shop.example.org", "client_id": "SWIA", "client_secret": "geheim"}
    settings = ShopwareSettings.model_validate({**given, **more})
    return Shopware(settings, Connection(name="s", controller="c", base=str(tmp_path)))


def stream(connector: Shopware, name: str) -> Stream:
    return next(one for one in connector.streams() if one.name == name)


def told(connector: Shopware, name: str, raw: dict[str, Any]) -> list[Told]:
    return list(connector.map(stream(connector, name), raw))


def one_customer(tmp_path: Path, raw: dict[str, Any], name: str = "customers") -> ToldCustomer:
    (found,) = told(shop(tmp_path), name, raw)
    assert isinstance(found, ToldCustomer)
    return found


@pytest.fixture
def account() -> dict[str, Any]:
    with FakeShopware() as fake:
        return fake.add("customers", 3).data


def order() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(EXCHANGE["answer"]["data"][0]))
    return found


def test_an_account(tmp_path: Path, account: dict[str, Any]) -> None:
    found = one_customer(tmp_path, {**account, "doubleOptInConfirmDate": "2026-01-06T00:00:00"})
    assert (found.salutation, found.titles) == ("Frau", "Dr.")
    assert found.birth_date == "1950-10-21"
    assert [(one.channel, one.verified) for one in found.contacts] == [("email", True),
                                                                      ("phone", False)]  # fmt: skip
    (home,) = found.addresses
    assert (home.type, home.postal_code, home.country) == ("billing", "20095", "DE")
    assert found.customer_number == "K-10003"
    assert "consents" not in found.model_fields_set, "a confirmed account is no consent to adverts"


@pytest.mark.parametrize(
    ("key", "name", "salutation"),
    [("mr", "Herr", "Herr"), ("not_specified", "Keine Angabe", None), ("familie", "Familie",
                                                                     "Familie")],
)  # fmt: skip
def test_salutations(
    tmp_path: Path, account: dict[str, Any], key: str, name: str, salutation: str | None
) -> None:
    account["salutation"] = {"salutationKey": key, "displayName": name}
    assert one_customer(tmp_path, account).salutation == salutation


def test_what_was_never_changed_has_the_stamp_of_its_making(
    tmp_path: Path, account: dict[str, Any]
) -> None:
    account["updatedAt"] = None
    assert one_customer(tmp_path, account).changed_at == account["createdAt"]


@pytest.mark.parametrize(
    ("status", "confirmed", "state"),
    [("optIn", "2026-02-03T04:05:06.000+00:00", "granted"), ("optIn", None, "unknown"),
     ("direct", "2026-02-03T04:05:06.000+00:00", "unknown"), ("notSet", None, "pending"),
     ("optOut", "2026-02-03T04:05:06.000+00:00", "withdrawn")],
)  # fmt: skip
def test_only_a_confirmed_opt_in_is_a_consent(
    tmp_path: Path, status: str, confirmed: str | None, state: str
) -> None:
    raw = {"id": "ab", "email": "a@example.org", "firstName": "Änne", "lastName": "Weiß",
           "status": status, "confirmedAt": confirmed, "createdAt": "2026-02-01T00:00:00+00:00",
           "updatedAt": "2026-03-01T00:00:00+00:00", "salutation": None, "title": None}  # fmt: skip
    found = one_customer(tmp_path, raw, "newsletter")
    (one,) = found.consents
    assert (one.state, one.contact, one.channel) == (state, "a@example.org", "email")
    assert bool(one.evidence) == (state == "granted")
    if state == "granted":
        assert one.at == confirmed
    if state == "withdrawn":
        assert one.at == raw["updatedAt"]


def test_a_page_says_what_its_records_say(tmp_path: Path) -> None:
    connector = shop(tmp_path)
    with FakeShopware() as fake:
        raws = [fake.add("customers", number).data for number in range(1, 6)]
    raws[1]["tags"], raws[2]["title"] = [{"name": "Stammkunde"}], None
    page = connector.map_page(stream(connector, "customers"), raws)
    assert page is not None
    for number, raw in enumerate(raws):
        one = told(connector, "customers", raw)
        assert page.take([number]) == Columns.of(ToldCustomer, one)


def test_a_guests_order(tmp_path: Path) -> None:
    raw = order()
    raw["deliveries"][0]["shippedAt"] = "2026-11-21T09:10:00.000+00:00"
    found, delivery, back = told(shop(tmp_path), "orders", raw)
    assert isinstance(found, ToldOrder)
    assert isinstance(delivery, ToldDelivery)
    assert isinstance(back, ToldReturn)
    assert found.customer is None
    assert found.guest is not None
    assert (found.guest.salutation, found.guest.titles) == ("Frau", "Dr.")
    assert found.guest.addresses[0].lines == ("Einkauf", "Hinterhaus")
    assert [(one.amount, one.tax_rate, one.size) for one in found.lines] == [
        (Decimal("54.9"), Decimal(19), "XL"), (Decimal("-5.05"), Decimal(19), None)]  # fmt: skip
    assert (found.shipping, found.prices_include_tax) == (Decimal("4.99"), True)
    assert (delivery.promised_on, delivery.carrier) == ("2026-11-25", "DHL")
    assert delivery.shipped_at == "2026-11-21T09:10:00.000+00:00"
    assert (back.order, back.lines[0].amount) == (raw["id"], Decimal("54.84"))


def test_an_account_that_is_gone_is_a_guest_and_one_that_is_there_is_not(tmp_path: Path) -> None:
    raw = order()
    raw["orderCustomer"]["customer"] = {"guest": False}
    found = told(shop(tmp_path), "orders", raw)[0]
    assert isinstance(found, ToldOrder)
    assert (found.customer, found.guest) == ("0191aaaabbbb7ccc8dddeeeeffff0001", None)
    raw["orderCustomer"] |= {"customerId": None, "customer": None}
    found = told(shop(tmp_path), "orders", raw)[0]
    assert isinstance(found, ToldOrder)
    assert found.guest is not None


@pytest.mark.parametrize(("status", "rate"), [("net", Decimal(19)), ("tax-free", Decimal(0))])
def test_orders_without_tax_in_their_prices(tmp_path: Path, status: str, rate: Decimal) -> None:
    found = told(shop(tmp_path), "orders", {**order(), "taxStatus": status})[0]
    assert isinstance(found, ToldOrder)
    assert found.prices_include_tax == (status != "net")
    assert found.lines[0].tax_rate == rate


def test_a_line_with_several_taxes(tmp_path: Path) -> None:
    raw = order()
    raw["lineItems"][0]["price"]["calculatedTaxes"] = [
        {"tax": 3.5, "taxRate": 7},
        {"tax": 3.5, "taxRate": 19},
    ]
    raw["lineItems"][0]["totalPrice"] = 57.0
    found = told(shop(tmp_path), "orders", raw)[0]
    assert isinstance(found, ToldOrder)
    assert found.lines[0].tax_rate == Decimal("14.0000")


def test_a_return(tmp_path: Path) -> None:
    raw = {
        "id": "r",
        "orderId": "o",
        "returnNumber": "R-1",
        "state": {"technicalName": "done"},
        "requestedAt": "2026-11-21T09:10:00.000+00:00",
        "order": {"taxStatus": "gross", "currency": {"isoCode": "EUR"}},
        "lineItems": [
            {
                "quantity": 1,
                "price": {"totalPrice": 27.45},
                "refundAmount": None,
                "reason": {"content": "zu klein"},
                "lineItem": {"label": "Hemd", "payload": {"productNumber": "SW-1.1"}},
            }
        ],
    }
    connector = shop(tmp_path, returns=True)  # fmt: skip
    (back,) = told(connector, "returns", raw)
    assert isinstance(back, ToldReturn)
    assert (back.order, back.reason) == ("o", "zu klein")
    assert [(one.sku, one.amount) for one in back.lines] == [("SW-1.1", Decimal("27.45"))]
    assert [type(one) for one in told(connector, "orders", order())].count(ToldReturn) == 0


def test_a_variant(tmp_path: Path) -> None:
    raw = {"productNumber": "SW-1.1", "name": None, "translated": {"name": "Hemd"},
           "ean": "4006381333931", "manufacturer": {"translated": {"name": "Webers"}},
           "categories": [{"level": 3, "name": "Hemden"}, {"level": 2, "name": "Herren"}],
           "options": [{"name": "XL", "group": {"name": "Größe"}}]}  # fmt: skip
    (found,) = told(shop(tmp_path), "products", raw)
    assert found.model_dump() == {
        "sku": "SW-1.1", "name": "Hemd", "gtin": "4006381333931", "category": "Hemden",
        "brand": "Webers", "size": "XL", "cost": None, "currency": None,
        "part": "product"}  # fmt: skip


FOREIGN = {"currencyId": "ab" * 16, "net": 9.0, "gross": 10.71}


@pytest.mark.parametrize(
    ("prices", "cost"),
    [([FOREIGN, {"currencyId": OWN_CURRENCY, "net": 8.4, "gross": 10}], Decimal("8.4")),
     ([FOREIGN], None),
     ([{"currencyId": OWN_CURRENCY, "net": 0, "gross": 0}], None), (None, None)],
)  # fmt: skip
def test_what_a_variant_costs_the_shop(tmp_path: Path, prices: Any, cost: Any) -> None:
    (found,) = told(shop(tmp_path), "products", {"productNumber": "A", "purchasePrices": prices})
    assert isinstance(found, ToldProduct)
    assert found.cost == cost


@pytest.mark.parametrize(
    ("price", "factor", "cost"),
    [('{"net": 6.35, "gross": 6.8}', 1, "12.70"), ('{"net": 6.35}', 0.95, "12.0650"),
     ('{"net": 6.35}', None, None), ('{"net": 0.0}', 1, None), (None, 1, None)],
)  # fmt: skip
def test_what_the_goods_of_a_line_cost(
    tmp_path: Path, price: str | None, factor: float | None, cost: str | None
) -> None:
    payload = {"productNumber": "A", "purchasePrices": price}
    line = {"quantity": 2, "label": "Hemd", "totalPrice": 30, "payload": payload}
    raw = {**order(), "currencyFactor": factor, "lineItems": [line]}
    (sold,) = [one for one in told(shop(tmp_path), "orders", raw) if isinstance(one, ToldOrder)]
    back = {"requestedAt": "2026-11-21T10:00:00+00:00", "order": raw,
            "lineItems": [{"quantity": 2, "refundAmount": 30, "lineItem": line}]}  # fmt: skip
    (returned,) = told(shop(tmp_path, returns=True), "returns", back)
    assert isinstance(returned, ToldReturn)
    for found in (sold.lines[0].cost, returned.lines[0].cost):
        assert found == (None if cost is None else Decimal(cost))


@pytest.mark.parametrize("price", ["[]", "nix", 7])
def test_a_purchase_price_that_is_none(tmp_path: Path, price: Any) -> None:
    line = {"quantity": 1, "totalPrice": 30, "payload": {"purchasePrices": price}}
    with pytest.raises(RecordError, match="purchasePrices"):
        told(shop(tmp_path), "orders", {**order(), "lineItems": [line]})


def test_what_is_of_another_kind_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="lineItems"):
        told(shop(tmp_path), "orders", {**order(), "lineItems": "Hemd"})
