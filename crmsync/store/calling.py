"""Whose habits call for a word today."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables import customer, habit
from crmsync.store.work import Work


def worth_a_word(work: Work, controller: str) -> list[str]:
    """Who is expected or overdue by the habits; most revenue first."""
    doc = habit.c.doc
    says = sa.or_(
        doc.like('%"next_expected_on":"%'),
        doc.like('%"overdue_since":"%'),
    )
    statement = (
        sa.select(habit.c.customer_id)
        .join_from(habit, customer, customer.c.customer_id == habit.c.customer_id)
        .where(habit.c.controller == controller, customer.c.state == "alive", says)
        .order_by(habit.c.revenue_net.desc(), habit.c.customer_key)
    )
    return [row[0] for row in work.all(statement)]
