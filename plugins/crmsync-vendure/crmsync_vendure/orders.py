"""An order of Vendure in our words: what was bought, how it was delivered, what was refunded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crmsync.errors import RecordError
from crmsync.model.told import Told, ToldDelivery, ToldLine, ToldOrder, ToldReturn
from crmsync.model.words import OrderStatus

Row = Mapping[str, Any]
Money = Callable[[Any], Decimal]

STATUS: Mapping[str, OrderStatus] = {
    "Draft": "draft",
    "AddingItems": "draft",
    "ArrangingPayment": "draft",
    "Delivered": "delivered",
    "Cancelled": "cancelled",
}
"""States with a meaning of their own; all others, also those a shop invented, are open."""


def order(raw: Row, *, digits: int) -> Iterator[Told]:
    """The order, its deliveries and its refunds; `digits` is how many decimals an integer holds."""

    def money(value: Any) -> Decimal:
        return Decimal(value or 0).scaleb(-digits)

    yield ToldOrder(
        number=raw.get("code"),
        customer=_customer(raw),
        channel="web",
        placed_at=_placed_at(raw),
        status=STATUS.get(raw.get("state", ""), "open"),
        currency=raw.get("currencyCode"),
        prices_include_tax=True,
        shipping=money(raw.get("shippingWithTax")),
        lines=tuple(_line(row, money) for row in _lines(raw) if row["quantity"]),
    )
    yield from _deliveries(raw)
    yield from _refunds(raw, money)


def _customer(raw: Row) -> str | None:
    buyer = raw.get("customer")
    return str(buyer["id"]) if buyer else None


def _placed_at(raw: Row) -> str:
    if not raw.get("orderPlacedAt"):
        raise RecordError("is not set", field="orderPlacedAt")
    return str(raw["orderPlacedAt"])


def _lines(raw: Row) -> Sequence[Row]:
    return raw.get("lines") or ()


def _line(row: Row, money: Money) -> ToldLine:
    """The amount carries the line's share of the discounts on the whole order."""
    amount = money(row["proratedLinePriceWithTax"])
    return ToldLine(
        **_goods(row),
        quantity=row["quantity"],
        amount=amount,
        discount=money(row["linePriceWithTax"]) - amount,
        tax_rate=str(row["taxRate"]),
    )


def _goods(row: Row) -> dict[str, Any]:
    variant = row.get("productVariant") or {}
    return {"sku": variant.get("sku"), "title": variant.get("name")}


def _deliveries(raw: Row) -> Iterator[ToldDelivery]:
    """One for each parcel; the history knows when it left and when it arrived."""
    times = _transitions((raw.get("history") or {}).get("items") or ())
    for parcel in raw.get("fulfillments") or ():
        if parcel["state"] == "Cancelled":
            continue
        identity = str(parcel["id"])
        yield ToldDelivery(
            shipped_at=times.get((identity, "Shipped")),
            delivered_at=times.get((identity, "Delivered")),
            carrier=parcel.get("method"),
            part=f"delivery-{identity}",
        )


def _transitions(entries: Iterable[Row]) -> dict[tuple[str, str], str]:
    return {
        (str(entry["data"].get("fulfillmentId")), str(entry["data"].get("to"))): entry["createdAt"]
        for entry in entries
    }


def _refunds(raw: Row, money: Money) -> Iterator[ToldReturn]:
    known = {str(row["id"]): row for row in _lines(raw)}
    for payment in raw.get("payments") or ():
        for refund in payment.get("refunds") or ():
            if refund["state"] == "Failed":
                continue
            yield ToldReturn(
                order=str(raw["id"]),
                customer=_customer(raw),
                number=raw.get("code"),
                returned_at=refund["createdAt"],
                currency=raw.get("currencyCode"),
                lines=tuple(_returned(refund, known, money)),
                reason=refund.get("reason"),
                part=f"refund-{refund['id']}",
            )


def _returned(refund: Row, known: Mapping[str, Row], money: Money) -> Iterator[ToldLine]:
    """The refunded lines; what the refund holds beyond them, or lacks, is a line without goods."""
    rest = money(refund["total"])
    for item in refund.get("lines") or ():
        row = known.get(str(item["orderLineId"]))
        if row is None or not item["quantity"]:
            continue
        amount = min(rest, money(row["proratedUnitPriceWithTax"]) * item["quantity"])
        rest -= amount
        rate = str(row["taxRate"])
        yield ToldLine(**_goods(row), quantity=item["quantity"], amount=amount, tax_rate=rate)
    if rest:
        yield ToldLine(title="Gutschrift", quantity=1, amount=rest)
