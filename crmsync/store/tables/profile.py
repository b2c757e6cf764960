"""Golden profiles, habits, and the days that wake customers."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables.base import blob, number, table, text

profile = table(
    "profile",
    text("customer_id", key=True),
    text("controller"),
    blob("hash"),
    text("doc"),
)
"""model.customer.Profile as JSON, with the provenance of every field."""

habit = table(
    "habit",
    text("customer_id", key=True),
    text("controller"),
    text("as_of"),
    blob("hash"),
    number("orders"),
    number("revenue_net"),
    text("last_order_on", null=True),
    text("abc", null=True),
    text("doc"),
    sa.Index("habit_revenue", "controller", "revenue_net"),
)

due = table(
    "due",
    text("customer_id", key=True),
    text("reason", key=True),
    text("on_day"),
    sa.Index("due_on_day", "on_day"),
)
"""When the calendar alone changes a customer: these days wake him."""
