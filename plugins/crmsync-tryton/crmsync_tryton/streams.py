"""What is read for each stream: the model, its fields, and the child rows that have own stamps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from crmsync.model.stream import Also, DeleteKind, Stream, StreamKind

OVERLAP = timedelta(minutes=10)
"""Tryton stamps a row when its transaction begins and shows it when it ends: look back."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a stream comes from.

    `children` maps a child model to the path that leads from the model to it: a change of the
    child does not move the stamp of its parent. `optional` are the fields that only some modules
    or series bring, by the model that has them. Without `needed` nothing can be read; what of the
    others the user may not see is left out. `module` is what brings the model.
    """

    stream: Stream
    model: str
    needed: tuple[str, ...]
    fields: tuple[str, ...]
    children: Mapping[str, str] = field(default_factory=dict)
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    module: str = ""

    @property
    def archives(self) -> bool:
        """Whether records are archived instead of deleted."""
        return "active" in self.needed and not self.module


def _stream(name: str, kind: StreamKind, *also: Also, deletes: DeleteKind = "reconcile") -> Stream:
    return Stream(name=name, kind=kind, also=also, cursor="timestamp", deletes=deletes,
                  overlap=OVERLAP)  # fmt: skip


STAMPS = ("create_date", "write_date")

CUSTOMERS = Source(
    _stream("customers", "customers"),
    "party.party",
    (*STAMPS, "active", "replaced_by"),
    (
        "_timestamp", "name", "code", "lang.code",
        "addresses._timestamp", "addresses.active", "addresses.street", "addresses.postal_code",
        "addresses.city", "addresses.country.code", "addresses.subdivision.code",
        "addresses.party_name", "addresses.attn",
        "contact_mechanisms._timestamp", "contact_mechanisms.active", "contact_mechanisms.type",
        "contact_mechanisms.value",
        "identifiers._timestamp", "identifiers.active", "identifiers.type", "identifiers.code",
    ),
    children={
        "party.address": "addresses",
        "party.contact_mechanism": "contact_mechanisms",
        "party.identifier": "identifiers",
    },
    optional={
        "party.address": (
            "addresses.street_name", "addresses.building_number", "addresses.invoice",
            "addresses.delivery",
        ),
    },
)  # fmt: skip
"""Street and number are apart from 7.6 on; invoice and delivery come with account_invoice and
stock."""

NEWSLETTER = Source(
    _stream("newsletter", "customers", "consents"),
    "marketing.email",
    (*STAMPS, "active", "email"),
    ("list_.name",),
    module="marketing_email",
)

ORDERS = Source(
    _stream("orders", "orders", "deliveries", "returns"),
    "sale.sale",
    STAMPS,
    (
        "number", "reference", "state", "sale_date", "party", "origin", "currency.code",
        "lines.type", "lines.quantity", "lines.amount", "lines.description",
        "lines.product.code", "lines.product.name", "lines.product.identifiers.type",
        "lines.product.identifiers.code", "lines.taxes.type", "lines.taxes.rate",
        "shipping_date", "shipment_state", "shipments.state", "shipments.planned_date",
        "shipments.origin_planned_date", "shipments.effective_date",
    ),
    children={"sale.line": "lines", "stock.shipment.out": "shipments"},
    optional={"sale.sale": ("web_shop",)},
)  # fmt: skip

PRODUCTS = Source(
    _stream("products", "products", deletes="none"),
    "product.product",
    STAMPS,
    (
        "code", "name", "cost_price", "identifiers.type", "identifiers.code",
        "template.categories.rec_name",
    ),
    children={
        "product.template": "template",
        "product.identifier": "identifiers",
        "product.category": "template.categories",
    },
)  # fmt: skip

SOURCES = {one.stream.name: one for one in (PRODUCTS, CUSTOMERS, NEWSLETTER, ORDERS)}
"""In the order in which they are read."""
