"""What a tap says becomes pages: records, states, deletes, and lines that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from singer_play import PEOPLE, pages, tap, told, until_error

from crmsync.errors import ConfigError, CursorError, NotReadable, RecordError


def state_of(page: object) -> object:
    position = page.next_position  # type: ignore[attr-defined]
    return None if position is None else position["state"]


def test_records_go_with_the_last_state_before_the_end_of_their_page(tmp_path: Path) -> None:
    body = """
for n in range(1, 501):
    record(id=n, name="Käthe Moorbach")
    if n == 300:
        state({"n": 300})
for n in range(501, 511):
    record(id=n, name="Jörg Rübsamen")
state({"n": 510})
"""
    found = pages(tap(tmp_path, body))
    assert [len(page.records) for page in found] == [500, 10]
    assert [state_of(page) for page in found] == [{"n": 300}, {"n": 510}]
    assert [page.whole for page in found] == [False, True]


def test_the_next_reading_goes_on_at_the_last_state(tmp_path: Path) -> None:
    body = """
start = before["n"] if before else 0
record(id=start + 1, name="Wenzel")
state({"n": start + 1})
"""
    singer = tap(tmp_path, body)
    first = pages(singer)[-1]
    second = pages(singer, first.next_position)
    assert [record["id"] for record in told(second)] == [2]
    assert not second[-1].whole


def test_a_position_of_other_settings_begins_anew(tmp_path: Path) -> None:
    body = "record(id=1, name=str(before))\nstate({'n': 1})\n"
    position = pages(tap(tmp_path, body))[-1].next_position
    own = {**PEOPLE, "replication": "full"}
    found = told(pages(tap(tmp_path, body, streams=[own]), position))
    assert found == [{"id": 1, "name": "None"}]
    with pytest.raises(CursorError):
        pages(tap(tmp_path, body), {"somewhere": 7})


def test_another_field_is_asked_for_of_all_records(tmp_path: Path) -> None:
    body = "record(id=1, name=str(before))\nstate({'n': 1})\n"
    position = pages(tap(tmp_path, body))[-1].next_position
    more = {**PEOPLE, "map": {**PEOPLE["map"], "company": "house"}}
    assert told(pages(tap(tmp_path, body, streams=[more]), position))[0]["name"] == "None"
    assert told(pages(tap(tmp_path, body), position))[0]["name"] == "{'n': 1}"


def test_the_state_of_another_runner(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"n": 77}', encoding="utf-8")
    found = pages(tap(tmp_path, "record(id=before['n'], name='Zoë')\n", state="state.json"))
    assert told(found)[0]["id"] == 77
    with pytest.raises(ConfigError, match="cannot be read"):
        pages(tap(tmp_path, "", state="missing.json"))


def test_the_state_of_nobody_moves_no_position(tmp_path: Path) -> None:
    found = pages(tap(tmp_path, "record(id=1, name='Ömer')\n"))
    assert found[-1].next_position is None
    assert found[-1].whole


def test_tombstones_and_what_comes_back(tmp_path: Path) -> None:
    body = """
record(id=1, name="Rosalie")
record(id=1, _sdc_deleted_at="2026-10-01T00:00:00Z")
record(id=1, name="Rosalie")
record(id=2, _sdc_deleted_at="2026-10-01T00:00:00Z")
record(id=3, name="Thorben", _sdc_deleted_at=None)
"""
    first, last = pages(tap(tmp_path, body))
    assert (len(first.records), first.deleted) == (1, ["1"])
    assert ([one["id"] for one in last.records], last.deleted) == ([1, 3], ["2"])


def test_what_is_gone_and_what_was_merged(tmp_path: Path) -> None:
    body = """
record(id="a", IsDeleted=True, MasterRecordId="b")
record(id="c", IsDeleted="true", MasterRecordId=None)
record(id="d", IsDeleted="false", name="Ulrike")
"""
    own = {**PEOPLE, "gone": "IsDeleted", "merged_into": "MasterRecordId", "deletes": "tombstone"}
    (page,) = pages(tap(tmp_path, body, streams=[own]))
    assert page.merged == [("a", "b")]
    assert page.deleted == ["a", "c"]
    assert [one["id"] for one in page.records] == ["d"]


def test_keys_of_several_fields(tmp_path: Path) -> None:
    body = """
record(id=7, house="Köln", name="Änne")
record(id=7, house=None, name="Änne")
record(id=8, house="Köln", _sdc_deleted_at="2026-10-01")
"""
    singer = tap(tmp_path, body, streams=[{**PEOPLE, "key": ["house", "id"]}])
    (page,) = pages(singer)
    assert [one["_key"] for one in page.records] == ["Köln|7"]
    assert page.deleted == ["Köln|8"]
    assert [one.reason for one in page.unreadable] == ["has no value in 'house, id'"]
    assert singer.streams()[0].key == "_key"


def test_types_in_any_case_other_streams_and_unknown_messages(tmp_path: Path) -> None:
    body = """
say(type="record", stream="people", record={"id": 1, "name": "Wenzel", "_sdc_sequence": 17})
say(type="RECORD", stream="houses", record={"id": 2})
say(type="SOMETHING", more=1)
put("")
say(type="State", value={"n": 1})
"""
    found = pages(tap(tmp_path, body))
    assert told(found) == [{"id": 1, "name": "Wenzel"}]
    assert state_of(found[-1]) == {"n": 1}


def test_numbers_that_are_none_and_nested_records(tmp_path: Path) -> None:
    body = """
put('{"type": "RECORD", "stream": "people", "record": {"id": 1, "worth": NaN, '
    '"home": {"lines": [{"a": 1.10}]}}}')
"""
    assert told(pages(tap(tmp_path, body))) == [
        {"id": 1, "worth": None, "home": {"lines": [{"a": 1.1}]}}
    ]


def test_a_record_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    body = """
record(id=1, name="Jörg")
put('{"type": "RECORD", "stream": "people", "record": {"id": 2, "name": "Mo')
say(type="RECORD", stream="people", record=["Moorbach"])
record(id=3, name="Zoë")
"""
    (page,) = pages(tap(tmp_path, body))
    assert [one["id"] for one in page.records] == [1, 3]
    assert [one.reason for one in page.unreadable] == [
        "a record that is no JSON",
        "a record that is no object",
    ]
    assert all("Mo" not in one.place for one in page.unreadable)
    assert b'"Mo' in page.unreadable[0].raw


@pytest.mark.parametrize(
    "line", ["Hallo Käthe Moorbach", '{"Käthe": 1}', "[1, 2]", "7", '{"type": 5, "of": "Moorbach"}']
)
def test_rubbish_ends_the_reading_and_what_came_before_stays(tmp_path: Path, line: str) -> None:
    body = f"record(id=1, name='Jörg')\nstate({{'n': 1}})\nput({line!r})\nrecord(id=2)\n"
    found, error = until_error(tap(tmp_path, body))
    assert [one["id"] for one in told(found)] == [1]
    assert state_of(found[-1]) == {"n": 1}
    assert isinstance(error, NotReadable)
    assert "tap-play wrote no Singer message in line 3" in error.message
    assert "Moorbach" not in str(error)
    assert "Käthe" not in str(error)


def test_batches_are_refused(tmp_path: Path) -> None:
    _, error = until_error(tap(tmp_path, "say(type='BATCH', stream='people', manifest=[])\n"))
    assert isinstance(error, NotReadable)
    assert "batch_config" in error.hint


def test_records_that_do_not_fit_the_schema_are_refused_by_the_mapper(tmp_path: Path) -> None:
    body = """
schema = {"properties": {"id": {"type": "integer"}, "mail": {"type": ["null", "string"]}}}
say(type="SCHEMA", stream="people", schema=schema, key_properties=["id"])
record(id=1, mail="jörg@example.org")
record(id=2, mail=4711)
"""
    singer = tap(tmp_path, body, check_records=True)
    good, bad = told(pages(singer))
    (stream,) = singer.streams()
    assert list(singer.map(stream, good))
    assert singer.map_page(stream, [good, bad]) is None
    with pytest.raises(RecordError, match=r"mail: is no string") as caught:
        list(singer.map(stream, bad))
    assert "4711" not in str(caught.value)
    unchecked = tap(tmp_path, body)
    assert "_unfit" not in told(pages(unchecked))[1]


FULL = {**PEOPLE, "deletes": "missing"}


def test_a_whole_table_that_says_it_is_complete(tmp_path: Path) -> None:
    body = "record(id=1, version=9)\nsay(type='ACTIVATE_VERSION', stream='people', version=9)\n"
    singer = tap(tmp_path, body, streams=[FULL])
    assert singer.streams()[0].cursor == "snapshot"
    assert len(told(pages(singer))) == 1


@pytest.mark.parametrize("rest", ["", "say(type='ACTIVATE_VERSION', stream='people', version=8)\n"])
def test_a_whole_table_that_does_not_is_none(tmp_path: Path, rest: str) -> None:
    singer = tap(tmp_path, "record(id=1, version=9)\n" + rest, streams=[FULL])
    _, error = until_error(singer)
    assert isinstance(error, NotReadable)
    assert "Nothing was deleted" in error.hint
