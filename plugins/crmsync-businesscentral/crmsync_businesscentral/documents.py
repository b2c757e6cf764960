"""Orders, shipments, credit memos and items of Business Central in our words.

Lines are told with tax, as the customer pays them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import cost_in
from crmsync.model.told import Told, ToldDelivery, ToldLine, ToldOrder, ToldProduct, ToldReturn
from crmsync.model.words import Channel, OrderStatus
from crmsync_businesscentral.people import shown
from crmsync_businesscentral.reading import INVOICES, LINES, ORDERS, POSTED, SHIPMENTS

Row = Mapping[str, Any]
NO_DAY = "0001-01-01"
CENT = Decimal("0.01")


def order(raw: Row, *, channel: Channel) -> Iterator[Told]:
    """An order out of its documents: itself while it is there, else what was invoiced of it."""
    orders, invoices = _rows(raw, ORDERS), _rows(raw, INVOICES)
    posted = [row for row in invoices if row.get("status") in POSTED]
    kept = [row for row in posted if row.get("status") not in ("Canceled", "Corrective")]
    if orders or posted:
        heads = orders or kept or posted
        source = ORDERS if orders else INVOICES
        lines = [line for row in (orders or kept) for line in _rows(row, LINES[source])]
        yield ToldOrder(
            number=str(raw["order"]).rpartition(" ")[2],
            customer=_id(heads[0].get("customerId")),
            channel=channel,
            placed_at=_placed(heads[0]),
            status=_status(orders, kept),
            currency=shown(heads[0].get("currencyCode")),
            prices_include_tax=True,
            lines=tuple(_lines(lines, with_tax=bool(heads[0].get("pricesIncludeTax")))),
        )
        yield from _deliveries(orders, _rows(raw, SHIPMENTS))


def _status(orders: Sequence[Row], invoices: Sequence[Row]) -> OrderStatus:
    if orders:
        if orders[0].get("fullyShipped") is True:
            return "delivered"
        return "draft" if orders[0].get("status") == "Draft" else "open"
    return "completed" if invoices else "cancelled"


def _placed(head: Row) -> str:
    """The order's day; an invoice does not say it, and its own day stands for it."""
    for field in ("orderDate", "invoiceDate", "postingDate"):
        found = _day(head.get(field))
        if found:
            return found
    raise RecordError("is not set", field="orderDate")


def _deliveries(orders: Sequence[Row], shipments: Sequence[Row]) -> Iterator[ToldDelivery]:
    """What was promised while the order is there, else when its lines were to be shipped."""
    promised = _day(orders[0].get("requestedDeliveryDate")) if orders else None
    if promised and not shipments:
        yield ToldDelivery(promised_on=promised)
    for row in shipments:
        planned = [day for line in _rows(row, LINES[SHIPMENTS])
                   if (day := _day(line.get("shipmentDate")))]  # fmt: skip
        yield ToldDelivery(
            promised_on=promised or max(planned, default=None),
            shipped_at=_day(row.get("postingDate")),
            part=f"delivery-{row['number']}",
        )


def credit(raw: Row, *, channel: Channel) -> Iterator[Told]:
    """A posted credit memo; one that only corrects a cancelled invoice took nothing back."""
    if raw.get("status") not in ("Open", "Paid"):
        return
    at = _day(raw.get("postingDate")) or _day(raw.get("creditMemoDate"))
    if at is None:
        raise RecordError("is not set", field="creditMemoDate")
    with_tax = bool(raw.get("pricesIncludeTax"))
    yield ToldReturn(
        number=shown(raw.get("number")),
        customer=_id(raw.get("customerId")),
        returned_at=at,
        channel=channel,
        currency=shown(raw.get("currencyCode")),
        lines=tuple(_lines(_rows(raw, "salesCreditMemoLines"), with_tax=with_tax)),
    )


def item(raw: Row) -> ToldProduct:
    """An item, at its unit cost in the company's own currency."""
    return ToldProduct(
        sku=raw["number"],
        name=shown(raw.get("displayName")) or raw["number"],
        gtin=shown(raw.get("gtin")),
        cost=cost_in(raw, "unitCost"),
        **({"category": shown(raw["itemCategoryCode"])} if "itemCategoryCode" in raw else {}),
    )


def _lines(rows: Sequence[Row], *, with_tax: bool) -> Iterator[ToldLine]:
    """The lines that sell something, in their order: no comments."""
    for row in sorted(rows, key=lambda row: row.get("sequence") or 0):
        if row.get("lineType") == "Comment":
            continue
        rate = _amount(row.get("taxPercent") or 0)
        paid = row.get("netAmountIncludingTax", row.get("amountIncludingTax"))
        yield ToldLine(
            sku=shown(row.get("lineObjectNumber")),
            title=shown(row.get("description")),
            quantity=_amount(row.get("quantity")),
            amount=_amount(paid),
            discount=_discount(row, rate, with_tax=with_tax),
            tax_rate=rate,
        )


def _discount(row: Row, rate: Decimal, *, with_tax: bool) -> Decimal:
    """The line's discount and its share of the order's, with tax."""
    less = _amount(row.get("discountAmount") or 0)
    less += _amount(row.get("invoiceDiscountAllocation") or 0)
    return (less if with_tax else less * (100 + rate) / 100).quantize(CENT, ROUND_HALF_UP)


def _amount(value: Any) -> Decimal:
    """A number of JSON as the decimal that it was written as."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecordError("is no amount")
    return Decimal(repr(value))


def _day(value: Any) -> str | None:
    """A day; None for the one by which Business Central says that there is none."""
    if value is None or value == "" or value == NO_DAY:
        return None
    if not isinstance(value, str):
        raise RecordError("is no day")
    return value


def _id(value: Any) -> str | None:
    """An id; None where there is none, which is a GUID of zeros too."""
    if value is not None and not isinstance(value, str):
        raise RecordError("is no id", field="customerId")
    return value if value and value.strip("0-") else None


def _rows(raw: Row, name: str) -> list[Row]:
    """The objects in a list; a record without the list has none."""
    found = raw.get(name) or []
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise RecordError("is no list of records", field=name)
    return found
