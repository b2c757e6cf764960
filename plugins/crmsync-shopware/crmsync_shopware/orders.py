"""An order of Shopware in our words: what was bought, how it was sent, what was paid back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import Mapper, amount_in, cost_in, inner, rows
from crmsync.model.told import Told, ToldDelivery, ToldLine, ToldOrder, ToldProduct, ToldReturn
from crmsync.model.words import OrderStatus
from crmsync_shopware.customers import guest
from crmsync_shopware.settings import ShopwareSettings

Row = Mapping[str, Any]

STATUS: Mapping[str, OrderStatus] = {"completed": "completed", "cancelled": "cancelled"}
"""States with a meaning of their own; all others, also those a shop invented, are open."""

OWN_CURRENCY = "b7d2554b0ce847cd82f3ac9bd1c0dfca"
"""The id of a shop's own currency, which is the same in every shop."""


class Orders:
    """Maps the orders, returns and products of one shop."""

    def __init__(self, own: ShopwareSettings, customers: Mapper) -> None:
        self._own, self._customers = own, customers

    def order(self, raw: Row) -> Iterator[Told]:
        """The order, its deliveries, and what was paid back as a whole."""
        buyer = _buyer(raw)
        gross = raw.get("taxStatus") != "net"
        who: Any = None if buyer else self._customers(guest(raw))[0]
        yield ToldOrder(
            number=raw.get("orderNumber"),
            customer=buyer,
            guest=who,
            placed_at=_set(raw, "orderDateTime"),
            status=STATUS.get(str(state(raw)), "open"),
            currency=inner(raw, "currency").get("isoCode"),
            prices_include_tax=gross,
            shipping=amount_in(raw, "shippingTotal"),
            lines=tuple(self._lines(raw)),
        )
        yield from _deliveries(raw)
        if not self._own.returns:
            yield from _refunds(raw, buyer)

    def returned(self, raw: Row) -> Iterator[ToldReturn]:
        """One return of the Commercial plans."""
        if state(raw, "state") == "cancelled":
            return
        order = inner(raw, "order")
        reasons = [_name(inner(row, "reason"), "content") for row in rows(raw, "lineItems")]
        yield ToldReturn(
            order=raw.get("orderId"),
            number=raw.get("returnNumber"),
            returned_at=_set(raw, "requestedAt"),
            currency=inner(order, "currency").get("isoCode"),
            prices_include_tax=order.get("taxStatus") != "net",
            lines=tuple(_came_back(row, order) for row in rows(raw, "lineItems")),
            reason=next((one for one in reasons if one), None),
        )

    def product(self, raw: Row) -> Iterator[ToldProduct]:
        """One product or variant."""
        categories = sorted(rows(raw, "categories"), key=lambda one: one.get("level") or 0)
        sizes = [_name(one) for one in rows(raw, "options")
                 if _name(inner(one, "group")) in self._own.size_groups]  # fmt: skip
        yield ToldProduct(
            sku=raw["productNumber"],
            name=_name(raw) or raw["productNumber"],
            gtin=raw.get("ean") or None,
            category=_name(categories[-1]) if categories else None,
            brand=_name(inner(raw, "manufacturer")) or None,
            size=sizes[0] if sizes else None,
            cost=_purchased(raw),
        )

    def _lines(self, raw: Row) -> Iterator[ToldLine]:
        """Lines within lines are in the amount of the outer one; a discount is a negative line."""
        for row in rows(raw, "lineItems"):
            if row.get("parentId") or not row.get("quantity"):
                continue
            payload = inner(row, "payload")
            sizes = [one.get("option") for one in rows(payload, "options")
                     if one.get("group") in self._own.size_groups]  # fmt: skip
            yield ToldLine(
                sku=payload.get("productNumber"),
                title=row.get("label"),
                size=sizes[0] if sizes else None,
                quantity=row["quantity"],
                amount=amount_in(row, "totalPrice"),
                tax_rate=_rate(row, raw),
                cost=_cost(row, payload, raw),
            )


def _purchased(raw: Row) -> Decimal | None:
    """What a piece costs the shop, net, in the shop's own currency."""
    own = [one for one in rows(raw, "purchasePrices") if one.get("currencyId") == OWN_CURRENCY]
    return cost_in(own[0], "net") if own else None


def _cost(row: Row, payload: Row, order: Row) -> Decimal | None:
    """What the goods of a line cost when they were sold, in the currency of the order.

    The payload keeps the purchase price as a text of JSON, in the shop's own currency.
    """
    unit = cost_in(_price(payload.get("purchasePrices")), "net")
    if unit is None or not order.get("currencyFactor"):
        return None
    return unit * amount_in(order, "currencyFactor") * (amount_in(row, "quantity") or 1)


def _price(told: Any) -> Row:
    try:
        found = json.loads(told or "{}", parse_float=Decimal)
    except (TypeError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise RecordError("is no price", field="purchasePrices")
    return found


def _buyer(raw: Row) -> str | None:
    """The customer's external id; None for a guest, and where the account is no longer there."""
    who = inner(raw, "orderCustomer")
    told = who.get("customerId")
    return None if inner(who, "customer").get("guest") is True or not told else str(told)


def state(raw: Row, name: str = "stateMachineState") -> Any:
    """The technical name of a state."""
    return inner(raw, name).get("technicalName")


def _rate(row: Row, order: Row) -> Decimal | None:
    """The tax rate of a line; of several the one that they come to together."""
    if order.get("taxStatus") == "tax-free":
        return Decimal(0)
    price = inner(row, "price")
    taxes = price.get("calculatedTaxes") or []
    if not isinstance(taxes, list):
        taxes = list(taxes.values()) if isinstance(taxes, dict) else []
    found = [one for one in taxes if isinstance(one, dict)]
    if len(found) == 1:
        return amount_in(found[0], "taxRate")
    tax = sum((amount_in(one, "tax") for one in found), Decimal(0))
    total = amount_in(row, "totalPrice") - (tax if order.get("taxStatus") != "net" else 0)
    return (tax / total * 100).quantize(Decimal("0.0001")) if tax and total else None


def _set(raw: Row, name: str) -> Any:
    if not raw.get(name):
        raise RecordError("is not set", field=name)
    return raw[name]


def _deliveries(raw: Row) -> Iterator[ToldDelivery]:
    """What was promised, and when it left; a delivery that is only a discount is none."""
    for row in rows(raw, "deliveries"):
        if state(row) == "cancelled" or amount_in(inner(row, "shippingCosts"), "totalPrice") < 0:
            continue
        method = inner(row, "shippingMethod")
        technical = str(method.get("technicalName") or "")
        latest = row.get("shippingDateLatest")
        yield ToldDelivery(
            method="pickup" if "pickup" in technical or "collect" in technical else "ship",
            promised_on=str(latest)[:10] if latest else None,
            shipped_at=row.get("shippedAt"),
            carrier=_name(method) or None,
            part=f"delivery-{row['id']}",
        )


def _refunds(raw: Row, buyer: str | None) -> Iterator[ToldReturn]:
    """Payments that were paid back as a whole; of a part Shopware keeps no amount."""
    for row in rows(raw, "transactions"):
        if state(row) == "refunded":
            amount = amount_in(inner(row, "amount"), "totalPrice")
            yield ToldReturn(
                order=str(raw["id"]),
                customer=buyer,
                number=raw.get("orderNumber"),
                returned_at=row.get("updatedAt") or _set(raw, "orderDateTime"),
                currency=inner(raw, "currency").get("isoCode"),
                lines=(ToldLine(title="Gutschrift", amount=amount),),
                part=f"refund-{row['id']}",
            )


def _came_back(row: Row, order: Row) -> ToldLine:
    item = inner(row, "lineItem")
    payload = inner(item, "payload")
    return ToldLine(
        sku=payload.get("productNumber"),
        title=item.get("label"),
        quantity=row.get("quantity") or 1,
        amount=abs(amount_in(row, "refundAmount") or amount_in(inner(row, "price"), "totalPrice")),
        cost=_cost(row, payload, order),
    )


def _name(row: Row, field: str = "name") -> Any:
    """A name in the language of the shop, which an inherited one has only as `translated`."""
    return inner(row, "translated").get(field) or row.get(field)
