"""The client retries what helps, waits as asked, logs in again, and never says what it carried."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
import respx

from crmsync.errors import (
    BackendError,
    ConfigError,
    CredentialsError,
    CrmsyncError,
    NotReadable,
    RateLimited,
    Unreachable,
)
from crmsync.http import Bearer, Client, Session

BASE = "https://shop.example"


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE, assert_all_called=False) as router:
        yield router


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(pauses: list[float]) -> Iterator[Client]:
    made = Client(BASE, sleep=pauses.append)
    yield made
    made.close()


def test_gives_json_and_the_backends_clock(web: respx.MockRouter, client: Client) -> None:
    date = {"date": "Sat, 21 Nov 2026 09:30:00 GMT"}
    web.get("/orders").respond(json={"id": 1}, headers=date)
    answer = client.get("/orders")
    assert answer.data == {"id": 1}
    assert answer.server_time == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def test_a_backend_without_a_clock_tells_none(web: respx.MockRouter, client: Client) -> None:
    web.get("/orders").respond(json=[])
    assert client.get("/orders").server_time is None


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_tries_again_after_a_server_error(
    web: respx.MockRouter, client: Client, pauses: list[float], status: int
) -> None:
    route = web.get("/").mock(side_effect=[httpx.Response(status), httpx.Response(200, json=7)])
    assert client.get("/").data == 7
    assert route.call_count == 2
    assert len(pauses) == 1


def test_gives_up_in_the_end_with_pauses_that_grow(
    web: respx.MockRouter, client: Client, pauses: list[float]
) -> None:
    web.get("/").respond(502)
    with pytest.raises(Unreachable):
        client.get("/")
    assert len(pauses) == 3
    assert pauses[0] < pauses[2]


def test_a_connection_that_breaks_is_tried_again(web: respx.MockRouter, client: Client) -> None:
    web.get("/").mock(side_effect=[httpx.ReadTimeout("slow"), httpx.Response(200, json=1)])
    assert client.get("/").data == 1


def test_what_must_not_happen_twice_is_sent_once(web: respx.MockRouter, client: Client) -> None:
    route = web.post("/").mock(side_effect=httpx.ReadError("dropped"))
    with pytest.raises(Unreachable):
        client.post("/", json={}, repeatable=False)
    assert route.call_count == 1


@pytest.mark.parametrize("asked", ["7", "Sat, 21 Nov 2026 09:30:07 GMT"])
def test_waits_as_long_as_asked_in_seconds_or_as_a_date(
    web: respx.MockRouter, client: Client, pauses: list[float], asked: str
) -> None:
    headers = {"retry-after": asked, "date": "Sat, 21 Nov 2026 09:30:00 GMT"}
    busy = httpx.Response(429, headers=headers)
    web.get("/").mock(side_effect=[busy, httpx.Response(200, json=1)])
    assert client.get("/").data == 1
    assert pauses == [7.0]


def test_a_pause_too_long_is_left_to_the_caller(
    web: respx.MockRouter, client: Client, pauses: list[float]
) -> None:
    web.get("/").respond(429, headers={"retry-after": "86400"})
    with pytest.raises(RateLimited) as caught:
        client.get("/")
    assert caught.value.retry_after == 86400.0
    assert pauses == []


@pytest.mark.parametrize("nonsense", ["", "bald", "Sat, 99 Nov"])
def test_a_pause_that_makes_no_sense_counts_as_none(
    web: respx.MockRouter, client: Client, pauses: list[float], nonsense: str
) -> None:
    busy = httpx.Response(429, headers={"retry-after": nonsense})
    web.get("/").mock(side_effect=[busy, httpx.Response(200, json=1)])
    assert client.get("/").data == 1
    assert 0 < pauses[0] <= 20


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401), CredentialsError),
        (httpx.Response(403, json={}), CredentialsError),
        (httpx.Response(403, html="<h1>Blocked</h1>"), NotReadable),
        (httpx.Response(404), BackendError),
        (httpx.Response(302, headers={"location": "https://login.example"}), BackendError),
        (httpx.Response(200, html="<h1>Login</h1>"), NotReadable),
        (httpx.Response(200, text="{broken"), NotReadable),
    ],
)
def test_what_no_retry_mends_is_said_at_once(
    web: respx.MockRouter, client: Client, answer: httpx.Response, error: type[CrmsyncError]
) -> None:
    route = web.get("/").mock(return_value=answer)
    with pytest.raises(error) as caught:
        client.get("/")
    assert type(caught.value) is error
    assert caught.value.hint
    assert route.call_count == 1


def test_a_url_without_scheme_is_the_configurations_fault() -> None:
    with pytest.raises(ConfigError):
        Client("shop.example", sleep=lambda _: None).get("/")


def test_a_token_goes_with_every_request(web: respx.MockRouter) -> None:
    route = web.get("/").respond(json=1)
    Client(BASE, auth=Bearer("s3cret")).get("/")
    assert route.calls.last.request.headers["authorization"] == "Bearer s3cret"


def _session() -> Session:
    return Session(
        login=lambda: httpx.Request("POST", f"{BASE}/login"),
        enter=lambda answer: {"x-token": answer.json()["token"]},
        ended=lambda answer: answer.status_code == 401,
    )


def test_a_session_logs_in_once_and_again_when_it_has_ended(web: respx.MockRouter) -> None:
    tokens = iter(["first", "second"])
    login = web.post("/login").mock(
        side_effect=lambda _: httpx.Response(200, json={"token": next(tokens)})
    )
    old_is_gone = False

    def orders(request: httpx.Request) -> httpx.Response:
        ended = old_is_gone and request.headers["x-token"] == "first"
        return httpx.Response(401 if ended else 200, json=request.headers["x-token"])

    web.get("/orders").mock(side_effect=orders)
    client = Client(BASE, auth=_session())
    assert [client.get("/orders").data, client.get("/orders").data] == ["first", "first"]
    old_is_gone = True
    assert client.get("/orders").data == "second"
    assert login.call_count == 2


def test_a_refused_login_is_a_matter_of_credentials(web: respx.MockRouter) -> None:
    web.post("/login").respond(401)
    with pytest.raises(CredentialsError):
        Client(BASE, auth=_session()).get("/orders")


def test_neither_log_nor_error_says_what_was_asked_or_answered(
    web: respx.MockRouter,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # a tool that sets up logging in another test may have switched existing loggers off
    monkeypatch.setattr(logging.getLogger("crmsync.http"), "disabled", False)
    web.get("/customers").respond(400, json={"message": "kaethe@example.com is unknown"})
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(BackendError) as caught,
    ):
        client.get("/customers", params={"email": "kaethe@example.com"})
    assert "kaethe" not in caplog.text + str(caught.value)
    assert "GET shop.example/customers ['email'] -> 400" in caplog.text


@pytest.mark.parametrize(
    "text", ["\xb2", "9" * 400, "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"]
)
def test_a_pause_that_nobody_can_read_is_none(
    web: respx.MockRouter, client: Client, pauses: list[float], text: str
) -> None:
    headers = {"retry-after": text.encode("latin-1"), "date": text.encode("latin-1")}
    web.get("/").mock(return_value=httpx.Response(429, headers=headers))
    with pytest.raises(RateLimited):
        client.get("/")
    assert all(0 <= pause < 60 for pause in pauses)


def test_a_clock_that_nobody_can_read_tells_no_time(web: respx.MockRouter, client: Client) -> None:
    date = "Sat, 21 Nov 2026 09:30:00 +99999999999999"
    web.get("/").respond(json=[], headers={"date": date})
    assert client.get("/").server_time is None


def test_an_answer_nested_too_deep_is_no_answer(web: respx.MockRouter, client: Client) -> None:
    web.get("/").respond(content=b"[" * 100_000 + b"]" * 100_000)
    with pytest.raises(NotReadable):
        client.get("/")
