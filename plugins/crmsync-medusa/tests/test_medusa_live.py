"""The connector against a real Medusa: `python plugins/crmsync-medusa/live.py` starts one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from crmsync_medusa import Medusa
from crmsync_medusa.settings import MedusaSettings

from crmsync.engine.project import Project, open_project
from crmsync.engine.sync import sync
from crmsync.errors import CredentialsError
from crmsync.hookspecs import hookimpl
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Connection, Window
from crmsync.model.told import ToldCustomer, ToldOrder
from crmsync.store import tables

URL = os.environ.get("CRMSYNC_MEDUSA_URL", "")
pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not URL, reason="run by python plugins/crmsync-medusa/live.py"),
]


class Keeper:
    """Somebody who is logged in and changes data by hand."""

    def __init__(self) -> None:
        self._http = httpx.Client(base_url=URL, timeout=60)
        login = {"email": os.environ["CRMSYNC_MEDUSA_USER"],
                 "password": os.environ["CRMSYNC_MEDUSA_PASSWORD"]}  # fmt: skip
        token = self._http.post("/auth/user/emailpass", json=login).json()["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def post(self, path: str, **body: Any) -> Any:
        answer = self._http.post(f"/admin/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str, **params: Any) -> Any:
        answer = self._http.get(f"/admin/{path}", params=params)
        assert answer.is_success, answer.text
        return answer.json()

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="module")
def keeper() -> Iterator[Keeper]:
    found = Keeper()
    yield found
    found.close()


@pytest.fixture(scope="module")
def key(keeper: Keeper) -> str:
    told = keeper.post("api-keys", title="crmsync", type="secret")
    return str(told["api_key"]["token"])


@pytest.fixture
def shop(key: str, tmp_path: Path) -> Iterator[Medusa]:
    told = {"url": URL, "api_key": key, "page_size": 3, "metadata": {"salutation": "anrede"}}
    found = Medusa(MedusaSettings.model_validate(told),
                   Connection(name="live", controller="haus", base=str(tmp_path)))  # fmt: skip
    yield found
    found.close()


def records(shop: Medusa, name: str, window: Window | None = None) -> dict[str, Any]:
    stream = next(one for one in shop.streams() if one.name == name)
    pages = shop.read(stream, window or Window(), None)
    return {row["id"]: row for page in pages for row in page.records}


def told(shop: Medusa, name: str, raw: Any) -> list[Any]:
    stream = next(one for one in shop.streams() if one.name == name)
    return list(shop.map(stream, raw))


def wrote(shop: Medusa, **more: Any) -> Result:
    return shop.write([Intent(id="1", key="k-1", **more)])[0]


def made(shop: Medusa, email: str, **more: Any) -> str:
    fields = {"given_name": "Käthe", "family_name": "Moorbach", "contacts.email": email, **more}
    result = wrote(shop, fields=fields, whole=fields)
    assert result.outcome == "done", result
    return str(result.external_id)


def test_the_right_key_passes_and_a_wrong_one_does_not(shop: Medusa, tmp_path: Path) -> None:
    shop.check()
    assert shop.server_time().tzinfo
    own = MedusaSettings.model_validate({"url": URL, "api_key": "sk_falsch"})
    other = Medusa(own, Connection(name="live", controller="haus", base=str(tmp_path)))
    with pytest.raises(CredentialsError):
        other.check()
    other.close()


def test_a_customer_is_made_changed_found_and_deleted(shop: Medusa) -> None:
    home = {"addresses.billing.street": "Ring", "addresses.billing.house_number": "7",
            "addresses.billing.city": "Köln", "addresses.billing.postal_code": "50667",
            "addresses.billing.country": "DE", "salutation": "Frau"}  # fmt: skip
    who = made(shop, "kaethe@example.org", **home)
    assert made(shop, "kaethe@example.org", given_name="Käte") == who
    assert wrote(shop, external_id=who, fields={"addresses.billing.city": "Bonn"}).outcome == "done"
    (found,) = told(shop, "customers", records(shop, "customers")[who])
    assert isinstance(found, ToldCustomer)
    assert (found.salutation, found.given_name) == ("Frau", "Käte")
    (address,) = found.addresses
    assert (address.type, address.street, address.city) == ("billing", "Ring 7", "Bonn")
    assert address.country == "DE"
    emptied = wrote(shop, external_id=who, fields={"family_name": None, "salutation": None})
    assert emptied.outcome == "done"
    (found,) = told(shop, "customers", records(shop, "customers")[who])
    assert (found.family_name, found.salutation) == (None, None)
    for _ in range(2):
        assert wrote(shop, change="erase", external_id=who).outcome == "done"
    assert who not in records(shop, "customers")
    gone = wrote(shop, external_id=who, fields={"family_name": "Neu"})
    assert (gone.outcome, gone.reason) == ("refused", "is not there")


def test_what_the_shop_refuses(shop: Medusa) -> None:
    result = wrote(shop, fields={"family_name": "X", "contacts.email": "kein-at-zeichen"})
    assert (result.outcome, "invalid_data" in result.reason) == ("refused", True)


def test_groups(shop: Medusa, keeper: Keeper) -> None:
    who = made(shop, "gruppe@example.org")
    for member in (True, True, False, False):
        fields = {"name": "stammkunden", "member": member}
        assert wrote(shop, change="audience", external_id=who, fields=fields).outcome == "done"
        groups = keeper.get(f"customers/{who}", fields="*groups")["customer"]["groups"]
        assert [one["name"] for one in groups] == (["stammkunden"] if member else [])


def test_every_page_comes(shop: Medusa) -> None:
    there = {made(shop, f"seite{number}@example.org") for number in range(8)}
    assert there <= set(records(shop, "customers"))


@pytest.fixture(scope="module")
def region(keeper: Keeper) -> str:
    told = keeper.post("regions", name="Deutschland", currency_code="eur", countries=["de"])
    return str(told["region"]["id"])


def sold(keeper: Keeper, region: str, who: str, price: float) -> str:
    """An order of two pieces, as a draft that becomes one."""
    channel = keeper.get("sales-channels")["sales_channels"][0]["id"]
    items = [{"title": "Müsli", "quantity": 2, "unit_price": price, "variant_sku": "MUESLI-1"}]
    draft = keeper.post("draft-orders", region_id=region, sales_channel_id=channel, items=items,
                        email="kauf@example.org", customer_id=who)  # fmt: skip
    identity = str(draft["draft_order"]["id"])
    keeper.post(f"draft-orders/{identity}/convert-to-order")
    return identity


def test_orders_arrive_to_the_cent_and_changes_show(
    shop: Medusa, keeper: Keeper, region: str
) -> None:
    who = made(shop, "kauf@example.org")
    first, second = (sold(keeper, region, who, price) for price in (10.95, 0.07))
    found = records(shop, "orders")
    assert {first, second} <= set(found)
    for identity, amount in ((first, "21.90"), (second, "0.14")):
        (order,) = told(shop, "orders", found[identity])
        assert isinstance(order, ToldOrder)
        assert (order.customer, order.currency, order.status) == (who, "EUR", "open")
        (row,) = order.lines
        assert (row.amount, row.sku, row.quantity) == (Decimal(amount), "MUESLI-1", "2")
    since = shop.server_time()
    keeper.post(f"orders/{first}/cancel")
    changed = records(shop, "orders", Window(since, None))
    assert told(shop, "orders", changed[first])[0].status == "cancelled"


def with_goods(keeper: Keeper, region: str, who: str) -> tuple[str, str]:
    """An order of two variants that can be sent, and the stock location they are sent from."""
    channel = keeper.get("sales-channels")["sales_channels"][0]["id"]
    place = keeper.post("stock-locations", name="Versandlager")["stock_location"]["id"]
    keeper.post(f"stock-locations/{place}/sales-channels", add=[channel])
    provider = keeper.get("fulfillment-providers")["fulfillment_providers"][0]["id"]
    keeper.post(f"stock-locations/{place}/fulfillment-providers", add=[provider])
    keeper.post(f"stock-locations/{place}/fulfillment-sets", name="Versand", type="shipping")
    told = keeper.get(f"stock-locations/{place}", fields="*fulfillment_sets")
    (group,) = told["stock_location"]["fulfillment_sets"]
    zones = keeper.post(f"fulfillment-sets/{group['id']}/service-zones", name="DE",
                        geo_zones=[{"type": "country", "country_code": "de"}])  # fmt: skip
    profile = keeper.post("shipping-profiles", name="normal", type="default")["shipping_profile"]
    option = keeper.post(
        "shipping-options", name="Paket", provider_id=provider, price_type="flat", rules=[],
        service_zone_id=zones["fulfillment_set"]["service_zones"][0]["id"],
        shipping_profile_id=profile["id"], prices=[{"currency_code": "eur", "amount": 4.9}],
        type={"label": "Paket", "description": "Paket", "code": "paket"},
    )["shipping_option"]["id"]  # fmt: skip
    goods = keeper.post(
        "products", title="Espresso", status="published", shipping_profile_id=profile["id"],
        sales_channels=[{"id": channel}], options=[{"title": "Größe", "values": ["1 kg"]}],
        variants=[{"title": "1 kg", "sku": "E-1", "manage_inventory": False,
                   "prices": [{"amount": 10.95, "currency_code": "eur"}],
                   "options": {"Größe": "1 kg"}}],
    )["product"]["variants"][0]["id"]  # fmt: skip
    draft = keeper.post(
        "draft-orders", region_id=region, sales_channel_id=channel, email="ware@example.org",
        customer_id=who, items=[{"variant_id": goods, "quantity": 2}],
        shipping_methods=[{"shipping_option_id": option, "name": "Paket", "amount": 4.9}],
        shipping_address={"first_name": "Käthe", "country_code": "de", "city": "Köln"},
    )["draft_order"]["id"]  # fmt: skip
    keeper.post(f"draft-orders/{draft}/convert-to-order")
    return str(draft), str(place)


def sent_and_half_returned(keeper: Keeper, sale: str, place: str) -> None:
    """All of it is sent and delivered, and paid; one piece comes back and is paid back."""
    item = keeper.get(f"orders/{sale}", fields="*items,total")["order"]
    two = [{"id": item["items"][0]["id"], "quantity": 2}]
    one = [{**two[0], "quantity": 1}]
    keeper.post(f"orders/{sale}/fulfillments", items=two, location_id=place)
    told = keeper.get(f"orders/{sale}", fields="*fulfillments")["order"]["fulfillments"]
    keeper.post(f"orders/{sale}/fulfillments/{told[0]['id']}/shipments", items=two)
    keeper.post(f"orders/{sale}/fulfillments/{told[0]['id']}/mark-as-delivered")
    due = keeper.post("payment-collections", order_id=sale, amount=item["total"])
    keeper.post(f"payment-collections/{due['payment_collection']['id']}/mark-as-paid",
                order_id=sale)  # fmt: skip
    back = keeper.post("returns", order_id=sale, location_id=place)["return"]["id"]
    keeper.post(f"returns/{back}/request-items", items=one)
    for step in ("request", "receive"):
        keeper.post(f"returns/{back}/{step}")
    keeper.post(f"returns/{back}/receive-items", items=one)
    keeper.post(f"returns/{back}/receive/confirm")
    told = keeper.get(f"orders/{sale}", fields="*payment_collections.payments")["order"]
    payments = [one for group in told["payment_collections"] for one in group["payments"]]
    keeper.post(f"payments/{payments[0]['id']}/refund", amount=12.95)


def test_parcels_returns_and_refunds(shop: Medusa, keeper: Keeper, region: str) -> None:
    sale, place = with_goods(keeper, region, made(shop, "ware@example.org"))
    sent_and_half_returned(keeper, sale, place)
    order, parcel, goods, rest = told(shop, "orders", records(shop, "orders")[sale])
    assert (order.status, order.shipping) == ("delivered", Decimal("4.90"))
    assert [one.amount for one in order.lines] == [Decimal("21.90")]
    assert parcel.shipped_at <= parcel.delivered_at
    assert [(one.sku, one.amount) for one in goods.lines] == [("E-1", Decimal("10.95"))]
    assert [one.amount for one in rest.lines] == [Decimal("2.00")]


class Plugin:
    """Brings the connector, whether or not it is installed."""

    @hookimpl
    def crmsync_register_connectors(self, register: Any) -> None:
        register(Medusa)


def synced(project: Project) -> dict[str, int]:
    """What a run counted of customers and orders; Broken where it did not end well."""
    report = sync(project, now=datetime.now(UTC))
    assert report.exit_code() == 0, report.as_json()
    kinds = ("new", "changed", "deleted")
    return {kind: sum(counts.get(kind, 0) for counts in report.lands.values()) for kind in kinds}


def test_runs_converge(
    shop: Medusa, keeper: Keeper, key: str, region: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("MEDUSA_KEY", key)
    people = [made(shop, f"lauf{number}@example.org") for number in range(12)]
    sold(keeper, region, people[0], 4.49)
    (tmp_path / "crmsync.toml").write_text(
        '[controllers.haus]\nname = "Haus"\n[connections.shop]\nconnector = "medusa"\n'
        f'controller = "haus"\nurl = "{URL}"\napi_key = "env:MEDUSA_KEY"\npage_size = 5\n',
        encoding="utf-8",
    )
    with open_project(tmp_path, plugins=[Plugin()]) as project:
        assert synced(project)["new"] >= 13
        assert synced(project) == {"new": 0, "changed": 0, "deleted": 0}
        home = {"addresses.billing.city": "Bonn", "addresses.billing.country": "DE"}
        assert wrote(shop, external_id=people[1], fields=home).outcome == "done"
        made(shop, "spaet@example.org")
        wrote(shop, change="erase", external_id=people[2])
        found = synced(project)
        assert (found["new"], found["changed"]) == (1, 1)
        with project.store.read() as work:
            gone = [row.external_id for row in work.all(
                sa.select(tables.record).where(tables.record.c.deleted))]  # fmt: skip
        assert gone == [people[2]]
        assert synced(project) == {"new": 0, "changed": 0, "deleted": 0}


def test_drafts_are_no_orders(shop: Medusa, keeper: Keeper, region: str) -> None:
    channel = keeper.get("sales-channels")["sales_channels"][0]["id"]
    draft = keeper.post("draft-orders", region_id=region, sales_channel_id=channel, items=[],
                        email="entwurf@example.org")  # fmt: skip
    assert draft["draft_order"]["id"] not in records(shop, "orders")


def test_variants_and_locations(shop: Medusa, keeper: Keeper) -> None:
    option = {"title": "Größe", "values": ["250 g"]}
    variant = {"title": "250 g", "sku": "K-250", "ean": "4006381333931",
               "prices": [{"amount": 5, "currency_code": "eur"}],
               "options": {"Größe": "250 g"}}  # fmt: skip
    keeper.post("products", title="Kaffee", options=[option], variants=[variant])
    keeper.post("stock-locations", name="Lager Köln",
                address={"address_1": "Ring 1", "city": "Köln", "country_code": "de"})  # fmt: skip
    goods = [one for raw in records(shop, "products").values()
             for one in told(shop, "products", raw)]  # fmt: skip
    assert ("K-250", "Kaffee – 250 g", "4006381333931") in [
        (one.sku, one.name, one.gtin) for one in goods
    ]
    places = [told(shop, "stores", raw)[0] for raw in records(shop, "stores").values()]
    assert ("Lager Köln", "Köln") in [(one.name, one.city) for one in places]
