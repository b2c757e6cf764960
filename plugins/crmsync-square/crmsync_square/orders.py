"""An order of Square in our words: the sale, what came back with it, and how it was delivered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from crmsync.errors import RecordError
from crmsync.model.stream import reach
from crmsync.model.told import (
    Told,
    ToldAddress,
    ToldContact,
    ToldCustomer,
    ToldDelivery,
    ToldLine,
    ToldOrder,
    ToldReturn,
)
from crmsync.model.words import OrderStatus
from crmsync.normalize.money import exponent
from crmsync_square.customers import ADDRESS
from crmsync_square.settings import SquareSettings

Row = Mapping[str, Any]

STATES: Mapping[str, OrderStatus] = {
    "OPEN": "open",
    "COMPLETED": "completed",
    "CANCELED": "cancelled",
    "DRAFT": "draft",
}
WAYS: Mapping[str, tuple[Literal["ship", "pickup", "local"], str]] = {
    "SHIPMENT": ("ship", "shipment_details"),
    "PICKUP": ("pickup", "pickup_details"),
    "DELIVERY": ("local", "delivery_details"),
}
PROMISED = ("expected_shipped_at", "pickup_at", "deliver_at")
ARRIVED = ("picked_up_at", "delivered_at")
FAILED = ("CANCELED", "FAILED")
REFUNDED = ("APPROVED", "COMPLETED")


def order(raw: Row, own: SquareSettings) -> Iterable[Told]:
    """The sale, where something was sold, its deliveries, and what came back.

    A return is an order of its own at Square, an exchange one that sells and takes back.
    """
    found: list[Told] = []
    lines = tuple(_lines(raw))
    if lines:
        found.append(_sale(raw, own, lines))
        found += _deliveries(raw)
    return [*found, *_returns(raw, own)]


def _sale(raw: Row, own: SquareSettings, lines: tuple[ToldLine, ...]) -> ToldOrder:
    state = str(raw.get("state"))
    if state not in STATES:
        raise RecordError("is no state of an order that is known", field="status")
    told: dict[str, Any] = {"customer": _customer(raw)}
    if told["customer"] is None:
        told = {"guest": guest} if (guest := _guest(raw)) else told
    return ToldOrder(
        number=raw.get("reference_id") or raw["id"],
        channel=_channel(raw, own),
        store=raw.get("location_id"),
        placed_at=raw["created_at"],
        status=STATES[state],
        currency=reach(raw, "total_money.currency"),
        lines=lines,
        **told,
    )


def _customer(raw: Row) -> str | None:
    """Whose it is: at a point of sale often only the payment knows."""
    holders = [raw, *(raw.get("tenders") or ())]
    holders += [_details(one).get("recipient") or {} for one in raw.get("fulfillments") or ()]
    return next((one["customer_id"] for one in holders if one.get("customer_id")), None)


def _guest(raw: Row) -> ToldCustomer | None:
    """Whom it is delivered to, where nobody is named as customer."""
    for one in raw.get("fulfillments") or ():
        told = _details(one).get("recipient") or {}
        if told.get("display_name") or told.get("email_address") or told.get("phone_number"):
            contacts = (("email", "email_address"), ("phone", "phone_number"))
            address = told.get("address") or {}
            return ToldCustomer(
                name=told.get("display_name"),
                contacts=tuple(
                    ToldContact(channel=channel, value=told[name])
                    for channel, name in contacts
                    if told.get(name)
                ),
                addresses=(_address(address),) if address else (),
            )
    return None


def _address(row: Row) -> ToldAddress:
    told = {ours: row.get(theirs) for ours, theirs in ADDRESS.items()}
    return ToldAddress(type="shipping", **told)


def _channel(raw: Row, own: SquareSettings) -> Literal["web", "pos"]:
    return "web" if reach(raw, "source.name") in own.web_sources else "pos"


def _lines(raw: Row) -> Iterator[ToldLine]:
    rates = _rates(raw.get("taxes"))
    for row in raw.get("line_items") or ():
        yield _line(row, rates)
    for row in raw.get("service_charges") or ():
        if row.get("treatment_type") != "APPORTIONED_TREATMENT":  # those are in the lines
            yield ToldLine(title=row.get("name"), amount=money(row.get("total_money")))


def _line(row: Row, rates: Mapping[str, Decimal], amount: str | None = None) -> ToldLine:
    """A line; its total holds the tax, whether that is within the price or on top of it."""
    taxes = [rates[uid] for one in row.get("applied_taxes") or ()
             if (uid := one.get("tax_uid")) in rates]  # fmt: skip
    names = [row.get("name"), row.get("variation_name")]
    return ToldLine(
        sku=row.get("catalog_object_id"),
        title=" – ".join(str(one) for one in names if one) or None,
        quantity=row["quantity"],
        amount=amount or money(row.get("total_money")),
        discount=money(row.get("total_discount_money")),
        tax_rate=str(sum(taxes)) if taxes else None,
        gift_card=row.get("item_type") == "GIFT_CARD",
    )


def _rates(taxes: Any) -> dict[str, Decimal]:
    """The percentage of each tax of an order by its uid."""
    rows = [row for row in taxes or () if row.get("percentage")]
    return {row["uid"]: Decimal(str(row["percentage"])) for row in rows if row.get("uid")}


def _deliveries(raw: Row) -> Iterator[ToldDelivery]:
    for number, row in enumerate(raw.get("fulfillments") or ()):
        if row.get("type") not in WAYS or row.get("state") in FAILED:
            continue
        told = _details(row)
        yield ToldDelivery(
            method=WAYS[row["type"]][0],
            promised_on=_first(told, PROMISED),
            shipped_at=told.get("shipped_at"),
            delivered_at=_first(told, ARRIVED),
            carrier=told.get("carrier"),
            part=f"delivery-{row.get('uid') or number}",
        )


def _details(fulfillment: Row) -> Row:
    name = WAYS.get(str(fulfillment.get("type")), ("", ""))[1]
    return fulfillment.get(name) or {}


def _first(row: Row, names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name)), None)


def _returns(raw: Row, own: SquareSettings) -> Iterator[ToldReturn]:
    """What came back; money alone where no goods are named."""
    if raw.get("state") == "CANCELED":
        return
    told = raw.get("returns") or ()
    for number, row in enumerate(told):
        rates = _rates(row.get("return_taxes"))
        lines = [_line(one, rates) for one in row.get("return_line_items") or ()]
        part = f"return-{row.get('uid') or number}"
        yield _return(raw, own, lines, order=row.get("source_order_id"), part=part)
    if told:
        return
    for row in raw.get("refunds") or ():
        if row.get("status") in REFUNDED:
            lines = [ToldLine(title="Gutschrift", amount=money(row.get("amount_money")))]
            source = raw["id"] if raw.get("line_items") else None
            part = f"refund-{row['id']}"
            yield _return(raw, own, lines, order=source, part=part, at=row.get("created_at"),
                          reason=row.get("reason"))  # fmt: skip


def _return(
    raw: Row,
    own: SquareSettings,
    lines: list[ToldLine],
    *,
    order: str | None,
    part: str,
    at: Any = None,
    reason: str | None = None,
) -> ToldReturn:
    reasons = [row.get("reason") for row in raw.get("refunds") or ()]
    return ToldReturn(
        order=order,
        customer=_customer(raw),
        number=raw.get("reference_id") or raw["id"],
        returned_at=at or raw["created_at"],
        store=raw.get("location_id"),
        channel=_channel(raw, own),
        currency=_currency(raw),
        lines=tuple(lines),
        reason=reason or next((one for one in reasons if one), None),
        part=part,
    )


def _currency(raw: Row) -> str | None:
    places = ("total_money", "return_amounts.total_money", "refunds.0.amount_money")
    return next((told for one in places if (told := reach(raw, f"{one}.currency"))), None)


def money(told: Any) -> str:
    """An amount in its currency's major unit; Square tells whole minor units. "0" for none."""
    if told is None:
        return "0"
    amount, currency = told.get("amount", 0), told.get("currency")
    if isinstance(amount, bool) or not isinstance(amount, int) or not isinstance(currency, str):
        raise RecordError("is no amount of money", field="amount")
    return str(Decimal(amount).scaleb(-exponent(currency)))
