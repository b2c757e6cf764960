"""The sample's web shop over real HTTP: tokens, pages, filters, limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from crmsync.demo.sample import Sample
from crmsync.demo.shop import Limit, Shop, load, opened

CLOCK = datetime(2025, 3, 31, 20, 0, tzinfo=UTC)


class Hands:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def shop(sample: Sample, hands: Hands) -> Iterator[Shop]:
    limit = Limit(burst=40, rate=2.0, clock=hands)
    with opened(Shop(load(sample.folder), token="t", limit=limit, now=lambda: CLOCK)) as running:
        yield running


@pytest.fixture
def client(shop: Shop) -> Iterator[httpx.Client]:
    headers = {"Authorization": "Bearer t"}
    with httpx.Client(base_url=shop.url, headers=headers) as made:
        yield made


def read(client: httpx.Client, kind: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = client.get(f"/api/{kind}", params=query).raise_for_status().json()
        found += page["items"]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def test_nothing_without_the_token(shop: Shop) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = httpx.get(f"{shop.url}/api/customers", headers=headers)
        assert (answer.status_code, answer.json()) == (401, {"error": "token"})


def test_pages_bring_every_record_once(client: httpx.Client, shop: Shop) -> None:
    for size in (7, 50):
        items = read(client, "customers", limit=size)
        assert items == list(shop.data["customers"])
    assert len(client.get("/api/orders").json()["items"]) == 250
    assert len(client.get("/api/orders", params={"limit": 100000}).json()["items"]) == 250


def test_a_window_holds_what_changed_in_it_and_no_more(client: httpx.Client, shop: Shop) -> None:
    orders = shop.data["orders"]
    since, until = orders[50]["updated_at"], orders[120]["updated_at"]
    items = read(client, "orders", updated_since=since, updated_until=until, limit=30)
    assert items == [order for order in orders if since <= order["updated_at"] < until]
    assert items
    zone = datetime.fromisoformat(since).astimezone().isoformat()
    assert read(client, "orders", updated_since=zone, updated_until=until) == items


def test_the_shop_tells_its_own_clock(client: httpx.Client) -> None:
    answer = client.get("/api/status")
    assert answer.headers["date"] == "Mon, 31 Mar 2025 20:00:00 GMT"


def test_too_many_requests_are_asked_to_wait(
    client: httpx.Client, hands: Hands, shop: Shop
) -> None:
    codes = [client.get("/api/status").status_code for _ in range(45)]
    assert codes == [200] * 40 + [429] * 5
    assert client.get("/api/status").headers["retry-after"] == "1"
    assert shop.refused == 6
    hands.seconds += 1
    codes = [client.get("/api/status").status_code for _ in range(3)]
    assert codes == [200, 200, 429]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/orders?cursor=%21", 400),
        ("/api/orders?limit=many", 400),
        ("/api/orders?updated_since=soon", 400),
        ("/api/invoices", 404),
    ],
)
def test_a_bad_request_is_told(client: httpx.Client, path: str, code: int) -> None:
    assert client.get(path).status_code == code
