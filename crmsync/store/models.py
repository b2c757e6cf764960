"""Model records in the store: written as a set per raw record, withdrawn as a set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import (
    consent_claim,
    delivery,
    interaction,
    order_line,
    orders,
    pending,
    product,
    record,
    shop,
    source_customer,
)
from crmsync.store.work import Work

FACTS: dict[str, sa.Table] = {
    "orders": orders,
    "deliveries": delivery,
    "interactions": interaction,
    "claims": consent_claim,
    "products": product,
    "shops": shop,
}
"""The tables that hold what a raw record yields beside its customer."""


class Customer(NamedTuple):
    """A source customer as it is stored: whose it is, and its document (JSON)."""

    controller: str
    doc: str


class Told(NamedTuple):
    """What records yielded until now: their source customers, and a set of rows each.

    A row stands there with the name of its table in FACTS.
    """

    customers: dict[int, Customer]
    facts: dict[int, set[tuple[str, tuple[Any, ...]]]]


def load_told(work: Work, ids: Collection[int]) -> Told:
    """What these records yielded until now."""
    columns = (source_customer.c.record_id, source_customer.c.controller, source_customer.c.doc)
    rows = work.tuples_in(sa.select(*columns), source_customer.c.record_id, ids)
    told = Told({number: Customer(*some) for number, *some in rows}, {})
    for name, table in FACTS.items():
        for row in work.tuples_in(sa.select(table), table.c.record_id, ids):
            told.facts.setdefault(row[0], set()).add((name, row))
    return told


def save_customers(
    work: Work, rows: Sequence[tuple[int, int, str, str]], *, new: bool = False
) -> None:
    """Write source customers: (record id, stream id, controller, document)."""
    work.upsert(source_customer, rows, new=new)


def withdraw_customers(work: Work, ids: Sequence[int]) -> None:
    """Take these source customers out."""
    work.delete(source_customer.c.record_id, ids)


def save_facts(work: Work, rows: Mapping[str, Sequence[Any]]) -> None:
    """Write model rows, by the names of FACTS, of records that have none, or none any more."""
    for name, table in FACTS.items():
        work.upsert(table, rows.get(name, []), new=True)


def withdraw_facts(work: Work, ids: Sequence[int]) -> None:
    """Take everything out that these records yielded beside their customer."""
    for table in FACTS.values():
        work.delete(table.c.record_id, ids)


def save_pending(work: Work, rows: Sequence[tuple[int, int, str]]) -> None:
    """Remember records that wait: (record id, stream id, external id waited for)."""
    work.upsert(pending, rows)


def clear_pending(work: Work, ids: Sequence[int]) -> None:
    """These records wait no longer."""
    work.delete(pending.c.record_id, ids)


def order_sources(work: Work, ids: Iterable[int]) -> dict[int, int | None]:
    """The source customer of each order record."""
    statement = sa.select(orders.c.record_id, orders.c.source_id)
    return {row[0]: row[1] for row in work.all_in(statement, orders.c.record_id, ids)}


def children_of_orders(work: Work, ids: Sequence[int]) -> list[int]:
    """Records that belong to one of these orders: its deliveries and returns."""
    if not ids:
        return []
    found: set[int] = set()
    for table in (delivery, orders):
        statement = sa.select(table.c.record_id)
        found.update(row[0] for row in work.all_in(statement, table.c.order_record_id, ids))
    return sorted(found - set(ids))


def sources_of_skus(work: Work, connection_streams: Sequence[int], skus: set[str]) -> set[int]:
    """The source customers that bought one of these skus; it walks through every order's lines."""
    joined = sa.select(orders.c.source_id).join_from(
        order_line, orders,
        sa.and_(orders.c.record_id == order_line.c.record_id, orders.c.part == order_line.c.part),
    ).join(record, record.c.id == orders.c.record_id)  # fmt: skip
    statement = joined.where(
        record.c.stream_id.in_(connection_streams), orders.c.source_id.is_not(None)
    ).distinct()
    return {row[0] for row in work.all_in(statement, order_line.c.sku, skus)}


def shop_zones(work: Work, connection: str) -> dict[str, str]:
    """The time zone of each store of a connection that has one."""
    statement = sa.select(shop.c.key, shop.c.zone).where(shop.c.connection == connection)
    return {row[0]: row[1] for row in work.all(statement) if row[1]}
