"""Model records in the store: written as a set per raw record, withdrawn as a set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import (
    consent_claim,
    delivery,
    interaction,
    mapped,
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


class Mapped(NamedTuple):
    """What became of a record: its state and the hashes of what it yielded."""

    record_id: int
    state: str
    customer_hash: bytes
    facts_hash: bytes


def load_mapped(work: Work, ids: Iterable[int]) -> dict[int, Mapped]:
    """What became of these records the last time."""
    rows = work.all_in(sa.select(mapped), mapped.c.record_id, ids)
    return {row[0]: Mapped(row[0], row[1], bytes(row[2]), bytes(row[3])) for row in rows}


def save_mapped(
    work: Work, rows: Sequence[tuple[int, str, bytes, bytes]], *, new: bool = False
) -> None:
    """Remember what became of these records; `new` where nothing is known of any."""
    work.upsert(mapped, rows, new=new)


def load_customers(work: Work, ids: Iterable[int]) -> dict[int, str]:
    """The documents (JSON) of these source customers."""
    statement = sa.select(source_customer.c.record_id, source_customer.c.doc)
    return {row[0]: row[1] for row in work.all_in(statement, source_customer.c.record_id, ids)}


def save_customers(
    work: Work, rows: Sequence[tuple[int, int, str, str]], *, new: bool = False
) -> None:
    """Write source customers: (record id, stream id, controller, document)."""
    work.upsert(source_customer, rows, new=new)


def withdraw_customers(work: Work, ids: Sequence[int]) -> None:
    """Take these source customers out."""
    work.delete(source_customer.c.record_id, ids)


def save_facts(work: Work, rows: dict[str, list[Any]], *, new: bool = False) -> None:
    """Write model rows, by the names of FACTS."""
    for name, table in FACTS.items():
        work.upsert(table, rows.get(name, []), new=new)


def withdraw_facts(work: Work, ids: Sequence[int]) -> None:
    """Take everything out that these records yielded beside their customer."""
    for table in FACTS.values():
        work.delete(table.c.record_id, ids)


def concerned(work: Work, ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """The source customers whose facts, and whose consents, these records hold now."""
    facts: set[int] = set()
    for table in (orders, delivery, interaction):
        rows = work.all_in(sa.select(table.c.source_id), table.c.record_id, ids)
        facts.update(row[0] for row in rows if row[0] is not None)
    statement = sa.select(consent_claim.c.source_id)
    claims = {row[0] for row in work.all_in(statement, consent_claim.c.record_id, ids)}
    return facts, claims


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
    found: set[int] = set()
    for table in (delivery, orders):
        statement = sa.select(table.c.record_id)
        found.update(row[0] for row in work.all_in(statement, table.c.order_record_id, ids))
    return sorted(found - set(ids))


def sources_of_skus(work: Work, connection_streams: Sequence[int], skus: set[str]) -> set[int]:
    """The source customers that bought one of these skus in lines without a category."""
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
