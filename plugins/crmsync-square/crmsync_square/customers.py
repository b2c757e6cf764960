"""A customer of Square in our words: a table, so that pages are mapped by column.

Square leaves out what is empty, and there are no rights by field: what is absent is told as empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.mapping import Mapper

Row = Mapping[str, Any]

NO_YEAR = "0000-"
"""How a birthday begins of which Square knows no year."""

NAMES = {
    "given_name": "given_name",
    "family_name": "family_name",
    "company": "company_name",
    "birth_date": "birthday",
    "customer_number": "reference_id",
    "contacts.email": "email_address",
    "contacts.phone": "phone_number",
}
"""Our names of the fields, which are read and written."""

ADDRESS = {
    "street": "address_line_1",
    "postal_code": "postal_code",
    "city": "locality",
    "region": "administrative_district_level_1",
    "country": "country",
}
LINES = ("address_line_2", "address_line_3", "sublocality")
"""What Square has of an address beside these."""


def customer_fields() -> dict[str, Any]:
    """The mapping of customers.

    `email_unsubscribed` is an objection; its false is no consent (§ 7 UWG).
    """
    fields = {ours: _empty(theirs) for ours, theirs in NAMES.items()}
    fields |= {f"addresses.home.{ours}": _empty(f"address.{it}") for ours, it in ADDRESS.items()}
    return {
        **fields,
        "addresses.home.lines": {"field": [f"address.{it}" for it in LINES], "optional": True},
        "vat_id": _empty("tax_ids.eu_vat"),
        "consents.email": {
            "field": "preferences.email_unsubscribed",
            "values": {"true": "objected"},
            "other": None,
        },
        "since": "created_at",
        "changed_at": "updated_at",
    }


def customer_mapper(*, where: str) -> Mapper:
    """The mapping of customers, compiled."""
    return Mapper("customers", customer_fields(), where=where)


def readable(raw: Row) -> Row:
    """The record without a birthday that has no year: nothing of ours holds one."""
    if str(raw.get("birthday") or "").startswith(NO_YEAR):
        return {**raw, "birthday": None}
    return raw


def _empty(field: str) -> dict[str, Any]:
    """A field that is told to be empty where it is absent."""
    return {"field": field, "default": None, "optional": True}
