"""What a store has to see to today: habits that call for a word, and praise that came in."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import customer, habit, interaction, link, record, stream
from crmsync.store.work import Work


class Praise(NamedTuple):
    """A praise: whose, its record, the day, the store it names ('' for none) and its subject."""

    customer_id: str
    ref: str
    day: str
    store: str
    subject: str


def praises(work: Work, since: str, until: str) -> list[Praise]:
    """The praise of these days (ISO, both included), the newest first."""
    ref = stream.c.connection + "/" + stream.c.name + "/" + record.c.external_id
    i = interaction.c
    statement = (
        sa.select(link.c.customer_id, ref, i.day, i.store, i.subject)
        .join_from(interaction, link, link.c.source_id == i.source_id)
        .join(record, record.c.id == i.record_id)
        .join(stream, stream.c.id == record.c.stream_id)
        .where(i.kind == "praise", i.day.between(since, until))
    )
    found = [Praise(*row) for row in work.all(statement)]
    return sorted(found, key=lambda one: (one.day, one.ref), reverse=True)


def worth_a_word(work: Work, controller: str) -> list[str]:
    """Who is to be called back, is expected or overdue by the habits; most revenue first."""
    doc = habit.c.doc
    says = sa.or_(
        doc.like('%"call_back_due_on":"%'),
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
