"""Jobs of the backend: one job however often the run is killed, its result joined and read."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import BackendError, CredentialsError, NotReadable, Unreachable
from crmsync.http import Bearer, Client
from crmsync.http.reading import (
    Expired,
    Fetched,
    Job,
    by_job,
    by_locator,
    csv_rows,
    fetched,
    in_pages,
    joined,
    json_lines,
)
from crmsync.model.stream import Page
from tests.http.listed import KILLS, ids, read
from tests.http.server import Seen, Told, page, serving


class Bulk:
    """A backend's jobs: each runs for so many looks, then is done or has failed."""

    def __init__(self, rows: int = 30, runs: int = 3) -> None:
        self.rows = [{"id": one} for one in range(rows)]
        self.runs, self.begun, self.looks = runs, 0, 0
        self.fails: set[str] = set()
        self.partial, self.forgotten = False, set[str]()
        self.pauses: list[float] = []

    def begin(self) -> str:
        self.begun += 1
        self.looks = 0
        return f"job{self.begun}"

    def look(self, name: str) -> Job:
        if name in self.forgotten:
            raise Expired("the job is not known")
        self.looks += 1
        if self.looks <= self.runs:
            return Job("running")
        if name in self.fails:
            return Job("failed", 10 if self.partial else None, "TIMEOUT")
        return Job("done", len(self.rows))

    def result(self, job: Job, place: Any) -> Iterator[Page]:
        return in_pages(self.rows[: job.at], place, size=4)

    def walk(self, position: Any, **more: Any) -> Iterator[Page]:
        return by_job(
            position, begin=self.begin, look=self.look, read=self.result,
            sleep=self.pauses.append, **more,
        )  # fmt: skip


@given(st.integers(0, 40), st.integers(0, 5), KILLS)
def test_a_run_that_was_killed_waits_for_the_same_job(
    rows: int, runs: int, kills: list[int]
) -> None:
    bulk = Bulk(rows, runs)
    met = ids(read(bulk.walk, kills))
    assert set(met) == set(range(rows))
    if 0 not in kills:  # killed before anything could be noted
        assert bulk.begun == 1


def test_while_one_waits_each_look_tells_the_job_and_pauses_grow() -> None:
    bulk = Bulk(4, runs=12)
    pages = list(bulk.walk(None))
    waiting = [page for page in pages if not page.records]
    assert len(waiting) == 1 + 12
    assert {json.dumps(page.next_position) for page in waiting} == {'{"job": "job1", "at": null}'}
    assert bulk.pauses == sorted(bulk.pauses)
    assert bulk.pauses[0] < bulk.pauses[-1] <= 30


def test_whoever_waited_long_enough_waits_on_in_the_next_run() -> None:
    bulk = Bulk(4, runs=1000)
    walk = bulk.walk(None, patience=60)
    places = []
    with pytest.raises(Unreachable):
        for page in walk:
            places.append(page.next_position)
    bulk.runs = 0
    assert ids([row for page in bulk.walk(places[-1]) for row in page.records]) == [0, 1, 2, 3]
    assert bulk.begun == 1


def test_a_job_that_is_forgotten_is_begun_anew() -> None:
    bulk = Bulk(6)
    bulk.forgotten = {"old"}
    met = [row for page in bulk.walk({"job": "old", "at": {"rows": 4}}) for row in page.records]
    assert ids(met) == list(range(6))
    assert bulk.begun == 1


def test_what_a_failed_job_had_done_is_read_and_another_one_begun() -> None:
    bulk = Bulk(30)
    bulk.fails, bulk.partial = {"job1"}, True
    assert ids(read(bulk.walk)) == [*range(10), *range(30)]


@pytest.mark.parametrize("partial", [True, False])
def test_jobs_that_fail_again_and_again_are_an_error_and_the_next_run_begins_anew(
    partial: bool,
) -> None:
    bulk = Bulk(30)
    bulk.fails, bulk.partial = {"job1", "job2"}, partial
    pages = []
    with pytest.raises(BackendError, match="TIMEOUT"):
        for page in bulk.walk(None):
            pages.append(page)
    assert pages[-1].next_position is None
    assert {row["id"] for page in pages for row in page.records} == set(range(10 * partial))


def test_an_outage_while_looking_keeps_the_job() -> None:
    bulk = Bulk(4, runs=2)
    look, fails = bulk.look, iter([False, True, False, False, False])

    def unsteady(name: str) -> Job:
        if next(fails):
            raise Unreachable("shop.example answers 502.")
        return look(name)

    bulk.look = unsteady  # type: ignore[method-assign]
    place = None
    with pytest.raises(Unreachable):
        for page in bulk.walk(None):
            place = page.next_position
    assert ids([row for page in bulk.walk(place) for row in page.records]) == [0, 1, 2, 3]
    assert bulk.begun == 1


CUSTOMERS = st.lists(st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=4), max_size=8)
"""Customers, their orders, the orders' lines."""


def _lines(customers: list[list[list[int]]], shuffle: int) -> tuple[list[bytes], dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    whole: dict[str, Any] = {}
    for one, orders in enumerate(customers):
        name = f"gid://shopify/Customer/{one}"
        rows.append({"id": name, "n": one})
        whole[name] = {}
        for two, amounts in enumerate(orders):
            order = f"gid://shopify/Order/{one}-{two}"
            rows.append({"id": order, "__parentId": name})
            whole[name][order] = sorted(amounts)
            rows += [{"amount": amount, "__parentId": order} for amount in amounts]
    random.Random(shuffle).shuffle(rows)
    return [json.dumps(row).encode() for row in rows], whole


@given(CUSTOMERS, st.integers(0, 999), st.integers(1, 5))
def test_lines_in_any_order_are_joined_to_whole_records(
    customers: list[list[list[int]]], shuffle: int, parts: int
) -> None:
    lines, whole = _lines(customers, shuffle)
    found = {
        row["id"]: {
            order["id"]: sorted(line["amount"] for line in order.get("children", []))
            for order in row.get("children", [])
        }
        for row in joined(lines, parts=parts)
    }
    assert found == whole


def test_a_record_reads_the_same_whatever_the_order_of_its_lines() -> None:
    customers = [[[1, 2, 3], [4, 4]], [[7]]]
    seen = set()
    for shuffle in range(8):
        rows = joined(_lines(customers, shuffle)[0], parts=1 + shuffle % 3)
        seen.add(json.dumps(sorted(rows, key=lambda row: str(row["id"])), sort_keys=True))
    assert len(seen) == 1


def test_children_go_into_the_list_that_the_author_names() -> None:
    lines = [
        b'{"__parentId": "c1", "id": "o1"}', b'{"id": "c1", "name": "Wei\xc3\x9fenberg"}',
        b'{"__parentId": "c1", "street": "Ring 1"}', b'{"__parentId": "gone", "id": "o9"}',
    ]  # fmt: skip
    (row,) = joined(lines, into=lambda child: "orders" if "id" in child else "addresses")
    assert row == {
        "id": "c1", "name": "Weißenberg", "orders": [{"id": "o1"}],
        "addresses": [{"street": "Ring 1"}],
    }  # fmt: skip


@pytest.mark.parametrize("line", [b"[]", b"{", b'{"name": "x"}', b'"x"'])
def test_a_line_that_is_no_record_is_not_readable(line: bytes) -> None:
    with pytest.raises(NotReadable):
        list(joined([line]))


def test_a_large_result_is_joined_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsync.http.reading.children.MEMORY", 1 << 20)

    def lines() -> Iterator[bytes]:
        for one in range(10_000, 0, -1):
            yield b'{"__parentId": "c%d", "x": "%s"}' % (one, b"y" * 1000)
        for one in range(1, 10_001):
            yield b'{"id": "c%d", "x": "%s"}' % (one, b"z" * 1000)

    tracemalloc.start()
    try:
        count = sum(len(row["children"]) for row in joined(lines(), size=20_500_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert peak < 7 << 20


CSV = "Id,Name,Note\n" + "".join(f'00{one},"Müller, ""K{one}""\nzwei",\n' for one in range(50))


class Files:
    """A server of files, whose connection breaks now and then."""

    def __init__(self, body: bytes, breaks: list[int] = (), ranges: bool = True) -> None:  # type: ignore[assignment]
        self.body, self.breaks, self.ranges = body, list(breaks), ranges
        self.asked: list[Seen] = []
        self.most = 0

    def __call__(self, asked: Seen) -> Told:
        self.asked.append(asked)
        cut = self.breaks.pop(0) if self.breaks else None
        wanted = asked.headers.get("range")
        headers = {"ETag": '"v1"'}
        if not (wanted and self.ranges):
            return Told(200, self.body, headers, cut)
        low = int(wanted.removeprefix("bytes=").removesuffix("-"))
        some = self.body[low : low + self.most if self.most else None]
        span = f"bytes {low}-{low + len(some) - 1}/{len(self.body)}"
        return Told(206, some, {**headers, "Content-Range": span}, cut)


@contextmanager
def file_of(files: Any, **more: Any) -> Iterator[Fetched]:
    """The file as a connector's author fetches it."""
    with serving(files) as url:
        client = Client(url, sleep=lambda _: None, **more)
        try:
            with fetched(client, "/result", sleep=lambda _: None) as file:
                yield file
        finally:
            client.close()


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("breaks", [[], [1000], [1000, 500, 7]])
def test_a_download_that_breaks_goes_on(ranges: bool, breaks: list[int]) -> None:
    files = Files(CSV.encode() * 3, breaks, ranges)
    with file_of(files) as file:
        file.file.seek(0)
        assert file.file.read() == files.body
        assert file.size == len(files.body)
    assert len(files.asked) == 1 + len(breaks)
    if breaks and ranges:
        assert files.asked[1].headers["range"] == "bytes=1000-"
        assert files.asked[1].headers["if-range"] == '"v1"'


def test_a_download_of_which_each_answer_gives_a_part_is_fetched_whole() -> None:
    files = Files(CSV.encode(), [700])
    files.most = 300
    with file_of(files) as file:
        file.file.seek(0)
        assert file.file.read() == files.body


def test_a_download_that_brings_nothing_any_more_is_given_up() -> None:
    files = Files(b"x" * 100, [0] * 99)
    with pytest.raises(Unreachable), file_of(files):
        pass
    assert len(files.asked) == 4


@pytest.mark.parametrize(("status", "error"), [(403, CredentialsError), (404, BackendError)])
def test_a_refused_download_is_the_error_it_is_elsewhere(
    status: int, error: type[BackendError]
) -> None:
    with pytest.raises(error), file_of(lambda asked: Told(status, b'{"who": "K"}')):
        pass


def test_json_lines_and_csv_are_read_line_by_line() -> None:
    body = b'{"id": 1}\r\n\n{"id": 2}\n{"id": 3}'
    with file_of(Files(body)) as file:
        assert ids(list(json_lines(file.lines()))) == [1, 2, 3]
        assert ids(list(json_lines(file.lines()))) == [1, 2, 3]
    with file_of(Files(b"\xef\xbb\xbf" + CSV.encode())) as file:
        rows = list(csv_rows(file))
        assert rows[7] == {"Id": "007", "Name": 'Müller, "K7"\nzwei', "Note": None}
        assert len(rows) == len(list(csv_rows(file))) == 50
    with pytest.raises(NotReadable):
        list(json_lines([b"<html>"]))


@pytest.mark.parametrize("text", [b"", b"a,b\n1\n", b"a\n\xff\n", b'a\n"x\n'])
def test_a_result_that_was_cut_off_is_not_readable(text: bytes) -> None:
    with file_of(Files(text)) as file, pytest.raises(NotReadable):
        list(csv_rows(file))


def test_a_web_page_is_no_file() -> None:
    with pytest.raises(NotReadable, match="web page") as caught, file_of(lambda _: page()):
        pass
    assert caught.value.passing


def test_salesforces_results_are_read_part_by_part() -> None:
    """The literal text "null" in Sforce-Locator is the end."""
    asked: list[Seen] = []

    def answer(one: Seen) -> Told:
        asked.append(one)
        start = int(one.query.get("locator", ["0"])[0])
        body = "Id\n" + "".join(f"{number}\n" for number in range(start, min(start + 10, 35)))
        following = str(start + 10) if start + 10 < 35 else "null"
        return Told(200, body.encode(), {"Sforce-Locator": following})

    with serving(answer) as url:
        client = Client(url, auth=Bearer("s3cret"))

        def fetch(locator: str | None) -> Any:
            more = {"locator": locator} if locator else {}
            params = {"maxRecords": 10, **more}
            return fetched(client, "/results", params=params)

        met = read(lambda place: by_locator(fetch, place), [1, 0, 2])
        client.close()
    assert {row["Id"] for row in met} == {str(number) for number in range(35)}
    assert asked[0].headers["authorization"] == "Bearer s3cret"


def test_rows_as_pages_go_on_behind_those_that_came() -> None:
    pages = list(in_pages([{"id": one} for one in range(7)], {"rows": 2}, size=3, source="orders"))
    assert [[row["id"] for row in page.records] for page in pages] == [[2, 3, 4], [5, 6]]
    assert [page.next_position for page in pages] == [{"rows": 5}, {"rows": 7}]
