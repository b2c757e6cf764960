"""The engine and the Vendure connector against a real shop: each change found, nothing twice."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from crmsync_vendure import Vendure as Connector
from crmsync_vendure.connector import LAG
from crmsync_vendure.settings import VendureSettings

from crmsync.errors import BackendError, CredentialsError
from crmsync.model.stream import Connection, Window
from crmsync.store import tables

from .house import House, house
from .vendure_seed import FULFIL, PROGRESS, REFUND
from .vendure_server import PASSWORD, Vendure
from .vendure_shopkeeper import Shopkeeper

pytestmark = pytest.mark.live

TOTALS = """{ orders(options: {take: 100}) { items {
  id code orderPlacedAt state totalWithTax shippingWithTax } } }"""
ORDER = """query($id: ID!) { order(id: $id) {
  updatedAt state lines { id quantity } payments { id } } }"""


@contextmanager
def project(shop: Vendure, folder: Path, reading: str) -> Iterator[House]:
    server = shop.server
    connection = {"connector": "vendure", "url": server.url, "user": server.user}
    connection |= {"password": "env:SHOP_PASSWORD", "reading": reading}
    with house(folder / reading, live=connection) as opened:
        report = opened.sync()
        assert report.exit_code() == 0, report.as_json()
        yield opened


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", PASSWORD)


@pytest.fixture
def shops(vendure: Vendure, tmp_path: Path) -> Iterator[list[House]]:
    """Two projects on one running shop after their first sync, one for each way to read."""
    with (
        project(vendure, tmp_path, "complete") as complete,
        project(vendure, tmp_path, "recent") as recent,
    ):
        yield [complete, recent]


@pytest.fixture
def keeper(vendure: Vendure) -> Iterator[Shopkeeper]:
    person = vendure.shopkeeper()
    yield person
    person.close()


def connector(shop: Vendure, **more: object) -> Connector:
    own = {"url": shop.server.url, "user": shop.server.user, "password": shop.server.password}
    settings = VendureSettings.model_validate({**own, **more})
    return Connector(settings, Connection(name="live", controller="laden"))


def paid(keeper: Shopkeeper) -> str:
    """An order that is paid and not yet sent."""
    where = '{filter: {state: {eq: "PaymentSettled"}}, take: 1}'
    (found,) = keeper.ask(f"{{ orders(options: {where}) {{ items {{ id }} }} }}")["orders"]["items"]
    return str(found["id"])


def test_the_first_sync_brings_what_the_shop_shows(shops: list[House], keeper: Shopkeeper) -> None:
    for shop in shops:
        _customers_are_there(shop, keeper)
        _totals_agree_to_the_cent(shop, keeper)
        _refunds_are_returns_and_parcels_have_days(shop)


def _customers_are_there(shop: House, keeper: Shopkeeper) -> None:
    customers = shop.customers()
    assert len(customers) == 20
    kaethe = customers[keeper.customer("kunde3@example.com")["id"]]
    assert kaethe["name"]["salutation"] == "frau"
    assert (kaethe["name"]["given"], kaethe["name"]["family"]) == ("Käthe", "Straßer")
    assert [address["city"] for address in kaethe["addresses"]] == ["Hamburg"]
    ursula = customers[keeper.customer("kunde2@example.com")["id"]]["name"]
    assert (ursula["titles"], ursula["nobility"]) == (["Dr."], "von der")
    goods = {row["sku"]: (row["category"], row["brand"]) for row in shop.rows(tables.product)}
    assert goods["W-RSL"] == ("Wein", "Weingut Löwe")
    assert len(goods) == 6


def _totals_agree_to_the_cent(shop: House, keeper: Shopkeeper) -> None:
    told = [order for order in keeper.ask(TOTALS)["orders"]["items"] if order["orderPlacedAt"]]
    orders = shop.orders()
    assert set(orders) == {order["id"] for order in told}
    assert len(told) == 21
    for order in told:
        (sale,) = [row for row in orders[order["id"]] if row["kind"] == "sale"]
        assert sale["currency"] == "EUR"
        assert sale["shipping"] == order["shippingWithTax"]
        assert sale["gross"] + sale["shipping"] == order["totalWithTax"]
        assert sale["counts"] == (order["state"] != "Cancelled")


def _refunds_are_returns_and_parcels_have_days(shop: House) -> None:
    orders = shop.orders()
    backs = [row for rows in orders.values() for row in rows if row["kind"] == "return"]
    assert len(backs) == 3
    assert all(back["refund_gross"] > 0 and back["order_record_id"] for back in backs)
    parcels = [row for rows in shop.deliveries().values() for row in rows]
    assert len(parcels) == 9
    assert all(row["shipped_on"] for row in parcels)
    assert sum(bool(row["delivered_on"]) for row in parcels) == 3


def test_a_second_sync_changes_nothing(shops: list[House]) -> None:
    for shop in shops:
        before = shop.customers(), shop.orders(), shop.deliveries()
        report = shop.sync()
        assert report.exit_code() == 0
        for counts in report.lands.values():
            assert (counts["new"], counts["changed"], counts["deleted"]) == (0, 0, 0)
        assert (shop.customers(), shop.orders(), shop.deliveries()) == before


def test_a_new_name_arrives(shops: list[House], keeper: Shopkeeper) -> None:
    number = keeper.customer("kunde5@example.com")["id"]
    keeper.change(number, lastName="Yılmaz-Groß")
    time.sleep(LAG.total_seconds() + 1)
    for shop in shops:
        assert shop.sync().lands["live/customers"]["changed"] == 1
        assert shop.customers()[number]["name"]["family"] == "Yılmaz-Groß"


def test_a_changed_address_arrives_though_its_customers_stamp_did_not_move(
    shops: list[House], keeper: Shopkeeper
) -> None:
    before = keeper.customer("kunde3@example.com")
    keeper.move("kunde3@example.com", city="Bonn", postalCode="53111")
    assert keeper.customer("kunde3@example.com")["updatedAt"] == before["updatedAt"]
    for shop in shops:
        assert shop.sync().lands["live/customers"]["changed"] == 1
        (address,) = shop.customers()[before["id"]]["addresses"]
        assert (address["postal_code"], address["city"]) == ("53111", "Bonn")


def test_a_new_address_arrives_and_a_removed_one_goes(
    shops: list[House], keeper: Shopkeeper
) -> None:
    found = keeper.customer("kunde3@example.com")
    keeper.add_address(found["id"], countryCode="AT", streetLine1="Ring 1", city="Wien")
    for shop in shops:
        shop.sync()
        cities = {address["city"] for address in shop.customers()[found["id"]]["addresses"]}
        assert cities == {"Hamburg", "Wien"}
    keeper.remove_address(found["addresses"][0]["id"])
    for shop in shops:
        shop.sync()
        (left,) = shop.customers()[found["id"]]["addresses"]
        assert left["city"] == "Wien"


def test_parcels_and_refunds_arrive_though_the_orders_stamp_did_not_move(
    shops: list[House], keeper: Shopkeeper
) -> None:
    number = paid(keeper)
    before = keeper.ask(ORDER, id=number)["order"]
    line = before["lines"][0]
    part = [{"orderLineId": line["id"], "quantity": 1}]
    parcel = keeper.ask(FULFIL, lines=part)["addFulfillmentToOrder"]["id"]
    for state in ("Shipped", "Delivered"):
        keeper.ask(PROGRESS, id=parcel, state=state)
    keeper.ask(REFUND, payment=before["payments"][0]["id"], lines=part)
    assert keeper.ask(ORDER, id=number)["order"]["updatedAt"] == before["updatedAt"]
    for shop in shops:
        assert shop.sync().lands["live/orders"]["changed"] == 1
        (delivery,) = shop.deliveries()[number]
        assert delivery["shipped_on"]
        assert delivery["delivered_on"]
        assert [row["kind"] for row in shop.orders()[number]].count("return") == 1


def test_a_deleted_customer_is_missed_and_his_orders_stay(
    shops: list[House], keeper: Shopkeeper
) -> None:
    number = keeper.customer("kunde0@example.com")["id"]
    keeper.delete(number)
    for shop in shops:
        before = set(shop.orders())
        report = shop.sync()
        assert report.exit_code() == 0
        assert report.lands["live/customers"]["deleted"] == 1
        assert number not in shop.customers()
        assert set(shop.orders()) == before


def test_the_brake_holds_when_many_vanish_and_a_human_lets_go(
    shops: list[House], keeper: Shopkeeper
) -> None:
    for at in range(14, 20):
        keeper.delete(keeper.customer(f"kunde{at}@example.com")["id"])
    for shop in shops:
        assert shop.sync().exit_code() == 6
        assert len(shop.customers()) == 20
        accepted = shop.sync(accept_deletes=True)
        assert accepted.exit_code() == 0
        assert len(shop.customers()) == 14


def test_a_reading_goes_on_where_another_one_stopped(vendure: Vendure) -> None:
    first, second = connector(vendure, page_size=4), connector(vendure, page_size=4)
    for stream in first.streams():
        pages = first.read(stream, Window(), None)
        begun = [next(pages)]
        position = json.loads(json.dumps(begun[0].next_position))
        rest = list(second.read(stream, Window(), position))
        ids = [row["id"] for page in [*begun, *rest] for row in page.records]
        whole = [row["id"] for page in second.read(stream, Window(), None) for row in page.records]
        assert ids == whole
        assert len(set(ids)) == len(ids) > 4
    first.close()
    second.close()


def test_no_customer_is_missed_when_others_vanish_between_two_pages(
    vendure: Vendure, keeper: Shopkeeper
) -> None:
    own = connector(vendure, page_size=5)
    customers = next(stream for stream in own.streams() if stream.name == "customers")
    pages = own.read(customers, Window(), None)
    met = [row["emailAddress"] for row in next(pages).records]
    for email in met[:3]:
        keeper.delete(keeper.customer(email)["id"])
    met += [row["emailAddress"] for page in pages for row in page.records]
    assert met == [f"kunde{at}@example.com" for at in range(20)]
    own.close()


def test_who_may_enter(vendure: Vendure, keeper: Shopkeeper) -> None:
    own = connector(vendure, user="", password="", api_key=keeper.new_api_key())
    own.check()
    own.close()
    for wrong in ({"password": "not-this-one"}, {"api_key": "not-this-one"}):
        own = connector(vendure, **wrong)
        with pytest.raises(CredentialsError) as caught:
            own.check()
        assert "not-this-one" not in str(caught.value)
        own.close()


def test_an_error_within_a_success_is_an_error(vendure: Vendure) -> None:
    own = connector(vendure)
    with pytest.raises(BackendError, match="USER_INPUT_ERROR"):
        own._api.ask("{ customers(options: {take: 5000}) { totalItems } }")
    own.close()
