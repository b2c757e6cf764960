"""Hands over what customers bought, got and said as Arrow columns, for pure queries.

Only the customers asked for are read. Days become day numbers (1970-01-01 is 0); a customer, a
receipt and a product are named by their Refs where a tie must be broken, never by the order in
which they came.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, repeat, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import sqlalchemy as sa

from crmsync.model.order import LINE
from crmsync.store.tables import (
    customer,
    delivery,
    interaction,
    link,
    orders,
    product,
    record,
    stream,
)
from crmsync.store.waiting import MAY_WAIT, waiting_rows
from crmsync.store.work import CHUNK, Work

if TYPE_CHECKING:
    import pyarrow as pa

PORTION = 20_000
"""Rows that live as Python objects at once."""

ORDERS = 1_000
"""Orders whose lines live as Python objects at once."""

Kind = str
SHAPES: dict[str, dict[str, Kind]] = {
    "orders": {
        "customer_id": "text", "record_id": "number", "part": "text", "ref": "text",
        "connection": "text", "kind": "text", "status": "text", "channel": "text",
        "store": "text", "placed_at": "text", "day": "day", "hour": "number",
        "weekday": "number", "currency": "text", "counts": "flag",
    },
    "lines": {
        "record_id": "number", "part": "text", "sku": "text", "title": "text",
        "category": "text", "brand": "text", "size": "text", "quantity": "number",
        "gross": "number", "net": "number", "discount": "number", "returned": "flag",
        "gift_card": "flag", "cost": "number",
    },
    "products": {
        "connection": "text", "sku": "text", "ref": "text", "name": "text", "category": "text",
        "brand": "text", "size": "text", "cost": "number", "currency": "text",
    },
    "deliveries": {
        "customer_id": "text", "order_record_id": "number", "method": "text",
        "promised_on": "day", "shipped_on": "day", "delivered_on": "day", "evidence": "text",
    },
    "interactions": {
        "customer_id": "text", "kind": "text", "status": "text", "channel": "text",
        "direction": "text", "day": "day", "due_on": "day", "resolved_on": "day",
    },
}  # fmt: skip
"""The columns of each relation, in order, and what they hold."""


class Facts(NamedTuple):
    """Everything known about some customers, a table each; the columns are those of SHAPES."""

    orders: pa.Table
    lines: pa.Table
    products: pa.Table
    deliveries: pa.Table
    interactions: pa.Table


def read_facts(work: Work, customer_ids: Iterable[str]) -> Facts:
    """The facts of these customers."""
    wanted = list(customer_ids)
    with _collector_at_rest():
        told = {
            name: read_rows(work, SHAPES[name], STATEMENTS[name], wanted) for name in STATEMENTS
        }
        told["interactions"] = _with_waiting(told["interactions"], waiting_rows(work, wanted))
        told["lines"] = _lines(work, wanted)
    told["products"] = _products(work, told["orders"], told["lines"])
    return Facts(**told)


def customers_of_sources(work: Work, source_ids: Iterable[int]) -> set[str]:
    """The customers these source customers are linked to."""
    statement = sa.select(link.c.customer_id)
    return {row[0] for row in work.all_in(statement, link.c.source_id, source_ids)}


class Living(NamedTuple):
    """A living customer: its controller and its key, the smallest Ref of its source customers."""

    controller: str
    key: str


def living(work: Work, customer_ids: Iterable[str]) -> dict[str, Living]:
    """Those of these customers that are alive and have source customers."""
    statement = (
        sa.select(
            link.c.customer_id, customer.c.controller, stream.c.connection, stream.c.name,
            record.c.external_id,
        )
        .join_from(link, customer, customer.c.customer_id == link.c.customer_id)
        .join(record, record.c.id == link.c.source_id)
        .join(stream, stream.c.id == record.c.stream_id)
        .where(customer.c.state == "alive")
    )  # fmt: skip
    found: dict[str, Living] = {}
    for name, controller, *ref in work.all_in(statement, link.c.customer_id, customer_ids):
        one = Living(controller, "/".join(ref))
        found[name] = min(one, found.get(name, one))
    return found


def table(columns: Mapping[str, Kind], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """An Arrow table of rows, its columns named and shaped by `columns`."""
    return _arrow(columns, list(zip(*rows, strict=True)) if rows else [()] * len(columns))


def _arrow(columns: Mapping[str, Kind], told: Iterable[Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    arrays = [_array(kind, values) for kind, values in zip(columns.values(), told, strict=True)]
    return pa.table(arrays, names=list(columns))


def _array(kind: Kind, values: Sequence[Any]) -> Any:
    import pyarrow as pa

    if kind == "day":
        days = pa.array(values, pa.string()).cast(pa.date32())
        return days.cast(pa.int32()).cast(pa.int64())
    if kind == "flag":
        return pa.array(values).cast(pa.bool_())  # SQLite tells 0 and 1
    return pa.array(values, pa.string() if kind == "text" else pa.int64())


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep Python from looking for cycles among rows of plain values: a third of the time."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()


def read_rows(
    work: Work,
    shape: Mapping[str, Kind],
    statement: sa.Select[*tuple[Any, ...]],
    customer_ids: Sequence[str],
) -> pa.Table:
    """What a statement over `link` says of these customers, in columns of `shape`.

    Chunk by chunk, so that few rows live as Python objects.
    """
    import pyarrow as pa

    chunks = [table(shape, rows) for rows in _rows(work, statement, customer_ids)]
    return pa.concat_tables([table(shape, ()), *chunks])


def _with_waiting(others: pa.Table, rows: Sequence[Sequence[Any]]) -> Any:
    import pyarrow as pa

    return pa.concat_tables([others, table(SHAPES["interactions"], rows)]) if rows else others


def _lines(work: Work, customer_ids: Sequence[str]) -> Any:
    """The lines of the orders of these customers, unfolded from the orders' rows."""
    import pyarrow as pa

    shape = SHAPES["lines"]
    portions = _rows(work, _FOLDED, customer_ids, portion=ORDERS)
    chunks = [_arrow(shape, _unfolded(portion)) for portion in portions]
    return pa.concat_tables([table(shape, ()), *chunks])


def _unfolded(orders_told: Iterable[tuple[int, str, str]]) -> list[Sequence[Any]]:
    """The columns of the lines of these orders (record id, part, lines as JSON)."""
    numbers, parts, texts = zip(*orders_told, strict=True)
    told: list[Any] = orjson.loads(f"[{','.join(texts)}]")
    sizes = list(map(len, told))
    values = list(zip_longest(*chain.from_iterable(told)))
    values += [(None,) * sum(sizes)] * (len(LINE) - len(values))  # where no line goes so far
    columns = dict(zip(LINE, values, strict=True))
    columns["record_id"] = tuple(chain.from_iterable(map(repeat, numbers, sizes)))
    columns["part"] = tuple(chain.from_iterable(map(repeat, parts, sizes)))
    return [columns[name] for name in SHAPES["lines"]]


def _rows(
    work: Work,
    statement: sa.Select[*tuple[Any, ...]],
    customer_ids: Sequence[str],
    *,
    portion: int = PORTION,
) -> Iterator[Sequence[Any]]:
    for start in range(0, len(customer_ids), CHUNK):
        chunk = customer_ids[start : start + CHUNK]
        with work.connection.execute(statement.where(link.c.customer_id.in_(chunk))) as result:
            cursor: Any = result.cursor  # the driver's own rows: a million objects fewer
            while rows := cursor.fetchmany(portion):
                yield rows


def _products(work: Work, sold: pa.Table, lines: pa.Table) -> Any:
    """The products behind these lines; a connection that sold nothing here is left out."""
    skus = sorted(sku for sku in lines["sku"].unique().to_pylist() if sku)
    connections = sorted(sold["connection"].unique().to_pylist())
    statement = (
        sa.select(
            product.c.connection, product.c.sku,
            stream.c.connection + "/" + stream.c.name + "/" + record.c.external_id
            + "#" + product.c.part,
            product.c.name, product.c.category, product.c.brand, product.c.size, product.c.cost,
            product.c.currency,
        )
        .join_from(product, record, record.c.id == product.c.record_id)
        .join(stream, stream.c.id == record.c.stream_id)
        .where(product.c.connection.in_(connections))
    )  # fmt: skip
    return table(SHAPES["products"], work.all_in(statement, product.c.sku, skus))


def _statements() -> dict[str, sa.Select[*tuple[Any, ...]]]:
    """How each relation is read, but for the customers."""
    bought = sa.join(link, orders, orders.c.source_id == link.c.source_id)
    known = bought.join(record, record.c.id == orders.c.record_id).join(
        stream, stream.c.id == record.c.stream_id
    )
    ref = stream.c.connection + "/" + stream.c.name + "/" + record.c.external_id
    o, d, i = orders.c, delivery.c, interaction.c
    return {
        "orders": sa.select(
            link.c.customer_id, o.record_id, o.part, ref, stream.c.connection, o.kind, o.status,
            o.channel, o.store, o.placed_at, o.day, o.hour, o.weekday, o.currency, o.counts,
        ).select_from(known),
        "deliveries": sa.select(
            link.c.customer_id, d.order_record_id, d.method, d.promised_on, d.shipped_on,
            d.delivered_on, d.evidence,
        ).join_from(link, delivery, d.source_id == link.c.source_id),
        "interactions": sa.select(
            link.c.customer_id, i.kind, i.status, i.channel, i.direction, i.day, i.due_on,
            i.resolved_on,
        ).join_from(link, interaction, i.source_id == link.c.source_id).where(~MAY_WAIT),
    }  # fmt: skip


STATEMENTS = _statements()
_FOLDED = sa.select(orders.c.record_id, orders.c.part, orders.c.lines).join_from(
    link, orders, orders.c.source_id == link.c.source_id
)
