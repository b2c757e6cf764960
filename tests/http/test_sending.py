"""Every method and body goes out, answers are streamed, failures say what may have been done."""

from __future__ import annotations

import csv
import gzip
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import (
    BackendError,
    ConfigError,
    CrmsyncError,
    NotReadable,
    QuotaSpent,
    RateLimited,
    RecordError,
    Unreachable,
)
from crmsync.http import Bearer, Client, Response, Streamed
from tests.http.server import Seen, Told, page, serving, told


class Backend:
    """Answers what stands in `script`, in its order, then the last of it for ever."""

    def __init__(self, *script: Told) -> None:
        self.script, self.seen = list(script), list[Seen]()

    def __call__(self, seen: Seen) -> Told:
        self.seen.append(seen)
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def client(backend: Backend, **more: Any) -> Iterator[Client]:
    with serving(backend) as url:
        made = Client(url, sleep=lambda seconds: None, **more)
        yield made
        made.close()


def test_every_method_sends_its_body_and_headers() -> None:
    backend = Backend(told({"id": 1}))
    with client(backend) as web:
        web.put("/a", json={"x": 1}, headers={"If-Match": '"7"'})
        web.patch("/b", json=[1])
        web.delete("/c", params={"force": "true"})
        web.post("/d", form={"grant": "ä b"})
        web.post("/e", content=b"id;name\n", headers={"Content-Type": "text/csv"})
    put, patch, delete, form, raw = backend.seen
    assert (put.method, put.body, put.headers["if-match"]) == ("PUT", b'{"x":1}', '"7"')
    assert (patch.method, patch.body) == ("PATCH", b"[1]")
    assert (delete.method, delete.query) == ("DELETE", {"force": ["true"]})
    assert (form.form, form.headers["content-type"]) == (
        {"grant": "ä b"},
        "application/x-www-form-urlencoded",
    )
    assert (raw.body, raw.headers["content-type"]) == (b"id;name\n", "text/csv")


def test_an_answer_without_content_is_one_where_nothing_was_read() -> None:
    with client(Backend(Told(204, b""), Told(201, b""), Told(200, b""))) as web:
        assert (web.put("/a").data, web.put("/a").status) == (None, 201)
        with pytest.raises(NotReadable):
            web.get("/a")


def test_a_status_that_is_expected_is_an_answer() -> None:
    with client(Backend(told({"found": 7}, 409))) as web:
        answer = web.post("/people", json={}, accept=(409,))
        assert (answer.status, answer.data) == (409, {"found": 7})
        with pytest.raises(BackendError) as caught:
            web.post("/people", json={})
    assert (caught.value.status, caught.value.maybe_done) == (409, False)


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        (Told(cut=0), True),
        (Told(cut=1), True),
        (Told(502), True),
        (Told(500), True),
        (Told(521), False),
    ],
)
def test_what_is_not_repeatable_says_whether_it_may_have_been_done(
    answer: Told, sent: bool
) -> None:
    backend = Backend(answer)
    with client(backend) as web, pytest.raises(Unreachable) as caught:
        web.post("/orders", json={}, repeatable=False)
    assert caught.value.maybe_done is sent
    assert len(backend.seen) == (1 if sent else 4)


def test_what_may_have_been_done_at_one_try_may_be_whatever_the_next_one_says() -> None:
    with client(Backend(Told(cut=0), told({}, 404))) as web:
        with pytest.raises(BackendError) as caught:
            web.delete("/people/1")
        assert (caught.value.status, caught.value.maybe_done) == (404, True)
        with pytest.raises(BackendError) as caught:
            web.delete("/people/1")
        assert not caught.value.maybe_done


def test_who_only_reads_has_changed_nothing() -> None:
    with client(Backend(Told(cut=0), Told(502), page())) as web:
        with pytest.raises(NotReadable) as caught:
            web.get("/people")
        assert not caught.value.maybe_done


@pytest.mark.parametrize(("method", "maybe"), [("POST", True), ("GET", False)])
def test_what_a_connector_calls_unreachable_may_have_been_done(method: str, maybe: bool) -> None:
    backend = Backend(told({"code": "LATER"}))
    with client(backend, faults=vendor) as web, pytest.raises(Unreachable) as caught:
        web.send(method, "/orders", repeatable=False)
    assert caught.value.maybe_done is maybe
    assert len(backend.seen) == (1 if maybe else 4)


def test_who_was_not_reached_has_done_nothing() -> None:
    with serving(Backend(told(1))) as url:
        pass
    web = Client(url, sleep=lambda seconds: None)
    with pytest.raises(Unreachable) as caught:
        web.post("/", json={}, repeatable=False)
    assert not caught.value.maybe_done
    web.close()


def test_what_was_refused_for_now_is_sent_again_even_if_it_is_not_repeatable() -> None:
    backend = Backend(told({}, 429, Retry_After="3"), told(1))
    with client(backend) as web:
        assert web.post("/orders", json={}, repeatable=False).data == 1


def test_a_web_page_from_a_backend_that_is_known_is_waited_out() -> None:
    backend = Backend(told(1), page(200), page(403), page(503), told(2))
    with client(backend) as web:
        assert [web.get("/").data, web.get("/").data] == [1, 2]


def test_a_web_page_that_stays_is_said_in_the_end() -> None:
    backend = Backend(told(1), page())
    with client(backend) as web, pytest.raises(NotReadable):
        web.get("/")
        web.get("/")
    assert len(backend.seen) == 5


def test_a_web_page_from_a_backend_that_never_spoke_json_is_said_at_once() -> None:
    backend = Backend(page())
    with client(backend) as web, pytest.raises(NotReadable):
        web.get("/")
    assert len(backend.seen) == 1


def vendor(answer: Response) -> CrmsyncError | None:
    """What a connector knows: a failure in a 200, a quota in a 403, a bare 403 that means later."""
    if answer.status_code == 403 and not answer.content:
        return RateLimited("busy.", retry_after=1)
    code = answer.json().get("code") if answer.content else None
    kinds: dict[str, CrmsyncError] = {
        "LIMIT": QuotaSpent("tomorrow."),
        "BAD": RecordError("is refused", field="email"),
        "LATER": Unreachable("later."),
    }
    return kinds.get(code)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (told({"code": "LIMIT"}, 403), QuotaSpent),
        (told({"code": "BAD"}), RecordError),
        (told({"code": "LATER"}), Unreachable),
        (Told(403, b""), RateLimited),
        (told({"code": "?"}, 404), BackendError),
    ],
)
def test_a_connector_looks_at_answers_first(answer: Told, error: type[CrmsyncError]) -> None:
    with client(Backend(answer), faults=vendor) as web, pytest.raises(error) as caught:
        web.get("/")
    assert type(caught.value) is error


def test_a_failure_of_the_vendors_kind_is_retried_by_its_class() -> None:
    backend = Backend(Told(403, b""), told({"code": "LATER"}), told({"id": 1}))
    with client(backend, faults=vendor) as web:
        assert web.get("/").data == {"id": 1}


LINES = '{"id":1,"name":"Mül\u2028ler"}\r\n{"id":2}\n\n{"id":3}'.encode()


@given(st.lists(st.integers(0, len(LINES)), max_size=6))
def test_lines_are_those_of_a_file_however_the_answer_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(LINES)]
    chunks = [LINES[a:b] for a, b in pairwise(places)]
    asked = httpx.Request("GET", "https://shop.example")
    streamed = Streamed(httpx.Response(200, content=iter(chunks), request=asked))
    assert list(streamed.lines()) == LINES.splitlines(keepends=True)
    assert len(LINES.splitlines(keepends=True)) == 4


def test_lines_come_as_the_answer_does_with_its_headers() -> None:
    body = b'id,text\n1,"zwei\nZeilen"\n2,x\n'
    zipped = {"Content-Encoding": "gzip", "Locator": "c-2"}
    with client(Backend(Told(200, gzip.compress(body), zipped))) as web:
        with web.stream("GET", "/result") as answer:
            rows = list(csv.reader(line.decode() for line in answer.lines()))
            assert (answer.headers["locator"], answer.status) == ("c-2", 200)
        assert rows == [["id", "text"], ["1", "zwei\nZeilen"], ["2", "x"]]
        assert b"".join(web.lines("/result")) == body


def test_a_stream_that_does_not_begin_is_retried_and_one_that_breaks_is_said() -> None:
    backend = Backend(Told(503), Told(200, b"1\n2\n3\n", {}, cut=4))
    with client(backend) as web:
        lines = web.lines("/result")
        assert next(lines) == b"1\n"
        with pytest.raises(Unreachable):
            list(lines)
    assert len(backend.seen) == 2


def test_a_stream_that_fails_fails_as_the_connector_knows() -> None:
    backend = Backend(told({"code": "LIMIT"}, 403))
    with (
        client(backend, faults=vendor) as web,
        pytest.raises(QuotaSpent),
        web.stream("GET", "/result"),
    ):
        pytest.fail("there is no result")


def test_another_host_sees_nothing_of_what_proves_who_we_are() -> None:
    elsewhere, home = Backend(told(2)), Backend(told(1))
    with serving(elsewhere) as other, serving(home) as url:
        web = Client(url + "/api", auth=Bearer("geheim"), headers={"X-Api-Key": "geheim"})
        assert web.get(f"{url}/api/page?2").data == 1
        assert web.get(f"{other}/result").data == 2
        web.close()
    assert home.seen[0].headers["authorization"] == "Bearer geheim"
    assert home.seen[0].headers["x-api-key"] == "geheim"
    assert "geheim" not in str(elsewhere.seen[0].headers)


@pytest.mark.parametrize("url", ["http://shop.example:laden", "shop.example"])
def test_a_url_that_is_none_is_the_configurations_fault(url: str) -> None:
    with pytest.raises(ConfigError):
        Client(url, sleep=lambda seconds: None).get("/")


def test_the_log_says_where_and_not_of_whom(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("crmsync.http"), "disabled", False)
    with caplog.at_level(logging.DEBUG), client(Backend(told(1))) as web:
        web.get("/wc/v3/customers/4711", params={"email": "k@x.de", "kaethe@x.de": "1"})
        web.get("/lists/a1b2c3/members/k%40x.de")
    assert "127.0.0.1/wc/v3/customers/* ['email', 'x@x.example'] -> 200" in caplog.text
    assert "127.0.0.1/lists/*/members/* [] -> 200" in caplog.text
