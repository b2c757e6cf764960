"""Contacts, accounts and leads of EspoCRM in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.errors import RecordError
from crmsync.model.told import ToldAddress, ToldConsent, ToldContact, ToldCustomer
from crmsync.model.words import Channel
from crmsync_espocrm.settings import EspoCrmSettings

Row = Mapping[str, Any]

FLAGS: tuple[tuple[str, Channel, str], ...] = (
    ("emailAddressIsOptedOut", "email", "emailAddress"),
    ("phoneNumberIsOptedOut", "phone", "phoneNumber"),
    ("phoneNumberIsOptedOut", "sms", "phoneNumber"),
)
INVALID: tuple[tuple[str, Channel, str], ...] = (
    ("emailAddressIsInvalid", "email", "emailAddress"),
    ("phoneNumberIsInvalid", "phone", "phoneNumber"),
)


def person(raw: Row, own: EspoCrmSettings) -> Iterator[ToldCustomer]:
    """A contact or a lead; a field that a role hides is left out."""
    told: dict[str, Any] = {"kind": "person"}
    if "firstName" in raw and "lastName" in raw:  # half a name would overwrite a whole one
        told |= {"given_name": _joined(raw), "family_name": raw["lastName"]}
        told |= _set(raw, {"salutation": "salutationName"})
    if "accountName" in raw and "originalLeadId" not in raw:
        told["company"] = raw["accountName"]
    if "addressStreet" in raw and "addressCity" in raw:
        told["addresses"] = tuple(_address(raw, "address", "home"))
    yield _customer(told, raw, own)


def account(raw: Row, own: EspoCrmSettings) -> Iterator[ToldCustomer]:
    """A firm."""
    told: dict[str, Any] = {"kind": "firm", **_set(raw, {"company": "name"})}
    if "billingAddressStreet" in raw and "shippingAddressStreet" in raw:
        told["addresses"] = (*_address(raw, "billingAddress", "billing"),
                             *_address(raw, "shippingAddress", "shipping"))  # fmt: skip
    yield _customer(told, raw, own)


def _customer(told: dict[str, Any], raw: Row, own: EspoCrmSettings) -> ToldCustomer:
    told |= _set(raw, own.fields)
    if "emailAddress" in raw and "phoneNumber" in raw:
        told["contacts"] = tuple(_contacts(raw))
    return ToldCustomer(
        **told,
        consents=tuple(_consents(raw)),
        since=moment(raw.get("createdAt"), "createdAt"),
        changed_at=moment(raw.get("modifiedAt"), "modifiedAt"),
    )


def _set(raw: Row, names: Mapping[Any, str]) -> dict[str, Any]:
    return {ours: raw[theirs] for ours, theirs in names.items() if theirs in raw}


def _joined(raw: Row) -> str | None:
    names = (raw.get("firstName"), raw.get("middleName"))
    if any(name is not None and not isinstance(name, str) for name in names):
        raise RecordError("is no name", field="firstName")
    return " ".join(name for name in names if name) or None


def _contacts(raw: Row) -> Iterator[ToldContact]:
    """The main address and number, and what else a record read alone tells."""
    emails = {one["emailAddress"]: None for one in _rows(raw, "emailAddressData")
              if one.get("emailAddress")}  # fmt: skip
    phones = {one["phoneNumber"]: one.get("type") for one in _rows(raw, "phoneNumberData")
              if one.get("phoneNumber")}  # fmt: skip
    for value in emails or [raw["emailAddress"]]:
        if value:
            yield ToldContact(channel="email", value=value, preferred=value == raw["emailAddress"])
    for value in phones or [raw["phoneNumber"]]:
        if value:
            kinds = {"Mobile": "mobile", "Fax": "fax"}
            channel: Any = kinds.get(str(phones.get(value)) if phones else "", "phone")
            yield ToldContact(channel=channel, value=value)


def _consents(raw: Row) -> Iterator[ToldConsent]:
    """Who left, and what bounces; a flag that is not set is no consent."""
    for name, channel, contact in FLAGS:
        if raw.get(name) is True:
            yield ToldConsent(channel=channel, state="objected", contact=raw.get(contact),
                              source=name)  # fmt: skip
    for name, channel, contact in INVALID:
        if raw.get(name) is True:
            yield ToldConsent(channel=channel, state="bounced", contact=raw.get(contact),
                              source=name)  # fmt: skip
    if raw.get("doNotCall") is True:
        yield ToldConsent(channel="phone", state="objected", source="doNotCall")
    left = raw.get("leftLists")
    if isinstance(left, list) and left:
        yield ToldConsent(channel="email", state="withdrawn", source="TargetList")


def _address(raw: Row, start: str, kind: Any) -> Iterator[ToldAddress]:
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
        region=raw.get(f"{start}State"),
        country=raw.get(f"{start}Country"),
    )
    if found.street or found.city or found.postal_code:
        yield found


def moment(value: Any, field: str) -> str | None:
    """A moment, which EspoCRM writes in UTC and without saying so."""
    if value is not None and not isinstance(value, str):
        raise RecordError("is no time", field=field)
    return f"{value.replace(' ', 'T')}Z" if value else None


def _rows(raw: Row, name: str) -> list[Row]:
    found = raw.get(name) or []
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
