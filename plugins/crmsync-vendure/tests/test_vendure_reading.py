"""Lists are walked without a gap, windows ask for all that may have changed, errors are clear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx
from crmsync_vendure import Vendure
from crmsync_vendure.reading import updated
from crmsync_vendure.settings import VendureSettings
from pydantic import ValidationError

from crmsync.errors import BackendError, CredentialsError, CrmsyncError, NotReadable, Unreachable
from crmsync.model.stream import Connection, Page, Window

URL = "https://shop.example"
LOW, HIGH = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)


class Api:
    """Answers documents by their operation name, and remembers the options."""

    def __init__(self) -> None:
        self.logins = 0
        self.tokens: set[str] = set()
        self.asked: list[tuple[str, Any]] = []
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.failure: Any = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        operation = body["query"].split("(")[0].split("{")[0].split()[1]
        if operation == "Login":
            return self._login(body["variables"])
        if operation == "Ping":
            date = {"date": "Sat, 21 Nov 2026 09:30:00 GMT"}
            return httpx.Response(200, json={"data": {}}, headers=date)
        if request.headers.get("authorization") not in self.tokens:
            return _failed("FORBIDDEN")
        if self.failure is not None:
            return httpx.Response(200, json=self.failure)
        return self._list(operation, body["variables"].get("options"))

    def _login(self, variables: dict[str, str]) -> httpx.Response:
        if variables["password"] != "geheim":
            wrong = {"__typename": "InvalidCredentialsError", "errorCode": "INVALID_CREDENTIALS"}
            return httpx.Response(200, json={"data": {"login": wrong}})
        self.logins += 1
        self.tokens = {f"Bearer token{self.logins}"}
        data = {"data": {"login": {"__typename": "CurrentUser"}}}
        return httpx.Response(200, json=data, headers={"vendure-auth-token": f"token{self.logins}"})

    def _list(self, operation: str, options: Any) -> httpx.Response:
        self.asked.append((operation, options))
        start = options["skip"] if options else 0
        wanted = (options or {}).get("filter", {}).get("id", {}).get("in")
        rows = [
            row for row in self.rows.get(operation, []) if wanted is None or row["id"] in wanted
        ]
        return httpx.Response(200, json={"data": {"found": {"items": rows[start:]}}})


def _failed(code: str) -> httpx.Response:
    error = {"message": "Käthe Straßer is not allowed", "extensions": {"code": code}}
    return httpx.Response(200, json={"errors": [error], "data": None})


@pytest.fixture
def api() -> Iterator[Api]:
    answering = Api()
    with respx.mock(assert_all_called=False) as web:
        web.post(f"{URL}/admin-api").mock(side_effect=answering)
        yield answering


def connector(**more: Any) -> Vendure:
    own: dict[str, Any] = {"url": URL, "user": "crmsync", "password": "geheim", **more}
    return Vendure(VendureSettings(**own), Connection(name="shop", controller="laden"))


@pytest.fixture
def shop(api: Api) -> Iterator[Vendure]:
    made = connector(reading="recent")
    yield made
    made.close()


def read(shop: Vendure, name: str, window: Window, position: Any = None) -> list[Page]:
    stream = next(stream for stream in shop.streams() if stream.name == name)
    return list(shop.read(stream, window, position))


def met(pages: list[Page]) -> list[str]:
    return [row["id"] for page in pages for row in page.records]


def test_checks_and_tells_its_time(api: Api, shop: Vendure) -> None:
    shop.check()
    assert shop.server_time() == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def test_a_session_that_ended_is_renewed_though_the_answer_is_a_success(
    api: Api, shop: Vendure
) -> None:
    shop.check()
    api.tokens.clear()
    shop.check()
    assert api.logins == 2


def test_a_refused_login_is_a_matter_of_credentials(api: Api) -> None:
    shop = connector(password="falsch")
    with pytest.raises(CredentialsError) as caught:
        shop.check()
    assert "falsch" not in str(caught.value)
    shop.close()


@respx.mock
def test_a_shop_that_gives_no_token_says_what_to_do() -> None:
    respx.post(f"{URL}/admin-api").respond(json={"data": {"login": {}}})
    shop = connector()
    with pytest.raises(CredentialsError, match="tokenMethod"):
        shop.check()
    shop.close()


def _error(**more: Any) -> dict[str, Any]:
    return {"errors": [{"message": "Käthe Straßer", **more}], "data": None}


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (_error(extensions={"code": "INTERNAL_SERVER_ERROR"}), Unreachable),
        (_error(extensions={"code": "USER_INPUT_ERROR"}), BackendError),
        (_error(), BackendError),
        (_error(extensions={"code": "FORBIDDEN"}), CredentialsError),
        ({"data": None}, NotReadable),
        (["data"], NotReadable),
    ],
)
def test_an_error_in_a_success_is_an_error_and_keeps_its_words_to_itself(
    api: Api, shop: Vendure, failure: Any, kind: type[CrmsyncError]
) -> None:
    api.failure = failure
    with pytest.raises(kind) as caught:
        shop.check()
    assert type(caught.value) is kind
    assert "Käthe" not in str(caught.value)


@respx.mock
def test_a_key_goes_with_every_request_and_a_channel_too() -> None:
    route = respx.post(f"{URL}/admin-api").respond(json={"data": {}})
    shop = connector(user="", password="", api_key="k3y", channel_token="berlin")
    shop.check()
    headers = route.calls.last.request.headers
    assert (headers["vendure-api-key"], headers["vendure-token"]) == ("k3y", "berlin")
    assert "authorization" not in headers
    shop.close()


def test_some_key_is_needed() -> None:
    with pytest.raises(ValidationError, match="api_key, or user and password"):
        VendureSettings.model_validate({"url": URL})


def lean(number: str, addresses: list[str], event: str | None = None) -> dict[str, Any]:
    """A row of the walk over everybody's stamps."""
    events = [] if event is None else [{"createdAt": event}]
    stamps = [{"updatedAt": stamp} for stamp in addresses]
    return {"id": number, "addresses": stamps, "history": {"items": events}}


def test_a_changed_or_removed_address_brings_its_customer(api: Api, shop: Vendure) -> None:
    old, new = "2026-11-01T00:00:00.000Z", "2026-11-20T10:00:00.000Z"
    api.rows["AddressStamps"] = [
        lean("1", [old], old),
        lean("2", [old, new]),
        {**lean("3", []), "addresses": None},
        lean("4", [old], new),  # an address was removed: only the history tells
    ]
    window = Window(LOW, HIGH)
    api.rows["Customers"] = []
    assert met(read(shop, "customers", window)) == []
    api.rows["Customers"] = [{"id": "1"}, {"id": "2"}, {"id": "3"}, {"id": "4"}]
    after_own = {"of": "addresses", "at": {"skip": 0, "last": None}}
    (page,) = read(shop, "customers", window, after_own)
    assert met([page]) == ["2", "4"]
    assert page.next_position["of"] == "addresses"


def test_a_first_reading_asks_for_everybody_and_for_no_stamps(api: Api, shop: Vendure) -> None:
    api.rows["Customers"] = [{"id": "1"}, {"id": "2"}]
    assert met(read(shop, "customers", Window(None, HIGH))) == ["1", "2"]
    ((operation, options),) = api.asked
    assert (operation, options["filter"]) == ("Customers", {})


def test_orders_are_asked_again_while_something_may_still_happen_to_them(
    api: Api, shop: Vendure
) -> None:
    read(shop, "orders", Window(LOW, HIGH))
    ((_, options),) = api.asked
    placed, maybe = options["filter"]["_and"]
    assert placed == {"orderPlacedAt": {"isNull": False}}
    changed, unfinished, recent = maybe["_or"]
    assert changed == updated(Window(LOW, HIGH))
    assert unfinished == {"state": {"notIn": ["Delivered", "Cancelled"]}}
    assert recent == {"orderPlacedAt": {"after": "2026-08-22T00:00:00.000Z"}}


def test_a_window_begins_a_second_early_since_after_leaves_its_moment_out() -> None:
    assert updated(Window(LOW, HIGH)) == {
        "updatedAt": {"after": "2026-11-19T23:59:59.000Z", "before": "2026-11-21T00:00:00.000Z"}
    }


def test_ids_are_listed_for_customers_and_placed_orders(api: Api, shop: Vendure) -> None:
    api.rows |= {"CustomerIds": [{"id": "1"}, {"id": "4"}], "OrderIds": [{"id": "9"}]}
    _, customers, orders = shop.streams()
    assert list(shop.ids(customers)) == [["1", "4"]]
    assert list(shop.ids(orders)) == [["9"]]
    assert api.asked[-1][1]["filter"] == {"orderPlacedAt": {"isNull": False}}


def test_reading_everything_notices_what_is_gone_reading_changes_compares_ids() -> None:
    complete, recent = connector(), connector(reading="recent")
    assert [one.deletes for one in complete.streams()] == ["none", "missing", "missing"]
    assert [one.deletes for one in recent.streams()] == ["none", "reconcile", "reconcile"]
    complete.close()
    recent.close()
