"""An order of WooCommerce in our words: what was bought, by whom, when it left, what came back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import Mapper, amount_in, inner, rows
from crmsync.model.told import Told, ToldDelivery, ToldLine, ToldOrder, ToldReturn
from crmsync.model.words import OrderStatus
from crmsync_woocommerce.customers import meta_of, prepared, utc
from crmsync_woocommerce.settings import WooCommerceSettings

Row = Mapping[str, Any]

STATUS: Mapping[str, OrderStatus] = {
    "auto-draft": "draft",
    "checkout-draft": "draft",
    "pending": "draft",
    "completed": "completed",
    "refunded": "completed",
    "cancelled": "cancelled",
    "failed": "cancelled",
    "trash": "cancelled",
}
"""States with a meaning of their own; all others, also those of plugins, are open. An order that
waits for its payment is none yet: most carts that are given up end so."""

TILLS = {"pos", "pos-rest-api", "woocommerce-pos"}
PICKUP = {"local_pickup", "pickup_location"}


class Orders:
    """Maps the orders of one shop."""

    def __init__(self, own: WooCommerceSettings, customers: Mapper) -> None:
        self._own, self._customers = own, customers

    def __call__(self, raw: Row) -> Iterator[Told]:
        """The order, its delivery and its refunds."""
        yield ToldOrder(
            number=raw.get("number"),
            customer=buyer(raw),
            guest=None if buyer(raw) else self._guest(raw),
            channel="pos" if raw.get("created_via") in TILLS else "web",
            placed_at=_placed_at(raw),
            status=STATUS.get(str(raw.get("status")), "open"),
            currency=raw.get("currency"),
            prices_include_tax=True,
            shipping=amount_in(raw, "shipping_total") + amount_in(raw, "shipping_tax"),
            lines=(*_lines(raw, self._own), *_fees(raw)),
        )
        yield from self._delivery(raw)
        for refund in rows(raw, "refunds"):
            yield _refund(raw, refund)

    def _guest(self, raw: Row) -> Any:
        """Who ordered without an account: all that is known of him is his address."""
        billing = raw.get("billing")
        if not isinstance(billing, Mapping) or not any(billing.values()):
            return None
        known = ("billing", "shipping", "meta_data")
        person = {name: raw[name] for name in known if name in raw}
        person |= {name: billing.get(name) for name in ("email", "first_name", "last_name")}
        told = prepared({"shipping": {}, **person}, self._own.model_copy(update={"consents": ()}))
        return self._customers(told)[0]

    def _delivery(self, raw: Row) -> Iterator[ToldDelivery]:
        """What was promised, where a plugin knows it, and when the order was completed.

        WooCommerce does not say when a parcel left; an order is usually completed then.
        """
        ways = rows(raw, "shipping_lines")
        promised = meta_of(raw).get(self._own.promised_meta) if self._own.promised_meta else None
        left = utc(raw.get("date_completed_gmt")) if raw.get("status") == "completed" else None
        if ways and (promised or left):
            method = str(ways[0].get("method_id") or "").partition(":")[0]
            yield ToldDelivery(
                method="pickup" if method in PICKUP else "ship",
                promised_on=promised or None,
                shipped_at=left or None,
                carrier=ways[0].get("method_title") or None,
            )


def buyer(raw: Row) -> str | None:
    """The customer's external id; None for a guest, whom WooCommerce calls 0."""
    told = raw.get("customer_id")
    if isinstance(told, float | Mapping | list):
        raise RecordError("is no number", field="customer_id")
    return str(told) if told else None


def _placed_at(raw: Row) -> Any:
    if not raw.get("date_created_gmt"):
        raise RecordError("is not set", field="date_created_gmt")
    return utc(raw["date_created_gmt"])


def gross(row: Row) -> Decimal:
    """What a line came to, with its tax, after its discounts."""
    return amount_in(row, "total") + amount_in(row, "total_tax")


def _lines(raw: Row, own: WooCommerceSettings) -> Iterator[ToldLine]:
    """Lines carry their own tax, to the cent, whichever way the shop enters its prices."""
    rates = {str(one.get("rate_id")): one.get("rate_percent") for one in rows(raw, "tax_lines")}
    for row in rows(raw, "line_items"):
        if not row.get("quantity"):
            continue
        before = amount_in(row, "subtotal") + amount_in(row, "subtotal_tax")
        yield ToldLine(
            sku=row.get("sku") or None,
            title=row.get("name"),
            size=_size(row, own),
            quantity=str(row["quantity"]),
            amount=gross(row),
            discount=max(before - gross(row), Decimal(0)),
            tax_rate=_rate(row, rates),
            cost=_cost(row),
        )


def _rate(row: Row, rates: Mapping[str, Any]) -> Decimal | None:
    """The rates that were applied to a line, together; None where the order does not tell them."""
    if not amount_in(row, "total_tax"):
        return Decimal(0)
    applied = [rates.get(str(one.get("id"))) for one in rows(row, "taxes") if one.get("total")]
    if not applied or None in applied:
        return None
    return sum((Decimal(str(one)) for one in applied), Decimal(0))


def _cost(row: Row) -> Decimal | None:
    """What the goods of a line cost when they were sold; None where nobody had said so.

    Its schema calls it `total_value`, its answers `value`; what came back has it negative.
    """
    told = inner(row, "cost_of_goods_sold")
    return abs(amount_in(told, "total_value") or amount_in(told, "value")) or None


def _size(row: Row, own: WooCommerceSettings) -> str | None:
    for one in rows(row, "meta_data"):
        if one.get("display_key") in own.size_attributes:
            return str(one.get("display_value"))
    return None


def _fees(raw: Row) -> Iterator[ToldLine]:
    for row in rows(raw, "fee_lines"):
        if gross(row):
            yield ToldLine(title=row.get("name"), amount=gross(row))


def _refund(raw: Row, refund: Row) -> ToldReturn:
    when = refund.get("date_created_gmt") or raw.get("date_modified_gmt")
    return ToldReturn(
        order=str(raw["id"]),
        customer=buyer(raw),
        number=raw.get("number"),
        returned_at=utc(when),
        currency=raw.get("currency"),
        lines=tuple(_returned(refund)),
        reason=refund.get("reason") or None,
        part=f"refund-{refund.get('id')}",
    )


def _returned(refund: Row) -> Iterator[ToldLine]:
    """The goods that came back; what was paid back beyond them is a line without goods."""
    rest = abs(amount_in(refund, "amount") or amount_in(refund, "total"))
    for row in rows(refund, "line_items"):
        amount = abs(gross(row))
        if amount or row.get("quantity"):
            rest -= amount
            quantity = abs(Decimal(str(row.get("quantity") or 1)))
            yield ToldLine(sku=row.get("sku") or None, title=row.get("name"), quantity=quantity,
                           amount=amount, cost=_cost(row))  # fmt: skip
    if rest > 0:
        yield ToldLine(title="Gutschrift", amount=rest)
