"""A foreign database of customers, and how it is read; its fixtures are in `conftest`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from crmsync.connectors.sql import SqlConnector
from crmsync.model.stream import Page, Window

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
MAP = {"family_name": "name"}
Execute = Callable[..., None]
Ask = Callable[..., SqlConnector]


def customers(**options: Any) -> dict[str, Any]:
    """The settings of a stream of customers."""
    return {
        "name": "customers", "kind": "customers", "table": "customers", "key": "id", "map": MAP,
        **options,
    }  # fmt: skip


def read(
    connector: SqlConnector, position: Any = None, *, since: Any = None, until: Any = None
) -> list[Page]:
    """Every page of the first stream within a window."""
    window = Window(since, until)
    return list(connector.read(connector.streams()[0], window, position))


def ids(pages: list[Page]) -> list[Any]:
    """The ids of the records of all pages."""
    return [record["id"] for page in pages for record in page.records]


def fill(execute: Execute, count: int, stamp: str = "TEXT") -> None:
    """Customers of whom many share a stamp, and every seventh has none."""
    execute(f"CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, changed_at {stamp})")
    execute(
        "INSERT INTO customers VALUES (:id, :name, :at)",
        *(
            {
                "id": n,
                "name": f"Groß {n}",
                "at": None if n % 7 == 0 else f"2025-03-01 {10 + n % 3}:00:00",
            }
            for n in range(1, count + 1)
        ),
    )
