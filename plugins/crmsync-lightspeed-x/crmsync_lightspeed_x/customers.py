"""A customer of Lightspeed in our words: a table, so that pages are mapped by column.

A field that is empty is left out of Lightspeed's answers (2026-07, examples of ListCustomers), and
there are no rights by field: what is absent is told to be empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.mapping import Mapper
from crmsync_lightspeed_x.settings import LightspeedSettings

WALK_IN = "WALKIN"
"""The customer code of the customer whom sales to nobody are booked on."""


def customer_mapper(own: LightspeedSettings, *, where: str) -> Mapper:
    """The mapping of customers for these settings, compiled."""
    return Mapper("customers", customer_fields(own), where=where)


def customer_fields(own: LightspeedSettings) -> dict[str, Any]:
    """The mapping of customers for these settings.

    `do_not_email` is an objection; its false is no consent (§ 7 UWG). `enable_promotional_sms` is
    told as granted without evidence, which grants nothing; its false, the default, says nothing.
    """
    fields: dict[str, Any] = {
        "given_name": _empty("first_name"),
        "family_name": _empty("last_name"),
        "company": _empty("company_name"),
        "birth_date": _empty("date_of_birth"),
        "vat_id": _empty("tax_id"),
        "customer_number": _empty("customer_code"),
        **{f"contacts.{name}": _empty(name) for name in ("email", "phone", "mobile", "fax")},
        **_address("home", "physical"),
        **_address("other", "postal"),
        "consents.email": {"field": "do_not_email", "values": {"true": "objected"}, "other": None},
        "consents.sms": {
            "state": {
                "field": "enable_promotional_sms",
                "values": {"true": "granted"},
                "other": None,
            },
            "source": {"const": "enable_promotional_sms"},
        },
        "since": "created_at",
        "changed_at": "updated_at",
    }
    for ours, theirs in (("salutation", own.salutation_field), ("titles", own.titles_field)):
        if theirs:
            fields[ours] = _empty(theirs)
    return fields


def _empty(field: str) -> dict[str, Any]:
    """A field that is told to be empty where it is absent."""
    return {"field": field, "default": None, "optional": True}


def _address(kind: str, theirs: str) -> dict[str, Any]:
    names = {"postal_code": "postcode", "city": "city", "region": "state", "country": "country_id"}
    lines = [f"{theirs}_address_2", f"{theirs}_suburb"]
    return {
        f"addresses.{kind}.street": _empty(f"{theirs}_address_1"),
        f"addresses.{kind}.lines": {"field": lines, "optional": True},
        **{f"addresses.{kind}.{ours}": _empty(f"{theirs}_{name}") for ours, name in names.items()},
    }


def is_nobody(raw: Mapping[str, Any], walk_in: str) -> bool:
    """Whether this is the customer that stands for nobody."""
    return raw.get("customer_code") == WALK_IN or (bool(walk_in) and raw.get("id") == walk_in)
