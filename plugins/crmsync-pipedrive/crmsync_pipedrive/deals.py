"""Won deals, products and activities of Pipedrive in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import cost_in
from crmsync.model.told import ToldInteraction, ToldLine, ToldOrder, ToldProduct
from crmsync.model.words import Channel, InteractionKind
from crmsync.normalize.money import exponent
from crmsync_pipedrive.people import rows, shown

Row = Mapping[str, Any]

CHANNELS: Mapping[str, Channel] = {"call": "phone", "email": "email", "meeting": "in_person",
                                   "lunch": "in_person"}  # fmt: skip
"""Pipedrive's own types of activities; those that an account made may be anything."""


def deal(raw: Row, *, channel: Channel) -> Iterator[ToldOrder]:
    """A deal that was won is an order; any other is nothing. One without products is its value."""
    if raw.get("status") != "won":
        return
    title = shown(raw.get("title"))
    lines = tuple(_lines(raw))
    if not lines and raw.get("value") is not None:
        lines = (ToldLine(title=title, amount=amount(raw["value"], "value")),)
    yield ToldOrder(
        number=title or str(raw["id"]),
        **_whose(raw),
        channel=channel,
        placed_at=_moment(raw, "won_time", "close_time", "add_time"),
        currency=shown(raw.get("currency")),
        prices_include_tax=True,
        lines=lines,
    )


def _whose(raw: Row) -> dict[str, Any]:
    """The person, else the organization."""
    if (name := _id(raw, "person_id")) is not None:
        return {"customer": name}
    firm = _id(raw, "org_id")
    return {} if firm is None else {"customer": firm, "customer_stream": "organizations"}


def _lines(raw: Row) -> Iterator[ToldLine]:
    """The products that are enabled, in their order, each with tax."""
    least = Decimal(1).scaleb(-exponent(str(raw.get("currency"))))
    for one in sorted(rows(raw, "products"), key=lambda one: str(one.get("order_nr")).zfill(9)):
        if one.get("is_enabled") is False:
            continue
        quantity = amount(one.get("quantity", 1), "quantity")
        full = amount(one.get("item_price", 0), "item_price") * quantity
        less = amount(one.get("discount") or 0, "discount")
        if one.get("discount_type") != "amount":
            less = full * less / 100
        rate = amount(one.get("tax") or 0, "tax")
        more = (100 + rate) / 100 if one.get("tax_method") == "exclusive" else Decimal(1)
        yield ToldLine(
            sku=shown(one.get("code")) or _id(one, "product_id"),
            title=shown(one.get("name")),
            quantity=quantity,
            amount=((full - less) * more).quantize(least, ROUND_HALF_UP),
            discount=(less * more).quantize(least, ROUND_HALF_UP),
            tax_rate=rate if one.get("tax_method") in ("exclusive", "inclusive") else None,
        )


def product(raw: Row) -> ToldProduct:
    """A product; one without a code is known by its id. Of its prices the first tells a cost."""
    sku = shown(raw.get("code")) or raw["id"]
    costs = ((cost_in(one, "cost"), shown(one.get("currency"))) for one in rows(raw, "prices"))
    cost, currency = next((one for one in costs if one[0]), (None, None))
    return ToldProduct(sku=sku, name=shown(raw.get("name")) or str(sku), cost=cost,
                       currency=currency)  # fmt: skip


def activity(raw: Row) -> ToldInteraction:
    """An activity: at the time for which it was planned, else when it was made."""
    kind, done = str(raw.get("type")), raw.get("done") is True
    channel = CHANNELS.get(kind, "in_person")
    what: InteractionKind = "visit" if channel == "in_person" and kind in CHANNELS else "note"
    if kind == "call" and not done:
        what = "call_back"
    day = shown(raw.get("due_date"))
    return ToldInteraction(
        customer=_id(raw, "person_id"),
        at=_planned(raw, day),
        channel=channel,
        kind=what,
        direction="out",
        status="done" if done else "open",
        subject=shown(raw.get("subject")),
        due_on=None if done else day,
        resolved_at=shown(raw.get("marked_as_done_time")) if done else None,
    )


def _planned(raw: Row, day: Any) -> str:
    """A due time is in UTC; one without is a whole day."""
    time = shown(raw.get("due_time"))
    if day is None:
        return _moment(raw, "add_time")
    if not isinstance(day, str) or not isinstance(time, str | None):
        raise RecordError("is no moment", field="due_date")
    return f"{day}T{time}Z" if time else day


def _moment(raw: Row, *names: str) -> str:
    for name in names:
        value = shown(raw.get(name))
        if value is not None and not isinstance(value, str):
            raise RecordError("is no moment", field=name)
        if value is not None:
            return str(value)
    raise RecordError("is not set", field=names[0])


def _id(raw: Row, name: str) -> str | None:
    found = raw.get(name)
    if found is not None and (isinstance(found, bool) or not isinstance(found, int | str)):
        raise RecordError("is no id", field=name)
    return None if found is None else str(found)


def amount(value: Any, field: str) -> Decimal:
    """A number of JSON as the decimal that it was written as."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecordError("is no amount", field=field)
    return Decimal(repr(value))
