"""Model records, normalized: each row is owned by one raw record and a part of it."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables.base import flag, late_index, number, partial_index, table, text

source_customer = table(
    "source_customer",
    number("record_id", key=True),
    number("stream_id"),
    text("controller"),
    text("doc"),
)
"""A source customer; its record id is its id. `doc` is model.customer.SourceCustomer as JSON."""

orders = table(
    "orders",
    number("record_id", key=True),
    text("part", key=True),
    text("kind"),
    number("source_id", null=True),
    number("order_record_id", null=True),
    text("number"),
    text("channel"),
    text("store"),
    text("placed_at"),
    text("day"),
    number("hour"),
    number("weekday"),
    text("status"),
    text("currency"),
    number("gross"),
    number("net"),
    number("refund_gross"),
    number("refund_net"),
    number("discount"),
    number("shipping"),
    flag("counts"),
    text("lines"),
)
"""The columns are those of model.order.Order. The lines lie in the row: one text is written many
times quicker than a row each; the view `order_line` unfolds them."""

delivery = table(
    "delivery",
    number("record_id", key=True),
    text("part", key=True),
    number("order_record_id"),
    number("source_id", null=True),
    text("method"),
    text("promised_on", null=True),
    text("shipped_on", null=True),
    text("delivered_on", null=True),
    text("carrier"),
    text("evidence"),
    text("route"),
    sa.Index("delivery_order", "order_record_id"),
)

interaction = table(
    "interaction",
    number("record_id", key=True),
    text("part", key=True),
    number("source_id", null=True),
    text("at"),
    text("day"),
    text("channel"),
    text("kind"),
    text("direction"),
    text("status"),
    text("subject"),
    text("reason"),
    text("due_on", null=True),
    text("resolved_on", null=True),
    text("store"),
    text("order_ref"),
    text("thread"),
    text("contact"),
    text("details"),
)
"""The columns are those of model.order.Interaction. Where `contact` is not empty, `source_id` is
what the stage `tie` found by it."""

consent_claim = table(
    "consent_claim",
    number("record_id", key=True),
    text("part", key=True),
    number("source_id"),
    text("channel"),
    text("purpose"),
    text("state"),
    text("contact"),
    text("at", null=True),
    text("basis"),
    text("origin"),
    text("evidence"),
    text("expires_on", null=True),
)

product = table(
    "product",
    number("record_id", key=True),
    text("part", key=True),
    text("connection"),
    text("sku"),
    text("name"),
    text("gtin"),
    text("category"),
    text("brand"),
    text("size"),
    number("cost", null=True),
    text("currency"),
    sa.Index("product_sku", "connection", "sku"),
)

shop = table(
    "shop",
    number("record_id", key=True),
    text("part", key=True),
    text("connection"),
    text("key"),
    text("name"),
    text("zone"),
    text("postal_code"),
    text("city"),
    text("route"),
)
"""The stores of the retailer (model.order.Store)."""

for _table in (orders, delivery, interaction, consent_claim):
    late_index(f"{_table.name}_source", _table, "source_id")
partial_index("interaction_contact", interaction, "contact", "contact <> ''")
partial_index("orders_of_order", orders, "order_record_id", "order_record_id IS NOT NULL")
