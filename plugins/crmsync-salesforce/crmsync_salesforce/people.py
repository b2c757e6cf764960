"""Contacts, accounts, person accounts and leads of Salesforce in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from crmsync.errors import RecordError
from crmsync.model.told import ToldAddress, ToldContact, ToldCustomer
from crmsync_salesforce.consents import consents
from crmsync_salesforce.settings import SalesforceSettings
from crmsync_salesforce.sources import custom

Row = Mapping[str, Any]
Type = Literal["home", "work", "billing", "shipping", "other"]

NUMBERS: tuple[tuple[Literal["email", "phone", "mobile", "fax"], str], ...] = (
    ("email", "Email"), ("phone", "Phone"), ("mobile", "MobilePhone"), ("phone", "HomePhone"),
    ("fax", "Fax"),
)  # fmt: skip
NEEDED = ("Email", "Phone", "MobilePhone")
"""Contact points are told only where all of these are visible: less would forget what was known."""


def contact(raw: Row, own: SalesforceSettings) -> Iterator[ToldCustomer]:
    """A contact; the one behind a person account is that account's."""
    if raw.get("IsPersonAccount") is True:
        return
    told = _person(raw, raw, "Contact", own)
    if "Account.Name" in raw:
        told["company"] = raw["Account.Name"]
    told["addresses"] = [*_address(raw, "Mailing", "home"), *_address(raw, "Other", "other")]
    yield _customer(told, raw, "MailingStreet", "MailingCity")


def lead(raw: Row, own: SalesforceSettings) -> Iterator[ToldCustomer]:
    """A lead, also one that was converted: his objections stay his."""
    told = _person(raw, raw, "Lead", own)
    if "Company" in raw:
        told["company"] = raw["Company"]
    told["addresses"] = list(_address(raw, "", "home"))
    yield _customer(told, raw, "Street", "City")


def account(raw: Row, own: SalesforceSettings) -> Iterator[ToldCustomer]:
    """A firm, or a person account, whose fields are those of a contact with "Person" before."""
    if raw.get("IsPersonAccount") is True:
        bare = {name.removeprefix("Person"): value for name, value in raw.items()
                if name.startswith("Person")}  # fmt: skip
        told = _person({**bare, **{name: raw[name] for name in ("Phone", "Fax") if name in raw}},
                       raw, "Account", own)  # fmt: skip
        places = (("PersonMailing", "home"), ("PersonOther", "other"))
        shown = ("PersonMailingStreet", "PersonMailingCity")
    else:
        told = {"kind": "firm", **_set(raw, {"company": "Name"}), **_custom(raw, "Account", own)}
        told["contacts"] = list(_contacts(raw))
        places = (("Billing", "billing"), ("Shipping", "shipping"))
        shown = ("BillingStreet", "BillingCity")
    if "customer_number" not in told:
        told |= _set(raw, {"customer_number": "AccountNumber"})
    told["addresses"] = [one for start, kind in places for one in _address(raw, start, kind)]
    yield _customer(told, raw, *shown, contacts=("Phone",) if told["kind"] == "firm" else ())


def _person(fields: Row, raw: Row, kind: str, own: SalesforceSettings) -> dict[str, Any]:
    """What all persons have; a field that is not visible is left out."""
    told: dict[str, Any] = {"kind": "person"}
    if "FirstName" in raw and "LastName" in raw:  # half a name would overwrite a whole one
        told["given_name"] = _joined((raw["FirstName"], raw.get("MiddleName")))
        told |= _set(raw, {"salutation": "Salutation", "family_name": "LastName",
                           "name_suffix": "Suffix"})  # fmt: skip
    told |= _set(fields, {"birth_date": "Birthdate"})
    told |= _custom(raw, kind, own)
    if all(name in fields for name in NEEDED):
        told["contacts"] = list(_contacts(fields))
    told["consents"] = list(consents(fields, raw, own))
    return told


def _customer(
    told: dict[str, Any], raw: Row, *shown: str, contacts: Sequence[str] = ()
) -> ToldCustomer:
    """The customer, without addresses or numbers where the user does not see them whole."""
    if any(name not in raw for name in shown):
        told.pop("addresses")
    if any(name not in raw for name in contacts):
        told.pop("contacts")
    created = raw.get("CreatedDate")
    if "since" not in told and isinstance(created, str):
        told["since"] = created
    return ToldCustomer(**told, changed_at=raw.get("LastModifiedDate"))


def _set(raw: Row, names: Mapping[str, str]) -> dict[str, Any]:
    return {ours: raw[theirs] for ours, theirs in names.items() if theirs in raw}


def _custom(raw: Row, kind: str, own: SalesforceSettings) -> dict[str, Any]:
    return {
        ours: raw[name]
        for ours, theirs in own.fields.items()
        for name in reversed(custom(kind, theirs))
        if name in raw
    }


def _joined(names: Sequence[Any]) -> str | None:
    if any(name is not None and not isinstance(name, str) for name in names):
        raise RecordError("is no name", field="FirstName")
    return " ".join(name for name in names if name) or None


def _contacts(fields: Row) -> Iterator[ToldContact]:
    for channel, name in NUMBERS:
        if fields.get(name) is not None:
            yield ToldContact(channel=channel, value=fields[name])


def _address(raw: Row, start: str, kind: Any) -> Iterator[ToldAddress]:
    """An address; Salesforce keeps its lines in one text."""
    street = raw.get(f"{start}Street")
    if street is not None and not isinstance(street, str):
        raise RecordError("is no text", field=f"{start}Street")
    lines = [line.strip() for line in (street or "").splitlines() if line.strip()]
    found = ToldAddress(
        type=kind,
        street=lines[0] if lines else None,
        lines=tuple(lines[1:]),
        postal_code=raw.get(f"{start}PostalCode"),
        city=raw.get(f"{start}City"),
        region=raw.get(f"{start}StateCode") or raw.get(f"{start}State"),
        country=raw.get(f"{start}CountryCode") or raw.get(f"{start}Country"),
    )
    if found.street or found.city or found.postal_code:
        yield found
