"""Orders, opportunities, returns, products, cases and tasks of Salesforce in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from crmsync.errors import RecordError
from crmsync.model.told import (
    Told,
    ToldDelivery,
    ToldInteraction,
    ToldLine,
    ToldOrder,
    ToldProduct,
    ToldReturn,
)
from crmsync.model.words import Channel, OrderStatus
from crmsync_salesforce.settings import SalesforceSettings

Row = Mapping[str, Any]

STATUS: Mapping[str, OrderStatus] = {"Draft": "draft", "Canceled": "cancelled"}
ORIGINS: Mapping[str, Channel] = {
    "phone": "phone", "telefon": "phone", "email": "email", "e-mail": "email", "web": "web",
    "fax": "fax", "letter": "letter", "brief": "letter", "chat": "messenger", "store": "in_person",
    "laden": "in_person", "filiale": "in_person",
}  # fmt: skip
LEADS, CONTACTS = "00Q", "003"
"""What an id begins with tells its object."""


def order(raw: Row, own: SalesforceSettings) -> Iterator[Told]:
    """An order with its lines, and what was promised where a field says so."""
    custom = raw.get(own.placed) if own.placed else None
    status = STATUS.get(str(raw.get("StatusCode")), "open")
    if status == "open" and raw.get("Status") in own.completed:
        status = "completed"
    yield ToldOrder(
        number=raw.get("OrderNumber"),
        placed_at=_first(custom, raw.get("OrderedDate"), raw.get("EffectiveDate"), raw=raw),
        status=status,
        **_sale(raw, own, contact="BillToContactId"),
    )
    yield from _promised(raw, own)


def opportunity(raw: Row, own: SalesforceSettings) -> Iterator[Told]:
    """A sale that was won, or is still open; one that was lost is none."""
    if raw.get("IsClosed") is True and raw.get("IsWon") is not True:
        return
    told = _sale(raw, own, contact="ContactId")
    if not told["lines"] and raw.get("Amount") is not None:
        told["lines"] = (ToldLine(title=raw.get("Name"), amount=amount(raw["Amount"], "Amount")),)
    custom = raw.get(own.placed) if own.placed else None
    yield ToldOrder(
        number=raw["Id"],
        placed_at=_first(custom, raw.get("CloseDate"), raw=raw),
        status="completed" if raw.get("IsWon") is True else "draft",
        **told,
    )
    yield from _promised(raw, own)


def _sale(raw: Row, own: SalesforceSettings, *, contact: str) -> dict[str, Any]:
    customer, stream = owner(raw, contact)
    return {
        "customer": customer,
        "customer_stream": stream,
        "channel": own.channel,
        "store": raw.get(own.store) if own.store else None,
        "currency": raw.get("CurrencyIsoCode"),
        "prices_include_tax": own.prices_include_tax,
        "lines": tuple(_line(one) for one in _rows(raw, "lines")),
    }


def owner(raw: Row, contact: str) -> tuple[str | None, str]:
    """Whose it is: a person account, else the contact, else the firm; and in which stream."""
    account, person = raw.get("AccountId"), raw.get(contact)
    if account and (raw.get("Account.IsPersonAccount") is True or not person):
        return _id(account, "AccountId"), "accounts"
    return _id(person, contact), "customers"


def _line(row: Row) -> ToldLine:
    return ToldLine(
        sku=row.get("Product2.ProductCode"),
        title=row.get("Product2.Name"),
        category=row.get("Product2.Family"),
        quantity=amount(row.get("Quantity"), "Quantity"),
        amount=_total(row),
    )


def _total(row: Row) -> Decimal:
    if row.get("TotalPrice") is not None:
        return amount(row["TotalPrice"], "TotalPrice")
    return amount(row.get("UnitPrice"), "UnitPrice") * amount(row.get("Quantity"), "Quantity")


def _promised(raw: Row, own: SalesforceSettings) -> Iterator[ToldDelivery]:
    day = raw.get(own.promised) if own.promised else None
    if day:
        yield ToldDelivery(promised_on=day)


def returned(raw: Row, own: SalesforceSettings) -> Iterator[ToldReturn]:
    """A return order; what is still a draft or was cancelled gave nothing back."""
    if str(raw.get("Status")).casefold() in ("draft", "canceled", "cancelled"):
        return
    customer, stream = owner(raw, "ContactId")
    rows = _rows(raw, "lines")
    reasons = [one.get("ReasonForReturn") for one in rows if one.get("ReasonForReturn")]
    yield ToldReturn(
        order=_id(raw.get("OrderId"), "OrderId"),
        customer=customer,
        customer_stream=stream,
        number=raw.get("ReturnOrderNumber"),
        returned_at=_first(raw.get("CreatedDate"), raw=raw),
        currency=raw.get("CurrencyIsoCode"),
        prices_include_tax=own.prices_include_tax,
        lines=tuple(_came_back(one) for one in rows),
        reason=reasons[0] if reasons else None,
    )


def _came_back(row: Row) -> ToldLine:
    count = amount(row.get("QuantityReturned"), "QuantityReturned")
    total = row.get("TotalPrice")
    if total is None:
        total = amount(row.get("OrderItem.UnitPrice"), "UnitPrice") * count
    else:
        total = abs(amount(total, "TotalPrice"))
    return ToldLine(sku=row.get("Product2.ProductCode"), title=row.get("Product2.Name"),
                    quantity=count, amount=total)  # fmt: skip


def product(raw: Row) -> Iterator[ToldProduct]:
    """A product; one without a code or number is of no line."""
    sku = raw.get("ProductCode") or raw.get("StockKeepingUnit")
    if sku:
        category = {"category": raw["Family"]} if "Family" in raw else {}
        yield ToldProduct(sku=sku, name=raw.get("Name") or sku, **category)


def case(raw: Row, own: SalesforceSettings) -> Iterator[ToldInteraction]:
    """A case: a complaint where its type or reason is called so, else an enquiry."""
    customer, stream = owner(raw, "ContactId")
    complaint = any(raw.get(name) in own.complaints for name in ("Type", "Reason"))
    closed = raw.get("IsClosed") is True
    yield ToldInteraction(
        customer=customer,
        customer_stream=stream,
        at=_first(raw.get("CreatedDate"), raw=raw),
        channel=ORIGINS.get(str(raw.get("Origin")).casefold(), "web"),
        kind="complaint" if complaint else "enquiry",
        status="done" if closed else "open",
        subject=raw.get("Subject"),
        reason=raw.get("Reason") or raw.get("Type"),
        resolved_at=raw.get("ClosedDate") if closed else None,
    )


def task(raw: Row) -> Iterator[ToldInteraction]:
    """A call or an e-mail; other tasks are the staff's own."""
    kinds: Mapping[str, Channel] = {"Call": "phone", "Email": "email"}
    channel = kinds.get(str(raw.get("TaskSubtype")))
    if channel is None:
        return
    who = _id(raw.get("WhoId"), "WhoId")
    customer, stream = owner(raw, "WhoId")
    if who and who.startswith(LEADS):
        customer, stream = who, "leads"
    closed = raw.get("IsClosed") is True
    yield ToldInteraction(
        customer=customer,
        customer_stream=stream,
        at=_first(raw.get("CompletedDateTime"), raw.get("CreatedDate"), raw=raw),
        channel=channel,
        kind="note" if closed else "call_back",
        direction="in" if raw.get("CallType") == "Inbound" else "out",
        status="done" if closed else "open",
        subject=raw.get("Subject"),
        due_on=None if closed else raw.get("ActivityDate"),
    )


def amount(value: Any, field: str) -> Decimal:
    """A number of JSON as the decimal that it was written as."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecordError("is no amount", field=field)
    return Decimal(repr(value))


def _first(*told: Any, raw: Row) -> Any:
    """The first that is set."""
    for value in told:
        if value:
            return value
    raise RecordError("says no day", field=str(next(iter(raw), "")))


def _id(value: Any, field: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise RecordError("is no id", field=field)
    return value or None


def _rows(raw: Row, name: str) -> list[Row]:
    found = raw.get(name) or []
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise RecordError("is no list of records", field=name)
    return found
