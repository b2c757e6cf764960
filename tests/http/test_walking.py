"""Lists asked for by offset, number or range: what stays is met, and no list is walked for ever."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crmsync.errors import BackendError, Unreachable
from crmsync.http.reading import by_number, by_offset, by_range
from tests.http.listed import CHANGES, IDS, KILLS, Listed, ids, read

SIZES = st.integers(2, 30)
MANY = st.integers(20, 120)


def offset(listed: Listed, size: int, **more: Any) -> Any:
    def fetch(start: int, count: int) -> Any:
        return listed.by()[start : start + count]

    return lambda position: by_offset(fetch, position, size=size, **more)


def number(listed: Listed, size: int, cap: int = 1000, first: int = 1, **more: Any) -> Any:
    def fetch(page: int, count: int) -> Any:
        taken = min(count, cap)
        start = (page - first) * taken
        rows = listed.by()
        return {"items": rows[start : start + taken], "total_count": len(rows)}

    return lambda position: by_number(
        fetch, position, size=size, records="items", first=first, **more
    )


@given(IDS, CHANGES, KILLS, SIZES, st.booleans())
def test_by_offset_every_row_that_stays_is_met(
    start: list[int], changes: Any, kills: list[int], size: int, fills: bool
) -> None:
    listed = Listed(start, changes)
    met = read(offset(listed, size, fills=fills), kills)
    assert listed.stayed <= set(ids(met))
    assert listed.asked < 400


@given(IDS, CHANGES, KILLS, MANY, st.integers(20, 50), st.sampled_from(["", "total_count"]))
@example(list(range(1, 22)), [], [1], 38, 20, "")
@example(list(range(1, 200)), [], [1, 2, 3, 4, 5], 100, 23, "")
def test_by_number_every_row_that_stays_is_met(
    start: list[int], changes: Any, kills: list[int], size: int, cap: int, total: str
) -> None:
    listed = Listed(start, changes)
    met = read(number(listed, size, cap, total=total), kills)
    assert listed.stayed <= set(ids(met))
    assert listed.asked < 400


@given(IDS, CHANGES, KILLS, SIZES)
def test_by_range_every_row_that_stays_is_met_though_what_is_past_the_end_is_refused(
    start: list[int], changes: Any, kills: list[int], size: int
) -> None:
    listed = Listed(start, changes)

    def fetch(range_: str) -> Any:
        low, high = map(int, range_.removeprefix("items=").split("-"))
        rows = listed.by()
        if low and low >= len(rows):
            raise BackendError("tryton.example answers 416.")
        return rows[low : high + 1]

    met = read(lambda position: by_range(fetch, position, size=size), kills)
    assert listed.stayed <= set(ids(met))
    assert listed.asked < 800


@given(IDS, SIZES)
def test_a_list_that_rests_comes_once_and_in_order(start: list[int], size: int) -> None:
    assert ids(read(offset(Listed(start), size))) == sorted(start)
    assert ids(read(number(Listed(start), size + 20))) == sorted(start)
    assert ids(read(offset(Listed(start), size, key=None))) == sorted(start)
    assert ids(read(number(Listed(start), size, key=None, first=0))) == sorted(start)


@pytest.mark.parametrize("count", [0, 1, 60, 100, 101, 250])
@pytest.mark.parametrize("total", ["", "total_count"])
@pytest.mark.parametrize("key", ["id", None])
def test_a_list_that_gives_its_last_page_again_and_again_ends(
    count: int, total: str, key: str | None
) -> None:
    """As Adobe Commerce does for every page past the last one."""
    asked = 0

    def fetch(page: int, size: int) -> Any:
        nonlocal asked
        asked += 1
        rows = [{"id": one} for one in range(1, count + 1)]
        page = min(page, max(1, -(-count // size)))
        return {"items": rows[(page - 1) * size : page * size], "total_count": count}

    pages = by_number(fetch, size=50, records="items", total=total, key=key)
    assert [row["id"] for page in pages for row in page.records] == list(range(1, count + 1))
    assert asked <= count // 49 + 2


@given(st.integers(40, 200), st.integers(20, 40), st.integers(1, 39))
def test_adobes_last_page_again_hides_nothing_when_rows_vanished(
    count: int, size: int, gone: int
) -> None:
    rows = [{"id": one} for one in range(1, count + 1)]

    def fetch(page: int, size: int) -> Any:
        page = min(page, max(1, -(-len(rows) // size)))
        return rows[(page - 1) * size : page * size]

    pages = by_number(fetch, size=size)
    met = [next(pages)]
    del rows[: min(gone, len(rows) - 1)]
    met += pages
    assert {row["id"] for row in rows} <= {row["id"] for page in met for row in page.records}


@pytest.mark.parametrize("place", [None, {"skip": 6, "last": "7"}])
def test_a_list_that_heeds_no_offset_is_an_error_and_no_endless_loop(place: Any) -> None:
    asked = 0

    def fetch(start: int, count: int) -> Any:
        nonlocal asked
        asked += 1
        return [{"id": str(one)} for one in range(1, count + 1)]

    with pytest.raises(BackendError, match="begins anew whatever is skipped"):
        list(by_offset(fetch, place, size=4))
    assert asked <= 4


def test_a_list_that_heeds_no_number_is_an_error() -> None:
    def fetch(page: int, size: int) -> Any:
        return [{"id": one} for one in range(size)]

    with pytest.raises(BackendError, match="begins anew"):
        list(by_number(fetch, size=30))


def test_a_list_that_heeds_no_size_says_how_to_read_it() -> None:
    def fetch(page: int, size: int) -> Any:
        return [{"id": one} for one in range((page - 1) * 50, page * 50)]

    with pytest.raises(BackendError, match="key=None"):
        list(by_number(fetch, size=30))


def test_a_list_in_another_order_is_an_error() -> None:
    """T_10 comes after T_9 in the backend's database, and before it as a text."""
    rows = [{"id": f"T_{one}"} for one in range(8, 13)]
    with pytest.raises(BackendError, match="not come in the order of its ids"):
        list(by_offset(lambda start, count: rows[start : start + count], size=3))


def test_a_list_that_never_shows_what_it_showed_is_given_up() -> None:
    asked = 0

    def fetch(start: int, count: int) -> Any:
        nonlocal asked
        asked += 1
        base = 1000 + asked * count if start else 1
        return [{"id": base + one} for one in range(count)]

    with pytest.raises(BackendError, match="faster than it can be read"):
        list(by_offset(fetch, size=5))
    assert asked < 100


def test_what_is_hidden_on_some_pages_ends_no_walk_where_the_total_is_told() -> None:
    def fetch(start: int, count: int) -> Any:
        shown = [{"id": one} for one in range(start, min(start + count, 100)) if one % 7 or one < 9]
        return {"items": shown, "total_count": 100}

    pages = by_offset(fetch, size=10, records="items", total="total_count")
    met = {row["id"] for page in pages for row in page.records}
    assert met == {one for one in range(100) if one % 7 or one < 9}


def test_a_backend_that_gives_fewer_rows_than_asked_for_is_walked_whole() -> None:
    listed = Listed(list(range(1, 201)))
    assert ids(read(number(listed, 100, cap=30))) == list(range(1, 201))


def test_a_total_that_is_told_spares_the_last_request() -> None:
    told, silent = Listed(list(range(1, 101))), Listed(list(range(1, 101)))
    read(number(told, 50, total="total_count"))
    read(number(silent, 50))
    assert (told.asked, silent.asked) == (3, 4)


def test_a_page_that_seems_to_come_again_is_no_end_when_rows_came_before_it() -> None:
    """Twice, exactly as many rows appear in front as the walk moves on."""
    rows = [{"id": one} for one in range(100, 120)]
    appear = iter([[], [90, 91], [80, 81]])

    def fetch(start: int, count: int) -> Any:
        rows[:0] = [{"id": one} for one in next(appear, [])]
        return rows[start : start + count]

    met = [row["id"] for page in by_offset(fetch, size=3) for row in page.records]
    assert set(range(100, 120)) <= set(met)


def test_a_refusal_is_raised_where_nothing_was_skipped() -> None:
    def fetch(start: int, count: int) -> Any:
        raise BackendError("shop.example answers 404.")

    with pytest.raises(BackendError, match="404"):
        list(by_offset(fetch, {"skip": 500, "last": 7}, size=10))


def test_an_offset_the_backend_never_takes_is_an_error_and_no_loop() -> None:
    """As HubSpot's search for everything behind the ten thousandth row."""
    asked = 0

    def fetch(start: int, count: int) -> Any:
        nonlocal asked
        asked += 1
        if start + count > 100:
            raise BackendError("hubspot.example answers 400.")
        return [{"id": one} for one in range(start, start + count)]

    with pytest.raises(BackendError, match="400"):
        list(by_offset(fetch, size=10))
    assert asked < 100


def test_an_outage_is_no_end_of_the_list() -> None:
    def fetch(start: int, count: int) -> Any:
        raise Unreachable("shop.example answers 502.")

    with pytest.raises(Unreachable):
        list(by_offset(fetch, {"skip": 50, "last": 7}, size=10))


def test_numbers_and_uuids_are_walked_in_their_order() -> None:
    uuids = sorted(f"{one:08x}-aaaa-4aaa-8aaa-aaaaaaaaaaaa" for one in range(0, 900, 37))
    for names in (uuids, [str(one) for one in range(1, 200)]):
        rows = [{"id": name} for name in names]
        pages = by_offset(lambda start, count, rows=rows: rows[start : start + count], size=7)
        assert [row["id"] for page in pages for row in page.records] == names


def test_a_place_is_plain_json_and_small() -> None:
    pages = list(offset(Listed(list(range(1, 30))), 7)(None))
    places = [page.next_position for page in pages]
    assert places == json.loads(json.dumps(places))
    assert places[0] == {"skip": 6, "last": 7}


@pytest.mark.parametrize(("walk", "size"), [(by_offset, 1), (by_number, 19)])
def test_a_page_too_small_to_overlap_is_the_authors_mistake(walk: Any, size: int) -> None:
    with pytest.raises(ValueError, match="at least"):
        walk(lambda start, count: [], size=size)
