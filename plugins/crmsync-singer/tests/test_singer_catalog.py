"""What a tap is asked for: the mapped fields and no more, in whatever form its catalog has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from crmsync_singer.catalog import Choice, selected
from crmsync_singer.fit import misfit
from crmsync_singer.plan import plans
from crmsync_singer.settings import SingerSettings
from pydantic import ValidationError
from singer_play import PEOPLE, pages, tap, told, until_error

from crmsync.errors import ConfigError, NotReadable

ENTRY: dict[str, Any] = {
    "tap_stream_id": "public-people",
    "stream": "people",
    "schema": {"properties": {"id": {}, "name": {}, "iban": {}, "blob": {}, "home": {}}},
    "metadata": [
        {"breadcrumb": [], "metadata": {"valid-replication-keys": ["changed"]}},
        {"breadcrumb": ["properties", "id"], "metadata": {"inclusion": "automatic"}},
        {"breadcrumb": ["properties", "blob"], "metadata": {"inclusion": "unsupported"}},
        {"breadcrumb": ["properties", "home", "properties", "city"], "metadata": {}},
    ],
}
OTHER: dict[str, Any] = {"stream": "houses", "schema": {}, "metadata": [
    {"breadcrumb": [], "metadata": {"selected": True}}]}  # fmt: skip


def chosen(**more: Any) -> dict[tuple[str, ...], dict[str, Any]]:
    choice = Choice(stream="people", **more)
    people, houses = selected([ENTRY, OTHER], choice)["streams"]
    assert houses["metadata"][0]["metadata"]["selected"] is bool(choice.others)
    return {tuple(row["breadcrumb"]): row["metadata"] for row in people["metadata"]}


def test_only_what_is_mapped_is_selected() -> None:
    found = chosen(fields=frozenset({"name", "home"}))
    assert found[()]["selected"]
    told = {crumb[1]: row.get("selected") for crumb, row in found.items() if crumb}
    assert told == {"id": True, "name": True, "iban": False, "blob": None, "home": True}
    assert found["properties", "home", "properties", "city"]["selected"]


def test_everything_and_other_streams() -> None:
    found = chosen(fields=None, others=("houses",))
    assert found["properties", "iban"]["selected"]
    assert "selected" not in found["properties", "blob"]


def test_how_it_is_read() -> None:
    found = chosen(fields=None, replication="incremental", replication_key="changed")
    assert found[()]["replication-method"] == "INCREMENTAL"
    assert found[()]["replication-key"] == "changed"
    assert "selected" not in json.dumps(ENTRY)


def test_the_fields_of_a_plan() -> None:
    own = {**PEOPLE, "select": ["note"], "replication_key": "changed", "gone": "dead",
           "map": {"name": ["first", "last"], "addresses": {"from": "homes", "city": "town"},
                   "consents.email": {"field": "news.state", "at": "news.at"}}}  # fmt: skip
    settings = SingerSettings.model_validate({"tap": "tap-play", "streams": [own]})
    (plan,) = plans(settings, connection="crm")
    wanted = {"id", "first", "last", "homes", "news", "note", "changed", "dead", "_sdc_deleted_at"}
    assert plan.choice.fields == frozenset(wanted)
    assert plan.stream.also == ("consents",)


def test_old_taps_take_properties(tmp_path: Path) -> None:
    body = "record(id=1, name=json.load(open(given['--properties']))['streams'][0]['stream'])\n"
    head = (tmp_path, 'catalog = json.load(open(given["--properties"]))\n' + body)
    singer = tap(*head, properties=True)
    script = tmp_path / "tap_play.py"
    script.write_text(script.read_text().replace('json.load(open(given["--catalog"]))', "None", 1))
    assert told(pages(singer))[0]["name"] == "people"


def test_a_catalog_from_a_file_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "catalog.json").write_text(json.dumps({"streams": [ENTRY]}), encoding="utf-8")
    body = "record(id=1, name=catalog['streams'][0]['tap_stream_id'])\n"
    assert told(pages(tap(tmp_path, body, catalog="catalog.json")))[0]["name"] == "public-people"
    (tmp_path / "catalog.json").write_text('{"streams": [1]}', encoding="utf-8")
    _, error = until_error(tap(tmp_path, body, catalog="catalog.json"))
    assert isinstance(error, NotReadable)


def test_check_names_what_the_tap_has_not(tmp_path: Path) -> None:
    tap(tmp_path, "").check()
    with pytest.raises(ConfigError, match="no stream 'leute'") as caught:
        tap(tmp_path, "", streams=[{**PEOPLE, "stream": "leute"}]).check()
    assert "people" in caught.value.hint
    with pytest.raises(ConfigError, match="no column 'vorname'"):
        tap(tmp_path, "", streams=[{**PEOPLE, "map": {"given_name": "vorname"}}]).check()
    with pytest.raises(ConfigError, match="no column 'nr'"):
        tap(tmp_path, "", streams=[{**PEOPLE, "key": ["id", "nr"]}]).check()


def test_a_tap_without_preset_needs_streams(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no preset for tap-play") as caught:
        tap(tmp_path, "", streams=[])
    assert "tap-shopify" in caught.value.hint
    with pytest.raises(ConfigError, match="kind and key are missing"):
        tap(tmp_path, "", streams=[{"name": "people"}])
    with pytest.raises(ValidationError, match="several streams are called people"):
        tap(tmp_path, "", streams=[PEOPLE, PEOPLE])


SCHEMA: dict[str, Any] = {
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "at": {"type": ["null", "string"], "format": "date-time"},
        "sum": {"anyOf": [{"type": "number"}, {"type": "string", "format": "singer.decimal"}]},
        "lines": {"type": "array", "items": {"type": "object", "properties": {
            "sku": {"type": "string"}}}},
        "free": {},
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        ({"id": 1, "at": None, "sum": "1.10", "free": object, "new": 1}, ""),
        ({"id": 1.0, "at": "2026-10-01T08:00:00.123456Z", "lines": [{"sku": "a"}]}, ""),
        ({}, "id: is missing"),
        ({"id": True}, "id: is no integer"),
        ({"id": 1, "at": "gestern"}, "at: is no time"),
        ({"id": 1, "sum": None}, "sum: fits none of the schema's ways"),
        ({"id": 1, "lines": [{"sku": "a"}, {"sku": 2}]}, "lines.1.sku: is no string"),
        ({"id": 1, "lines": "a"}, "lines: is no array"),
    ],
)
def test_a_record_and_its_schema(record: dict[str, Any], wanted: str) -> None:
    assert misfit(record, SCHEMA) == wanted
