"""The connectors a new package begins with keep every rule, and are as short as promised."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest

import crmsync.testing.starter as starter
from crmsync.testing import Answer, Asked, Table, connector_suite
from crmsync.testing.starter.reader import Muster as Reader
from crmsync.testing.starter.suite import FakeMuster, TestMuster

HERE = Path(starter.__file__).parent

__all__ = ["TestMuster"]


class FakeList(FakeMuster):
    """Muster as somebody sees it who asks for all its customers, in the order of their ids."""

    connector = Reader  # type: ignore[assignment]
    tables: ClassVar[Mapping[str, Table]] = {"customers": Table(name="last", email="email")}

    def answer(self, asked: Asked) -> Answer:
        if not self.is_secret("token", asked.bearer):
            return Answer(status=401, data={"error": "no such token"})
        if asked.parts != ["customers"]:
            return Answer(status=404, data={"error": "no such path"})
        after = int(asked.query.get("after") or 0)
        rows = [row.data for row in self.rows("customers") if row.data["id"] > after]
        return Answer(data={"items": rows[: self.page]})


TestReader = connector_suite(FakeList)


@pytest.mark.parametrize("name,most", [("reader", 40), ("writer", 90), ("suite", 120)])
def test_a_connector_is_short(name: str, most: int) -> None:
    lines = (HERE / f"{name}.py").read_text(encoding="utf-8").splitlines()
    assert sum(bool(line.strip()) for line in lines) <= most
