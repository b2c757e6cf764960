"""tap-square (2.x): customers, orders, refunds and locations; money comes in the minor unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crmsync_singer.presets.preset import Preset, Raw, amount, flag, part, rows

WHOLE = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
"""Currencies without a minor unit, as ISO 4217 has them."""
NO_YEAR = "0000-"
"""How a birthday begins of which Square knows no year."""
STATES = {"COMPLETED": "completed", "OPEN": "open", "CANCELED": "cancelled", "DRAFT": "draft"}


def money(told: Any) -> Decimal | None:
    """Money in the currency's major unit; None where there is none."""
    found = amount(part(told, "amount"))
    if found is None:
        return None
    return found if part(told, "currency") in WHOLE else found / 100


def with_birthday(raw: Raw) -> Raw:
    """The customer without a birthday that has no year: nothing of ours holds one."""
    if str(raw.get("birthday") or "").startswith(NO_YEAR):
        return {**raw, "birthday": None}
    return raw


def with_amounts(raw: Raw) -> Raw:
    """The order with its lines' amounts, service charges as lines too, and who paid."""
    sold = [*rows(raw, "line_items"), *rows(raw, "service_charges")]
    lines = [{"quantity": 1, **line, "_amount": money(line.get("total_money"))} for line in sold]
    payers = [one.get("customer_id") for one in rows(raw, "tenders")]
    takers = [
        part(one, "pickup_details.recipient.customer_id") for one in rows(raw, "fulfillments")
    ]
    whose = next((one for one in [*payers, *takers] if one), None)
    return {**raw, "_lines": lines, "_customer": whose}


def paid_back(raw: Raw) -> Raw | None:
    """The refund with its amount as one line; one that did not go through is none."""
    if raw.get("status") != "COMPLETED":
        return None
    return {**raw, "_lines": [{"amount": money(raw.get("amount_money"))}]}


STREAMS: Mapping[str, Preset] = {
    "stores": Preset(
        kind="stores",
        stream="locations",
        map={
            "key": "id",
            "name": "name",
            "zone": "timezone",
            "postal_code": "address.postal_code",
            "city": "address.locality",
        },
    ),
    "customers": Preset(
        kind="customers",
        stream="customers",
        map={
            "given_name": "given_name",
            "family_name": "family_name",
            "company": "company_name",
            "birth_date": "birthday",
            "customer_number": "reference_id",
            "vat_id": "tax_ids.eu_vat",
            "contacts.email": "email_address",
            "contacts.phone": "phone_number",
            "addresses.home.street": "address.address_line_1",
            "addresses.home.lines": ["address.address_line_2", "address.address_line_3"],
            "addresses.home.postal_code": "address.postal_code",
            "addresses.home.city": "address.locality",
            "addresses.home.region": "address.administrative_district_level_1",
            "addresses.home.country": "address.country",
            "consents.email.marketing": flag("preferences.email_unsubscribed", "objected"),
            "since": "created_at",
            "changed_at": "updated_at",
        },
        prepare=with_birthday,
    ),
    "orders": Preset(
        kind="orders",
        stream="orders",
        map={
            "number": "reference_id",
            "customer": "_customer",
            "channel": {"const": "pos"},
            "store": "location_id",
            "placed_at": "created_at",
            "status": {"field": "state", "values": STATES, "other": "open"},
            "currency": "total_money.currency",
        },
        lines={
            "from": "_lines",
            "title": "name",
            "size": "variation_name",
            "quantity": "quantity",
            "amount": "_amount",
        },
        prepare=with_amounts,
        reads=("line_items", "service_charges", "tenders", "fulfillments"),
    ),
    "returns": Preset(
        kind="returns",
        stream="refunds",
        map={
            "order": "order_id",
            "returned_at": "created_at",
            "store": "location_id",
            "channel": {"const": "pos"},
            "currency": "amount_money.currency",
            "reason": "reason",
        },
        lines={"from": "_lines", "amount": "amount"},
        prepare=paid_back,
        reads=("amount_money", "status"),
    ),
}
