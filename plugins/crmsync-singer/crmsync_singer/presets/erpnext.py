"""tap-erpnext (0.2): customers, contacts and invoices; the tap asks for no invoice's lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync_singer.presets.preset import Preset, Raw, amount, flag

DRAFT, CANCELLED = 0, 2
"""What `docstatus` says of a document that is not in force."""
INVOICE = ("docstatus", "is_return", "posting_date", "posting_time", "grand_total")


def ordered(raw: Raw) -> Raw | None:
    """The invoice with one line of its total; credit notes are returns."""
    return None if raw.get("is_return") else _with_total(raw, 1)


def returned(raw: Raw) -> Raw | None:
    """The credit note with one line of what was given back, as a positive amount."""
    if not raw.get("is_return") or raw.get("docstatus") != 1:
        return None
    return _with_total(raw, -1)


def _with_total(raw: Raw, sign: int) -> Raw | None:
    total, day = amount(raw.get("grand_total")), raw.get("posting_date")
    if total is None or not day:
        return None
    state = {DRAFT: "draft", CANCELLED: "cancelled"}.get(_number(raw.get("docstatus")), "completed")
    hours, _, rest = str(raw.get("posting_time") or "00:00:00").partition(":")
    moment = f"{day}T{hours.zfill(2)}:{rest or '00:00'}"
    return {**raw, "_lines": [{"amount": total * sign}], "_state": state, "_at": moment}


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 1


STREAMS: Mapping[str, Preset] = {
    "customers": Preset(
        kind="customers",
        stream="Customer",
        key="name",
        map={
            "kind": {
                "field": "customer_type",
                "values": {"Company": "firm", "Partnership": "firm", "Individual": "person"},
                "other": None,
            },
            "salutation": "salutation",
            "name": "customer_name",
            "customer_number": "name",
            "vat_id": "tax_id",
            "language": "language",
            "contacts.email": "email_id",
            "contacts.mobile": "mobile_no",
            "blocked": "disabled",
            "since": "creation",
            "changed_at": "modified",
        },
    ),
    "contacts": Preset(
        kind="customers",
        stream="Contact",
        key="name",
        map={
            "salutation": "salutation",
            "given_name": "first_name",
            "family_name": "last_name",
            "company": "company_name",
            "contacts.email": "email_id",
            "contacts.phone": "phone",
            "contacts.mobile": "mobile_no",
            "consents.email.marketing": flag("unsubscribed", "objected"),
            "since": "creation",
            "changed_at": "modified",
        },
    ),
    "orders": Preset(
        kind="orders",
        stream="Sales Invoice",
        key="name",
        map={
            "number": "name",
            "customer": "customer",
            "channel": {
                "field": "is_pos", "values": {"1": "pos", "true": "pos"}, "other": "in_person"
            },
            "placed_at": "_at",
            "status": "_state",
            "currency": "currency",
        },
        lines={"from": "_lines", "amount": "amount"},
        prepare=ordered,
        reads=INVOICE,
    ),
    "returns": Preset(
        kind="returns",
        stream="Sales Invoice",
        key="name",
        map={
            "order": "return_against",
            "customer": "customer",
            "number": "name",
            "returned_at": "_at",
            "currency": "currency",
        },
        lines={"from": "_lines", "amount": "amount"},
        prepare=returned,
        reads=INVOICE,
    ),
}  # fmt: skip
