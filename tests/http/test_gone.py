"""Deletes and merges are told as what they are, whatever form a backend tells them in."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from crmsync.http.reading import as_deleted, ids_of, with_gone
from crmsync.model.stream import Page
from crmsync.model.undecoded import Undecoded


def page(*rows: dict[str, Any], **more: Any) -> Page:
    return Page(records=list(rows), **more)


@pytest.mark.parametrize("undecoded", [True, False])
def test_deleted_and_merged_records_leave_the_page(undecoded: bool) -> None:
    rows = [
        {"Id": "1", "IsDeleted": False, "MasterRecordId": None},
        {"Id": "2", "IsDeleted": True, "MasterRecordId": None},
        {"Id": "3", "IsDeleted": True, "MasterRecordId": "1"},
    ]
    records: Any = Undecoded(list(map(orjson.dumps, rows))) if undecoded else rows
    came = Page(records=records, deleted=["0"], merged=[("8", "9")], next_position={"after": 3})
    (told,) = with_gone([came], key="Id", deleted="IsDeleted", into="MasterRecordId")
    assert [row["Id"] for row in told.records] == ["1"]
    assert (told.deleted, told.merged) == (["0", "2"], [("8", "9"), ("3", "1")])
    assert told.next_position == {"after": 3}
    assert isinstance(told.records, Undecoded) is undecoded


@pytest.mark.parametrize("losers", ["7;8", "7, 8", [7, 8], ["7", " 8 ", ""], "7;8;5"])
def test_the_ids_that_went_into_a_record_are_merges(losers: Any) -> None:
    row = {"id": 5, "properties": {"hs_merged_object_ids": losers}}
    (told,) = with_gone([page(row)], losers="properties.hs_merged_object_ids")
    assert told.merged == [("7", "5"), ("8", "5")]
    assert (list(told.records), told.deleted) == ([row], [])


@pytest.mark.parametrize("losers", [None, "", [], {}])
def test_a_record_that_nothing_went_into_is_no_merge(losers: Any) -> None:
    (told,) = with_gone([page({"id": 5, "x": losers})], losers="x")
    assert told.merged == []


def test_an_author_may_say_himself_what_is_gone() -> None:
    rows = [{"id": 1, "status": "trash"}, {"id": 2, "status": "done"}]
    (told,) = with_gone([page(*rows)], deleted=lambda row: row["status"] == "trash")
    assert (told.deleted, [row["id"] for row in told.records]) == (["1"], [2])


def test_a_list_of_what_is_gone_is_told_as_deleted() -> None:
    came = page({"id": 1}, {"id": 2}, deleted=["0"], next_position={"after": 2})
    (told,) = as_deleted([came])
    assert (told.deleted, list(told.records)) == (["0", "1", "2"], [])
    assert told.next_position == {"after": 2}


def test_ids_are_listed_page_by_page() -> None:
    assert list(ids_of([page({"a": {"id": 1}}), page(), page({"a": {"id": "x"}})], key="a.id")) == [
        ["1"], [], ["x"],
    ]  # fmt: skip
