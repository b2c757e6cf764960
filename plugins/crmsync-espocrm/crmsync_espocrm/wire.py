"""The fields of an intent under EspoCRM's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.errors import RecordError
from crmsync.model.intent import Intent
from crmsync_espocrm.settings import EspoCrmSettings

PERSON = {"given_name": "firstName", "family_name": "lastName"}
BOTH = {"contacts.email": "emailAddress", "contacts.phone": "phoneNumber"}
PLACES = {
    "customers": {"home": "address", "billing": "address"},
    "leads": {"home": "address", "billing": "address"},
    "accounts": {"billing": "billingAddress", "shipping": "shippingAddress"},
}
PARTS = {"postal_code": "PostalCode", "city": "City", "region": "State", "country": "Country"}
STREETS = ("street", "house_number", "lines")
SALUTATIONS = {"herr": "Mr.", "frau": "Ms."}
"""The options that EspoCRM comes with; others are sent as they are."""

NOBODY = "Gelöscht"
_PLACE = ("Street", "City", "State", "Country", "PostalCode")
_BARE: Mapping[str, Any] = {"emailAddress": None, "phoneNumber": None, "emailAddressData": [],
                            "phoneNumberData": [], "description": None}  # fmt: skip
_NAMES = {"salutationName": None, "firstName": None, "middleName": None, "lastName": NOBODY,
          "title": None}  # fmt: skip
_ADDRESS = {f"address{part}": None for part in _PLACE}
EMPTY: Mapping[str, Mapping[str, Any]] = {
    "customers": {**_BARE, **_NAMES, **_ADDRESS},
    "leads": {**_BARE, **_NAMES, **_ADDRESS, "accountName": None, "website": None},
    "accounts": {**_BARE, "name": NOBODY, "website": None, "sicCode": None,
                 **{f"{kind}Address{part}": None for part in _PLACE
                    for kind in ("billing", "shipping")}},
}  # fmt: skip
"""What takes all that is personal out of a record."""


def values(intent: Intent, own: EspoCrmSettings) -> dict[str, Any]:
    """What to send; RecordError for a field that EspoCRM has not."""
    found: dict[str, Any] = {}
    for name, value in intent.fields.items():
        found |= _value(intent, name, value, own)
    return found


def _value(intent: Intent, name: str, value: Any, own: EspoCrmSettings) -> dict[str, Any]:
    firm = intent.stream == "accounts"
    if name.startswith("addresses."):
        return _place(intent, name, value)
    custom: Mapping[str, str] = {str(ours): theirs for ours, theirs in own.fields.items()}
    if name in custom:
        return {custom[name]: value}
    if name in BOTH:
        return {BOTH[name]: value}
    if name == "salutation" and not firm:
        return {"salutationName": SALUTATIONS.get(str(value).lower(), value)}
    if name in PERSON and not firm:
        return {PERSON[name]: value}
    if name == "company" and intent.stream != "customers":
        return {"name" if firm else "accountName": value}
    raise RecordError("EspoCRM has no such field", field=name)


def _place(intent: Intent, name: str, value: Any) -> dict[str, Any]:
    _, kind, field = (*name.split(".", 2), "")[:3]
    start = PLACES[intent.stream].get(kind) if intent.stream in PLACES else None
    if start is None:
        raise RecordError("EspoCRM has no such address", field=name)
    if field in STREETS:
        return {f"{start}Street": _street(intent, kind)}
    if field not in PARTS:
        raise RecordError("EspoCRM has no such field", field=name)
    return {f"{start}{PARTS[field]}": value}


def _street(intent: Intent, kind: str) -> str | None:
    """Street, number and further lines, which EspoCRM keeps in one text."""
    known = {**intent.whole, **intent.fields}
    parts = (known.get(f"addresses.{kind}.{part}") for part in ("street", "house_number"))
    lines = known.get(f"addresses.{kind}.lines") or ()
    more = [lines] if isinstance(lines, str) else list(lines)
    found = [" ".join(str(one) for one in parts if one), *map(str, more)]
    return "\n".join(one for one in found if one) or None
