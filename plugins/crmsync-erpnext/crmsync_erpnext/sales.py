"""Orders, invoices, receipts, deliveries, issues, items and tills of ERPNext in our words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from crmsync.errors import RecordError
from crmsync.mapping import amount_in, cost_in, rows
from crmsync.model.told import (
    Told,
    ToldDelivery,
    ToldInteraction,
    ToldLine,
    ToldOrder,
    ToldProduct,
    ToldReturn,
    ToldStore,
)
from crmsync.model.words import Channel, OrderStatus

Row = Mapping[str, Any]
DRAFT, CANCELLED = 0, 2
STATUS: Mapping[str, OrderStatus] = {"Completed": "completed", "Closed": "completed",
                                     "To Bill": "delivered"}  # fmt: skip


class Sales:
    """Maps what one site tells beside its customers."""

    def __init__(self, zone: str, channel: Channel) -> None:
        self._zone, self._channel = ZoneInfo(zone), channel
        self.ways: Mapping[str, Callable[[Row], Iterator[Told]]] = {
            "orders": self.order, "invoices": self.invoice, "receipts": self.receipt,
            "deliveries": self.delivery, "issues": self.issue, "products": self.product,
            "stores": self.store,
        }  # fmt: skip

    def stamp(self, told: Any) -> Any:
        """A moment of the site's clock, with its zone."""
        try:
            found = datetime.fromisoformat(told)
        except (TypeError, ValueError):
            return told
        return found if found.tzinfo else found.replace(tzinfo=self._zone)

    def order(self, raw: Row) -> Iterator[Told]:
        """A sales order, and the day that was promised; an amended one is an order of its own."""
        yield ToldOrder(
            number=raw["name"],
            customer=_set(raw, "customer"),
            channel=self._channel,
            placed_at=_set(raw, "transaction_date"),
            status=_status(raw, STATUS.get(str(raw.get("status")), "open")),
            currency=raw.get("currency"),
            prices_include_tax=False,
            shipping=_freight(raw),
            lines=tuple(_lines(raw)),
        )
        if raw.get("delivery_date") and raw.get("docstatus") == 1:
            yield ToldDelivery(promised_on=raw["delivery_date"], part="promise")

    def invoice(self, raw: Row) -> Iterator[Told]:
        """What was invoiced without an order; what a till's day came to is in its receipts."""
        if raw.get("is_consolidated") == 1:
            return
        if raw.get("is_return") == 1:
            yield from self._returned(raw, "invoices", self._channel)
            return
        lines = tuple(_lines(raw, lambda row: not row.get("sales_order")))
        if lines:
            yield self._sold(raw, self._channel, lines)

    def receipt(self, raw: Row) -> Iterator[Told]:
        """A receipt of a till, or what was brought back to it."""
        if raw.get("is_return") == 1:
            yield from self._returned(raw, "receipts", "pos")
        else:
            yield self._sold(raw, "pos", tuple(_lines(raw)))

    def _sold(self, raw: Row, channel: Channel, lines: tuple[ToldLine, ...]) -> ToldOrder:
        return ToldOrder(
            number=raw["name"],
            customer=_set(raw, "customer"),
            channel=channel,
            store=raw.get("pos_profile") or None,
            placed_at=self._posted(raw),
            status=_status(raw, "completed"),
            currency=raw.get("currency"),
            prices_include_tax=False,
            shipping=_freight(raw),
            lines=lines,
        )

    def _returned(self, raw: Row, stream: str, channel: Channel) -> Iterator[ToldReturn]:
        if raw.get("docstatus") != 1:
            return
        orders = [one.get("sales_order") for one in rows(raw, "items") if one.get("sales_order")]
        yield ToldReturn(
            order=orders[0] if orders else raw.get("return_against") or None,
            order_stream="orders" if orders else stream,
            customer=_set(raw, "customer"),
            number=raw["name"],
            returned_at=self._posted(raw),
            store=raw.get("pos_profile") or None,
            channel=channel,
            currency=raw.get("currency"),
            prices_include_tax=False,
            lines=tuple(one.model_copy(update={"quantity": abs(Decimal(one.quantity)),
                                               "amount": abs(Decimal(one.amount))})
                        for one in _lines(raw)),
        )  # fmt: skip

    def _posted(self, raw: Row) -> Any:
        """The moment of a document; its time of day has no leading zero."""
        hour, _, rest = str(raw.get("posting_time") or "0:00:00").partition(":")
        return self.stamp(f"{_set(raw, 'posting_date')}T{hour:0>2}:{rest.partition('.')[0]}")

    def delivery(self, raw: Row) -> Iterator[Told]:
        """What was delivered of each order."""
        if raw.get("docstatus") != 1 or raw.get("is_return") == 1:
            return
        orders = [one.get("against_sales_order") for one in rows(raw, "items")]
        for order in dict.fromkeys(str(one) for one in orders if one):
            yield ToldDelivery(order=order, shipped_at=self._posted(raw), part=f"to-{order}",
                               carrier=raw.get("transporter_name") or None)  # fmt: skip

    def issue(self, raw: Row) -> Iterator[Told]:
        """What somebody wrote to the service."""
        if not raw.get("customer"):
            return
        time = str(raw.get("opening_time") or "0:00:00").partition(".")[0]
        hour, _, rest = time.partition(":")
        words = {"Open": "open", "Replied": "waiting", "On Hold": "waiting"}
        complaint = "compla" in str(raw.get("issue_type")).casefold()
        status: Any = words.get(str(raw.get("status")), "done")
        yield ToldInteraction(
            customer=raw["customer"],
            at=self.stamp(f"{_set(raw, 'opening_date')}T{hour:0>2}:{rest}"),
            channel="email",
            kind="complaint" if complaint else "enquiry",
            status=status,
            subject=raw.get("subject"),
            reason=raw.get("issue_type") or None,
        )

    def product(self, raw: Row) -> Iterator[Told]:
        """An item, at what was paid for it last.

        `valuation_rate` is set by hand for a stock that is there from the beginning, and no
        purchase moves it; it stands in where nothing was bought yet.
        """
        codes = [one.get("barcode") for one in rows(raw, "barcodes") if one.get("barcode")]
        yield ToldProduct(
            sku=raw["item_code"],
            name=raw.get("item_name") or raw["item_code"],
            gtin=codes[0] if codes else None,
            category=raw.get("item_group") or None,
            brand=raw.get("brand") or None,
            cost=cost_in(raw, "last_purchase_rate") or cost_in(raw, "valuation_rate"),
        )

    def store(self, raw: Row) -> Iterator[Told]:
        """A till's profile."""
        yield ToldStore(key=raw["name"], name=raw["name"], zone=str(self._zone))


def _status(raw: Row, submitted: OrderStatus) -> OrderStatus:
    docstatus = raw.get("docstatus")
    if docstatus == CANCELLED:
        return "cancelled"
    return "draft" if docstatus == DRAFT else submitted


def _lines(raw: Row, wanted: Callable[[Row], bool] = lambda _: True) -> Iterator[ToldLine]:
    """The lines, net; the tax rate is the item's own, else the document's."""
    usual = sum((amount_in(one, "rate") for one in rows(raw, "taxes")
                 if one.get("charge_type") == "On Net Total"), Decimal(0))  # fmt: skip
    for row in filter(wanted, rows(raw, "items")):
        yield ToldLine(
            sku=row.get("item_code") or None,
            title=row.get("item_name"),
            quantity=amount_in(row, "qty") or 1,
            amount=amount_in(row, "net_amount"),
            tax_rate=_rate(row, usual),
        )


def _rate(row: Row, usual: Decimal) -> Decimal:
    """The rates of an item's own taxes together, which stand in JSON, by account."""
    try:
        found = json.loads(row.get("item_tax_rate") or "{}")
        own = [Decimal(str(one)) for one in found.values()]
    except (AttributeError, InvalidOperation, TypeError, ValueError):
        raise RecordError("is no list of rates", field="item_tax_rate") from None
    return sum(own, Decimal(0)) if own else usual


def _freight(raw: Row) -> Decimal:
    """What was added as an amount of its own: shipping and the like."""
    return sum((amount_in(one, "tax_amount") for one in rows(raw, "taxes")
                if one.get("charge_type") == "Actual"), Decimal(0))  # fmt: skip


def _set(raw: Row, name: str) -> Any:
    if not raw.get(name):
        raise RecordError("is not set", field=name)
    return raw[name]
