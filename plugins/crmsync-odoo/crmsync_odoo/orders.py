"""Sales and till receipts of Odoo in our words; their lines carry tax, as the customer pays it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import amount_in
from crmsync.model.told import Told, ToldDelivery, ToldLine, ToldOrder
from crmsync.model.words import Channel, OrderStatus
from crmsync_odoo.values import Row, amount, filled, id_of, key_of, moment, name_of, told

CENT, FINE = Decimal("0.01"), Decimal("0.001")
USUAL = tuple(map(Decimal, ("19", "7", "20", "10", "13", "8.1", "2.6", "3.8", "21", "22", "17", "9",
                            "6", "5.5", "25", "23", "5", "16")))  # fmt: skip
"""Rates of value-added tax in Germany, around it, and for a while in 2020."""
STATES: dict[Any, OrderStatus] = {"draft": "draft", "sent": "draft", "cancel": "cancelled",
                                  "done": "completed"}  # fmt: skip
"""Of a sale; a quotation is a draft. What is sold (sale) is delivered when its lines are."""


def order(raw: Row, *, channel: Channel) -> Iterator[Told]:
    """The sale; and what was promised, where no delivery of the warehouse says it."""
    lines = _lines_of(raw)
    goods = [line for line in lines if not line.get("is_delivery")]
    freight = sum((amount(line["price_total"]) for line in lines if line.get("is_delivery")),
                  Decimal(0))  # fmt: skip
    yield ToldOrder(
        **told(raw, number="name"),
        customer=owner(raw),
        channel="web" if id_of(raw.get("website_id")) else channel,
        placed_at=_placed(raw),
        status=_status(raw, goods),
        currency=name_of(raw.get("currency_id")),
        shipping=freight,
        lines=tuple(line_of(line, total="price_total", net="price_subtotal",
                            quantity="product_uom_qty") for line in goods),
    )  # fmt: skip
    if filled(raw.get("commitment_date")) and not raw.get("picking_ids"):
        yield ToldDelivery(
            promised_on=moment(raw["commitment_date"]), shipped_at=moment(raw.get("effective_date"))
        )


def receipt(raw: Row) -> Iterator[Told]:
    """The receipt of a till; lines of negative quantity came back."""
    state = raw.get("state")
    yield ToldOrder(
        number=filled(raw.get("pos_reference")) or filled(raw.get("name")),
        customer=owner(raw),
        channel="pos",
        store=key_of(raw.get("config_id")),
        placed_at=_placed(raw),
        status={"draft": "draft", "cancel": "cancelled"}.get(str(state), "completed"),
        currency=name_of(raw.get("currency_id")),
        lines=tuple(line_of(line, total="price_subtotal_incl", net="price_subtotal",
                            quantity="qty") for line in _lines_of(raw)),
    )  # fmt: skip


def owner(raw: Row) -> str | None:
    """The external id of the customer, to whom an address that was put in for him belongs."""
    return key_of(raw["customer_id"] if "customer_id" in raw else raw.get("partner_id"))


def line_of(line: Row, *, total: str, net: str, quantity: str) -> ToldLine:
    """A line; `total`, `net` and `quantity` are what its model calls them."""
    product = line.get("product") or {}
    gross = amount(line[total])
    return ToldLine(
        sku=sku_of(id_of(line.get("product_id")), product.get("default_code")),
        gtin=filled(product.get("barcode")),
        title=_title(line),
        quantity=amount(line[quantity]),
        amount=gross,
        discount=_discount(gross, line.get("discount")),
        tax_rate=_rate(gross, amount(line[net])),
        cost=_cost(line, quantity),
    )


def _cost(line: Row, quantity: str) -> Decimal | None:
    """What its goods cost, in the order's currency: of a till's line whole, of a sale's by piece.

    A sale's line has it where sale_margin is installed. 0 is a cost that nobody filled in.
    """
    whole = amount_in(line, "total_cost")
    return abs(whole or amount_in(line, "purchase_price") * amount(line[quantity])) or None


def sku_of(identity: int | None, code: Any) -> str | None:
    """What a product is called: its internal reference, else its id ("odoo-16")."""
    return filled(code) or (None if identity is None else f"odoo-{identity}")


def _lines_of(raw: Row) -> list[Row]:
    """The lines that sell something: no headings, notes and down payments."""
    return [line for line in raw.get("lines") or ()
            if not filled(line.get("display_type")) and not line.get("is_downpayment")]  # fmt: skip


def _title(line: Row) -> str | None:
    name = filled(line.get("full_product_name")) or filled(line.get("name"))
    return name.splitlines()[0] if isinstance(name, str) else name_of(line.get("product_id"))


def _discount(gross: Decimal, percent: Any) -> Decimal:
    """What the line cost less, of a discount in percent; one of all of it is not known."""
    share = amount(percent) if filled(percent) is not None else Decimal(0)
    if not 0 < share < 100:
        return Decimal(0)
    return abs(gross * share / (100 - share)).quantize(CENT, ROUND_HALF_UP)


def _rate(gross: Decimal, net: Decimal) -> Decimal | None:
    """The rate of tax in percent that leads from one to the other: one that is usual, if any fits.

    Odoo says what a line costs without and with tax, not the rate. None where none leads there.
    """
    if not net or gross == net:
        return Decimal(0)
    exact = (gross - net) / net * 100
    if not 1 <= exact <= 100:
        return None
    paid = gross.quantize(CENT, ROUND_HALF_UP)
    fit = [one for one in USUAL if (net * (100 + one) / 100).quantize(CENT, ROUND_HALF_UP) == paid]
    return min(fit, key=lambda one: abs(one - exact), default=exact.quantize(FINE, ROUND_HALF_UP))


def _placed(raw: Row) -> str:
    found = moment(raw.get("date_order"))
    if found is None:
        raise RecordError("is not set", field="date_order")
    return found


def _status(raw: Row, lines: list[Row]) -> OrderStatus:
    state = raw.get("state")
    if state in STATES:
        return STATES[state]
    if raw.get("delivery_status") == "full":
        return "delivered"
    known = [line for line in lines if "qty_delivered" in line]
    through = [amount(line["qty_delivered"]) >= amount(line["product_uom_qty"]) for line in known]
    return "delivered" if through and all(through) else "open"
