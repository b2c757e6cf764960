"""What is asked of Odoo, word by word, and what is read in its answers, in both APIs.

Odoo publishes no contract a machine could read (each database has its own models), so there is no
vendor's one to compare with: `facts/odoo.md` and Odoo's documentation stand behind it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from crmsync_odoo import Odoo
from crmsync_odoo.connector import OdooSettings
from crmsync_odoo.sources import SOURCES

from crmsync.model.stream import Connection, Window
from crmsync.testing import Answer, Asked, FakeBackend, Table

CONTRACT = json.loads((Path(__file__).parent / "data" / "contract.json").read_text())
WINDOW = Window(
    datetime(2026, 11, 21, 18, 50, 0, 400_000, UTC), datetime(2026, 11, 21, 19, 10, 0, 400_000, UTC)
)


class Recorded(FakeBackend):
    """Answers from the record, and whatever is not in it with an empty list."""

    connector = Odoo
    tables: ClassVar[Mapping[str, Table]] = {}
    steps: ClassVar[list[Any]] = []

    def __init__(self) -> None:
        super().__init__()
        self.left = list(self.steps)

    def answer(self, asked: Asked) -> Answer:
        for step in self.left:
            same = (step["method"], step["path"]) == (asked.method, asked.path)
            if same and step.get("body", {}) == asked.json:
                self.left.remove(step)
                return Answer(status=step.get("status", 200), data=step["answer"])
        nothing: Any = {} if "fields_get" in asked.body.decode() + asked.path else []
        if asked.path == "/jsonrpc":
            return Answer(data={"jsonrpc": "2.0", "id": 1, "result": nothing})
        return Answer(data=nothing)


@pytest.mark.parametrize("dialect", ["json2", "jsonrpc"])
def test_every_request_of_the_record_is_sent_and_read(dialect: str, tmp_path: Path) -> None:
    own = {"url": "", "key": "geheim", "database": "laden", "user": "crmsync@example.org"}
    connection = Connection(name="erp", controller="haus", base=str(tmp_path))
    with type("Recorded", (Recorded,), {"steps": CONTRACT[dialect]})() as fake:
        odoo = Odoo(OdooSettings.model_validate({**own, "url": fake.url}), connection)
        source = SOURCES["customers"]
        page = next(iter(odoo.read(source.stream, WINDOW, None)))
        odoo.close()
        assert not fake.left, [step["path"] for step in fake.left]
    (record,) = page.records
    (told,) = odoo.map(source.stream, record)
    assert getattr(told, "name", "") == "Änne Kräuterlein"
    assert getattr(told, "changed_at", "") == "2026-11-21T19:05:57Z"
