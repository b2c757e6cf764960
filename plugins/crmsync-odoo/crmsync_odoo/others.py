"""Stores, products, deliveries, credit notes and leads of Odoo in our words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import cost_in
from crmsync.model.told import (
    Told,
    ToldDelivery,
    ToldInteraction,
    ToldProduct,
    ToldReturn,
    ToldStore,
)
from crmsync_odoo.orders import line_of, owner, sku_of
from crmsync_odoo.values import Row, filled, key_of, moment, name_of, told

ROOT = "All"
"""The category above all others, which says nothing; "Alle" in German."""
REASON = ", "
"""Odoo notes why something was credited behind the number: "Reversal of: INV/1, defekt"."""


def store(raw: Row) -> Iterator[Told]:
    """A till's shop (pos.config)."""
    yield ToldStore(key=str(raw["id"]), name=raw["name"])


def product(raw: Row) -> Iterator[Told]:
    """A variant."""
    yield ToldProduct(
        sku=sku_of(raw["id"], raw.get("default_code")) or "",
        name=raw["name"],
        gtin=filled(raw.get("barcode")),
        cost=cost_in(raw, "standard_price"),
        currency=name_of(raw.get("cost_currency_id")),
        **_category(raw),
    )


def _category(raw: Row) -> dict[str, Any]:
    """Its category with those above it: "All / Möbel / Tische" is "Möbel / Tische"."""
    if "categ_id" not in raw:
        return {}
    path = (name_of(raw["categ_id"]) or "").split(" / ")
    kept = path[1:] if path[0] in (ROOT, "Alle") else path
    return {"category": " / ".join(kept) or None}


def delivery(raw: Row) -> Iterator[Told]:
    """A delivery of the warehouse (stock.picking); a cancelled one is none."""
    if raw.get("state") == "cancel":
        return
    yield ToldDelivery(
        order=key_of(raw.get("sale_id")),
        promised_on=moment(raw.get("date_deadline")),
        shipped_at=moment(raw.get("date_done")),
        carrier=name_of(raw.get("carrier_id")),
    )


def credit(raw: Row) -> Iterator[Told]:
    """A posted credit note; a draft or a cancelled one is none."""
    if raw.get("state") != "posted":
        return
    at = moment(raw.get("invoice_date")) or moment(raw.get("date"))
    if at is None:
        raise RecordError("is not set", field="invoice_date")
    lines = [line for line in raw.get("lines") or () if _sells(line)]
    yield ToldReturn(
        **told(raw, number="name"),
        order=key_of(raw.get("order_id")),
        customer=owner(raw),
        returned_at=at,
        channel="in_person",
        currency=name_of(raw.get("currency_id")),
        lines=tuple(line_of(line, total="price_total", net="price_subtotal", quantity="quantity")
                    for line in lines),
        reason=_reason(filled(raw.get("ref"))),
    )  # fmt: skip


def _sells(line: Row) -> bool:
    """Whether a line of a move is one of the invoice: not tax, payment term, heading or note."""
    kind = filled(line.get("display_type"))
    return kind in (None, "product") and not line.get("exclude_from_invoice_tab")


def _reason(ref: Any) -> str | None:
    """Why it was credited; "" and the number of the invoice alone are no reason."""
    found = ref.partition(REASON)[2] if isinstance(ref, str) else ""
    return found or None


def lead(raw: Row) -> Iterator[Told]:
    """A lead or an opportunity of a customer, as an enquiry."""
    customer = key_of(raw.get("partner_id"))
    if customer is None:
        return
    at = moment(raw.get("create_date"))
    if at is None:
        raise RecordError("is not set", field="create_date")
    closed = moment(raw.get("date_closed"))
    over = closed is not None or raw.get("active") is False
    yield ToldInteraction(
        customer=customer,
        at=at,
        channel="email" if filled(raw.get("email_from")) else "phone",
        kind="enquiry",
        status="done" if over else "open",
        subject=filled(raw.get("name")),
        resolved_at=closed,
    )
