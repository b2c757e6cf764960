"""A sale of Tryton in our words: the order, what came back, and its deliveries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crmsync.errors import RecordError
from crmsync.model.told import Told, ToldDelivery, ToldLine, ToldOrder, ToldReturn
from crmsync.model.words import Channel, OrderStatus
from crmsync_tryton import codec
from crmsync_tryton.customers import rows
from crmsync_tryton.products import gtin, sku

Row = Mapping[str, Any]

STATUS: Mapping[str, OrderStatus] = {
    "draft": "draft",
    "quotation": "draft",
    "confirmed": "open",
    "processing": "open",
    "done": "completed",
    "cancelled": "cancelled",
}
LEFT = ("shipped", "done")
"""The states of a shipment whose goods have left the house."""


def order(raw: Row, *, channel: Channel, zone: str) -> Iterator[Told]:
    """The sale: its kept lines as an order, lines of negative quantity as a return.

    A draft or cancelled return gave nothing back and is no return. `zone` is the company's.
    """
    status, placed_at = _status(raw), _placed_at(raw, zone)
    if raw.get("lines.") is None:
        raise RecordError("is not visible", field="lines")
    kept, returned = _lines(rows(raw, "lines"))
    common = _common(raw, channel)
    if kept or not returned:
        yield ToldOrder(placed_at=placed_at, status=status, lines=kept, **common)
        yield from _deliveries(raw)
    if returned and status not in ("draft", "cancelled"):
        came_from = str(raw["id"]) if kept else _origin(raw)
        yield ToldReturn(order=came_from, returned_at=placed_at, lines=returned, **common)


def _common(raw: Row, channel: Channel) -> dict[str, Any]:
    return {
        "number": raw.get("number") or raw.get("reference"),
        "customer": _party(raw),
        "channel": "web" if raw.get("web_shop") else channel,
        "currency": (codec.related(raw, "currency") or {}).get("code"),
        "prices_include_tax": False,
    }


def _party(raw: Row) -> str | None:
    found = raw.get("party")
    if found is not None and not isinstance(found, int):
        raise RecordError("is no reference to a record", field="party")
    return str(found) if found else None


def _status(raw: Row) -> OrderStatus:
    state = str(raw.get("state"))
    if state not in STATUS:
        raise RecordError("is a state this connector does not know", field="state")
    if state == "processing" and raw.get("shipment_state") == "sent":
        return "delivered"
    return STATUS[state]


def _placed_at(raw: Row, zone: str) -> datetime | str:
    """The moment the sale was entered; only its day where it was entered on another day.

    A sale's day is that of the company, or of UTC where the company has no time zone.
    """
    created = codec.moment(raw.get("create_date"), field="create_date")
    sold_on = codec.day(raw.get("sale_date"), field="sale_date")
    entered = {created.date(), created.astimezone(ZoneInfo(zone)).date()} if created else set()
    if sold_on is not None and sold_on not in entered:
        return sold_on.isoformat()
    if created is None:
        raise RecordError("neither sale_date nor create_date is set", field="sale_date")
    return created


def _origin(raw: Row) -> str | None:
    """The sale a return was made from: Tryton writes "sale.sale,12"."""
    origin = codec.text(raw.get("origin"), field="origin") or ""
    model, _, number = origin.partition(",")
    return number if model == "sale.sale" and number else None


def _lines(found: Sequence[Row]) -> tuple[tuple[ToldLine, ...], tuple[ToldLine, ...]]:
    """What was sold and what came back; titles and comments between the lines are left out."""
    lines = [(_quantity(row), row) for row in found if row.get("type") == "line"]
    kept = tuple(_line(row, quantity) for quantity, row in lines if quantity >= 0)
    returned = tuple(_line(row, -quantity) for quantity, row in lines if quantity < 0)
    return kept, returned


def _quantity(row: Row) -> Decimal:
    return codec.decimal(row.get("quantity"), field="lines.quantity")


def _line(row: Row, quantity: Decimal) -> ToldLine:
    product = codec.related(row, "product") or {}
    amount = codec.decimal(row.get("amount"), field="lines.amount")
    return ToldLine(
        sku=sku(product) if product else None,
        gtin=gtin(product) if product else None,
        title=product.get("name") or row.get("description"),
        quantity=quantity,
        amount=-amount if _quantity(row) < 0 else amount,
        tax_rate=_tax_rate(row),
    )


def _tax_rate(row: Row) -> Decimal | None:
    """The sum of the percentages, 19 for 19 %; None where a tax is a fixed amount."""
    taxes = rows(row, "taxes")
    if any(tax.get("type") != "percentage" for tax in taxes):
        return None
    return sum(
        (codec.decimal(tax.get("rate"), field="lines.taxes") * 100 for tax in taxes), Decimal(0)
    )


def _deliveries(raw: Row) -> Iterator[ToldDelivery]:
    """One for each shipment; Tryton knows when goods left, not when they arrived."""
    for row in rows(raw, "shipments"):
        if row.get("state") == "cancelled":
            continue
        left = codec.day(row.get("effective_date"), field="shipments.effective_date")
        yield ToldDelivery(
            promised_on=_promised(raw, row),
            shipped_at=left if row.get("state") in LEFT else None,
            part=f"delivery-{row['id']}",
        )


def _promised(raw: Row, shipment: Row) -> date | None:
    """The day agreed with the customer, else the day first planned."""
    agreed = codec.day(raw.get("shipping_date"), field="shipping_date")
    planned = shipment.get("origin_planned_date") or shipment.get("planned_date")
    return agreed or codec.day(planned, field="shipments.planned_date")
