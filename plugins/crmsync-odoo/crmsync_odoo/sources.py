"""What each stream is read from: the model, its fields, and whose changes are its changes too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from crmsync.model.stream import Also, DeleteKind, Stream, StreamKind

Part = Literal["pos", "sale", "stock", "account", "crm"]
"""The parts of Odoo that a connection may read beside products and customers."""

PLACES = ("invoice", "delivery", "other", "private")
"""The types of contacts that are no customers but addresses of their parent."""

IS_PLACE: list[Any] = [["parent_id", "!=", False], ["type", "in", list(PLACES)]]


@dataclass(frozen=True, slots=True)
class Source:
    """A stream's model. Of `fields` those are asked for that the user may see.

    `children` are the fields that lead to rows with stamps of their own, which do not move this
    model's; `lists` are models that name records by a value: {model: (its field, ours)}. `only` is
    the domain of the stream, `unless` leaves records out where a field is there. `part` is what it
    needs in Odoo.
    """

    stream: Stream
    model: str
    fields: tuple[str, ...]
    part: Part | None = None
    children: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    only: tuple[Any, ...] = ()
    unless: Mapping[str, Any] = field(default_factory=dict)
    archives: bool = False


LATE = timedelta(minutes=15)
"""Odoo stamps a row with the moment at which its transaction began, and shows it when that ends:
windows overlap by the longest that one is expected to take."""


def _stream(name: str, kind: StreamKind, *also: Also, deletes: DeleteKind = "reconcile") -> Stream:
    return Stream(name=name, kind=kind, also=also, cursor="timestamp", deletes=deletes,
                  overlap=LATE)  # fmt: skip


STORES = Source(
    _stream("stores", "stores", deletes="none"),
    "pos.config",
    ("name", "write_date"),
    part="pos",
)
PRODUCTS = Source(
    _stream("products", "products", deletes="none"),
    "product.product",
    (
        "name",
        "default_code",
        "barcode",
        "categ_id",
        "standard_price",
        "cost_currency_id",
        "write_date",
    ),
    children=("product_tmpl_id", "categ_id"),
)
"""A product that is gone or archived stays known, since it is still in orders."""

CUSTOMERS = Source(
    _stream("customers", "customers", "consents"),
    "res.partner",
    (
        "name", "title", "is_company", "parent_id", "company_name", "type", "ref", "vat", "lang",
        "barcode", "category_id", "email", "phone", "mobile", "street", "street2", "zip", "city",
        "state_id", "country_id", "country_code", "is_blacklisted", "phone_blacklisted",
        "phone_sanitized", "email_normalized", "active", "create_date", "write_date",
    ),
    children=("child_ids", "category_id"),
    lists={
        "mail.blacklist": ("email", "email_normalized"),
        "phone.blacklist": ("number", "phone_sanitized"),
    },
    only=("!", "&", *IS_PLACE),
    unless={"ref_company_ids": ["ref_company_ids", "=", False]},
    archives=True,
)  # fmt: skip
ORDERS = Source(
    _stream("orders", "orders", "deliveries"),
    "sale.order",
    (
        "name", "date_order", "partner_id", "state", "currency_id", "website_id", "locked",
        "delivery_status", "commitment_date", "effective_date", "picking_ids", "write_date",
    ),
    part="sale",
    children=("order_line",),
)  # fmt: skip
RECEIPTS = Source(
    _stream("pos_orders", "orders"),
    "pos.order",
    (
        "name", "pos_reference", "date_order", "partner_id", "state", "config_id", "currency_id",
        "write_date",
    ),
    part="pos",
    children=("lines",),
)  # fmt: skip
DELIVERIES = Source(
    _stream("deliveries", "deliveries"),
    "stock.picking",
    (
        "sale_id", "state", "date_deadline", "scheduled_date", "date_done", "carrier_id",
        "picking_type_code", "write_date",
    ),
    part="stock",
    only=(["picking_type_code", "=", "outgoing"], ["sale_id", "!=", False]),
)  # fmt: skip
RETURNS = Source(
    _stream("returns", "returns"),
    "account.move",
    (
        "name", "partner_id", "state", "move_type", "invoice_date", "date", "currency_id", "ref",
        "write_date",
    ),
    part="account",
    children=("invoice_line_ids",),
    only=(["move_type", "=", "out_refund"],),
    unless={"pos_order_ids": ["pos_order_ids", "=", False]},
)  # fmt: skip
"""Credit notes. One that a till's receipt brought is left out: the receipt has its lines."""

LEADS = Source(
    _stream("leads", "interactions"),
    "crm.lead",
    (
        "name", "partner_id", "type", "email_from", "phone", "active", "date_closed",
        "create_date", "write_date",
    ),
    part="crm",
    only=(["partner_id", "!=", False],),
)  # fmt: skip

SOURCES = {
    one.stream.name: one
    for one in (STORES, PRODUCTS, CUSTOMERS, ORDERS, RECEIPTS, DELIVERIES, RETURNS, LEADS)
}
"""In the order in which they are read."""
