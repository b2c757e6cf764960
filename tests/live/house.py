"""A small retailer's project around one live server, and short ways to look into its store."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from crmsync.engine.project import Project, open_project
from crmsync.engine.report import Report
from crmsync.engine.sync import sync
from crmsync.store import tables

Row = dict[str, Any]


@contextmanager
def house(folder: Path, connection: Mapping[str, str]) -> Iterator[House]:
    """A project with one connection called `live`."""
    folder.mkdir(exist_ok=True)
    own = "".join(
        f"{name} = {orjson.dumps(value).decode()}\n" for name, value in connection.items()
    )
    (folder / "crmsync.toml").write_text(
        f'[controllers.laden]\nname = "Laden"\n\n[connections.live]\ncontroller = "laden"\n{own}',
        encoding="utf-8",
    )
    with open_project(folder) as opened:
        yield House(opened)


class House:
    """An open project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def sync(self, **more: Any) -> Report:
        """One run."""
        return sync(self._project, now=datetime.now(UTC), **more)

    def rows(self, table: sa.Table) -> list[Row]:
        """Every row of a table."""
        with self._project.store.read() as work:
            return [dict(row._mapping) for row in work.all(sa.select(table))]

    def customers(self) -> dict[str, Row]:
        """The source customers by their external id."""
        names = {row["id"]: row["external_id"] for row in self.rows(tables.record)}
        found = self.rows(tables.source_customer)
        return {names[row["record_id"]]: orjson.loads(row["doc"]) for row in found}

    def orders(self) -> dict[str, list[Row]]:
        """The orders and returns by the external id of their record."""
        return self._by_record(tables.orders)

    def deliveries(self) -> dict[str, list[Row]]:
        """The deliveries by the external id of their record."""
        return self._by_record(tables.delivery)

    def record(self, external_id: str, stream: str) -> Row:
        """The landed record with this external id."""
        streams = {row["id"]: row["name"] for row in self.rows(tables.stream)}
        (found,) = [
            row
            for row in self.rows(tables.record)
            if row["external_id"] == external_id and streams[row["stream_id"]] == stream
        ]
        return found

    def _by_record(self, table: sa.Table) -> dict[str, list[Row]]:
        names = {row["id"]: row["external_id"] for row in self.rows(tables.record)}
        found: dict[str, list[Row]] = {}
        for row in self.rows(table):
            found.setdefault(names[row["record_id"]], []).append(row)
        return found


def pass_a_second() -> None:
    """Let the servers' clocks, which tell whole seconds, move past what was just written."""
    time.sleep(1.1)
