"""The sample's connector against the sample's shop: pages, windows, limits, and the mapping."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from crmsync.demo.retailer.crmsync_plugins import BeispielShop, Settings
from crmsync.demo.sample import Sample
from crmsync.demo.shop import Limit, Shop, load, opened
from crmsync.errors import CredentialsError
from crmsync.hookspecs import Connector, TellsTime
from crmsync.model.stream import Connection, Window
from crmsync.model.told import ToldCustomer, ToldDelivery, ToldOrder, ToldReturn

CLOCK = datetime(2025, 3, 31, 20, 0, tzinfo=UTC)
ALWAYS = Window()
ABOUT = Connection(name="shop", controller="beispiel")


@pytest.fixture
def shop(sample: Sample) -> Iterator[Shop]:
    limit = Limit(burst=1000, rate=1.0, clock=lambda: 0.0)
    with opened(Shop(load(sample.folder), token="t", limit=limit, now=lambda: CLOCK)) as running:
        yield running


@pytest.fixture
def connector(shop: Shop) -> Iterator[BeispielShop]:
    made = BeispielShop(Settings.model_validate({"url": shop.url, "token": "t"}), ABOUT)
    yield made
    made.close()


def records(connector: BeispielShop, name: str, window: Window = ALWAYS) -> list[dict[str, Any]]:
    (stream,) = (stream for stream in connector.streams() if stream.name == name)
    return [dict(raw) for page in connector.read(stream, window, None) for raw in page.records]


def told(connector: BeispielShop, name: str, raw: dict[str, Any]) -> list[Any]:
    (stream,) = (stream for stream in connector.streams() if stream.name == name)
    return list(connector.map(stream, raw))


def test_it_satisfies_the_contract(connector: BeispielShop) -> None:
    kind: type[Connector] = BeispielShop
    clock: TellsTime = connector
    assert isinstance(connector, kind)
    assert isinstance(clock, TellsTime)
    assert connector.server_time() == CLOCK


def test_it_reads_everything_once(connector: BeispielShop, shop: Shop) -> None:
    assert records(connector, "customers") == list(shop.data["customers"])
    assert records(connector, "orders") == list(shop.data["orders"])


def test_it_reads_a_window_and_goes_on_at_a_position(connector: BeispielShop, shop: Shop) -> None:
    orders = shop.data["orders"]
    since = datetime.fromisoformat(orders[-20]["updated_at"])
    found = records(connector, "orders", Window(since, CLOCK))
    assert found == [order for order in orders if order["updated_at"] >= orders[-20]["updated_at"]]
    (stream,) = (stream for stream in connector.streams() if stream.name == "orders")
    pages = connector.read(stream, Window(), None)
    first = next(iter(pages))
    rest = connector.read(stream, Window(), first.next_position)
    both = itertools.chain(first.records, *(page.records for page in rest))
    assert list(both) == list(orders)


def test_a_wrong_token_is_a_matter_for_it(shop: Shop) -> None:
    wrong = BeispielShop(Settings.model_validate({"url": shop.url, "token": "x"}), ABOUT)
    with pytest.raises(CredentialsError):
        wrong.check()
    wrong.close()


def test_every_account_and_order_can_be_told(connector: BeispielShop) -> None:
    kinds = set()
    for name in ("customers", "orders"):
        for raw in records(connector, name):
            kinds |= {type(item) for item in told(connector, name, raw)}
    assert kinds == {ToldCustomer, ToldOrder, ToldDelivery, ToldReturn}


def test_a_guest_and_a_refund(connector: BeispielShop, shop: Shop) -> None:
    raw = next(order for order in shop.data["orders"] if order["guest"] and order["refund"])
    order, delivery, back = told(connector, "orders", raw)
    assert order.customer is None
    assert order.guest.contacts[0].value == raw["guest"]["email"]
    assert order.guest.contacts[0].verified is False
    assert str(delivery.promised_on) == raw["shipping"]["promised_on"]
    assert [line.sku for line in back.lines] == [item["sku"] for item in raw["refund"]["items"]]


def test_a_newsletter_comes_with_its_proof(connector: BeispielShop, shop: Shop) -> None:
    raw = next(one for one in shop.data["customers"] if one["newsletter"])
    (customer,) = told(connector, "customers", raw)
    (consent,) = customer.consents
    assert (consent.channel, consent.contact) == ("email", raw["email"])
    assert consent.evidence.startswith("doi-mail-")
    assert consent.state == {"confirmed": "granted"}.get(raw["newsletter"]["state"], "pending")
