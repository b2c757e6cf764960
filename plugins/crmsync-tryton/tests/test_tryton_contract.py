"""What is asked of Tryton, word by word, and what is read in its answers.

Tryton publishes no contract a machine could read (its models depend on the modules): the record was
reduced from what a real Tryton 8.2 answered, and `tests/live/test_tryton_live.py` asks it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from crmsync_tryton import Tryton
from crmsync_tryton.settings import TrytonSettings
from crmsync_tryton.streams import SOURCES

from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.model.told import ToldCustomer
from crmsync.testing import Answer, Asked, FakeBackend, Table

CONTRACT = json.loads((Path(__file__).parent / "data" / "contract.json").read_text())
WINDOW = Window(datetime(2026, 11, 21, 18, 50, tzinfo=UTC), datetime(2026, 11, 21, 19, tzinfo=UTC))


class Recorded(FakeBackend):
    """Answers from the record, and whatever is not in it with an empty list."""

    connector = Tryton
    tables: ClassVar[Mapping[str, Table]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.left: list[Any] = list(CONTRACT["steps"])

    def answer(self, asked: Asked) -> Answer:
        for step in self.left:
            if (asked.path, asked.json) == (step["path"], step["body"]):
                self.left.remove(step)
                return Answer(data=step["answer"])
        return Answer(data={"id": 1, "result": []})


def test_every_request_of_the_record_is_sent_and_read(tmp_path: Path) -> None:
    with Recorded() as fake:
        own = {"url": fake.url, "database": "laden", "user": "crmsync", "password": "geheim"}
        connection = Connection(name="erp", controller="haus", base=str(tmp_path))
        erp = Tryton(TrytonSettings.model_validate(own), connection)
        erp._rpc.version()
        stream = SOURCES["customers"].stream
        (record,) = [row for page in erp.read(stream, WINDOW, None) for row in page.records]
        (told,) = erp.map(stream, record)
        (result,) = erp.write(
            [Intent(id="1", key="k", external_id="34", fields={"contacts.email": "neu@example.org"},
                    version=record["version"])]
        )  # fmt: skip
        erp.close()
        assert not fake.left, [step["body"]["method"] for step in fake.left]
    assert isinstance(told, ToldCustomer)
    assert (told.name, told.contacts[0].value) == ("Änne Kräuterlein", "aenne@example.org")
    assert (result.outcome, record["version"]) == ("done", "1795287479.07128")
