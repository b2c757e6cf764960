"""The unit of work: one transaction in which data, cursor, watermark and log commit together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crmsync.store import bulk, log
from crmsync.store.log import Change

CHUNK = 900
"""Values in one IN list; SQLite's oldest limit on parameters is 999."""


class Work:
    """One open transaction. What is logged is written just before the commit."""

    def __init__(self, connection: sa.Connection, *, run_id: str = "") -> None:
        self.connection = connection
        self.run_id = run_id
        self._logged: dict[str, dict[int | str, None]] = {}

    def all(self, statement: sa.Executable, parameters: Any = None) -> Sequence[Any]:
        """Every row of a statement."""
        return self.connection.execute(statement, parameters).fetchall()

    def one(self, statement: sa.Executable, parameters: Any = None) -> Any:
        """The first row of a statement, or None."""
        return self.connection.execute(statement, parameters).first()

    def scalar(self, statement: sa.Executable, parameters: Any = None) -> Any:
        """The first value of the first row, or None."""
        return self.connection.execute(statement, parameters).scalar()

    def run(self, statement: sa.Executable, parameters: Any = None) -> int:
        """Execute a writing statement; gives the number of rows it touched."""
        return self.connection.execute(statement, parameters).rowcount

    def all_in(
        self,
        statement: sa.Select[*tuple[Any, ...]],
        column: sa.ColumnElement[Any],
        values: Iterable[Any],
    ) -> list[Any]:
        """The rows of `statement` whose `column` is one of `values`."""
        wanted = list(values)
        return list(self._listed(statement, column, wanted).fetchall()) if wanted else []

    def tuples_in(
        self,
        statement: sa.Select[*tuple[Any, ...]],
        column: sa.ColumnElement[Any],
        values: Iterable[Any],
    ) -> list[tuple[Any, ...]]:
        """As `all_in`, in the driver's own rows: for thousands of them, at half the price."""
        wanted = list(values)
        if not wanted:
            return []
        with self._listed(statement, column, wanted) as result:
            cursor: Any = result.cursor
            return list(cursor.fetchall())

    def tuples_beside(
        self,
        columns: Sequence[sa.ColumnElement[Any]],
        column: sa.ColumnElement[Any],
        values: Sequence[str],
        where: sa.ColumnElement[bool],
    ) -> list[tuple[Any, ...]]:
        """For each of `values`, in their order, the `columns` of the row whose `column` it is.

        Rows for which `where` does not hold count as absent; all of an absent one's are None.
        """
        if not values:
            return []
        statement = bulk.beside_listed(self.connection, columns, column, where)
        with self.connection.execute(statement, bulk.listed(self.connection, values)) as result:
            cursor: Any = result.cursor
            return list(cursor.fetchall())

    def update(
        self, statement: sa.Update, column: sa.ColumnElement[Any], values: Iterable[Any]
    ) -> None:
        """Execute an update of the rows whose `column` is one of `values`."""
        wanted = list(values)
        if wanted:
            self._listed(statement, column, wanted)

    def _listed(
        self,
        statement: sa.Select[*tuple[Any, ...]] | sa.Update,
        column: sa.ColumnElement[Any],
        values: Sequence[Any],
    ) -> sa.CursorResult[Any]:
        where = bulk.is_listed(self.connection, column)
        parameters = bulk.listed(self.connection, values)
        return self.connection.execute(statement.where(where), parameters)

    def upsert(self, table: sa.Table, rows: Sequence[Sequence[Any]], *, new: bool = False) -> None:
        """Insert rows (values in column order), replacing those with the same primary key.

        `new` promises that there are none, which spares PostgreSQL half the work.
        """
        bulk.upsert(self.connection, table, rows, new=new)

    def upsert_columns(
        self, table: sa.Table, columns: Sequence[Sequence[Any] | bulk.Same], *, new: bool = False
    ) -> None:
        """As `upsert`, for many rows given as columns: what is the same in all is told once."""
        bulk.upsert_columns(self.connection, table, columns, new=new)

    def delete(self, column: sa.Column[Any], values: Iterable[Any]) -> None:
        """Delete the rows whose `column` is one of `values`."""
        bulk.delete(self.connection, column, list(values))

    def numbers(self, name: str, count: int) -> range:
        """The next `count` numbers of a counter; of one of `log.IDS` some may be missed out."""
        take = log.ids if name in log.IDS else log.numbers
        return take(self.connection, name, count)

    def log_records(self, topic: str, record_ids: Iterable[int]) -> None:
        """Say at the commit that these records changed."""
        self._logged.setdefault(topic, {}).update(dict.fromkeys(record_ids))

    def log_customers(self, topic: str, customer_ids: Iterable[str]) -> None:
        """Say at the commit that these customers changed."""
        self._logged.setdefault(topic, {}).update(dict.fromkeys(customer_ids))

    def changes(self, stage: str, topics: Iterable[str], limit: int) -> Sequence[Change]:
        """What changed behind the stage's watermark."""
        return log.read(self.connection, stage, topics, limit)

    def advance(self, stage: str, seq: int, detail: str = "") -> None:
        """Move the stage's watermark; it commits with the work."""
        log.advance(self.connection, stage, seq, detail)

    def settle(self, stages: Mapping[str, Iterable[str]]) -> int:
        """Drop what every stage has dealt with from the log; gives the rows dropped."""
        return log.settle(self.connection, stages)

    def flush(self) -> None:
        """Write what was logged; the store calls it last, so the log's lock is held briefly."""
        logged, self._logged = self._logged, {}
        log.append(self.connection, logged)
