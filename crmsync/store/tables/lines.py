"""The lines of all orders as a view, for people and for SQL: they are kept in the orders' rows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from crmsync.store.tables.base import flag, metadata, number, text

KEY = ("record_id", "part", "line_no")
"""What names a line; everything behind it is what `orders.lines` holds of it, in this order."""

order_line = sa.Table(
    "order_line",
    sa.MetaData(),
    *(number("record_id"), text("part"), number("line_no")),
    *(text(name) for name in ("sku", "title", "category", "brand", "size")),
    *(number(name) for name in ("quantity", "gross", "net", "discount")),
    *(flag(name) for name in ("returned", "gift_card")),
    number("cost", null=True),
)
"""A row for each line (model.order.OrderLine). It can be read and not written."""

_CASTS = {sa.BigInteger: "bigint", sa.Boolean: "boolean"}


def _columns(value: str, postgres: bool = False) -> str:
    """The columns behind KEY, each taken by its place out of the JSON list `value`."""
    told = []
    for place, column in enumerate(order_line.columns[len(KEY) :]):
        cast = _CASTS.get(type(column.type)) if postgres else None
        found = f"{value} ->> {place}" if postgres else f"json_extract({value}, '$[{place}]')"
        told.append(f"({found})::{cast} AS {column.name}" if cast else f"{found} AS {column.name}")
    return ", ".join(told)


_MAKE = {
    "sqlite": (
        "CREATE VIEW IF NOT EXISTS order_line AS "
        f"SELECT o.record_id, o.part, line.key AS line_no, {_columns('line.value')} "
        "FROM orders AS o, json_each(o.lines) AS line"
    ),
    "postgresql": (
        "CREATE OR REPLACE VIEW order_line AS "
        "SELECT o.record_id, o.part, line.place - 1 AS line_no, "
        f"{_columns('line.told', postgres=True)} FROM orders AS o, "
        "jsonb_array_elements(o.lines::jsonb) WITH ORDINALITY AS line (told, place)"
    ),
}


def remake(bind: sa.Connection) -> None:
    """Make the view of the lines anew: a release told more of them."""
    bind.execute(sa.text("DROP VIEW IF EXISTS order_line"))
    bind.execute(sa.text(_MAKE[bind.dialect.name].replace(":", "\\:")))


def _listen(event: str, statement: str, *dialects: str) -> None:
    ddl: Any = sa.DDL(statement)  # type: ignore[no-untyped-call]
    sa.event.listen(metadata, event, ddl.execute_if(dialect=dialects))


for _dialect, _statement in _MAKE.items():
    _listen("after_create", _statement, _dialect)
_listen("before_drop", "DROP VIEW IF EXISTS order_line", *_MAKE)
