"""From orders, returns and deliveries as told to rows: money in minor units, days of the shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat

import orjson

from crmsync.errors import RecordError
from crmsync.model.columns import Columns, Items
from crmsync.model.order import LINE, Delivery, Order, Row
from crmsync.model.stream import Connection
from crmsync.model.told import Amount, Day, ToldDelivery, ToldLine, ToldReturn
from crmsync.model.told import Moment as ToldMoment
from crmsync.normalize.lines import Receipts, clean_lines
from crmsync.normalize.money import currency_code, minor
from crmsync.normalize.when import Moment, day, moment, moments

_NOT_COUNTED = frozenset(("draft", "cancelled"))
_NO_ZONES: Mapping[str, str] = {}
_GROSS = LINE.index("gross")


def clean_orders(
    told: Columns,
    *,
    connection: Connection,
    record_ids: Sequence[int],
    source_ids: Sequence[int | None],
    zones: Mapping[str, str] = _NO_ZONES,
) -> list[Row]:
    """The rows of orders (model.order.Order), their lines in them.

    `zones` are the stores' own, where they differ from the connection's. Gross and net follow from
    `prices_include_tax` and each line's tax rate (equal where no rate is told). A line is returned
    if it says so or its quantity is negative; a negative amount with a positive quantity is a
    deduction: it lowers the gross and counts as discount. Gift cards are lines, not revenue. A
    receipt of returned lines alone is a "return". `counts` is False for drafts, cancelled, test and
    staff orders, and for those without lines.

    RecordError (placed_at, currency, shipping, lines.2.amount …) never holds the value; of which
    order it does not say, so a page with an error is best asked for in halves.
    """
    size, stores = told.size, told.texts("store")
    if not size:
        return []
    places = [zones.get(store, connection.zone) for store in stores] if zones else []
    whens = _whens(told.column("placed_at"), places or connection.zone, field="placed_at")
    currencies = list(map(currency_code, told.column("currency"), repeat(connection.currency)))
    with_tax = told.column("prices_include_tax", True)
    receipts = Receipts(currencies, with_tax)
    lines, sums = clean_lines(told.lists.get("lines"), receipts)
    statuses = told.column("status", "completed")
    orders = zip(
        record_ids,
        repeat("order"),
        [
            "return" if 0 < count == back else "sale"
            for count, back in zip(sums.lines, sums.returned, strict=True)
        ],
        source_ids,
        repeat(None),
        told.texts("number"),
        told.column("channel", "web"),
        stores,
        *zip(*whens, strict=True),
        statuses,
        currencies,
        *sums.amounts,
        map(_shipping, told.column("shipping", 0), currencies),
        _counted(told, statuses, sums.lines),
        lines,
    )
    return list(orders)


def _whens(
    values: Sequence[ToldMoment | None], zones: Sequence[str] | str, *, field: str
) -> list[Moment]:
    """The moments, all in one zone or each in its own; RecordError where one is empty."""
    if isinstance(zones, str):
        found = moments(values, zones, field=field)
    else:
        found = [
            moment(value, zone, field=field) for value, zone in zip(values, zones, strict=True)
        ]
    if None in found:
        raise RecordError("is empty", field=field)
    return found  # type: ignore[return-value]


def _shipping(amount: Amount, currency: str) -> int:
    try:
        return minor(amount, currency) if amount else 0
    except RecordError as error:
        raise RecordError(error.reason, field="shipping", hint=error.hint) from None


def _counted(told: Columns, statuses: Sequence[str], lines: Sequence[int]) -> list[bool]:
    """Whether each counts as a purchase."""
    tests, staff = told.column("test", False), told.column("staff_purchase", False)
    return [
        count > 0 and not (test or bought_by_staff or status in _NOT_COUNTED)
        for count, status, test, bought_by_staff in zip(lines, statuses, tests, staff, strict=True)
    ]


def clean_return(
    told: ToldReturn,
    *,
    connection: Connection,
    record_id: int,
    source_id: int | None,
    order_record_id: int | None,
    zone: str | None = None,
) -> Order:
    """The return as an order of kind "return", all its lines returned and positive.

    A credit note told with negative amounts is turned round as a whole, so that a deduction (a
    handling fee) within it still lowers the refund. Errors as in `clean_orders`.
    """
    (when,) = _whens([told.returned_at], zone or connection.zone, field="returned_at")
    currency = currency_code(told.currency, connection.currency)
    receipt = Receipts([currency], [told.prices_include_tax])
    items = Items.of(ToldLine, [told.lines])
    (lines,), sums = clean_lines(items, receipt, sense="returned")
    if sum(line[_GROSS] for line in orjson.loads(lines)) < 0:
        (lines,), sums = clean_lines(items, receipt, sense="turned")
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
        sums.gross[0],
        sums.net[0],
        sums.refund_gross[0],
        sums.refund_net[0],
        sums.discount[0],
        0,
        sums.lines[0] > 0,
        lines,
    )


def _text(value: str | None) -> str:
    return value.strip() if value else ""


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
        _text(told.route),
    )
