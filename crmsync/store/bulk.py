"""Writes many rows at once, by the driver's fastest honest way.

SQLite: one prepared statement. PostgreSQL: COPY into a temporary table, then one upsert.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, repeat
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

Rows = Sequence[Sequence[Any]]
FEW = 20
"""Fewer rows than this get plain statements: a COPY, or a statement for many, has its own price."""


class Same(NamedTuple):
    """A column that holds one value in every row."""

    value: Any


def upsert_columns(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[Sequence[Any] | Same],
    *,
    new: bool = False,
) -> None:
    """As `upsert`, the rows given as the table's columns; one of them at least is no `Same`."""
    count = next(len(column) for column in columns if not isinstance(column, Same))
    if connection.dialect.name == "sqlite" and count >= FEW:
        _insert_many(connection.connection.driver_connection, table, columns, count)
        return
    whole = (repeat(one.value) if isinstance(one, Same) else one for one in columns)
    upsert(connection, table, list(islice(zip(*whole, strict=False), count)), new=new)


def upsert(connection: sa.Connection, table: sa.Table, rows: Rows, *, new: bool = False) -> None:
    """Insert `rows` (values in column order), replacing rows with the same primary key.

    `new` promises that there are none: PostgreSQL then copies them into the table itself.
    """
    if not rows:
        return
    driver: Any = connection.connection.driver_connection
    sqlite = connection.dialect.name == "sqlite"
    if len(rows) < FEW:
        marks = ", ".join("?" if sqlite else "%s" for _ in table.columns)
        told = map(tuple, rows) if sqlite else rows  # bound quicker when plain
        text = _upsert_text(table, f"({marks})")
        if sqlite or len(rows) > 1:
            driver.cursor().executemany(text, told)
        else:
            driver.execute(text, rows[0])
        if not sqlite and len(rows) > 1:
            # psycopg sends many in a pipeline, behind which the server's clock for a transaction
            # that stands still has stopped; any other statement starts it again
            driver.execute("SELECT 1")
    elif sqlite:
        _insert_many(driver, table, list(zip(*rows, strict=True)), len(rows))
    elif new:
        with driver.cursor() as cursor:
            _copy(cursor, table, _name(table), rows)
    else:
        _merge(driver, table, rows)


def _insert_many(
    driver: Any, table: sa.Table, columns: Sequence[Sequence[Any] | Same], count: int
) -> None:
    """Write `count` rows into SQLite with few steps, binding as little as possible.

    Many rows are one step of a statement: each step costs as much as binding ten values. What is
    the same in every row stands in the statement. A number, a text and a bytearray Python's driver
    binds as they are; for anything else, flags and bytes too, it first looks for somebody who may
    adapt it, at four times the price.
    """
    marks: list[str] = []
    bound: list[Sequence[Any]] = []
    for column, kind in zip(columns, _kinds(table), strict=True):
        fixed = _literal(column)
        marks.append(fixed or "?")
        if not fixed:
            every = [column.value] * count if isinstance(column, Same) else column
            convert = _PLAIN.get(kind)  # to look for None in texts is a comparison each
            if convert is not None and None not in every:
                every = list(map(convert, every))
            bound.append(every)
    values = f"({', '.join(marks)})"
    if not bound:
        driver.execute(_upsert_text(table, values))
        return
    width = len(bound)
    told: list[Any] = [None] * (width * count)
    for place, told_here in enumerate(bound):
        told[place::width] = told_here
    step = VARIABLES // width
    whole = count - count % step
    if whole:
        many = _upsert_text(table, ", ".join([values] * step))
        driver.executemany(many, _pieces(told, step * width, 0, whole * width))
    driver.executemany(_upsert_text(table, values), _pieces(told, width, whole * width, len(told)))


def _pieces(values: list[Any], size: int, start: int, end: int) -> Iterator[list[Any]]:
    return (values[at : at + size] for at in range(start, end, size))


VARIABLES = 900
"""Values bound in one step; SQLite's oldest limit is 999."""

_PLAIN: dict[type[Any], Callable[[Any], Any]] = {sa.Boolean: int, sa.LargeBinary: bytearray}


@lru_cache(maxsize=128)
def _kinds(table: sa.Table) -> tuple[type[Any], ...]:
    return tuple(type(column.type) for column in table.columns)


def _literal(column: Sequence[Any] | Same) -> str:
    """The SQL of the one value that a column of many rows holds; "" where it holds several."""
    if isinstance(column, Same):
        first = column.value
    else:
        first = column[0]
        if column[-1] != first or column.count(first) != len(column):
            return ""
    if first is None:
        return "NULL"
    if isinstance(first, int):  # a flag too
        return str(int(first))
    if isinstance(first, bytes):
        return f"X'{first.hex()}'"
    return f"'{first}'" if isinstance(first, str) and _SAFE.fullmatch(first) else ""


_SAFE = re.compile(r"[A-Za-z0-9 _.:-]*", re.ASCII)
"""Texts that need no quoting inside the quotes."""


LISTED = "listed"
"""The parameter of `is_listed`."""


def is_listed(connection: sa.Connection, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """The condition that `column` is one of the texts or numbers in the parameter LISTED.

    One parameter for a whole list: a list of parameters would be compiled and bound one by one.
    """
    return _is_listed(connection.dialect.name, column)


@lru_cache(maxsize=256)
def _is_listed(dialect: str, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    if dialect == "sqlite":
        listed = sa.func.json_each(sa.bindparam(LISTED)).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    return column == sa.any_(sa.bindparam(LISTED, type_=sa.ARRAY(column.type)))


def beside_listed(
    connection: sa.Connection,
    columns: Sequence[sa.ColumnElement[Any]],
    column: sa.ColumnElement[Any],
    where: sa.ColumnElement[bool],
) -> sa.Select[*tuple[Any, ...]]:
    """A row for each text in the parameter LISTED, in their order: `columns` of the row of their
    table whose `column` is that text and for which `where` holds, null where there is none.

    On SQLite a third quicker than to ask for the rows of a list, and nothing has to be put in
    order: the left side of a join is walked as it comes.
    """
    if connection.dialect.name == "sqlite":
        told: Any = sa.func.json_each(sa.bindparam(LISTED)).table_valued("value")
        joined = told.outerjoin(column.table, sa.and_(where, column == told.c.value))
        return sa.select(*columns).select_from(joined)
    texts = sa.cast(sa.bindparam(LISTED), sa.ARRAY(sa.Text))
    told = sa.func.unnest(texts).table_valued("value", with_ordinality="place", name="told")
    told = told.render_derived()
    joined = told.outerjoin(column.table, sa.and_(where, column == told.c.value))
    return sa.select(*columns).select_from(joined).order_by(told.c.place)


def listed(connection: sa.Connection, values: Sequence[Any]) -> dict[str, Any]:
    """The parameters for `is_listed`."""
    plain = connection.dialect.name != "sqlite"
    return {LISTED: values if plain else orjson.dumps(values).decode()}


def delete(connection: sa.Connection, column: sa.Column[Any], values: Sequence[Any]) -> None:
    """Delete the rows of the column's table whose `column` is one of `values`."""
    if not values:
        return
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        text = f"DELETE FROM {_name(column.table)} WHERE {column.name} = ?"
        driver.executemany(text, [(value,) for value in values])
    else:
        text = f"DELETE FROM {_name(column.table)} WHERE {column.name} = ANY(%s)"
        driver.execute(text, (list(values),))


def _name(table: sa.FromClause) -> str:
    return f'"{table.description}"'


@lru_cache(maxsize=128)
def _upsert_text(table: sa.Table, values: str) -> str:
    columns = [column.name for column in table.columns]
    head = f"INSERT INTO {_name(table)} ({_listed(columns)}) VALUES {values}"
    return f"{head} {_on_conflict(table)}"


@lru_cache(maxsize=128)
def _on_conflict(table: sa.Table) -> str:
    keys = [column.name for column in table.primary_key.columns]
    rest = [column.name for column in table.columns if not column.primary_key]
    if not rest:
        return f"ON CONFLICT ({_listed(keys)}) DO NOTHING"
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    return f"ON CONFLICT ({_listed(keys)}) DO UPDATE SET {sets}"


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _merge(driver: Any, table: sa.Table, rows: Rows) -> None:
    columns = _columns(table)
    stage = f'"stage_{table.name}"'
    cursor = driver.cursor()
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} "
        f"(LIKE {_name(table)} INCLUDING DEFAULTS) ON COMMIT DELETE ROWS"
    )
    cursor.execute(f"TRUNCATE {stage}")
    _copy(cursor, table, stage, rows)
    cursor.execute(
        f"INSERT INTO {_name(table)} ({columns}) SELECT {columns} FROM {stage} "
        f"{_on_conflict(table)}"
    )


def _copy(cursor: Any, table: sa.Table, target: str, rows: Rows) -> None:
    with cursor.copy(f"COPY {target} ({_columns(table)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _columns(table: sa.Table) -> str:
    return _listed([column.name for column in table.columns])
