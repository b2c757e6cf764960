"""Lists that say where they go on: cursors, links, next urls, connections; expiry and circles."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import BackendError, NotReadable
from crmsync.http import Answer
from crmsync.http.reading import Expired, by_connection, by_cursor, by_link, by_next_url, header
from crmsync.model.undecoded import Undecoded
from tests.http.listed import KILLS, ids, read

SHOP = "https://shop.example/wp-json"


class Tokens:
    """A frozen list behind opaque tokens, of which some are forgotten."""

    def __init__(self, count: int, size: int, forgets: list[int] = ()) -> None:  # type: ignore[assignment]
        self.rows = [{"id": one} for one in range(count)]
        self.size, self.forgets, self.asked = size, list(forgets), 0

    def fetch(self, cursor: Any) -> Any:
        self.asked += 1
        if cursor is not None and self.asked in self.forgets:
            raise Expired("INVALID_CURSOR")
        start = int(cursor.removeprefix("t")) if cursor else 0
        end = start + self.size
        paging = {"next": {"after": f"t{end}"}} if end < len(self.rows) else {}
        return {"results": self.rows[start:end], "paging": paging}

    def walk(self, position: Any) -> Any:
        return by_cursor(self.fetch, position, records="results", cursor="paging.next.after")


@given(st.integers(0, 60), st.integers(1, 9), KILLS, st.lists(st.integers(2, 40), max_size=2))
def test_every_row_comes_though_tokens_expire_and_the_run_is_killed(
    count: int, size: int, kills: list[int], forgets: list[int]
) -> None:
    tokens = Tokens(count, size, forgets)
    met = ids(read(tokens.walk, kills))
    assert set(met) == set(range(count))
    if not kills and not forgets:
        assert met == list(range(count))


def test_a_token_that_expired_meanwhile_restarts_its_window() -> None:
    tokens = Tokens(20, 5, forgets=[1])
    met = [row["id"] for page in tokens.walk({"after": "t10"}) for row in page.records]
    assert met == list(range(20))


def test_tokens_that_expire_again_and_again_are_an_error() -> None:
    tokens = Tokens(20, 5, forgets=list(range(2, 100)))
    with pytest.raises(Expired):
        list(tokens.walk(None))
    assert tokens.asked < 10


def test_an_author_may_say_which_error_means_expiry() -> None:
    def fetch(cursor: Any) -> Any:
        if cursor:
            raise BackendError("square.example answers 400.")
        return {"results": [{"id": 1}], "next": None}

    pages = by_cursor(
        fetch, {"after": "old"}, records="results", cursor="next",
        expired=lambda error: "400" in error.message,
    )  # fmt: skip
    assert [page.records for page in pages] == [[{"id": 1}]]
    with pytest.raises(BackendError):
        list(by_cursor(fetch, {"after": "old"}, records="results", cursor="next"))


@pytest.mark.parametrize("circle", [1, 2, 3, 7, 20])
def test_cursors_that_go_in_a_circle_are_an_error(circle: int) -> None:
    asked = 0

    def fetch(cursor: Any) -> Any:
        nonlocal asked
        asked += 1
        at = int(cursor or 0)
        following = at + 1 if at < circle + 5 else 6
        return {"results": [{"id": asked}], "next": following}

    with pytest.raises(BackendError, match="given already"):
        list(by_cursor(fetch, records="results", cursor="next"))
    assert asked < 6 * (circle + 6)


def test_the_same_page_under_another_cursor_is_an_error() -> None:
    asked = 0

    def fetch(cursor: Any) -> Any:
        nonlocal asked
        asked += 1
        return {"results": Undecoded([b'{"id": 1}', b'{"id": 2}']), "next": f"c{asked}"}

    with pytest.raises(BackendError, match="given already"):
        list(by_cursor(fetch, records="results", cursor="next"))
    assert asked == 2


def test_empty_pages_without_end_are_an_error() -> None:
    numbers = iter(range(10_000))
    with pytest.raises(BackendError, match="without a record"):
        list(by_cursor(lambda _: {"r": [], "n": str(next(numbers))}, records="r", cursor="n"))


def test_a_cursor_that_is_always_there_ends_where_more_says_so() -> None:
    def fetch(cursor: Any) -> Any:
        at = int(cursor or 0)
        return {"r": [{"id": at}], "end": str(at + 1), "more": at < 3}

    pages = list(by_cursor(fetch, records="r", cursor="end", more="more"))
    assert [page.records[0]["id"] for page in pages] == [0, 1, 2, 3]


@pytest.mark.parametrize("answer", [[], {}, {"rows": None}, {"rows": {}}, {"rows": [1]}, "text"])
def test_an_answer_without_the_list_is_no_empty_one(answer: Any) -> None:
    with pytest.raises(NotReadable):
        list(by_cursor(lambda _: answer, records="rows", cursor="next"))


def test_a_list_that_may_be_left_out_is_empty() -> None:
    (page,) = by_cursor(lambda _: {}, records="customers?", cursor="cursor")
    assert list(page.records) == []


def answer(data: Any, **headers: str) -> Answer:
    return Answer(data=data, headers=httpx.Headers(headers))


@pytest.mark.parametrize(
    "link",
    [
        f'<{SHOP}/orders?page=2>; rel="next"',
        f"<{SHOP}/orders?page=2>; rel=next",
        f'<{SHOP}/orders?page=1>; rel="first", <{SHOP}/orders?page=2>;title="a, b";rel="last next"',
        '</wp-json/orders?page=2>; REL="Next"',
        '<http://shop.example/wp-json/orders?page=2>; rel="next"',
    ],
)
def test_the_next_link_is_followed(link: str) -> None:
    asked: list[Any] = []

    def fetch(url: Any) -> Answer:
        asked.append(url)
        return answer([{"id": len(asked)}], **({} if url else {"link": link}))

    met = [row["id"] for page in by_link(fetch, base=SHOP) for row in page.records]
    assert (met, asked) == ([1, 2], [None, f"{SHOP}/orders?page=2"])


@pytest.mark.parametrize("link", ["", "<x>", '<https://shop.example/a>; rel="prev"', "rel=next"])
def test_without_a_next_link_that_was_all(link: str) -> None:
    assert len(list(by_link(lambda _: answer([{"id": 1}], link=link), base=SHOP))) == 1


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/x", "//evil.example/x", "https://shop.example.evil/x", "file:///e"],
)
def test_a_list_that_goes_on_at_another_host_is_an_error(url: str) -> None:
    with pytest.raises(BackendError, match="at another host"):
        list(by_next_url(lambda _: {"value": [], "@odata.nextLink": url}, base=SHOP))


def test_salesforces_next_records_are_found_from_the_hosts_root() -> None:
    asked: list[Any] = []

    def fetch(url: Any) -> Any:
        asked.append(url)
        following = None if url else "/services/data/v64.0/query/01g-2000"
        return {"records": [{"Id": len(asked)}], "nextRecordsUrl": following}

    base = "https://my.example:8443/services"
    pages = list(by_next_url(fetch, base=base, records="records", url="nextRecordsUrl"))
    assert len(pages) == 2
    assert asked == [None, "https://my.example:8443/services/data/v64.0/query/01g-2000"]


def test_a_header_may_hold_the_total() -> None:
    assert header("X-WP-Total")(answer([], **{"x-wp-total": "7"})) == "7"
    assert header("X-WP-Total")(answer([])) is None


class Orders:
    """Customers with orders, both as connections of three."""

    def __init__(self, sizes: list[int], edges: bool) -> None:
        self.orders = {
            f"c{one}": [f"o{one}-{n}" for n in range(size)] for one, size in enumerate(sizes)
        }
        self.edges = edges

    def part(self, rows: list[Any], cursor: Any) -> Any:
        start = int(cursor or 0)
        some, end = rows[start : start + 3], start + 3
        nodes = {"edges": [{"node": one} for one in some]} if self.edges else {"nodes": some}
        return {**nodes, "pageInfo": {"hasNextPage": end < len(rows), "endCursor": str(end)}}

    def fetch(self, cursor: Any) -> Any:
        rows = [{"id": one, "a": {"orders": self.more({"id": one}, None)}} for one in self.orders]
        return {"data": {"customers": self.part(rows, cursor)}}

    def more(self, record: Any, cursor: Any) -> Any:
        return self.part([{"id": one} for one in self.orders[record["id"]]], cursor)


@given(st.lists(st.integers(0, 10), max_size=12), KILLS, st.booleans())
def test_connections_are_read_to_their_end_within_records_too(
    sizes: list[int], kills: list[int], edges: bool
) -> None:
    orders = Orders(sizes, edges)
    met = {}
    for row in read(
        lambda position: by_connection(
            orders.fetch, position, at="data.customers", nested={"a.orders": orders.more}
        ),
        kills,
    ):
        held = row["a"]["orders"]
        met[row["id"]] = [
            one["id"] for one in held.get("nodes") or [e["node"] for e in held.get("edges", [])]
        ]
    assert met == orders.orders


@pytest.mark.parametrize(
    "connection",
    [
        None,
        {},
        {"nodes": None},
        {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}},
    ],
)
def test_a_connection_that_is_none_is_not_readable(connection: Any) -> None:
    with pytest.raises(NotReadable):
        list(by_connection(lambda _: {"data": {"customers": connection}}, at="data.customers"))


def test_a_nested_connection_that_goes_in_a_circle_is_an_error() -> None:
    def more(record: Any, cursor: Any) -> Any:
        return {"nodes": [{"id": 1}], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}

    page = {"nodes": [{"id": 1, "orders": more(None, None)}], "pageInfo": {}}
    with pytest.raises(BackendError, match="given already"):
        list(by_connection(lambda _: {"c": page}, at="c", nested={"orders": more}))
