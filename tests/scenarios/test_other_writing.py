"""A record that only comes in another writing is unchanged; another content is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.store import records, tables

CONFIG = """
[crmsync]
store = "sqlite:///crmsync.db"
[controllers.beispiel]
name = "Beispiel GmbH"
[connections.shop]
connector = "files"
controller = "beispiel"
[[connections.shop.streams]]
name = "customers"
kind = "customers"
path = "customers.jsonl"
key = "id"
deletes = "missing"
[connections.shop.streams.map]
family_name = "name"
contacts.email = "mail"
"""
FIRST = '{"id": 1, "name": "Müßig", "mail": "m@example.org"}\n'
Land = Callable[[str], dict[str, int]]


@pytest.fixture
def land(tmp_path: Path) -> Land:
    """Write the file, sync, and give what landing counted."""
    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")

    def run(line: str) -> dict[str, int]:
        (tmp_path / "customers.jsonl").write_text(line, encoding="utf-8")
        with open_project(tmp_path) as project:
            report = sync(project, as_of="2026-11-21")
            assert report.exit_code() == 0, report.as_json()
            return report.lands["shop/customers"]

    assert run(FIRST)["new"] == 1
    return run


@pytest.mark.parametrize(
    "line",
    [
        FIRST,
        '{"mail":"m@example.org","name":"M\\u00fc\\u00dfig","id":1}\r\n',
        '  { "id" : 1 , "mail" : "m@example.org" , "name" : "Müßig" }  \n',
    ],
)
def test_another_writing_is_unchanged(land: Land, line: str) -> None:
    counts = land(line)
    assert (counts["unchanged"], counts["changed"], counts["new"]) == (1, 0, 0)


def test_another_content_is_changed(land: Land) -> None:
    counts = land(FIRST.replace("Müßig", "Müssig"))
    assert (counts["unchanged"], counts["changed"], counts["new"]) == (0, 1, 0)


@pytest.mark.parametrize("first, second", [("7", "7.0"), ("1", "true"), ("0.0", "-0.0")])
def test_a_number_of_another_kind_is_changed(land: Land, first: str, second: str) -> None:
    assert land(f'{{"id": 2, "name": "Müßig", "number": {first}}}\n')["new"] == 1
    assert land(f'{{"id": 2, "name": "Müßig", "number": {second}}}\n')["changed"] == 1


def test_what_is_nested_deeply_is_landed_again(land: Land) -> None:
    deep = "[" * 1000 + "]" * 1000
    assert land(f'{{"id": 2, "name": "Müßig", "note": {deep}}}\n')["new"] == 1
    assert land(f'{{"id": 2, "note": {deep}, "name": "Müßig"}}\n')["changed"] == 1


def test_the_bytes_are_kept_as_they_were_told(land: Land, tmp_path: Path) -> None:
    land(FIRST.replace("Müßig", "Müssig"))
    with open_project(tmp_path) as project, project.store.read() as work:
        (number,) = (row.id for row in work.all(sa.select(tables.record.c.id)))
        (raws,) = records.load_raw(work, [number])
    assert records.decoded(raws.payloads[0]) == {"id": 1, "name": "Müssig", "mail": "m@example.org"}
