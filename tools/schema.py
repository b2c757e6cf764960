"""Makes crmsync/store/tables/sqlite.sql from the tables: python tools/schema.py

A new SQLite store is made by that script: to have SQLAlchemy write the same statements anew takes
five times as long.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

import sqlalchemy as sa

from crmsync.store.schema import SCRIPT
from crmsync.store.tables import metadata


def statements() -> list[str]:
    """What makes every table, as SQLAlchemy says it to SQLite."""
    found: list[str] = []

    def put(element: Any, *_arguments: Any, **_more: Any) -> None:
        said = str(element.compile(dialect=engine.dialect)).expandtabs(4).strip()
        found.append("\n".join(line.rstrip() for line in said.splitlines()))

    engine = sa.create_mock_engine("sqlite://", put)
    metadata.create_all(engine, checkfirst=False)
    runs = groupby(found, key=lambda one: "INDEX" in one.split("(", 1)[0])
    return [one for index, run in runs for one in (sorted(run) if index else run)]


if __name__ == "__main__":
    head = "-- Made by tools/schema.py, never by hand: the tables of a new SQLite store.\n"
    SCRIPT.write_text(head + ";\n\n".join(statements()) + "\n", encoding="utf-8")
