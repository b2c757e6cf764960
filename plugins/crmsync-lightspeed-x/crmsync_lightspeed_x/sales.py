"""A sale of Lightspeed in our words: an order, or the return of an earlier one.

Two shapes are read: that of the dated versions (`state`, `totals`, prices in `pricing`) and that of
2.0 (`status`, `return_for`, `price_total`), which webhooks of older applications still bring.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crmsync.errors import RecordError
from crmsync.model.stream import reach
from crmsync.model.told import Told, ToldLine, ToldOrder, ToldReturn
from crmsync.model.words import Channel, OrderStatus
from crmsync_lightspeed_x.settings import LightspeedSettings

Row = Mapping[str, Any]

STATES: Mapping[str, OrderStatus] = {
    "parked": "draft",
    "pending": "open",
    "voided": "cancelled",
    "closed": "completed",
    "SAVED": "draft",
    "OPEN": "open",
    "VOIDED": "cancelled",
    "CLOSED": "completed",
    "ONACCOUNT": "open",
    "ONACCOUNT_CLOSED": "completed",
    "LAYBY": "open",
    "LAYBY_CLOSED": "completed",
    "AWAITING_DISPATCH": "open",
    "DISPATCHED_CLOSED": "completed",
    "AWAITING_PICKUP": "open",
    "PICKED_UP_CLOSED": "completed",
    "SERVICE": "open",
    "SERVICE_CLOSED": "completed",
}
"""Of the dated versions, and of 2.0 (docs/sales_states_and_attributes)."""

UNDONE = ("draft", "cancelled")
"""A return in one of these has not happened."""


def sale(raw: Row, own: LightspeedSettings) -> Iterable[Told]:
    """The order; or, where every line came back, the return of the sale that is named."""
    status = _status(raw)
    lines = tuple(_lines(raw, own.money_digits))
    if lines and all(line.returned for line in lines):
        return [_return(raw, own, lines)] if status not in UNDONE else []
    told = {"channel": _channel(raw, own), "status": status, "lines": lines}
    return [ToldOrder(placed_at=_moment(raw), **_head(raw, own), **told)]


def _return(raw: Row, own: LightspeedSettings, lines: tuple[ToldLine, ...]) -> ToldReturn:
    reasons = (reach(row, "return.reason") for row in raw.get("line_items") or ())
    return ToldReturn(
        order=_first(raw, "return.original_sale_id", "return_for") or None,
        returned_at=_moment(raw),
        channel=_channel(raw, own),
        lines=lines,
        reason=next((str(one) for one in reasons if one), None),
        **_head(raw, own),
    )


def _head(raw: Row, own: LightspeedSettings) -> dict[str, Any]:
    customer = raw.get("customer_id") or None
    return {
        "number": _first(raw, "invoice_number", "receipt_number"),
        "customer": None if customer == own.walk_in else customer,
        "store": _first(raw, "source.outlet_id", "outlet_id"),
    }


def _status(raw: Row) -> OrderStatus:
    told = raw.get("state") or raw.get("status")
    if not isinstance(told, str) or told not in STATES:
        raise RecordError("is no state of a sale that is known", field="status")
    return STATES[told]


def _channel(raw: Row, own: LightspeedSettings) -> Channel:
    register = _first(raw, "source.register_id", "register_id")
    return "web" if register in own.web_registers else "pos"


def _moment(raw: Row) -> Any:
    """When it was sold; Lightspeed's times are UTC, also where they do not say so."""
    told = _first(raw, "date", "sale_date", "created_at")
    if isinstance(told, str) and not told.endswith("Z") and "+" not in told[10:]:
        return told if "-" in told[10:] else f"{told}Z"
    return told


def _lines(raw: Row, digits: int) -> Iterator[ToldLine]:
    for row in raw.get("line_items") or ():
        if not row.get("deleted_at"):
            yield _line(row, digits)
    for charge in raw.get("ecom_custom_charges") or ():
        amount = _money(_first(charge, "total_incl"), digits)
        yield ToldLine(title=charge.get("name"), amount=amount)


def _line(row: Row, digits: int) -> ToldLine:
    """A line: its price is without tax and after the discount, so the tax is added.

    Lightspeed reckons with five digits; the line is rounded once, to the currency's own.
    """
    quantity = _number(row.get("quantity"))
    net = _number(_first(row, "pricing.total", "price_total", "total_price"))
    tax = _number(_first(row, "tax.total", "tax_total", "total_tax"))
    off = _number(_first(row, "pricing.discount_total", "discount_total"))
    gross_off = off * (net + tax) / net if net else off
    back = quantity < 0 or bool(_first(row, "return.is_return", "is_return"))
    sign = -1 if back else 1
    cost = abs(_number(_first(row, "cost_total", "total_cost")))
    return ToldLine(
        sku=_first(row, "product.id", "product_id"),
        quantity=str(abs(quantity)),
        amount=_rounded(sign * (net + tax), digits),
        discount=_rounded(abs(gross_off), digits),
        returned=back,
        gift_card=bool(row.get("gift_card_number")),
        cost=cost or None,  # 0 is what a product without a supply price has
    )


def _first(row: Row, *paths: str) -> Any:
    """What stands at the first of these paths at which something stands."""
    return next((one for path in paths if (one := reach(row, path)) not in (None, "")), None)


def _number(value: Any) -> Decimal:
    """A number of JSON, exactly as it was written; 0 where there is none."""
    if value is None:
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise RecordError("is no number", field="lines")
    try:
        found = Decimal(repr(value) if isinstance(value, float) else value)
    except ArithmeticError:
        raise RecordError("is no number", field="lines") from None
    if not found.is_finite():
        raise RecordError("is no number", field="lines")
    return found


def _money(value: Any, digits: int) -> str:
    return _rounded(_number(value), digits)


def _rounded(amount: Decimal, digits: int) -> str:
    return str(amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
