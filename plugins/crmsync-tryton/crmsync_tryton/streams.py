"""What is read for each stream: the model, its fields, and the child rows that have own stamps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from crmsync.model.stream import Stream

OVERLAP = timedelta(minutes=10)
"""Tryton stamps a row when its transaction begins and shows it when it ends: look back."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a stream comes from.

    `children` maps a child model to the path that leads from the model to it: a change of the
    child does not move the stamp of its parent. `optional` are the fields that only some modules
    bring.
    """

    model: str
    fields: tuple[str, ...]
    children: Mapping[str, str]
    optional: tuple[str, ...] = ()


STAMPS = ("create_date", "write_date")

CUSTOMERS = Source(
    model="party.party",
    fields=(
        *STAMPS, "name", "code", "active", "replaced_by", "lang.code",
        "addresses.active", "addresses.street", "addresses.street_name",
        "addresses.building_number", "addresses.postal_code", "addresses.city",
        "addresses.country.code", "addresses.subdivision.code", "addresses.party_name",
        "addresses.attn",
        "contact_mechanisms.active", "contact_mechanisms.type", "contact_mechanisms.value",
        "identifiers.active", "identifiers.type", "identifiers.code",
    ),
    children={
        "party.address": "addresses",
        "party.contact_mechanism": "contact_mechanisms",
        "party.identifier": "identifiers",
    },
)  # fmt: skip

ORDERS = Source(
    model="sale.sale",
    fields=(
        *STAMPS, "number", "reference", "state", "sale_date", "party", "origin", "currency.code",
        "lines.type", "lines.quantity", "lines.amount", "lines.description",
        "lines.product.code", "lines.product.name", "lines.product.identifiers.type",
        "lines.product.identifiers.code", "lines.taxes.type", "lines.taxes.rate",
        "shipping_date", "shipment_state", "shipments.state", "shipments.planned_date",
        "shipments.origin_planned_date", "shipments.effective_date",
    ),
    children={"sale.line": "lines", "stock.shipment.out": "shipments"},
    optional=("web_shop",),
)  # fmt: skip

PRODUCTS = Source(
    model="product.product",
    fields=(
        *STAMPS, "code", "name", "identifiers.type", "identifiers.code",
        "template.categories.rec_name",
    ),
    children={
        "product.template": "template",
        "product.identifier": "identifiers",
        "product.category": "template.categories",
    },
)  # fmt: skip

SOURCES = {"products": PRODUCTS, "customers": CUSTOMERS, "orders": ORDERS}

STREAMS = (
    Stream(name="products", kind="products", cursor="timestamp", overlap=OVERLAP),
    Stream(
        name="customers",
        kind="customers",
        cursor="timestamp",
        deletes="reconcile",
        overlap=OVERLAP,
    ),
    Stream(
        name="orders",
        kind="orders",
        also=("deliveries", "returns"),
        cursor="timestamp",
        deletes="reconcile",
        overlap=OVERLAP,
    ),
)
