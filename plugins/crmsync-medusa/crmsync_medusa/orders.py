"""An order of Medusa in our words: what was sold, how it was delivered, what came back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Literal

from crmsync.errors import RecordError
from crmsync.model.stream import reach
from crmsync.model.told import (
    Told,
    ToldContact,
    ToldCustomer,
    ToldDelivery,
    ToldLine,
    ToldOrder,
    ToldReturn,
)
from crmsync.model.words import OrderStatus
from crmsync.normalize.money import exponent
from crmsync_medusa.customers import address
from crmsync_medusa.settings import MedusaSettings

Row = Mapping[str, Any]

STATES: Mapping[str, OrderStatus] = {
    "pending": "open",
    "requires_action": "open",
    "completed": "completed",
    "archived": "completed",
    "canceled": "cancelled",
    "draft": "draft",
}
RECEIVED = ("received", "partially_received")


def order(raw: Row, own: MedusaSettings) -> Iterable[Told]:
    """The order, its deliveries and, unless it was cancelled, its returns and refunds."""
    found: list[Told] = [_sale(raw, own), *_deliveries(raw)]
    return found if raw.get("status") == "canceled" else [*found, *_returns(raw, own)]


def _sale(raw: Row, own: MedusaSettings) -> ToldOrder:
    state = str(raw.get("status"))
    if state not in STATES:
        raise RecordError("is no state of an order that is known", field="status")
    return ToldOrder(
        number=raw["display_id"],
        channel=_channel(raw, own),
        placed_at=raw["created_at"],
        status=_status(raw, STATES[state]),
        currency=_currency(raw),
        shipping=money(raw, "shipping_total"),
        lines=tuple(_line(row, raw) for row in raw["items"]),
        **_buyer(raw),
    )


def _status(raw: Row, status: OrderStatus) -> OrderStatus:
    delivered = status == "open" and raw.get("fulfillment_status") == "delivered"
    return "delivered" if delivered else status


def _channel(raw: Row, own: MedusaSettings) -> Literal["web", "pos"]:
    return "pos" if reach(raw, "sales_channel.name") in own.pos_channels else "web"


def _currency(raw: Row) -> str:
    return str(raw["currency_code"]).upper()


def _buyer(raw: Row) -> dict[str, Any]:
    """The customer; Medusa makes one of every guest, too, who gives his e-mail address."""
    if raw.get("customer_id"):
        return {"customer": raw["customer_id"]}
    homes = [(raw.get("billing_address"), "billing"), (raw.get("shipping_address"), "shipping")]
    addresses = tuple(address(row, kind) for row, kind in homes if row)
    email = raw.get("email")
    if not email and not addresses:
        return {}
    name = next((one.recipient for one in addresses if one.recipient), None)
    contacts = (ToldContact(channel="email", value=email),) if email else ()
    return {"guest": ToldCustomer(name=name, contacts=contacts, addresses=addresses)}


def _line(row: Row, raw: Row) -> ToldLine:
    """A line as it was ordered, with its tax, whether that is in the price or on top of it."""
    return ToldLine(
        **_goods(row),
        quantity=str(row["quantity"]),
        amount=_whole(row, raw),
        discount=_discount(row, raw),
    )


def _whole(row: Row, raw: Row) -> Decimal:
    """What the line came to: its total is of what was not sent back, the rest stands apart."""
    parts = ("total", "return_received_total", "return_dismissed_total")
    return sum((money(row, part, raw) for part in parts), Decimal(0))


def _discount(row: Row, raw: Row) -> Decimal:
    """The discount on the whole line; it too is told of what was not sent back alone."""
    count, detail = Decimal(str(row["quantity"])), row.get("detail") or {}
    back = ("return_received_quantity", "return_dismissed_quantity")
    left = count - sum(Decimal(str(detail.get(name) or 0)) for name in back)
    told = money(row, "discount_total", raw)
    return _rounded(told * count / left, raw) if left > 0 else Decimal(0)


def _goods(row: Row) -> dict[str, Any]:
    names = [row.get("product_title") or row.get("title"), row.get("variant_title")]
    rates = [Decimal(str(one["rate"])) for one in row.get("tax_lines") or ()
             if one.get("rate") is not None]  # fmt: skip
    return {
        "sku": row.get("variant_sku") or row.get("variant_id"),
        "gtin": row.get("variant_barcode") or None,
        "title": " – ".join(dict.fromkeys(str(one) for one in names if one)) or None,
        "category": row.get("product_type") or None,
        "tax_rate": sum(rates) if rates else None,
        "gift_card": row.get("is_giftcard") is True,
    }


def _deliveries(raw: Row) -> Iterator[ToldDelivery]:
    """One for each parcel. Medusa promises nothing."""
    for row in raw.get("fulfillments") or ():
        if not row.get("canceled_at"):
            yield ToldDelivery(
                shipped_at=row.get("shipped_at"),
                delivered_at=row.get("delivered_at"),
                carrier=row.get("provider_id"),
                part=f"delivery-{row['id']}",
            )


def _returns(raw: Row, own: MedusaSettings) -> Iterator[ToldReturn]:
    """Goods that were received, and money that was paid back beyond them."""
    known = {row["id"]: row for row in raw["items"]}
    goods = Decimal(0)
    for row in raw.get("returns") or ():
        if row.get("status") not in RECEIVED or row.get("canceled_at"):
            continue
        lines = tuple(_received(row, known, raw))
        goods += sum((Decimal(str(one.amount)) for one in lines), Decimal(0))
        at = row.get("received_at") or row.get("created_at")
        yield _return(raw, own, lines, at, f"return-{row['id']}")
    refunds = [one for collection in raw.get("payment_collections") or ()
               for payment in collection.get("payments") or ()
               for one in payment.get("refunds") or ()]  # fmt: skip
    rest = sum((money(one, "amount", raw) for one in refunds), Decimal(0)) - goods
    if rest > 0:
        lines = (ToldLine(title="Gutschrift", amount=rest),)
        yield _return(raw, own, lines, max(one["created_at"] for one in refunds), "refunds")


def _return(
    raw: Row, own: MedusaSettings, lines: tuple[ToldLine, ...], at: Any, part: str
) -> ToldReturn:
    return ToldReturn(
        order=raw["id"],
        customer=raw.get("customer_id"),
        number=raw["display_id"],
        returned_at=at,
        channel=_channel(raw, own),
        currency=_currency(raw),
        lines=lines,
        part=part,
    )


def _received(told: Row, known: Mapping[str, Row], raw: Row) -> Iterator[ToldLine]:
    """What came back, at its share of the price of its line."""
    for item in told.get("items") or ():
        row, count = known.get(item["item_id"]), Decimal(str(item.get("received_quantity") or 0))
        if row is None or not count:
            continue
        whole, quantity = _whole(row, raw), Decimal(str(row["quantity"]))
        amount = _rounded(whole * count / quantity, raw)
        yield ToldLine(**_goods(row), quantity=str(count), amount=amount)


def money(row: Row, name: str, order: Row | None = None) -> Decimal:
    """An amount in its major unit; exact where Medusa tells it as text ("raw_…") too.

    Taxes leave it with more places than the currency has: those are rounded.
    """
    told = reach(row, f"raw_{name}.value")
    if told is None:
        told = row.get(name) or 0
    try:
        return _rounded(Decimal(str(told)), order or row)
    except InvalidOperation:
        raise RecordError("is no amount of money", field=name) from None


def _rounded(amount: Decimal, order: Row) -> Decimal:
    places = Decimal(1).scaleb(-exponent(_currency(order)))
    return amount.quantize(places, rounding=ROUND_HALF_UP)
