"""An order of Shopify in our words: what was sold, how it was delivered, what was refunded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
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
from crmsync_shopify.catalogue import title_of
from crmsync_shopify.customers import address

Row = Mapping[str, Any]
Way = Literal["ship", "pickup", "local"]

NOTHING = Decimal(0)
SENT = ("SUCCESS", "OPEN", "PENDING")
"""States of a parcel that is on its way, or will be."""
WAYS: Mapping[str, Way] = {"SHIPPING": "ship", "PICK_UP": "pickup", "PICKUP_POINT": "pickup",
                           "LOCAL": "local"}  # fmt: skip
OVER = ("CANCELLED", "CLOSED", "INCOMPLETE")
"""States of a fulfilment order that promises nothing more."""


def order(raw: Row) -> Iterable[Told]:
    """The order, its deliveries and, unless it was cancelled, its refunds.

    Amounts are in the shop's currency.
    """
    found: list[Told] = [_sale(raw), *_deliveries(raw)]
    return found if raw.get("cancelledAt") else [*found, *_refunds(raw)]


def _sale(raw: Row) -> ToldOrder:
    whose = _buyer(raw)
    return ToldOrder(
        number=raw["name"],
        channel=_channel(raw),
        store=reach(raw, "retailLocation.id"),
        placed_at=raw["processedAt"],
        status=_status(raw),
        currency=raw.get("currencyCode"),
        prices_include_tax=raw["taxesIncluded"],
        shipping=money(reach(raw, "shippingLine.discountedPriceSet")),
        lines=tuple(map(_line, raw["lineItems"])),
        test=raw.get("test") is True,
        **whose,
    )


def _buyer(raw: Row) -> dict[str, Any]:
    """The customer, else the guest, else nobody: what is sold over the counter is often so."""
    identity = reach(raw, "customer.id")
    if identity:
        return {"customer": identity}
    guest = _guest(raw)
    return {"guest": guest} if guest else {}


def _guest(raw: Row) -> ToldCustomer | None:
    contacts = [ToldContact(channel="email", value=raw["email"])] if raw.get("email") else []
    if raw.get("phone"):
        contacts.append(ToldContact(channel="phone", value=raw["phone"]))
    homes = [(raw.get("billingAddress"), "billing"), (raw.get("shippingAddress"), "shipping")]
    addresses = [address(row, kind) for row, kind in homes if row]
    if not contacts and not addresses:
        return None
    name = next((one.recipient for one in addresses if one.recipient), None)
    return ToldCustomer(name=name, contacts=tuple(contacts), addresses=tuple(addresses))


def _channel(raw: Row) -> Literal["web", "pos"]:
    return "pos" if raw.get("sourceName") == "pos" or raw.get("retailLocation") else "web"


def _status(raw: Row) -> OrderStatus:
    if raw.get("cancelledAt"):
        return "cancelled"
    done = raw.get("closedAt") or raw.get("displayFulfillmentStatus") == "FULFILLED"
    return "completed" if done else "open"


def _line(row: Row) -> ToldLine:
    """A line as it was ordered, less all of the discounts that fall on it."""
    discounts = [money(one["allocatedAmountSet"]) for one in row.get("discountAllocations") or ()]
    discount = sum(discounts, NOTHING)
    return ToldLine(
        **_goods(row),
        quantity=row["quantity"],
        amount=money(row["originalTotalSet"]) - discount,
        discount=discount,
    )


def _goods(row: Row) -> dict[str, Any]:
    rates = [Decimal(str(one["ratePercentage"])) for one in row.get("taxLines") or ()
             if one.get("ratePercentage") is not None]  # fmt: skip
    return {
        "sku": row.get("sku") or reach(row, "variant.id"),
        "gtin": reach(row, "variant.barcode") or None,
        "title": title_of(row.get("title"), row.get("variantTitle")),
        "category": reach(row, "product.productType") or None,
        "brand": row.get("vendor") or None,
        "tax_rate": sum(rates) if rates else None,
        "gift_card": row.get("isGiftCard") is True,
    }


def _deliveries(raw: Row) -> Iterator[ToldDelivery]:
    """One for each parcel; one for each promise as long as nothing was sent."""
    promises = [row for row in raw.get("fulfillmentOrders") or () if _way(row)]
    sent = [row for row in raw.get("fulfillments") or () if row["status"] in SENT]
    for row in sent if _is_delivered(raw, sent) else ():
        first = promises[0] if promises else {}
        yield ToldDelivery(
            method=_way(first) or "ship",
            promised_on=_promised(promises) or row.get("estimatedDeliveryAt"),
            shipped_at=row.get("inTransitAt") or row.get("createdAt"),
            delivered_at=row.get("deliveredAt"),
            carrier=next((one["company"] for one in row.get("trackingInfo") or ()
                          if one.get("company")), None),
            part=f"delivery-{row['id']}",
        )  # fmt: skip
    if not sent:
        for row in promises:
            if row.get("status") not in OVER and _promised([row]):
                part = f"promise-{row['id']}"
                yield ToldDelivery(method=_way(row), promised_on=_promised([row]), part=part)


def _is_delivered(raw: Row, sent: list[Row]) -> bool:
    """Whether parcels are parcels: over the counter, what is handed over counts as one too."""
    told = any(row.get("trackingInfo") or row.get("deliveredAt") for row in sent)
    return _channel(raw) == "web" or told


def _way(row: Row) -> Any:
    return WAYS.get(str(reach(row, "deliveryMethod.methodType")))


def _promised(promises: Iterable[Row]) -> Any:
    """By when it should be there, else by when it should be sent: the earliest of several."""
    found = [reach(row, "deliveryMethod.maxDeliveryDateTime") or row.get("fulfillBy")
             for row in promises]  # fmt: skip
    return min((one for one in found if one), default=None)


def _refunds(raw: Row) -> Iterator[ToldReturn]:
    known = {row["id"]: row for row in raw["lineItems"]}
    for refund in raw.get("refunds") or ():
        lines = tuple(_returned(refund, known, taxed=raw["taxesIncluded"]))
        if not lines:
            continue
        yield ToldReturn(
            order=raw["id"],
            customer=reach(raw, "customer.id"),
            number=raw["name"],
            returned_at=refund["processedAt"],
            store=reach(raw, "retailLocation.id"),
            channel=_channel(raw),
            currency=raw.get("currencyCode"),
            prices_include_tax=raw["taxesIncluded"],
            lines=lines,
            reason=refund.get("note") or None,
            part=f"refund-{refund['id']}",
        )


def _returned(refund: Row, known: Mapping[str, Row], *, taxed: bool) -> Iterator[ToldLine]:
    """The goods that came back, at no more than was paid back; what was paid beyond them.

    Where nothing was paid back (an exchange, goods taken off an order) they count with their price.
    """
    paid = rest = money(refund["totalRefundedSet"])
    for item in refund.get("refundLineItems") or ():
        amount, tax = money(item["subtotalSet"]), money(item["totalTaxSet"])
        whole = amount if taxed else amount + tax
        if paid and whole > rest:
            amount = rest if taxed else rest * amount / whole
            whole = rest
        rest -= whole
        row = known.get(str(reach(item, "lineItem.id")))
        goods = _goods(row) if row else {}
        yield ToldLine(**goods, quantity=item["quantity"], amount=amount)
    if paid and rest > 0:
        yield ToldLine(title="Gutschrift", amount=rest)


def money(told: Any) -> Decimal:
    """An amount in the shop's currency, in its major unit; 0 where there is none."""
    if told is None:
        return NOTHING
    amount = reach(told, "shopMoney.amount")
    try:
        return Decimal(amount)
    except (InvalidOperation, TypeError, ValueError):
        raise RecordError("is no amount of money", field="amount") from None
