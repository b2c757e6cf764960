"""What is asked of Vendure and what is read in its answers, as a record of our own.

It was reduced from what a real Vendure 3.7.3 answered, with invented people; that the shop takes
the documents themselves is proven by `tests/live/test_vendure_writing_live.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from crmsync_vendure import Vendure
from crmsync_vendure.settings import VendureSettings

from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.testing import Answer, Asked, FakeBackend, Table

CONTRACT = json.loads((Path(__file__).parent / "data" / "contract.json").read_text())


class Recorded(FakeBackend):
    """Answers from the record, each step once and in its order."""

    connector = Vendure
    tables: ClassVar[Mapping[str, Table]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.left: list[Any] = list(CONTRACT["steps"])

    def answer(self, asked: Asked) -> Answer:
        step = self.left.pop(0)
        assert self.operation(asked) == (step["operation"], step["variables"])
        assert (step["operation"] == "Login") != ("vendure-token" in asked.headers)
        for field in step["fields"]:
            assert field in asked.json["query"]
        return Answer(data={"data": step["data"]}, headers=step.get("headers", {}))


def test_every_request_of_the_record_is_sent_and_read(tmp_path: Path) -> None:
    with Recorded() as fake:
        own = {"url": fake.url, "user": "crmsync", "password": "geheim", "channel_token": "laden"}
        connection = Connection(name="shop", controller="haus", base=str(tmp_path))
        shop = Vendure(VendureSettings.model_validate(own), connection)
        stream = next(one for one in shop.streams() if one.name == "customers")
        (record,) = [row for page in shop.read(stream, Window(), None) for row in page.records]
        (told,) = shop.map(stream, record)
        fields = {"family_name": "Moorbach", "addresses.billing.city": "Bonn"}
        (result,) = shop.write([Intent(id="1", key="k", external_id="3", fields=fields,
                                       version=record["version"])])  # fmt: skip
        shop.close()
        assert (fake.left, fake.bugs) == ([], [])
    assert (getattr(told, "titles", ""), getattr(told, "family_name", "")) == ("Dr.", "Kräuterlein")
    assert (result.outcome, record["version"]) == ("done", "2026-11-21T08:30:00.000Z")
