"""Orders, won deals and products of HubSpot in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import cost_in
from crmsync.model.told import (
    ToldAddress,
    ToldContact,
    ToldCustomer,
    ToldLine,
    ToldOrder,
    ToldProduct,
)
from crmsync.model.words import OrderStatus
from crmsync_hubspot.people import properties, shown
from crmsync_hubspot.settings import HubSpotSettings

Row = Mapping[str, Any]

STATES: Mapping[str, OrderStatus] = {
    "cancelled": "cancelled", "canceled": "cancelled", "voided": "cancelled",
    "storniert": "cancelled", "draft": "draft", "open": "open", "pending": "open",
    "processing": "open", "offen": "open", "delivered": "delivered", "geliefert": "delivered",
}  # fmt: skip
"""HubSpot keeps the words of whichever shop brought the order; all others are completed."""

COST = "hs_cost_of_goods_sold"
"""What HubSpot calls the unit cost, of a product and of a line."""


def order(raw: Row, own: HubSpotSettings) -> ToldOrder:
    """An order with its lines; one without any has its total as the only line."""
    has = properties(raw)
    name = shown(has.get("hs_order_name"))
    lines, shipping = _lines(raw), _amount(has.get("hs_shipping_cost"), "hs_shipping_cost")
    if not lines and shown(has.get("hs_total_price")) is not None:
        total = _amount(has["hs_total_price"], "hs_total_price")
        lines, shipping = (ToldLine(title=name, amount=total),), Decimal(0)
    return ToldOrder(
        number=shown(has.get("hs_external_order_id")) or name,
        **_buyer(raw, has),
        channel=own.channel,
        store=shown(has.get("hs_source_store")),
        placed_at=_placed(has, "hs_external_created_date", "hs_processed_date", "hs_createdate"),
        status=_status(has),
        currency=shown(has.get("hs_currency_code")),
        prices_include_tax=own.prices_include_tax,
        shipping=shipping,
        lines=lines,
    )


def deal(raw: Row, own: HubSpotSettings) -> Iterator[ToldOrder]:
    """A deal that was won is an order; any other is nothing."""
    has = properties(raw)
    if str(has.get("hs_is_closed_won")).casefold() != "true":
        return
    lines = _lines(raw)
    if not lines and shown(has.get("amount")) is not None:
        title = shown(has.get("dealname"))
        lines = (ToldLine(title=title, amount=_amount(has["amount"], "amount")),)
    yield ToldOrder(
        number=shown(has.get("dealname")),
        **_whose(raw),
        channel=own.channel,
        placed_at=_placed(has, "closedate", "createdate"),
        currency=shown(has.get("deal_currency_code")),
        prices_include_tax=own.prices_include_tax,
        lines=lines,
    )


def product(raw: Row) -> Iterator[ToldProduct]:
    """A product; one without a number can be found by no line."""
    has = properties(raw)
    sku = shown(has.get("hs_sku"))
    if sku is not None:
        category = {"category": shown(has["hs_product_type"])} if "hs_product_type" in has else {}
        yield ToldProduct(sku=sku, name=shown(has.get("name")) or sku, cost=cost_in(has, COST),
                          **category)  # fmt: skip


def _whose(raw: Row) -> dict[str, Any]:
    """The first of the contacts, else of the companies."""
    if people := texts(raw, "contacts"):
        return {"customer": people[0]}
    firms = texts(raw, "companies")
    return {"customer": firms[0], "customer_stream": "companies"} if firms else {}


def _buyer(raw: Row, has: Row) -> dict[str, Any]:
    """Whose order it is: else a guest, of whom the billing address tells."""
    found = _whose(raw)
    bill = {name.removeprefix("hs_billing_address_"): shown(value)
            for name, value in has.items() if name.startswith("hs_billing_address_")}  # fmt: skip
    if found or not (bill.get("email") or bill.get("name")):
        return found
    contacts = [ToldContact(channel="email", value=bill["email"])] if bill.get("email") else []
    contacts += [ToldContact(channel="phone", value=bill["phone"])] if bill.get("phone") else []
    address = ToldAddress(type="billing", street=bill.get("street"), city=bill.get("city"),
                          postal_code=bill.get("postal_code"), region=bill.get("state"),
                          country=bill.get("country"))  # fmt: skip
    places = (address,) if address.street or address.city else ()
    guest = ToldCustomer(name=bill.get("name"), contacts=tuple(contacts), addresses=places)
    return {"guest": guest}


def _status(has: Row) -> OrderStatus:
    for name in ("hs_external_order_status", "hs_fulfillment_status"):
        found = STATES.get(str(has.get(name)).strip().casefold())
        if found:
            return found
    return "completed"


def _placed(has: Row, *names: str) -> str:
    for name in names:
        value = shown(has.get(name))
        if isinstance(value, str):
            return value
        if value is not None:
            raise RecordError("is no moment", field=name)
    raise RecordError("is not set", field=names[0])


def _lines(raw: Row) -> tuple[ToldLine, ...]:
    """The lines in the order in which they stand."""
    found = raw.get("line_items") or []
    if not isinstance(found, list):
        raise RecordError("is no list", field="line_items")
    rows = [properties(one) for one in found]
    return tuple(_line(one) for one in sorted(rows, key=_place))


def _place(has: Row) -> int:
    told = str(has.get("hs_position_on_quote"))
    return int(told) if told.isascii() and told.isdigit() else 0


def _line(has: Row) -> ToldLine:
    quantity = _amount(has.get("quantity") or "1", "quantity")
    amount = shown(has.get("amount"))
    if amount is None:
        amount = _amount(has.get("price"), "price") * quantity
    cost = cost_in(has, COST)
    return ToldLine(
        sku=shown(has.get("hs_sku")),
        title=shown(has.get("name")),
        quantity=quantity,
        amount=_amount(amount, "amount"),
        discount=_amount(has.get("hs_total_discount"), "hs_total_discount"),
        cost=None if cost is None else cost * quantity,
    )


def _amount(value: Any, field: str) -> Decimal:
    """A number as HubSpot writes it, as text; nothing is 0."""
    if isinstance(value, Decimal):
        return value
    try:
        found = Decimal(shown(value) or "0") if isinstance(value, str) or value is None else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite():
        raise RecordError("is no amount", field=field)
    return found


def texts(raw: Row, name: str) -> Sequence[str]:
    """The ids in a list."""
    found = raw.get(name) or []
    return [str(one) for one in found] if isinstance(found, list) else []
