"""Figures over all customers of a controller: revenue and records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import customer, habit, link, record, source_customer, stream
from crmsync.store.work import Work


class Revenue(NamedTuple):
    """A customer's net revenue (minor units of `currency`), orders and ABC class."""

    net: int
    orders: int
    currency: str
    abc: str | None


def revenues(work: Work, controller: str) -> list[Revenue]:
    """Everybody who ever bought, the largest net revenue first."""
    statement = sa.select(habit.c.revenue_net, habit.c.orders, habit.c.currency, habit.c.abc)
    told = statement.where(habit.c.controller == controller, habit.c.orders > 0)
    return [Revenue(*row) for row in work.all(told.order_by(habit.c.revenue_net.desc()))]


def customers_of(work: Work, controller: str) -> list[str]:
    """The ids of the living customers of a controller, sorted."""
    mine = sa.and_(customer.c.state == "alive", customer.c.controller == controller)
    return [row[0] for row in work.all(sa.select(customer.c.customer_id).where(mine).order_by(
        customer.c.customer_id))]  # fmt: skip


def records_by_connection(work: Work, controller: str) -> dict[str, int]:
    """How many source customers each connection of a controller tells."""
    statement = (
        sa.select(stream.c.connection, sa.func.count())
        .join_from(source_customer, stream, stream.c.id == source_customer.c.stream_id)
        .where(source_customer.c.controller == controller)
        .group_by(stream.c.connection)
        .order_by(stream.c.connection)
    )
    return {row[0]: row[1] for row in work.all(statement)}


def owned(work: Work, customer_ids: Iterable[str]) -> list[tuple[str, str]]:
    """The records of these customers: each customer's id with a Ref, sorted."""
    ref = stream.c.connection + "/" + stream.c.name + "/" + record.c.external_id
    statement = (
        sa.select(link.c.customer_id, ref)
        .join_from(link, record, record.c.id == link.c.source_id)
        .join(stream, stream.c.id == record.c.stream_id)
    )
    told = work.all_in(statement, link.c.customer_id, customer_ids)
    return sorted((row[0], row[1]) for row in told)


def of_several_records(work: Work, controller: str) -> int:
    """How many customers are made of two records or more."""
    each = (
        sa.select(link.c.customer_id)
        .join_from(link, customer, customer.c.customer_id == link.c.customer_id)
        .where(customer.c.controller == controller, customer.c.state == "alive")
        .group_by(link.c.customer_id)
        .having(sa.func.count() > 1)
        .subquery()
    )
    [row] = work.all(sa.select(sa.func.count()).select_from(each))
    return int(row[0])
