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
    text("customer_key"),
    text("as_of"),
    blob("hash"),
    number("orders"),
    text("currency"),
    number("revenue_net"),
    text("last_order_on", null=True),
    text("abc", null=True),
    text("doc"),
    sa.Index("habit_revenue", "controller", "revenue_net"),
)
"""model.habit.Habits as JSON. They hold from `as_of` on, the last day that turned anything;
`customer_key` is the smallest source Ref and breaks ties of the ABC share."""

due = table(
    "due",
    text("customer_id", key=True),
    text("reason", key=True),
    text("on_day"),
    sa.Index("due_on_day", "on_day"),
)
"""When the calendar alone changes a customer: these days wake him."""

abc_due = table("abc_due", text("controller", key=True))
"""Controllers whose ABC shares and fifths must be drawn again, because a revenue changed."""

rfm_cut = table("rfm_cut", text("controller", key=True), text("currency", key=True), text("doc"))
"""Where the fifths of the customers of a controller begin, by last purchase day, orders and net
revenue (model.habit.Cuts as JSON): a customer's own place follows when his habits are read."""

forecast = table(
    "forecast",
    text("customer_id", key=True),
    text("controller"),
    text("as_of"),
    number("value_365"),
    text("doc"),
    sa.Index("forecast_controller", "controller"),
)
"""What is expected of each customer (model.prediction.Prediction as JSON)."""

forecast_model = table(
    "forecast_model",
    text("controller", key=True),
    text("currency", key=True),
    text("as_of"),
    text("doc"),
)
"""What the predictions of a currency rest on: model, parameters, window, scores, as JSON."""

customer_value = table(
    "customer_value",
    text("customer_id", key=True),
    text("controller"),
    text("verdict"),
    text("doc"),
    sa.Index("value_controller", "controller"),
)
"""What each customer brings and costs, against his class (model.value.CustomerValue as JSON)."""

class_value = table(
    "class_value",
    text("controller", key=True),
    text("currency", key=True),
    text("abc", key=True),
    text("doc"),
)
"""What the customers of a class bring and cost (model.value.ClassValue as JSON)."""
