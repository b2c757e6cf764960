"""Every kind of paging over a real connection, through the client, killed after each page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crmsync.http import Client
from crmsync.http.reading import (
    After,
    by_connection,
    by_cursor,
    by_id,
    by_link,
    by_next_url,
    by_number,
    by_offset,
    by_range,
    by_stamp,
    by_version,
    header,
)
from crmsync.model.stream import Page
from crmsync.model.undecoded import Undecoded
from tests.http.listed import ids, read
from tests.http.server import Seen, Told, serving, told

ROWS = [
    {"id": number, "at": f"2026-11-{1 + number // 40:02d}T10:00:00Z", "version": 10 * number}
    for number in range(1, 104)
]
SIZE = 25


def shop(asked: Seen) -> Told:
    """A backend that knows all kinds of paging, each under its own path."""
    return KINDS[asked.path.strip("/").split("/")[-1]](asked)


def _slice(start: int, count: int) -> list[Any]:
    return ROWS[start : start + count]


def _behind(asked: Seen, field: str, kind: Callable[[str], Any] = int) -> list[Any]:
    after = asked.query.get("after", [None])[0]
    return [row for row in ROWS if after is None or row[field] > kind(after)][:SIZE]


def _number(asked: Seen) -> Told:
    size, page = int(asked.query["per_page"][0]), int(asked.query["page"][0])
    return told(_slice((page - 1) * size, size), X_WP_Total=str(len(ROWS)))


def _offset(asked: Seen) -> Told:
    return told({"data": _slice(int(asked.query["offset"][0]), int(asked.query["limit"][0]))})


def _cursor(asked: Seen) -> Told:
    start = int(asked.query.get("after", [0])[0])
    more = start + SIZE < len(ROWS)
    paging = {"paging": {"next": {"after": str(start + SIZE)}}} if more else {}
    return told({"results": _slice(start, SIZE), **paging})


def _link(asked: Seen) -> Told:
    page = int(asked.query.get("page", [1])[0])
    link = f'<http://{asked.headers["host"]}/v1/link?page={page + 1}>; rel="next"'
    more = page * SIZE < len(ROWS)
    return told(_slice((page - 1) * SIZE, SIZE), **({"Link": link} if more else {}))


def _odata(asked: Seen) -> Told:
    skip = int(asked.query.get("$skip", [0])[0])
    more = {"@odata.nextLink": f"/v1/odata?$skip={skip + SIZE}"} if skip + SIZE < len(ROWS) else {}
    return told({"value": _slice(skip, SIZE), **more})


def _range(asked: Seen) -> Told:
    low, high = map(int, asked.headers["range"].removeprefix("items=").split("-"))
    if low >= len(ROWS):
        return told({"error": "range"}, status=416)
    return told(_slice(low, high - low + 1), Content_Range=f"records {low}-{high}/*")


def _stamp(asked: Seen) -> Told:
    after = asked.query.get("stamp", [None])[0]
    return told([row for row in ROWS if after is None or str(row["at"]) > after][:SIZE])


def _ties(asked: Seen) -> Told:
    rows = [row for row in ROWS if row["at"] == asked.query["stamp"][0]]
    return told([row for row in rows if int(str(row["id"])) > int(asked.query["id"][0])][:SIZE])


def _version(asked: Seen) -> Told:
    rows = _behind(asked, "version")
    versions = [row["version"] for row in rows]
    return told({"data": rows, "version": {"max": max(versions, default=0)}})


def _graphql(asked: Seen) -> Told:
    start = int(json.loads(asked.body)["variables"]["after"] or 0)
    info = {"hasNextPage": start + SIZE < len(ROWS), "endCursor": str(start + SIZE)}
    return told({"data": {"customers": {"nodes": _slice(start, SIZE), "pageInfo": info}}})


KINDS: dict[str, Callable[[Seen], Told]] = {
    "number": _number, "offset": _offset, "cursor": _cursor, "link": _link, "odata": _odata,
    "range": _range, "stamp": _stamp, "ties": _ties, "version": _version, "graphql": _graphql,
    "id": lambda asked: told(_behind(asked, "id")),
}  # fmt: skip


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serving(shop) as url:
        yield f"{url}/v1"


@pytest.fixture
def client(base: str) -> Iterator[Client]:
    made = Client(base)
    yield made
    made.close()


def _after(name: str, value: Any) -> dict[str, Any]:
    return {} if value is None else {name: value}


def _walks(client: Client, base: str) -> dict[str, Callable[[Any], Iterator[Page]]]:
    """Every kind of paging as a connector's author writes it."""

    def number(page: int, size: int) -> Any:
        return client.get("/number", params={"page": page, "per_page": size}, undecoded=".")

    def offset(start: int, count: int) -> Any:
        return client.get("/offset", params={"offset": start, "limit": count}, undecoded="data")

    def stamp(after: After | None) -> Any:
        return client.get("/stamp", params=_after("stamp", after.stamp if after else None))

    def ties(after: After) -> Any:
        return client.get("/ties", params={"stamp": after.stamp, "id": after.id})

    def graphql(cursor: Any) -> Any:
        body = {"query": "{customers}", "variables": {"after": cursor}}
        return client.send("POST", "/graphql", json=body, undecoded="data.customers.nodes")

    def cursor(after: Any) -> Any:
        return client.get("/cursor", params=_after("after", after), undecoded="results")

    return {
        "number": lambda place: by_number(number, place, size=SIZE, total=header("X-WP-Total")),
        "offset": lambda place: by_offset(offset, place, size=SIZE, records="data"),
        "cursor": lambda place: by_cursor(
            cursor, place, records="results", cursor="paging.next.after"
        ),
        "link": lambda place: by_link(lambda url: client.get(url or "/link"), place, base=base),
        "odata": lambda place: by_next_url(
            lambda url: client.get(url or "/odata", undecoded="value"), place, base=base
        ),
        "id": lambda place: by_id(
            lambda after: client.get("/id", params=_after("after", after), undecoded="."), place
        ),
        "version": lambda place: by_version(
            lambda after: client.get("/version", params=_after("after", after)), place
        ),
        "stamp": lambda place: by_stamp(stamp, place, stamp="at", ties=ties),
        "connection": lambda place: by_connection(graphql, place, at="data.customers"),
    }


@pytest.mark.parametrize(
    "kind",
    ["number", "offset", "cursor", "link", "odata", "id", "version", "stamp", "connection"],
)
def test_every_row_comes_over_a_real_connection(client: Client, base: str, kind: str) -> None:
    walk = _walks(client, base)[kind]
    assert ids(read(walk)) == list(range(1, 104))
    assert set(ids(read(walk, [1, 1, 2, 0, 1]))) == set(range(1, 104))


def test_what_is_left_undecoded_stays_so_on_every_page_but_for_its_overlap(
    client: Client, base: str
) -> None:
    walks = _walks(client, base)
    for kind in ("cursor", "odata", "id", "connection", "offset", "number"):
        assert all(isinstance(page.records, Undecoded) for page in walks[kind](None)), kind


def test_every_row_comes_by_range(client: Client) -> None:
    def fetch(wanted: str) -> Any:
        return client.get("/range", headers={"Range": wanted})

    def walk(place: Any) -> Iterator[Page]:
        return by_range(fetch, place, size=SIZE)

    assert ids(read(walk)) == list(range(1, 104))
    past = {"skip": 500, "last": 90}
    assert ids([row for page in walk(past) for row in page.records])[-13:] == list(range(91, 104))
