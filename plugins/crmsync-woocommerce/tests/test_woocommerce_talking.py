"""What is asked of a shop, and what becomes of its answers: signatures, filters, batches, hooks."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from crmsync_woocommerce import WooCommerce
from crmsync_woocommerce.settings import WooCommerceSettings
from fake_woocommerce import FakeWooCommerce, error

from crmsync.errors import CredentialsError, NotReadable
from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Page, Window
from crmsync.testing import Answer, Asked

EXCHANGE = json.loads((Path(__file__).parent / "data/woocommerce_exchange.json").read_text())
WINDOW = Window(datetime(2026, 11, 21, 9, 0, tzinfo=UTC), datetime(2026, 11, 21, 10, 0, tzinfo=UTC))


class Shop(FakeWooCommerce):
    """A fake that says what a test has it say."""

    def __init__(self) -> None:
        super().__init__()
        self.says: list[Answer] = []

    def answer(self, asked: Asked) -> Answer:
        return self.says.pop(0) if self.says else super().answer(asked)


@contextmanager
def talking(tmp_path: Path, fake: FakeWooCommerce, **more: Any) -> Iterator[WooCommerce]:
    with fake:
        own = {**fake.settings(), **more}
        own |= {"consumer_key": fake.secrets["key"], "consumer_secret": fake.secrets["secret"]}
        settings = WooCommerceSettings.model_validate(own)
        connection = Connection(name="shop", controller="c", base=str(tmp_path))
        connector = WooCommerce(settings, connection)
        yield connector
        connector.close()


def read(connector: WooCommerce, stream: str, window: Window = WINDOW) -> list[Page]:
    found = next(one for one in connector.streams() if one.name == stream)
    return list(connector.read(found, window, None))


def test_the_exchange_is_as_it_is_written_down(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake, page_size=100) as connector:
        fake.says = [
            Answer(data=EXCHANGE["orders"]["answer"], headers={"X-WP-Total": "1"}),
            Answer(data=EXCHANGE["refunds"]["answer"]),
        ]
        (page,) = read(connector, "orders")
    for asked, kind in zip(fake.heard, ("orders", "refunds"), strict=True):
        wanted = EXCHANGE[kind]["request"]
        query = {name: value for name, value in asked.query.items() if name != "_fields"}
        assert (asked.method, asked.path, query) == (*list(wanted.values())[:2], wanted["query"])
    assert page.records[0]["refunds"][0]["line_items"][0]["sku"] == "HEMD-XL"


def test_an_older_shop_tells_refunds_order_by_order(tmp_path: Path) -> None:
    fake = Shop()
    fake.lists_refunds = False  # type: ignore[misc]
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=2, orders=4)
        pages = read(connector, "orders", Window(None, fake.now))
    told = {row["id"]: row["refunds"] for page in pages for row in page.records}
    assert told[501][0]["date_created_gmt"] == "2026-10-09T09:00:00"
    assert told[502] == []
    assert sum(asked.path.endswith("/wc/v3/refunds") for asked in fake.heard) == 1


@pytest.mark.parametrize(("auth", "scheme"), [("auto", "OAuth"), ("basic", "Basic")])
def test_who_asks(tmp_path: Path, auth: str, scheme: str) -> None:
    fake = Shop()
    with talking(tmp_path, fake, auth=auth) as connector:
        connector.check()
    schemes = {asked.headers["authorization"].partition(" ")[0] for asked in fake.heard}
    assert schemes == {scheme}
    assert fake.secrets["secret"] not in fake.heard[0].headers["authorization"]


def test_over_https_it_is_basic(tmp_path: Path) -> None:
    given = {"url": "https://shop.example.org/laden", "consumer_key": "k", "consumer_secret": "s"}
    settings = WooCommerceSettings.model_validate(given)
    connector = WooCommerce(settings, Connection(name="s", controller="c", base=str(tmp_path)))
    http = connector._api._http
    assert type(http._auth).__name__ == "Basic"
    assert str(http._http.base_url) == "https://shop.example.org/laden/wp-json/wc/v3/"


def test_a_filter_that_is_not_heeded_is_told(tmp_path: Path) -> None:
    fake = Shop()
    fake.heeds_filter = False  # type: ignore[misc]
    with talking(tmp_path, fake) as connector:
        fake.add("customers", 1)
        fake.add("orders", 1, at=datetime(2026, 1, 1, tzinfo=UTC))
        (page,) = read(connector, "orders")
    assert "ignores the filter" in page.notices[0].message


def test_the_trash_is_read_where_ids_are_not_compared(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake, order_deletes="trash") as connector:
        fake.fill(customers=1, orders=3)
        fake.delete("orders", 502)
        pages = read(connector, "orders", Window(None, fake.now))
        stream = next(one for one in connector.streams() if one.name == "orders")
    assert stream.deletes == "tombstone"
    assert [one for page in pages for one in page.deleted] == ["502"]


def test_only_what_is_needed_is_asked_for(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.add("customers", 1)
        (page,) = read(connector, "customers")
    assert "username" not in page.records[0]
    assert fake.heard[0].query["role"] == "all"


def test_a_firewalls_page_is_no_refusal_of_the_shop(tmp_path: Path) -> None:
    fake = Shop()
    page = Answer(
        status=501, body=b"<html>ModSecurity</html>", headers={"Content-Type": "text/html"}
    )
    with talking(tmp_path, fake) as connector:
        fake.says = [page] * 9
        with pytest.raises(NotReadable, match="501 with a web page"):
            connector.check()
        fake.says = [page] * 9
        result = connector.write([save("neu", **{"contacts.email": "a@example.org"})])[0]
    assert result.outcome in ("again", "unknown")


def save(name: str, external_id: str | None = None, **fields: Any) -> Intent:
    return Intent(id=name, key=name, external_id=external_id, fields=fields, whole=fields)


def test_a_batch_holds_what_it_says_and_its_errors_stand_alone(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=3, orders=1)
        taken = fake.living("customers")[0].data["email"]
        results = connector.write([
            save("neu", **{"contacts.email": "neu@example.org", "family_name": "Neumann"}),
            save("doppelt", **{"contacts.email": taken.upper(), "given_name": "Änne"}),
            save("fremd", "2", **{"contacts.email": taken}),
            save("fort", "77", family_name="Niemand"),
            save("da", "3", salutation="Frau", **{"addresses.billing.street": "Am Küferteich",
                                                  "addresses.billing.house_number": "9a"}),
        ])  # fmt: skip
        row = fake.living("customers")[2].data
    assert [one.outcome for one in results] == ["done", "done", "refused", "refused", "done"]
    assert results[1].external_id == "1"
    assert (results[2].field, list(results[2].found)) == ("contacts.email", ["1"])
    assert results[3].reason == "the customer is not there any more"
    assert row["billing"]["address_1"] == "Am Küferteich 9a"
    assert row["meta_data"] == [{"key": "billing_title", "value": "2"}]
    batch = next(asked for asked in fake.heard if asked.method == "POST")
    assert (len(batch.json["create"]), len(batch.json["update"])) == (2, 3)


def test_nobody_is_made_unless_that_is_allowed(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake, create_customers=False) as connector:
        fake.add("customers", 1)
        known = fake.living("customers")[0].data["email"]
        results = connector.write([
            save("neu", **{"contacts.email": "neu@example.org"}),
            save("da", given_name="Zoë", **{"contacts.email": known}),
        ])  # fmt: skip
        assert len(fake.living("customers")) == 1
    assert [one.outcome for one in results] == ["refused", "done"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"deceased": True}, "deceased"), ({"contacts.email": None}, "contacts.email"),
     ({"contacts.email": "kein-at"}, "contacts.email")],
)  # fmt: skip
def test_what_the_shop_has_no_place_for(tmp_path: Path, fields: Any, field: str) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        (result,) = connector.write([save("x", "1", **fields)])
    assert (result.outcome, result.field, fake.heard) == ("refused", field, [])


def test_a_batch_that_is_too_large_is_halved(tmp_path: Path) -> None:
    fake = Shop()
    with talking(tmp_path, fake) as connector:
        fake.fill(customers=4, orders=0)
        too_large = error(413, "woocommerce_rest_request_entity_too_large")
        fake.says = [too_large]
        results = connector.write([save(str(n), str(n), family_name="Weiß") for n in (1, 2, 3, 4)])
    assert {one.outcome for one in results} == {"done"}
    assert [len(asked.json["update"]) for asked in fake.heard] == [4, 2, 2]


SECRET = "hook-secret"


def signed(body: bytes, **headers: str) -> dict[str, str]:
    signature = b64encode(hmac.digest(SECRET.encode(), body, "sha256")).decode()
    return {"X-WC-Webhook-Signature": signature, "X-WC-Webhook-Delivery-ID": "d-1", **headers}


def test_webhooks(tmp_path: Path) -> None:
    with talking(tmp_path, Shop(), webhook_secret=SECRET) as connector:
        body = b'{"id": 815}'
        headers = signed(body, **{"X-WC-Webhook-Topic": "order.deleted"})
        (event,) = connector.hear(headers, body, "https://crm.example.org/hook")
        assert (event.stream, event.external_id, event.kind) == ("orders", "815", "deleted")
        assert connector.hear({}, b"webhook_id=12", "https://crm.example.org/hook") == []
        with pytest.raises(CredentialsError):
            connector.hear(headers, b'{"id": 816}', "https://crm.example.org/hook")


def test_a_webhook_without_a_secret_is_not_believed(tmp_path: Path) -> None:
    with talking(tmp_path, Shop()) as connector, pytest.raises(CredentialsError):
        connector.hear({}, b'{"id": 1}', "https://crm.example.org/hook")
