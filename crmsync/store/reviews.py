"""What hangs on an answer to a review: how many records and orders each customer has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import link, orders
from crmsync.store.work import Work


class Weight(NamedTuple):
    """What a customer has: records, orders that count, and the day of the last one ('')."""

    records: int = 0
    orders: int = 0
    last_order_on: str = ""


def weights(work: Work, customer_ids: Iterable[str]) -> dict[str, Weight]:
    """What each of these customers has; who has no record is left out."""
    wanted = sorted(customer_ids)
    found = {name: Weight(count) for name, count in _grouped(work, _RECORDS, wanted)}
    for name, count, day in _grouped(work, _ORDERS, wanted):
        found[name] = found[name]._replace(orders=count, last_order_on=day)
    return found


_RECORDS = sa.select(link.c.customer_id, sa.func.count()).group_by(link.c.customer_id)
_ORDERS = (
    sa.select(link.c.customer_id, sa.func.count(), sa.func.max(orders.c.day))
    .join_from(link, orders, orders.c.source_id == link.c.source_id)
    .where(orders.c.kind == "sale", orders.c.counts)
    .group_by(link.c.customer_id)
)


def _grouped(
    work: Work, statement: sa.Select[*tuple[Any, ...]], customer_ids: list[str]
) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in work.all_in(statement, link.c.customer_id, customer_ids)]
