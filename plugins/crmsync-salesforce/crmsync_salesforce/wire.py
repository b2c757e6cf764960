"""The fields of an intent under Salesforce's names, for each of the objects that hold persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.errors import RecordError
from crmsync.model.intent import Intent
from crmsync_salesforce.settings import SalesforceSettings
from crmsync_salesforce.sources import custom

KINDS: Mapping[str, str] = {"customers": "Contact", "accounts": "Account", "leads": "Lead"}
"""The object behind a stream of customers."""

NAMES = {"salutation": "Salutation", "given_name": "FirstName", "family_name": "LastName",
         "name_suffix": "Suffix"}  # fmt: skip
CONTACTS = {"contacts.email": "Email", "contacts.phone": "Phone", "contacts.mobile": "MobilePhone",
            "contacts.fax": "Fax"}  # fmt: skip
PLACE = {"postal_code": "PostalCode", "city": "City"}
STREETS = ("street", "house_number", "lines")
CONSENTS = {"email": "HasOptedOutOfEmail", "fax": "HasOptedOutOfFax", "phone": "DoNotCall"}
SALUTATIONS = {"herr": ("Herr", "Mr."), "frau": ("Frau", "Ms."), "divers": ("Divers", "Mx.")}
"""What our Anrede may be called in the org's own list, the first that is there."""

PLACES: Mapping[str, Mapping[str, str]] = {
    "Contact": {"home": "Mailing", "billing": "Mailing", "other": "Other"},
    "Lead": {"home": ""},
    "Account": {"billing": "Billing", "shipping": "Shipping", "work": "Billing"},
    "Person": {"home": "PersonMailing", "billing": "PersonMailing", "other": "PersonOther"},
}


class Wire:
    """The names of one object; a person account is an Account with the fields of a person."""

    def __init__(
        self, own: SalesforceSettings, kind: str, described: Mapping[str, Any], *, person: bool
    ) -> None:
        self._own, self._kind, self._fields = own, kind, described["fields"]
        self._is_firm = kind == "Account" and not person
        self._places = PLACES["Person" if kind == "Account" and person else kind]
        self._start = "Person" if kind == "Account" and person else ""

    def values(self, intent: Intent) -> dict[str, Any]:
        """What to send; RecordError for a field that the org has not, or that may not be written"""
        found: dict[str, Any] = {}
        for name, value in intent.fields.items():
            found |= self._value(name, value, {**intent.whole, **intent.fields})
        return found

    def _value(self, name: str, value: Any, whole: Mapping[str, Any]) -> dict[str, Any]:
        if name.startswith("addresses."):
            return self._place(name, value, whole)
        if name in self._own.fields:
            names = custom(self._kind, self._own.fields[name])  # type: ignore[index]
            return self._one(name, names, value)
        if name in NAMES and not self._is_firm:
            told = self._salutation(value) if name == "salutation" else value
            return self._one(name, [NAMES[name]], told)
        if name in CONTACTS:
            own = CONTACTS[name]
            return self._one(name, [f"{self._start}{own}", own], value)
        if name == "birth_date":
            return self._one(name, [f"{self._start}Birthdate"], value)
        if name == "company":
            return self._one(name, ["Name" if self._is_firm else "Company"], value)
        if name == "customer_number":
            return self._one(name, ["AccountNumber"], value)
        raise RecordError("Salesforce has no such field", field=name)

    def _one(self, name: str, names: Any, value: Any) -> dict[str, Any]:
        """The field, the first of its names that may be written."""
        for one in names:
            if self._fields.get(one, {}).get("updateable"):
                return {one: value}
        raise RecordError("Salesforce has no such field, or it may not be written", field=name)

    def _salutation(self, value: Any) -> Any:
        """The Anrede as the org's list calls it."""
        listed = self._fields.get("Salutation", {}).get("picklistValues") or []
        offered = [one.get("value") for one in listed if one.get("active", True)]
        wanted = SALUTATIONS.get(str(value).lower(), (value,))
        return next((one for one in wanted if one in offered), wanted[0]) if value else None

    def _place(self, name: str, value: Any, whole: Mapping[str, Any]) -> dict[str, Any]:
        _, kind, field = (*name.split(".", 2), "")[:3]
        start = self._places.get(kind)
        if start is None:
            raise RecordError("Salesforce has no such address", field=name)
        if field in STREETS:
            return self._one(name, [f"{start}Street"], _street(whole, kind))
        if field in ("country", "region"):
            word = {"country": "Country", "region": "State"}[field]
            code = value.rpartition("-")[2] if field == "region" and value else value
            listed = f"{start}{word}Code" in self._fields
            told = code if listed else value
            return self._one(name, [f"{start}{word}Code", f"{start}{word}"], told)
        if field not in PLACE:
            raise RecordError("Salesforce has no such field", field=name)
        return self._one(name, [f"{start}{PLACE[field]}"], value)

    def flag(self, channel: str) -> str | None:
        """The field that notes an objection to a channel; None where there is none."""
        name = f"{self._start}{CONSENTS.get(channel, '')}"
        found = self._fields.get(name, {}) if channel in CONSENTS else {}
        return name if found.get("updateable") else None

    def empty(self) -> dict[str, Any]:
        """What takes all that is personal out of a record."""
        own = [*NAMES.values(), "MiddleName", "HomePhone", "OtherPhone", "AssistantName",
               "AssistantPhone", "Birthdate", "Description", "Title", "Department", "Website",
               "AccountNumber", *CONTACTS.values()]  # fmt: skip
        parts = ("Street", "City", "PostalCode", "StateCode", "State")
        starts = ("Mailing", "Other", "Billing", "Shipping", "", "PersonMailing", "PersonOther")
        own += [f"{start}{part}" for start in starts for part in parts]
        own += [f"Person{name}" for name in own] if self._start else []
        own += [one for name in self._own.fields.values() for one in custom(self._kind, name)]
        told = {name: None for name in own if self._may_be_empty(name)}
        last = "Name" if self._is_firm else "LastName"
        return {**told, last: NOBODY, **({"Company": NOBODY} if self._kind == "Lead" else {})}

    def _may_be_empty(self, name: str) -> bool:
        field = self._fields.get(name, {})
        if name.endswith("State") and f"{name}Code" in self._fields:
            return False
        return bool(field.get("updateable") and field.get("nillable", True))


NOBODY = "Gelöscht"
"""The name of a record that is kept because others need it (HGB § 257, AO § 147)."""


def _street(whole: Mapping[str, Any], kind: str) -> str | None:
    """Street, number and further lines, which Salesforce keeps in one text."""
    parts = (whole.get(f"addresses.{kind}.{part}") for part in ("street", "house_number"))
    lines = whole.get(f"addresses.{kind}.lines") or ()
    more = [lines] if isinstance(lines, str) else list(lines)
    found = [" ".join(str(one) for one in parts if one), *map(str, more)]
    return "\n".join(one for one in found if one) or None
