"""The metadata every table hangs on, and the few column shapes they share.

Stamps are UTC texts, days are local ISO texts, documents are JSON texts: both databases sort and
store them alike, and a person can read them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

metadata = sa.MetaData()


class Index(NamedTuple):
    """An index made by a statement of its own, which both databases understand.

    Told to SQLAlchemy, a partial one would have every program load its part for PostgreSQL.
    """

    name: str
    table: str
    column: str
    where: str = ""

    @property
    def statement(self) -> str:
        """How it is made."""
        where = f" WHERE {self.where}" if self.where else ""
        return f"CREATE INDEX IF NOT EXISTS {self.name} ON {self.table} ({self.column}){where}"


PARTIAL: list[Index] = []
"""Over few of a table's rows; made with the table."""
LATE: list[Index] = []
"""Not needed while a store is filled for the first time; made at its end, for to sort everything
once costs a third of what it costs row by row."""


def partial_index(name: str, table: sa.Table, column: str, where: str) -> None:
    """An index of PARTIAL, over the rows for which `where` holds."""
    PARTIAL.append(Index(name, table.name, column, where))
    ddl: Any = sa.DDL(PARTIAL[-1].statement)  # type: ignore[no-untyped-call]
    sa.event.listen(table, "after_create", ddl)


def late_index(name: str, table: sa.Table, column: str) -> None:
    """An index of LATE."""
    LATE.append(Index(name, table.name, column))


def table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    """A table of the store."""
    return sa.Table(name, metadata, *columns)


def text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[Any]:
    """A text column, '' rather than null unless `null`."""
    return sa.Column(name, sa.Text, primary_key=key, nullable=null)


def number(name: str, *, key: bool = False, null: bool = False) -> sa.Column[Any]:
    """A 64-bit integer column whose values crmsync gives out itself."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, primary_key=key, nullable=null, autoincrement=False)


def flag(name: str) -> sa.Column[Any]:
    """A yes/no column."""
    return sa.Column(name, sa.Boolean, nullable=False)


def blob(name: str, *, null: bool = False) -> sa.Column[Any]:
    """A column of bytes."""
    return sa.Column(name, sa.LargeBinary, nullable=null)
