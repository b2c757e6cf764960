"""Reading behind the last record: ties of any length, rows that move, lists that do not go on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import BackendError, NotReadable
from crmsync.http.reading import After, by_id, by_stamp, by_version
from crmsync.model.undecoded import Undecoded
from tests.http.listed import CHANGES, IDS, KILLS, Listed, ids, read


@given(IDS, CHANGES, KILLS, st.integers(1, 9), st.booleans())
def test_by_id_every_row_that_stays_is_met(
    start: list[int], changes: Any, kills: list[int], size: int, known: bool
) -> None:
    listed = Listed(start, changes)

    def fetch(after: Any) -> Any:
        return [row for row in listed.by() if row["id"] > (after or 0)][:size]

    more = {"size": size} if known else {}
    met = read(lambda position: by_id(fetch, position, **more), kills)
    assert listed.stayed <= set(ids(met))
    assert listed.asked < 500


TIED = st.lists(st.integers(0, 3), max_size=60)
"""Stamps, of which many are the same."""


def tied(stamps: list[int], changes: Any) -> Listed:
    listed = Listed(list(range(1, len(stamps) + 1)), changes)
    for number, at in enumerate(stamps, 1):
        listed.rows[number]["at"] = at
    return listed


def place(row: Any) -> tuple[int, int]:
    return row["at"], row["id"]


@given(TIED, CHANGES, KILLS, st.integers(1, 7))
def test_by_stamp_in_one_question_every_row_that_rests_is_met(
    stamps: list[int], changes: Any, kills: list[int], size: int
) -> None:
    listed = tied(stamps, changes)

    def fetch(after: After | None) -> Any:
        rows = listed.by(place)
        return [row for row in rows if after is None or place(row) > after][:size]

    met = read(lambda position: by_stamp(fetch, position, stamp="at"), kills)
    assert listed.untouched <= set(ids(met))
    assert listed.asked < 500


@given(TIED, CHANGES, KILLS, st.integers(1, 7))
def test_by_stamp_in_two_questions_every_row_that_rests_is_met(
    stamps: list[int], changes: Any, kills: list[int], size: int
) -> None:
    listed = tied(stamps, changes)

    def fetch(after: After | None) -> Any:
        return [row for row in listed.by(place) if after is None or row["at"] > after.stamp][:size]

    def ties(after: After) -> Any:
        rows = [row for row in listed.by(place) if row["at"] == after.stamp]
        return [row for row in rows if row["id"] > after.id][:size]

    met = read(lambda position: by_stamp(fetch, position, stamp="at", ties=ties), kills)
    assert listed.untouched <= set(ids(met))
    assert listed.asked < 800


def stamped(*stamps: str) -> list[dict[str, Any]]:
    return [{"id": number, "at": stamp} for number, stamp in enumerate(stamps, 1)]


def from_(rows: list[dict[str, Any]], size: int) -> Any:
    """A backend whose filter is >= and knows the stamp alone."""

    def fetch(after: After | None) -> Any:
        return [row for row in rows if after is None or row["at"] >= after.stamp][:size]

    return fetch


def test_a_bound_that_gives_the_last_row_again_does_no_harm() -> None:
    rows = stamped("2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04")
    met = [row["id"] for page in by_stamp(from_(rows, 2), stamp="at") for row in page.records]
    assert met == [1, 2, 3, 4]


def test_more_rows_of_one_stamp_than_a_page_holds_are_an_error_without_ties() -> None:
    rows = stamped("2026-11-01", *["2026-11-02"] * 5)
    with pytest.raises(BackendError, match="share a stamp") as caught:
        list(by_stamp(from_(rows, 3), stamp="at"))
    assert "ties" in caught.value.hint


@pytest.mark.parametrize("pages", [[["2", "1"]], [["2", "3"], ["1", "4"]]])
def test_rows_in_another_order_are_an_error(pages: list[list[str]]) -> None:
    left = iter(pages)
    with pytest.raises(BackendError, match="order of its stamps"):
        list(by_stamp(lambda _: stamped(*(f"2026-11-0{one}" for one in next(left))), stamp="at"))


def test_fractions_of_a_second_are_in_order_though_their_texts_are_not() -> None:
    rows = stamped("2026-11-21T09:30:01Z", "2026-11-21T09:30:01.5Z", "2026-11-21T09:30:02Z")
    pages = iter([rows[:1], rows[1:], []])
    assert len(list(by_stamp(lambda _: next(pages), stamp="at"))) == 2


def test_a_row_without_stamp_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(BackendError, match="has no 'at'") as caught:
        list(by_stamp(lambda _: [{"id": 1, "at": None}], stamp="at"))
    assert "in_turn" in caught.value.hint


def test_undecoded_rows_stay_as_they_came() -> None:
    pages = iter([Undecoded([b'{"id":1,"at":"2026-11-01"}', b'{"id":2,"at":"2026-11-02"}']), []])
    (page,) = by_stamp(lambda _: {"data": next(pages)}, stamp="at", records="data")
    assert isinstance(page.records, Undecoded)
    assert page.next_position == {"stamp": "2026-11-02", "id": 2}


@pytest.mark.parametrize("rows", [[{"id": 3}, {"id": 1}], [{"id": 1}, {"id": 2}]])
def test_a_list_that_does_not_go_on_behind_an_id_is_an_error(rows: Any) -> None:
    with pytest.raises(BackendError, match="given already"):
        list(by_id(lambda _: rows))


def test_a_bound_that_gives_the_last_id_again_ends() -> None:
    rows = [{"id": one} for one in range(1, 6)]
    pages = by_id(lambda after: [row for row in rows if row["id"] >= (after or 0)][:3])
    assert {row["id"] for page in pages for row in page.records} == {1, 2, 3, 4, 5}


def test_a_row_without_id_is_not_readable() -> None:
    with pytest.raises(NotReadable):
        list(by_id(lambda _: [{"name": "x"}]))


@given(st.lists(st.integers(1, 90), unique=True), KILLS, st.integers(1, 5))
def test_by_version_goes_on_where_the_last_run_ended(
    versions: list[int], kills: list[int], size: int
) -> None:
    rows = [{"id": one, "version": one} for one in sorted(versions)]

    def fetch(after: Any) -> Any:
        some = [row for row in rows if row["version"] > (after or 0)][:size]
        return {"data": some, "version": {"max": some[-1]["version"] if some else None}}

    met = read(lambda position: by_version(fetch, position), kills)
    assert set(ids(met)) == set(versions)
    last = {"after": max(versions)} if versions else None
    rows += [{"id": 100, "version": 100}]
    assert ids(read(lambda position: by_version(fetch, position or last))) == [100]


@pytest.mark.parametrize("highest", [None, 5, 4, "x", True])
def test_a_version_that_does_not_grow_is_an_error(highest: Any) -> None:
    answer = {"data": [{"id": 1}], "version": {"max": highest}}
    with pytest.raises(BackendError, match="does not grow"):
        list(by_version(lambda _: answer, {"after": 5}))
