"""Records that a connector leaves undecoded land as those that it decodes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from crmsync.engine.calls import read_pages, with_bytes
from crmsync.engine.sync import sync
from crmsync.model.stream import Page, Stream, Window
from crmsync.model.undecoded import Undecoded, are_plain, read_keys
from crmsync.store import tables
from tests.engine.backend import NOW, Content, project


def told(told_as: Sequence[bytes], /, **more: Any) -> Page:
    """The page that the engine sees of these records."""
    page = Page(records=Undecoded(told_as), **more)
    connector: Any = SimpleNamespace(name="shop", read=lambda *_: iter([page]))
    stream = Stream(name="customers", kind="customers", key="id")
    (found,) = read_pages(connector, stream, Window(), None)
    return with_bytes(found, stream)


def test_bytes_and_ids_are_taken_from_undecoded_records() -> None:
    page = told([b'{"id": 7, "name": "M\xc3\xbcller"}', b'{"id":8}'], deleted=["9"])
    assert page.payloads == [b'{"id": 7, "name": "M\xc3\xbcller"}', b'{"id":8}']
    assert page.ids == ["7", "8"]
    assert page.deleted == ["9"]
    assert list(page.records) == [{"id": 7, "name": "Müller"}, {"id": 8}]


@pytest.mark.parametrize(
    "record",
    [
        {"name": "Weiß"},
        {"id": None},
        {"id": 1.5},
        {"id": True},
        {"id": " 7"},
        {"id": ""},
        {"id": []},
    ],
)
def test_ids_that_need_care_are_left_to_the_engine(record: dict[str, Any]) -> None:
    page = told([b'{"id":"a"}', orjson.dumps(record)])
    assert len(page.payloads) == 2
    assert page.ids == ()


def test_what_a_connector_says_itself_is_not_touched() -> None:
    page = told([b'{"id":1}'], payloads=[b"{}"], ids=["1"])
    assert (page.payloads, page.ids) == ([b"{}"], ["1"])


def test_keys_are_read_without_decoding_the_rest() -> None:
    assert read_keys([b'{"a":[1,{"id":5}],"id":1}', b'{"id":"x"}'], "id") == [1, "x"]
    assert read_keys([b'{"id":1}', b'{"id":'], "id") is None
    assert read_keys([b"[" * 100_000], "id") is None
    assert read_keys([b'{"i\\"d":1}'], 'i"d') is None


@pytest.mark.parametrize(
    "keys, plain",
    [([1, 2**64 - 1, -(2**63)], True), ([2**64], False), (["a", "b c"], True), ([" a"], False),
     ([""], False), ([1, "a"], False), ([], True)],
)  # fmt: skip
def test_plain_keys(keys: list[int | str], plain: bool) -> None:
    assert are_plain(keys) is plain


def test_they_land_as_those_that_are_decoded(tmp_path: Path, store_url: str) -> None:
    content = Content()
    for number in range(250):
        content.person(number)
    content.person(250, id="")
    content.person(251, id=None)
    content.person(252, email=["x"])
    content.undecoded = True
    with project(tmp_path, store_url, content) as opened:

        def run() -> dict[str, int]:
            report = sync(opened, as_of="2026-11-21", now=NOW)
            return {name: count for name, count in report.lands["shop/customers"].items() if count}

        assert run() == {"read": 253, "new": 251, "unreadable": 2}
        assert run() == {"read": 253, "unchanged": 251, "unreadable": 2}
        content.undecoded = False
        assert run() == {"read": 253, "unchanged": 251, "unreadable": 2}
        content.person(7, given="Käthe")
        content.undecoded = True
        assert run() == {"read": 253, "unchanged": 250, "changed": 1, "unreadable": 2}
        with opened.store.read() as work:
            docs = [row.doc for row in work.all(tables.source_customer.select())]
        assert len(docs) == 250  # the one with a list for an e-mail is parked
        assert sum("Käthe" in doc for doc in docs) == 1
