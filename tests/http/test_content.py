"""Answers are decoded alike whoever decodes them, and a list of records may stay as it came."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any

import pytest
import respx

from crmsync.errors import NotReadable
from crmsync.http import Client
from crmsync.model.undecoded import Undecoded

BASE = "https://shop.example"
PEOPLE = b'[{"id": 1, "name": "M\xc3\xbcller"},{"name":"Wei\xc3\x9f","id":"K-2"}]'


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE) as router:
        yield router


def ask(web: respx.MockRouter, content: bytes, undecoded: str = "") -> Any:
    web.get("/people").respond(content=content, headers={"content-type": "application/json"})
    client = Client(BASE)
    try:
        return client.get("/people", undecoded=undecoded).data
    finally:
        client.close()


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": [1, 2.50, true, null, "\\u00e4", {}], "b": {"c": -0.0}}',
        b'{"id": 123456789012345678901234567890}',
        b'{"id": 1, "id": 2}',
        b"[1e400, -1E-400, 1e16]",
        b"[NaN, Infinity]",
        b'["half an emoji: \\ud83d"]',
        codecs.BOM_UTF8 + b'{"a": 1}',
        '{"a": "Köln"}'.encode("utf-16"),
        b"7",
    ],
)
def test_an_answer_says_what_json_says(web: respx.MockRouter, content: bytes) -> None:
    assert repr(ask(web, content)) == repr(json.loads(content))


@pytest.mark.parametrize(
    "content, path",
    [
        (PEOPLE, "."),
        (b'{"next": "c-2", "items": ' + PEOPLE + b"}", "items"),
        (b'{"data": {"people": ' + PEOPLE + b', "total": 2}, "took": 1.5}', "data.people"),
        (b'{"items": []}', "items"),
    ],
)
def test_records_stay_as_they_came_beside_what_is_decoded(
    web: respx.MockRouter, content: bytes, path: str
) -> None:
    found, inner = ask(web, content, path), json.loads(content)
    parts = [] if path == "." else path.split(".")
    records = found
    for part in parts:
        records, inner = records[part], inner[part]
    assert isinstance(records, Undecoded)
    assert list(records) == inner == records[:]
    assert len(records) == len(inner)
    assert all(payload in PEOPLE for payload in records.payloads)
    whole = json.dumps(found, default=list, sort_keys=True)
    assert whole == json.dumps(json.loads(content), sort_keys=True)


@pytest.mark.parametrize(
    "content",
    [
        b'{"people": ' + PEOPLE + b"}",
        b'{"items": {"id": 1}}',
        b'{"items": [{"id": 1}, 7]}',
        b'{"items": [{"id": NaN}]}',
        b'{"items": [{"id": "\\ud83d"}]}',
        b"[1]",
        codecs.BOM_UTF8 + b'{"items": []}',
    ],
)
def test_what_is_no_list_of_records_is_decoded(web: respx.MockRouter, content: bytes) -> None:
    assert repr(ask(web, content, "items")) == repr(json.loads(content))


@pytest.mark.parametrize(
    "content",
    [
        b"<html>Anmelden</html>",
        b'{"items": [{"id": "\xff"}]}',
        b'{"items": [{"id": 1}',
        b"[" * 9_999,
    ],
)
def test_what_is_no_json_is_not_readable(web: respx.MockRouter, content: bytes) -> None:
    with pytest.raises(NotReadable, match="instead of JSON"):
        ask(web, content, "items")
