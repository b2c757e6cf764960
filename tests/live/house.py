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
def house(folder: Path, **connections: Mapping[str, str]) -> Iterator[House]:
    """A project with these connections, by their names."""
    folder.mkdir(exist_ok=True)
    tables = [_table(name, connection) for name, connection in connections.items()]
    text = '[controllers.laden]\nname = "Laden"\n\n' + "\n".join(tables)
    (folder / "crmsync.toml").write_text(text, encoding="utf-8")
    with open_project(folder) as opened:
        yield House(opened)


def _table(name: str, connection: Mapping[str, str]) -> str:
    keys = {"controller": "laden", **connection}
    lines = (f"{key} = {orjson.dumps(value).decode()}\n" for key, value in keys.items())
    return f"[connections.{name}]\n{''.join(lines)}"


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
        """The source customers by their external id, for a project of one connection."""
        return {name.split("/")[1]: one for name, one in self.customers_by_connection().items()}

    def customers_by_connection(self) -> dict[str, Row]:
        """The source customers by connection and external id ("erp/4711")."""
        names = self._names()
        found = self.rows(tables.source_customer)
        return {names[row["record_id"]]: orjson.loads(row["doc"]) for row in found}

    def orders(self) -> dict[str, list[Row]]:
        """The orders and returns by the external id of their record."""
        return self._by_record(tables.orders)

    def deliveries(self) -> dict[str, list[Row]]:
        """The deliveries by the external id of their record."""
        return self._by_record(tables.delivery)

    def linked(self) -> dict[str, str]:
        """The customer id of every source customer, by connection and external id."""
        names = self._names()
        return {names[row["source_id"]]: row["customer_id"] for row in self.rows(tables.link)}

    def _names(self) -> dict[int, str]:
        streams = {row["id"]: row["connection"] for row in self.rows(tables.stream)}
        return {
            row["id"]: f"{streams[row['stream_id']]}/{row['external_id']}"
            for row in self.rows(tables.record)
        }

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
        names = {number: name.split("/")[1] for number, name in self._names().items()}
        found: dict[str, list[Row]] = {}
        for row in self.rows(table):
            found.setdefault(names[row["record_id"]], []).append(row)
        return found


def pass_a_second() -> None:
    """Let the servers' clocks, which tell whole seconds, move past what was just written."""
    time.sleep(1.1)
