"""Windows that are capped, overlap, know days only, or are not heeded: nothing is missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import BackendError, NotReadable
from crmsync.http import Answer
from crmsync.http.reading import (
    Capped,
    Overlap,
    bisected,
    by_id,
    by_offset,
    days_of,
    earlier,
    in_turn,
    local_bounds,
    server_time_of,
    watched,
    within,
)
from crmsync.model.stream import Page, Window
from crmsync.model.undecoded import Undecoded
from tests.http.listed import CHANGES, KILLS, Listed, ids, read

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BERLIN = "Europe/Berlin"


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Search:
    """A backend's search by time: at most `cap` hits of a window, in pages of three."""

    def __init__(self, stamps: list[int], cap: int, changes: Any = ()) -> None:
        self.listed = Listed(list(range(1, len(stamps) + 1)), changes)
        for number, stamp in enumerate(stamps, 1):
            self.listed.rows[number]["at"] = stamp
        self.cap, self.late = cap, False

    def hits(self, window: Window) -> list[Any]:
        rows = self.listed.by()
        low = window.since or datetime.min.replace(tzinfo=UTC)
        high = window.until or datetime.max.replace(tzinfo=UTC)
        return [row for row in rows if low <= at(row["at"]) < high]

    def read(self, window: Window, place: Any) -> Iterator[Page]:
        def fetch(start: int, count: int) -> Any:
            found = self.hits(window)
            beyond = start + count > self.cap if self.late else True
            if len(found) > self.cap and beyond:
                raise Capped
            return found[start : start + count]

        return by_offset(fetch, place, size=3)

    def by_id(self, window: Window, place: Any) -> Iterator[Page]:
        def fetch(after: Any) -> Any:
            return [row for row in self.hits(window) if row["id"] > (after or 0)][:3]

        return by_id(fetch, place)


STAMPS = st.lists(st.integers(0, 40) | st.just(7), max_size=60)


@given(STAMPS, st.integers(1, 20), CHANGES, KILLS, st.booleans(), st.sampled_from([0, -90, None]))
def test_every_record_of_a_window_comes_whatever_the_cap_the_ties_and_the_kills(
    stamps: list[int], cap: int, changes: Any, kills: list[int], late: bool, since: int | None
) -> None:
    search = Search(stamps, cap, changes)
    search.late = late
    window = Window(None if since is None else at(since), at(41))
    met = read(lambda place: bisected(search.read, window, place, by_id=search.by_id), kills)
    assert search.listed.untouched <= set(ids(met))
    assert search.listed.asked < 4000


@given(STAMPS, st.integers(1, 20), KILLS)
def test_parts_of_a_window_do_not_overlap(stamps: list[int], cap: int, kills: list[int]) -> None:
    search = Search(stamps, cap)
    met = read(lambda at_: bisected(search.read, Window(at(0), at(41)), at_, by_id=search.by_id))
    assert sorted(ids(met)) == list(range(1, len(stamps) + 1))


def test_what_is_older_than_computers_comes_too() -> None:
    search = Search([-2_000_000_000, 1, 2, 3, 4, 5, 6, 7], cap=5)
    met = read(lambda place: bisected(search.read, Window(None, at(41)), place))
    assert sorted(ids(met)) == list(range(1, 9))


def test_a_window_that_fits_is_read_in_one_piece() -> None:
    search = Search([1, 2, 3, 30], cap=10)
    pages = list(bisected(search.read, Window(at(0), at(41))))
    assert search.listed.asked == 3
    assert pages[0].next_position["until"] == "2026-11-21T12:00:41.000000Z"


def test_parts_grow_again_where_little_happened() -> None:
    search = Search([0] * 4 + [1] * 4 + [500_000], cap=5)
    read(lambda place: bisected(search.read, Window(at(0), at(1_000_000)), place))
    assert search.listed.asked < 100


def test_one_grain_that_is_capped_is_an_error_where_no_ids_help() -> None:
    search = Search([7] * 20, cap=5)
    with pytest.raises(BackendError, match="cannot be made smaller") as caught:
        list(bisected(search.read, Window(at(0), at(41))))
    assert not isinstance(caught.value, Capped)
    assert "by_id" in caught.value.hint
    assert search.listed.asked < 60


@pytest.mark.parametrize("window", [Window(), Window(at(0), None)])
def test_a_window_open_above_is_not_halved(window: Window) -> None:
    with pytest.raises(BackendError, match="cannot be made smaller"):
        list(bisected(Search([7] * 20, cap=5).read, window))


def test_a_window_is_halved_at_whole_grains() -> None:
    seen: list[Window] = []

    def capped(window: Window, place: Any) -> Iterator[Page]:
        seen.append(window)
        raise Capped

    since, until = at(0.25), at(9.75)
    with pytest.raises(BackendError):
        list(bisected(capped, Window(since, until)))
    assert all(part.until and part.until.microsecond == 0 for part in seen[1:])
    assert seen[-1] == Window(since, at(1))
    seen.clear()
    with pytest.raises(BackendError):
        list(bisected(capped, Window(at(0), at(1)), grain=timedelta(milliseconds=1)))
    assert seen[-1] == Window(at(0), at(0.001))


def test_several_readings_follow_each_other_and_go_on_where_they_were() -> None:
    stamped = [{"id": one} for one in range(5)]
    unstamped = [{"id": one} for one in range(5, 9)]

    def pages(rows: Any) -> Any:
        return lambda place: by_offset(
            lambda start, count: rows[start : start + count], place, size=2
        )

    def walk(place: Any) -> Iterator[Page]:
        return in_turn(place, stamped=pages(stamped), unstamped=pages(unstamped))

    assert ids(read(walk)) == list(range(9))
    assert set(ids(read(walk, [1, 0, 3, 2]))) == set(range(9))
    assert [page.next_position["of"] for page in walk(None)][-1] == "unstamped"


def test_a_reading_that_is_no_longer_there_begins_with_the_first() -> None:
    """A setting took it away while a run was interrupted: nothing is lost, and nothing stuck."""

    def part(at: Any) -> Iterator[Page]:
        yield Page(records=[{"id": at}])

    for position in ({"of": "archived", "at": 7}, {"job": "1", "at": None}, {"after": "x"}):
        (page,) = in_turn(position, changed=part)
        assert page.records == [{"id": None}]
    (page,) = in_turn({"of": "changed", "at": 7}, changed=part)
    assert page.records == [{"id": 7}]


def test_a_window_is_asked_for_a_whole_grain_earlier() -> None:
    assert earlier(Window(at(0.4), at(9))) == Window(at(-1), at(9))
    assert earlier(Window(at(0), at(9))) == Window(at(-1), at(9))
    assert earlier(Window(at(61), None), timedelta(minutes=1)) == Window(NOON, None)
    assert earlier(Window(None, at(9))) == Window(None, at(9))


@given(
    st.datetimes(datetime(2026, 10, 20), datetime(2026, 11, 5)),
    st.integers(1, 10**6),
    st.floats(0, 1, exclude_max=True),
)
def test_days_and_local_bounds_hold_all_that_a_window_holds(
    start: datetime, seconds: int, share: float
) -> None:
    since = start.replace(tzinfo=UTC)
    window = Window(since, since + timedelta(seconds=seconds))
    moment = since + share * timedelta(seconds=seconds)
    shown = moment.astimezone(ZoneInfo(BERLIN)).replace(tzinfo=None)
    first, last = days_of(window, BERLIN)
    assert first is not None
    assert last is not None
    assert first <= shown.date() <= last
    low, high = local_bounds(window, BERLIN)
    assert low is not None
    assert high is not None
    assert low <= shown <= high


def test_the_hour_that_comes_twice_is_asked_for_whole() -> None:
    """On 25 October 2026 the clock goes from 3:00 back to 2:00 in Berlin, at 1:00 UTC."""
    before = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)  # 2:50, the first time
    after = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 2:10, the second time
    low, high = local_bounds(Window(before, after), BERLIN)
    assert low is not None
    assert high is not None
    assert low <= datetime(2026, 10, 25, 2, 0)
    assert high >= datetime(2026, 10, 25, 3, 0)


def test_on_other_days_local_bounds_are_what_the_clock_shows() -> None:
    low, high = local_bounds(Window(NOON, at(60)), BERLIN)
    assert (low, high) == (datetime(2026, 11, 21, 13), datetime(2026, 11, 21, 13, 1))
    assert local_bounds(Window(), BERLIN) == (None, None)
    assert days_of(Window(), BERLIN) == (None, None)


def test_days_begin_in_the_backends_zone_and_end_before_midnight() -> None:
    midnight = datetime(2026, 11, 20, 23, tzinfo=UTC)  # midnight in Berlin
    assert days_of(Window(midnight - SECOND, midnight), BERLIN) == (date(2026, 11, 20),) * 2
    assert days_of(Window(midnight, midnight + SECOND), BERLIN) == (date(2026, 11, 21),) * 2


STAMPED = [
    {"id": 1, "node": {"at": "2026-11-21T11:59:59Z"}},
    {"id": 2, "node": {"at": "2026-11-21T12:00:00+00:00"}},
    {"id": 3, "node": {"at": None}},
    {"id": 4, "node": {"at": "2026-11-21T13:01:00+01:00"}},
    {"id": 5, "node": {"at": 1795262459}},
]


@pytest.mark.parametrize("undecoded", [True, False])
def test_what_lies_outside_a_window_is_left_out(undecoded: bool) -> None:
    rows: Any = Undecoded(list(map(orjson.dumps, STAMPED))) if undecoded else STAMPED
    payloads = tuple(map(orjson.dumps, STAMPED))
    page = Page(records=rows, payloads=payloads, ids=("1", "2", "3", "4", "5"))
    (left,) = within([page], Window(NOON, at(60)), stamp="node.at")
    assert ids(list(left.records)) == [2, 3, 5]
    assert left.ids == ["2", "3", "5"]
    assert len(left.payloads) == 3
    assert isinstance(left.records, Undecoded) is undecoded


def test_naive_stamps_are_in_the_backends_zone() -> None:
    rows = [{"id": 1, "at": "2026-11-21 13:00:00"}, {"id": 2, "at": "2026-11-21 12:00:00"}]
    (left,) = within([Page(records=rows)], Window(NOON, None), stamp="at", zone=BERLIN)
    assert ids(list(left.records)) == [1]


def test_a_filter_that_is_not_heeded_is_told_once_and_everything_goes_on() -> None:
    old = {"id": 1, "at": "2020-01-01T00:00:00Z"}
    new = {"id": 2, "at": "2026-11-21T12:00:01Z"}
    pages = [Page(records=[new]), Page(records=[old, new]), Page(records=[old])]
    found = list(watched(pages, Window(NOON, None), stamp="at", stream="customers"))
    assert [len(page.notices) for page in found] == [0, 1, 0]
    assert "ignores the filter" in found[1].notices[0].message
    assert [page.records for page in found] == [page.records for page in pages]


@pytest.mark.parametrize("window", [Window(), Window(NOON, None)])
def test_a_filter_that_errs_by_less_than_a_day_or_is_not_set_is_no_notice(window: Window) -> None:
    rows = [{"id": 1, "at": "2026-11-20T13:00:00Z"}, {"id": 2, "at": None}, {"id": 3, "at": "bald"}]
    assert not any(
        page.notices for page in watched([Page(records=rows)], window, stamp="at", stream="x")
    )


@given(st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=30), st.integers(1, 10))
def test_what_came_before_is_left_out_within_bounded_memory(
    pages: list[list[int]], limit: int
) -> None:
    overlap = Overlap(limit)
    rows = [Page(records=[{"id": one, "at": "x"} for one in page]) for page in pages]
    met: list[int] = []
    for page in overlap.fresh(rows):
        met += ids(list(page.records))
        assert len(overlap) <= limit
    assert set(met) == {one for page in pages for one in page}


def test_what_comes_again_and_again_is_remembered_longest() -> None:
    pages = [Page(records=[{"id": one}]) for one in (1, 2, 1, 3, 1)]
    met = [row["id"] for page in Overlap(2).fresh(pages) for row in page.records]
    assert met == [1, 2, 3]


def test_a_second_change_within_one_second_is_no_copy() -> None:
    pages = [
        Page(records=[{"id": 1, "at": "12:00:00", "name": "Müller"}]),
        Page(records=[{"at": "12:00:00", "name": "Müller", "id": 1}]),
        Page(records=[{"id": 1, "at": "12:00:00", "name": "Mueller"}]),
        Page(records=Undecoded([b'{"id":1}', b'{"id":2}'])),
        Page(records=Undecoded([b'{"id":2}', b'{"id":3}'])),
    ]
    assert [len(page.records) for page in Overlap().fresh(pages)] == [1, 0, 1, 2, 1]


def test_the_backends_clock_is_that_of_an_answer() -> None:
    headers = httpx.Headers({"date": "Sat, 21 Nov 2026 12:00:00 GMT"})
    assert server_time_of(Answer(data=None, headers=headers)) == NOON
    with pytest.raises(NotReadable):
        server_time_of(Answer(data=None, headers=httpx.Headers()))
