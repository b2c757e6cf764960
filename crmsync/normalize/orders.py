"""From orders, returns and deliveries as told to rows: money in minor units, days of the shop."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from crmsync.errors import RecordError
from crmsync.model.order import Delivery, Order, OrderLine
from crmsync.model.stream import Connection
from crmsync.model.told import Amount, Day, ToldDelivery, ToldLine, ToldOrder, ToldReturn
from crmsync.model.told import Moment as ToldMoment
from crmsync.normalize.money import (
    currency_code,
    exponent,
    gross_of,
    minor,
    net_of,
    scaled,
    tax_rate,
)
from crmsync.normalize.when import Moment, day, moment

_NOT_COUNTED = frozenset(("draft", "cancelled"))


class _Receipt(NamedTuple):
    """What all lines of one receipt share, and how its RecordErrors name them."""

    record_id: int
    part: str
    currency: str
    prices_include_tax: bool
    returned: bool = False
    turned: bool = False


class _Sums(NamedTuple):
    gross: int
    net: int
    refund_gross: int
    refund_net: int
    discount: int


@lru_cache(maxsize=4096)
def _thousandths(quantity: Decimal | int | str) -> int:
    return scaled(quantity, 3)


def _line_error(error: RecordError, told: ToldLine, number: int, currency: str) -> RecordError:
    """`error` with the field it is about, found by reading them one by one."""
    for field, places in (("quantity", 3), ("amount", exponent(currency)), ("discount", 0)):
        try:
            scaled(getattr(told, field), places)
        except RecordError as found:
            return RecordError(found.reason, field=f"lines.{number}.{field}", hint=found.hint)
    return RecordError(error.reason, field=f"lines.{number}.tax_rate", hint=error.hint)


@lru_cache(maxsize=32_768, typed=True)
def _taxed(units: int, rate: Amount | None, prices_include_tax: bool) -> tuple[int, int]:
    """Gross and net of `units`; the same where no tax rate was told."""
    if rate is None:
        return units, units
    if prices_include_tax:
        return units, net_of(units, tax_rate(rate))
    return gross_of(units, tax_rate(rate)), units


def _text(value: str | None) -> str:
    return value.strip() if value else ""


def _read_line(told: ToldLine, number: int, receipt: _Receipt) -> OrderLine:
    quantity = _thousandths(told.quantity)
    amount = minor(told.amount, receipt.currency)
    returned = receipt.returned or told.returned or quantity < 0
    if receipt.turned or (amount < 0 and returned and not receipt.returned):
        amount = -amount
    gross, net = _taxed(amount, told.tax_rate, receipt.prices_include_tax)
    discount = 0
    if told.discount:
        units = minor(told.discount, receipt.currency)
        discount = abs(_taxed(units, told.tax_rate, receipt.prices_include_tax)[0])
    elif gross < 0 and not returned:
        discount = -gross
    return OrderLine(
        receipt.record_id,
        receipt.part,
        number,
        (told.sku or "").strip() or (told.gtin or "").strip(),
        (told.title or "").strip(),
        (told.category or "").strip(),
        (told.brand or "").strip(),
        (told.size or "").strip(),
        abs(quantity),
        gross,
        net,
        discount,
        returned,
        told.gift_card,
    )


def _lines(told: tuple[ToldLine, ...], receipt: _Receipt) -> list[OrderLine]:
    """The lines; RecordError names a field as the told model does, counted from 0."""
    found = []
    for number, line in enumerate(told):
        try:
            found.append(_read_line(line, number, receipt))
        except RecordError as error:
            raise _line_error(error, line, number, receipt.currency) from None
    return found


def _sums(lines: list[OrderLine]) -> _Sums:
    """The sums of kept and of returned lines; a gift card is money moved, not revenue."""
    gross = net = refund_gross = refund_net = discount = 0
    for line in lines:
        if line.gift_card:
            continue
        if line.returned:
            refund_gross += line.gross
            refund_net += line.net
        else:
            gross += line.gross
            net += line.net
            discount += line.discount
    return _Sums(gross, net, refund_gross, refund_net, discount)


def _needed(value: ToldMoment, zone: str, field: str) -> Moment:
    when = moment(value, zone, field=field)
    if when is None:
        raise RecordError("is empty", field=field)
    return when


def _named(field: str, amount: Amount, currency: str) -> int:
    try:
        return minor(amount, currency) if amount else 0
    except RecordError as error:
        raise RecordError(error.reason, field=field, hint=error.hint) from None


def clean_order(
    told: ToldOrder,
    *,
    connection: Connection,
    record_id: int,
    source_id: int | None,
    zone: str | None = None,
    part: str = "order",
) -> tuple[Order, list[OrderLine]]:
    """The order and its lines; `zone` is the store's, else the connection's.

    Gross and net follow from `prices_include_tax` and each line's tax rate (equal where no rate is
    told). A line is returned if it says so or its quantity is negative; a negative amount with a
    positive quantity is a deduction: it lowers the gross and counts as discount. Gift cards are
    lines, not revenue. A receipt of returned lines alone is a "return". `counts` is False for
    drafts, cancelled, test and staff orders, and for those without lines.

    RecordError (placed_at, currency, shipping, lines.2.amount …) never holds the value.
    """
    when = _needed(told.placed_at, zone or connection.zone, "placed_at")
    currency = currency_code(told.currency, connection.currency)
    receipt = _Receipt(record_id, part, currency, told.prices_include_tax)
    lines = _lines(told.lines, receipt)
    all_returned = bool(lines) and all(line.returned for line in lines)
    ignored = told.test or told.staff_purchase or told.status in _NOT_COUNTED
    return Order(
        record_id,
        part,
        "return" if all_returned else "sale",
        source_id,
        None,
        _text(told.number),
        told.channel,
        _text(told.store),
        *when,
        told.status,
        currency,
        *_sums(lines),
        _named("shipping", told.shipping, currency),
        bool(lines) and not ignored,
    ), lines


def clean_return(
    told: ToldReturn,
    *,
    connection: Connection,
    record_id: int,
    source_id: int | None,
    order_record_id: int | None,
    zone: str | None = None,
) -> tuple[Order, list[OrderLine]]:
    """The return as an order of kind "return", all its lines returned and positive.

    A credit note told with negative amounts is turned round as a whole, so that a deduction (a
    handling fee) within it still lowers the refund. Errors as in `clean_order`.
    """
    when = _needed(told.returned_at, zone or connection.zone, "returned_at")
    currency = currency_code(told.currency, connection.currency)
    receipt = _Receipt(record_id, told.part, currency, told.prices_include_tax, returned=True)
    lines = _lines(told.lines, receipt)
    if sum(line.gross for line in lines) < 0:
        lines = _lines(told.lines, receipt._replace(turned=True))
    return Order(
        record_id,
        told.part,
        "return",
        source_id,
        order_record_id,
        _text(told.number),
        told.channel,
        _text(told.store),
        *when,
        "completed",
        currency,
        *_sums(lines),
        0,
        bool(lines),
    ), lines


def _evidence(promised: str, shipped: str, delivered: str) -> str:
    """How sure lateness is: there must be a promise, and an arrival or at least a dispatch."""
    if promised and delivered:
        return "exact"
    return "ship_date_only" if promised and shipped else "none"


def _optional_day(value: Day | ToldMoment | None, zone: str, field: str) -> str:
    return day(value, zone, field=field)


def clean_delivery(
    told: ToldDelivery,
    *,
    connection: Connection,
    record_id: int,
    source_id: int | None,
    order_record_id: int,
    zone: str | None = None,
) -> Delivery:
    """The delivery in local days (None where not told), with the evidence for its lateness.

    RecordError names promised_on, shipped_at or delivered_at when it cannot be read.
    """
    place = zone or connection.zone
    promised = _optional_day(told.promised_on, place, "promised_on")
    shipped = _optional_day(told.shipped_at, place, "shipped_at")
    delivered = _optional_day(told.delivered_at, place, "delivered_at")
    return Delivery(
        record_id,
        told.part,
        order_record_id,
        source_id,
        told.method,
        promised or None,
        shipped or None,
        delivered or None,
        _text(told.carrier),
        _evidence(promised, shipped, delivered),
    )
