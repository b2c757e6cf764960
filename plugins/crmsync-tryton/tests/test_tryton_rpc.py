"""Sessions are renewed, errors in a success are errors, pages go on by id, children are asked."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import respx
from crmsync_tryton import Tryton
from crmsync_tryton.faults import Changed, Missing, Refused
from crmsync_tryton.reading import stamped
from crmsync_tryton.settings import TrytonSettings
from crmsync_tryton.streams import SOURCES

from crmsync.errors import (
    BackendError,
    ConfigError,
    CredentialsError,
    CrmsyncError,
    NotReadable,
    RateLimited,
)
from crmsync.model.stream import Connection, Page, Window

URL = "https://erp.example"
LOW, HIGH = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC)
OWN: dict[str, Any] = {"url": URL, "database": "laden", "user": "crmsync", "password": "geheim"}
Params = list[Any]
CUSTOMERS = SOURCES["customers"].stream


class Server:
    """Answers calls from a table, and remembers them."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Params]] = []
        self.logins = 0
        self.version: Any = {"id": 0, "result": "8.2"}
        self.sessions: set[str] = set()
        self.answers: dict[str, Any] = {
            "model.res.user.get_preferences": {"company": 1},
            "model.company.company.search_read": [{"id": 1, "party": 1}],
            "model.sale.sale.fields_get": {"web_shop": {}, "lines": {}},
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        method, params = body["method"], body["params"]
        if method == "common.db.login":
            return self._login()
        if request.headers.get("authorization") not in self.sessions:
            return httpx.Response(401)
        self.calls.append((method, params))
        found = self.answers.get(method, [])
        result = found(params) if callable(found) else found
        failed = isinstance(result, dict) and "error" in result
        return httpx.Response(200, json=result if failed else {"id": 1, "result": result})

    def _login(self) -> httpx.Response:
        self.logins += 1
        key = base64.b64encode(f"crmsync:4:token{self.logins}".encode()).decode()
        self.sessions = {f"Session {key}"}
        return httpx.Response(200, json={"id": 0, "result": [4, f"token{self.logins}", None]})

    def tell_version(self, _: httpx.Request) -> httpx.Response:
        """What needs no login; the header tells the time."""
        date = {"date": "Sat, 21 Nov 2026 09:30:00 GMT"}
        return httpx.Response(200, json=self.version, headers=date)

    def asked(self, method: str) -> list[Params]:
        """The parameters of every call of a model's method."""
        return [params for name, params in self.calls if name == f"model.{method}"]


@pytest.fixture
def server() -> Iterator[Server]:
    answering = Server()
    with respx.mock(assert_all_called=False) as web:
        web.post(f"{URL}/laden/rpc/").mock(side_effect=answering)
        web.post(f"{URL}/rpc/").mock(side_effect=answering.tell_version)
        yield answering


@pytest.fixture
def erp(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tryton]:
    monkeypatch.setattr("time.sleep", lambda _: None)
    made = connector(page_size=2)
    yield made
    made.close()


def connector(**more: Any) -> Tryton:
    settings = TrytonSettings(**{**OWN, **more})
    return Tryton(settings, Connection(name="erp", controller="laden"))


def parties(*numbers: int, **more: Any) -> list[dict[str, Any]]:
    usual = {"active": 1, "replaced_by": None}
    return [{"id": number, "name": f"Kunde {number}", **usual, **more} for number in numbers]


def table(rows: list[dict[str, Any]]) -> Callable[[Params], list[dict[str, Any]]]:
    """Answers as Tryton would: the rows behind an id, as many as wanted."""
    return lambda params: [row for row in rows if row["id"] > params[0][0][2]][: params[2]]


def ids(*numbers: int) -> Callable[[Params], list[int]]:
    """The same for a search."""
    return lambda params: [number for number in numbers if number > params[0][0][2]][: params[2]]


def read(erp: Tryton, window: Window, position: Any = None, name: str = "customers") -> list[Page]:
    stream = next(stream for stream in erp.streams() if stream.name == name)
    return list(erp.read(stream, window, position))


def met(pages: list[Page]) -> list[int]:
    return [row["id"] for page in pages for row in page.records]


def test_checks_and_tells_its_time(server: Server, erp: Tryton) -> None:
    erp.check()
    assert erp.server_time() == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    assert server.logins == 1


def test_an_old_series_is_named(server: Server, erp: Tryton) -> None:
    server.version = {"id": 0, "result": "5.4"}
    with pytest.raises(ConfigError, match=r"5\.4"):
        erp.check()


def test_a_session_that_ended_is_renewed(server: Server, erp: Tryton) -> None:
    erp.check()
    server.sessions.clear()
    erp.check()
    assert server.logins == 2


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (["UserWarning", ["Käthe Straßer is locked", "", None]], Refused),
        (["'nofield'", "Traceback Käthe Straßer"], Missing),
        ([], BackendError),
        (["LoginException", ["password", "Password for Käthe", "password"]], CredentialsError),
        (["RateLimitException", []], RateLimited),
        (["ConcurrencyException", ["Käthe Straßer"]], Changed),
        (["could not serialize access due to Käthe", ""], RateLimited),
    ],
)
def test_an_error_in_a_success_is_an_error_and_keeps_its_words_to_itself(
    server: Server, erp: Tryton, error: list[Any], kind: type[CrmsyncError]
) -> None:
    server.answers["model.party.party.search"] = {"id": 1, "error": error}
    with pytest.raises(kind) as caught:
        list(erp.ids(CUSTOMERS))
    assert type(caught.value) is kind
    assert "Käthe" not in str(caught.value)


@pytest.mark.parametrize("answer", [[1, 2], {"id": 1}, "text"])
def test_an_answer_of_another_form_is_not_readable(
    server: Server, erp: Tryton, answer: Any
) -> None:
    server.version = answer
    with pytest.raises(NotReadable):
        erp.check()


def test_pages_go_on_by_id_and_resume_from_a_position(server: Server, erp: Tryton) -> None:
    server.answers["model.party.party.search_read"] = table(parties(2, 3, 5, 8, 13))
    pages = read(erp, Window(None, HIGH))
    assert [met([page]) for page in pages] == [[2, 3], [5, 8], [13]]
    assert met(read(erp, Window(None, HIGH), pages[0].next_position)) == [5, 8, 13]


def test_rows_come_in_order_even_if_the_server_shuffles_them(server: Server, erp: Tryton) -> None:
    found = table(parties(2, 3, 5))
    server.answers["model.party.party.search_read"] = lambda params: found(params)[::-1]
    assert met(read(erp, Window(None, HIGH))) == [2, 3, 5]


def test_merged_parties_are_merges_and_archived_ones_deletes(server: Server, erp: Tryton) -> None:
    rows = parties(2) + parties(3, active=0, replaced_by=2) + parties(4, active=0)
    server.answers["model.party.party.search_read"] = table(rows)
    pages = read(erp, Window(None, HIGH))
    assert [row for page in pages for row in page.records] == [
        *parties(2),
        {"id": 4, "active": False},
    ]
    assert [pair for page in pages for pair in page.merged] == [("3", "2")]
    assert [one for page in pages for one in page.deleted] == ["4"]


def test_a_full_reading_does_not_ask_the_children(server: Server, erp: Tryton) -> None:
    server.answers["model.party.party.search_read"] = table(parties(2))
    read(erp, Window(None, HIGH))
    assert server.asked("party.address.search") == []


def through(
    path: str, child: int, rows: list[dict[str, Any]]
) -> Callable[[Params], list[dict[str, Any]]]:
    """Answers a question for the parents of one child; nothing else is there."""
    return lambda params: table(rows)(params) if [path, "in", [child]] in params[0] else []


def test_a_changed_child_brings_its_parent(server: Server, erp: Tryton) -> None:
    server.answers["model.party.address.search"] = ids(21)
    server.answers["model.party.party.search_read"] = through("addresses", 21, parties(4))
    (page,) = read(erp, Window(LOW, HIGH))
    assert met([page]) == [4]
    assert page.next_position == {"of": "party.address", "at": {"after": 21}}


def test_a_parent_that_changed_itself_is_not_read_again_for_its_children(
    server: Server, erp: Tryton
) -> None:
    server.answers["model.party.address.search"] = ids(21)
    read(erp, Window(LOW, HIGH))
    (own, asked) = server.asked("party.party.search_read")
    assert ["addresses", "in", [21]] in asked[0]
    word, before, behind, never = asked[0][2]
    assert word == "OR"
    assert [part[0][:2] for part in (before, behind)] == [["write_date", "<"], ["write_date", ">="]]
    assert never[0] == ["write_date", "=", None]
    assert stamped(Window(LOW, HIGH))[0] in own[0]


def test_a_reading_that_stopped_among_children_goes_on_there(server: Server, erp: Tryton) -> None:
    server.answers["model.party.address.search"] = ids(21, 22, 23)
    (page,) = read(erp, Window(LOW, HIGH), {"of": "party.address", "at": {"after": 22}})
    assert page.next_position == {"of": "party.address", "at": {"after": 23}}


def test_all_parents_of_a_page_of_children_come_however_many(server: Server, erp: Tryton) -> None:
    server.answers["model.product.category.search"] = ids(9)
    found = through("template.categories", 9, parties(3, 5, 7))
    server.answers["model.product.product.search_read"] = found
    (page,) = read(erp, Window(LOW, HIGH), name="products")
    assert met([page]) == [3, 5, 7]


def test_own_companies_are_no_customers_and_the_own_search_counts(server: Server) -> None:
    wanted = ["categories.name", "=", "Kunde"]
    erp = connector(customers=[wanted])
    read(erp, Window(None, HIGH))
    (params,) = server.asked("party.party.search_read")
    assert wanted in params[0]
    assert ["id", "not in", [1]] in params[0]
    erp.close()


def test_without_the_company_module_nobody_is_left_out(server: Server, erp: Tryton) -> None:
    server.answers["model.res.user.get_preferences"] = {}
    read(erp, Window(None, HIGH))
    (params,) = server.asked("party.party.search_read")
    assert ["id", "not in", []] in params[0]
    assert server.asked("company.company.search_read") == []


def test_ids_are_those_of_living_parties(server: Server, erp: Tryton) -> None:
    server.answers["model.party.party.search"] = ids(2, 3)
    customers = next(stream for stream in erp.streams() if stream.name == "customers")
    assert list(erp.ids(customers)) == [["2", "3"]]
    assert ["active", "=", True] in server.asked("party.party.search")[0][0]


@pytest.mark.parametrize("there", [True, False])
def test_a_field_is_asked_only_where_its_module_is(
    server: Server, erp: Tryton, there: bool
) -> None:
    if not there:
        server.answers["model.sale.sale.fields_get"] = {"lines": {}}
    read(erp, Window(LOW, HIGH), name="orders")
    (params,) = server.asked("sale.sale.search_read")
    assert ("web_shop" in params[4]) is there
    assert len(server.asked("sale.sale.fields_get")) == 1


def test_a_window_takes_rows_written_in_it_or_created_and_never_written() -> None:
    (clause,) = stamped(Window(LOW, HIGH))
    word, written, created = clause
    assert word == "OR"
    assert [part[:2] for part in written] == [["write_date", ">="], ["write_date", "<"]]
    assert created[0] == ["write_date", "=", None]
    assert [part[:2] for part in created[1:]] == [["create_date", ">="], ["create_date", "<"]]


def test_the_first_window_also_takes_rows_without_any_stamp() -> None:
    (clause,) = stamped(Window(None, HIGH))
    assert clause[-1] == [["write_date", "=", None], ["create_date", "=", None]]
    assert stamped(Window()) == []
