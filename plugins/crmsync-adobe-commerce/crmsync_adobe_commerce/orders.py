"""Orders, shipments, credit memos, products and stores of the shop in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import Mapper, amount_in, cost_in, inner, rows
from crmsync.model.stream import reach
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
from crmsync.model.words import OrderStatus
from crmsync_adobe_commerce.customers import guest, utc
from crmsync_adobe_commerce.reading import JOINED, attributes
from crmsync_adobe_commerce.settings import AdobeCommerceSettings

Row = Mapping[str, Any]

STATES: Mapping[str, OrderStatus] = {"complete": "completed", "closed": "completed",
                                     "canceled": "cancelled"}  # fmt: skip
"""The shop's states; all others are open. *Closed* is paid back whole, as its credit memos say."""

CANCELLED = 3
"""The state of a credit memo that does not count."""


class Orders:
    """Maps what one shop tells beside its customers."""

    def __init__(self, own: AdobeCommerceSettings, customers: Mapper) -> None:
        self._own, self._customers = own, customers

    def order(self, raw: Row) -> Iterator[Told]:
        """The order with its guest, and its promise where the shop keeps one."""
        buyer = None if raw.get("customer_is_guest") == 1 else raw.get("customer_id")
        who: Any = None if buyer else self._customers(guest(raw))[0]
        yield ToldOrder(
            number=raw.get("increment_id"),
            customer=str(buyer) if buyer else None,
            guest=who,
            store=_text(raw.get("store_id")),
            placed_at=_set(raw, "created_at"),
            status=STATES.get(str(raw.get("state")), "open"),
            currency=raw.get("order_currency_code"),
            shipping=_shipping(raw),
            lines=tuple(_lines(rows(raw, "items"), _to_order(raw))),
        )
        promised = reach(raw, self._own.promised) if self._own.promised else None
        if promised:
            yield ToldDelivery(promised_on=utc(promised), part="promise")

    def shipment(self, raw: Row) -> Iterator[Told]:
        """What was sent of an order."""
        tracks = [one.get("title") for one in rows(raw, "tracks")]
        yield ToldDelivery(
            order=_named(raw, "order_id"),
            shipped_at=_set(raw, "created_at"),
            carrier=next((one for one in tracks if one), None),
        )

    def creditmemo(self, raw: Row) -> Iterator[Told]:
        """What was paid back of an order; one that was cancelled counts for nothing."""
        if raw.get("state") == CANCELLED:
            return
        yield ToldReturn(
            order=_named(raw, "order_id"),
            number=raw.get("increment_id"),
            returned_at=_set(raw, "created_at"),
            store=_text(raw.get("store_id")),
            currency=raw.get("order_currency_code"),
            lines=tuple(_paid_back(raw)),
        )

    def rma(self, raw: Row) -> Iterator[Told]:
        """A request to give goods back."""
        done = raw.get("status") in ("closed", "processed_closed", "solved")
        reasons = [one.get("reason") for one in rows(raw, "items")]
        yield ToldInteraction(
            customer=_text(raw.get("customer_id")),
            order=_text(raw.get("order_id")),
            at=_set(raw, "date_requested"),
            channel="web",
            kind="return",
            status="done" if done else "open",
            subject=_text(raw.get("increment_id")),
            reason=_text(next((one for one in reasons if one), None)),
            store=_text(raw.get("store_id")),
        )

    def product(self, raw: Row) -> Iterator[Told]:
        """One product or variant."""
        names, values = inner(raw, JOINED), attributes(raw)
        categories = [one for one in names.get("categories") or () if one]
        gtin = values.get(self._own.gtin_attribute) if self._own.gtin_attribute else None
        yield ToldProduct(
            sku=raw["sku"],
            name=raw.get("name") or raw["sku"],
            gtin=gtin or None,
            category=categories[-1] if categories else None,
            brand=names.get("brand"),
            size=names.get("size"),
            cost=cost_in(values, "cost"),
        )

    def store(self, raw: Row) -> Iterator[Told]:
        """One store view."""
        yield ToldStore(key=str(raw["id"]), name=raw["name"], zone=inner(raw, JOINED).get("zone"))


def _before(row: Row) -> Decimal:
    """What a line came to with its tax, without its discount."""
    parts = ("row_total", "tax_amount", "discount_tax_compensation_amount",
             "weee_tax_applied_row_amount")  # fmt: skip
    return sum((amount_in(row, name) for name in parts), Decimal(0))


def _to_order(raw: Row) -> Decimal:
    """By what an amount in the shop's base currency becomes one of the order's; 0 if not told."""
    return amount_in(raw, "base_to_order_rate")


def _cost(parts: Sequence[Row], rate: Decimal) -> Decimal | None:
    """What the parts of a line cost when they were sold; None unless every one tells it.

    `base_cost` is that of one piece, in the base currency.
    """
    costs = [(cost_in(one, "base_cost") or Decimal(0)) * amount_in(one, "qty_ordered") * rate
             for one in parts]  # fmt: skip
    return sum(costs, Decimal(0)) if all(costs) else None


def _lines(items: Sequence[Row], rate: Decimal) -> Iterator[ToldLine]:
    """The lines that were bought; what they consist of (a variant, the parts of a bundle) has its
    price there, but the discounts and rates of a bundle are those of its parts, and what goods
    cost is always told by the parts."""
    for row in items:
        if row.get("parent_item_id"):
            continue
        inside = [one for one in items if one.get("parent_item_id") == row.get("item_id")]
        bundle = inside if row.get("product_type") == "bundle" else []
        taxed = [] if amount_in(row, "tax_amount") else bundle
        total = _before(row) + sum((_tax(one) for one in taxed), Decimal(0))
        cut = amount_in(row, "discount_amount") or sum(
            (amount_in(one, "discount_amount") for one in bundle), Decimal(0)
        )
        yield ToldLine(
            sku=row.get("sku"),
            title=row.get("name"),
            quantity=amount_in(row, "qty_ordered") or 1,
            amount=total - cut,
            discount=max(cut, Decimal(0)),
            tax_rate=_rate([row, *bundle]),
            cost=_cost(inside or [row], rate),
        )


def _tax(row: Row) -> Decimal:
    return amount_in(row, "tax_amount") + amount_in(row, "discount_tax_compensation_amount")


def _rate(items: Sequence[Row]) -> Decimal | None:
    """The tax rate, where all parts that are taxed have the same."""
    found = {amount_in(one, "tax_percent") for one in items if one.get("tax_percent")}
    return found.pop() if len(found) == 1 else None


def _shipping(raw: Row) -> Decimal:
    parts = ("shipping_amount", "shipping_tax_amount", "shipping_discount_tax_compensation_amount")
    whole = sum((amount_in(raw, name) for name in parts), Decimal(0))
    return whole - amount_in(raw, "shipping_discount_amount")


def _paid_back(raw: Row) -> Iterator[ToldLine]:
    """The lines of a credit memo, and what was paid back besides: shipping, adjustments.

    A memo does not say which lines are parts of another. Where they come to more than was paid
    back, only that is told. What goods cost may stand at another row of the sku: the variant's.
    """
    found = [(row, _before(row) - amount_in(row, "discount_amount")) for row in rows(raw, "items")]
    rest = amount_in(raw, "grand_total") - sum((amount for _, amount in found), Decimal(0))
    if rest < 0:
        yield ToldLine(title="Gutschrift", amount=amount_in(raw, "grand_total"))
        return
    costs = {row.get("sku"): cost for row, _ in found if (cost := cost_in(row, "base_cost"))}
    for row, amount in found:
        if amount > 0:
            quantity = amount_in(row, "qty") or 1
            cost = costs.get(row.get("sku"), Decimal(0)) * quantity * _to_order(raw)
            yield ToldLine(sku=row.get("sku"), title=row.get("name"), quantity=quantity,
                           amount=amount, cost=cost or None)  # fmt: skip
    if rest > 0:
        yield ToldLine(title="Gutschrift", amount=rest)


def _set(raw: Row, name: str) -> Any:
    """A moment that must be told."""
    if not raw.get(name):
        raise RecordError("is not set", field=name)
    return utc(raw[name])


def _named(raw: Row, name: str) -> str:
    """An id that must be told."""
    if not raw.get(name):
        raise RecordError("is not set", field=name)
    return str(raw[name])


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)
