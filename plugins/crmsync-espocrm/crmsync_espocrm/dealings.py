"""Opportunities, cases, calls and e-mails of EspoCRM in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from crmsync.errors import RecordError
from crmsync.model.told import ToldInteraction, ToldLine, ToldOrder
from crmsync_espocrm.people import moment
from crmsync_espocrm.settings import EspoCrmSettings
from crmsync_espocrm.sources import STREAMS

Row = Mapping[str, Any]

OVER = {"Closed", "Rejected", "Duplicate"}


def order(raw: Row, own: EspoCrmSettings) -> Iterator[ToldOrder]:
    """A sale: won, or still open as a draft; EspoCRM has no lines of goods."""
    if raw.get("stage") in own.lost:
        return
    customer, stream = owner(raw)
    if not raw.get("closeDate"):
        raise RecordError("is not set", field="closeDate")
    lines = (ToldLine(title=raw.get("name"), amount=_amount(raw.get("amount"))),)
    yield ToldOrder(
        number=raw["id"],
        customer=customer,
        customer_stream=stream,
        channel=own.channel,
        placed_at=raw["closeDate"],
        status="completed" if raw.get("stage") in own.won else "draft",
        currency=raw.get("amountCurrency"),
        prices_include_tax=own.prices_include_tax,
        lines=lines if raw.get("amount") is not None else (),
    )


def case(raw: Row, own: EspoCrmSettings) -> Iterator[ToldInteraction]:
    """A case: a complaint where its type is called so, else an enquiry."""
    customer, stream = owner(raw)
    over = raw.get("status") in OVER
    yield ToldInteraction(
        customer=customer,
        customer_stream=stream,
        at=_needed(raw, "createdAt"),
        channel="email" if raw.get("inboundEmailId") else "web",
        kind="complaint" if raw.get("type") in own.complaints else "enquiry",
        status="done" if over else "open",
        subject=raw.get("name"),
        reason=raw.get("type") or None,
    )


def call(raw: Row) -> Iterator[ToldInteraction]:
    """A call that was held, or is planned; one that was not held is none."""
    if raw.get("status") == "Not Held":
        return
    customer, stream = owner(raw)
    held, start = raw.get("status") == "Held", _needed(raw, "dateStart", "createdAt")
    yield ToldInteraction(
        customer=customer,
        customer_stream=stream,
        at=start,
        channel="phone",
        kind="note" if held else "call_back",
        direction="in" if raw.get("direction") == "Inbound" else "out",
        status="done" if held else "open",
        subject=raw.get("name"),
        due_on=None if held else start,
    )


def email(raw: Row) -> Iterator[ToldInteraction]:
    """An e-mail that was sent or received; drafts are none."""
    if raw.get("status") in ("Draft", "Sending", "Failed", "Being Imported"):
        return
    customer, stream = owner(raw)
    yield ToldInteraction(
        customer=customer,
        customer_stream=stream,
        at=_needed(raw, "dateSent", "createdAt"),
        channel="email",
        kind="note",
        direction="out" if raw.get("status") == "Sent" else "in",
        subject=raw.get("name"),
    )


def owner(raw: Row) -> tuple[str | None, str]:
    """Whose it is, and in which stream: the contact, else the lead, else the firm."""
    several = (("contactsIds", "customers"), ("leadsIds", "leads"))
    for name, stream in several:
        found = raw.get(name)
        if isinstance(found, list) and found:
            return _id(found[0], name), stream
    for name, stream in (("contactId", "customers"), ("leadId", "leads")):
        if raw.get(name):
            return _id(raw[name], name), stream
    if raw.get("parentId") and str(raw.get("parentType")) in STREAMS:
        return _id(raw["parentId"], "parentId"), STREAMS[str(raw["parentType"])]
    return _id(raw.get("accountId"), "accountId"), "accounts"


def _amount(value: Any) -> Decimal:
    """An amount, which EspoCRM writes as a number, or as text where a column is a decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | None):
        raise RecordError("is no amount", field="amount")
    try:
        return Decimal(value if isinstance(value, str) else repr(value or 0))
    except InvalidOperation:
        raise RecordError("is no amount", field="amount") from None


def _needed(raw: Row, *names: str) -> str:
    for name in names:
        found = moment(raw.get(name), name)
        if found:
            return found
    raise RecordError("is not set", field=names[0])


def _id(value: Any, field: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise RecordError("is no id", field=field)
    return value or None
