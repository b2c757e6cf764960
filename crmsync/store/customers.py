"""Customers as such: who is alive."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables import customer
from crmsync.store.work import Work


def alive(work: Work) -> list[str]:
    """The ids of all living customers."""
    statement = sa.select(customer.c.customer_id).where(customer.c.state == "alive")
    return [row[0] for row in work.all(statement)]
