"""Which orders are open, and whose habits tell of a risk."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import delivery, habit, link, orders, record, stream
from crmsync.store.work import Work


class OpenOrder(NamedTuple):
    """An order that has not been fulfilled; of its open deliveries the first promised day."""

    customer_id: str
    ref: str
    number: str
    day: str
    store: str
    promised_on: str | None
    shipped_on: str | None


def open_orders(work: Work, as_of: str) -> list[OpenOrder]:
    """The orders that were placed by `as_of`, count, and are open; by promised day, then Ref.

    Those without a promise come last.
    """
    waits = sa.and_(
        delivery.c.order_record_id == orders.c.record_id, delivery.c.delivered_on.is_(None)
    )
    ref = stream.c.connection + "/" + stream.c.name + "/" + record.c.external_id
    statement = (
        sa.select(
            link.c.customer_id, ref, orders.c.number, orders.c.day, orders.c.store,
            sa.func.min(delivery.c.promised_on), sa.func.min(delivery.c.shipped_on),
        )
        .join_from(orders, link, link.c.source_id == orders.c.source_id)
        .join(record, record.c.id == orders.c.record_id)
        .join(stream, stream.c.id == record.c.stream_id)
        .outerjoin(delivery, waits)
        .where(orders.c.status == "open", orders.c.kind == "sale", orders.c.counts)
        .where(orders.c.day <= as_of)
        .group_by(
            link.c.customer_id, stream.c.connection, stream.c.name, record.c.external_id,
            orders.c.number, orders.c.day, orders.c.store,
        )
    )  # fmt: skip
    found = [OpenOrder(*row) for row in work.all(statement)]
    return sorted(found, key=lambda one: (one.promised_on or "9999", one.ref))


def at_risk(work: Work) -> list[str]:
    """The customers whose habits name a risk, the most valuable first."""
    none = habit.c.doc.like('%"at_risk":[]%')
    statement = sa.select(habit.c.customer_id).where(sa.not_(none))
    ordered = statement.order_by(habit.c.revenue_net.desc(), habit.c.customer_key)
    return [row[0] for row in work.all(ordered)]
