"""From the fields of an intent to the properties of a contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.http.writing import Unplaced
from crmsync.model.intent import Intent
from crmsync_hubspot.settings import HubSpotSettings

PLAIN: Mapping[str, str] = {
    "salutation": "salutation", "given_name": "firstname", "company": "company",
    "language": "hs_language", "contacts.email": "email", "contacts.phone": "phone",
    "contacts.mobile": "mobilephone", "contacts.fax": "fax",
}  # fmt: skip
LAST = ("nobility", "family_name")
"""What makes the last name, where the account has no property for the first of them."""

STREET = ("street", "house_number")
PLACE: Mapping[str, str] = {"postal_code": "zip", "city": "city", "region": "state",
                            "country": "country"}  # fmt: skip
OURS: Mapping[str, str] = {theirs: ours for ours, theirs in PLAIN.items()} | {
    "lastname": "family_name"
}
"""What we call a property that HubSpot finds fault with."""


def values(intent: Intent, own: HubSpotSettings) -> dict[str, str]:
    """The properties to send; a text of nothing empties one. Unplaced for what has no property."""
    found: dict[str, str] = {}
    every = {**intent.whole, **intent.fields}
    for name, value in intent.fields.items():
        if name in own.properties:
            found[own.properties[name]] = _text(value)
        elif name in PLAIN:
            found[PLAIN[name]] = _text(value)
        elif name in LAST:
            found["lastname"] = _last(every, own)
        elif name.startswith("addresses."):
            found |= _address(name, value, every)
        else:
            raise Unplaced(name)
    return found


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _last(every: Mapping[str, Any], own: HubSpotSettings) -> str:
    """The family name, with "von" before it where that has no place of its own."""
    parts = LAST if "nobility" not in own.properties else LAST[1:]
    return " ".join(str(every[part]) for part in parts if every.get(part))


def _address(name: str, value: Any, every: Mapping[str, Any]) -> dict[str, str]:
    """A contact has one address, of whatever kind ours is."""
    place, _, field = name.rpartition(".")
    if field in STREET:
        parts = (every.get(f"{place}.{part}") for part in STREET)
        return {"address": " ".join(str(one) for one in parts if one)}
    if field not in PLACE:
        raise Unplaced(name)
    return {PLACE[field]: _text(value)}
