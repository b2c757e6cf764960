"""Contacts and companies of HubSpot in our words; what an account does not show is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from crmsync.errors import RecordError
from crmsync.model.told import ToldAddress, ToldContact, ToldCustomer
from crmsync_hubspot.consents import consents
from crmsync_hubspot.settings import HubSpotSettings, OwnField

Row = Mapping[str, Any]

GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def contact(raw: Row, own: HubSpotSettings) -> ToldCustomer:
    """A contact: a person."""
    has = properties(raw)
    told: dict[str, Any] = {"kind": "person", "changed_at": shown(has.get("lastmodifieddate"))}
    names = {"salutation": "salutation", "firstname": "given_name", "lastname": "family_name",
             "company": "company", "hs_language": "language"}  # fmt: skip
    told |= _plain(has, names) | _own(has, own.properties) | _since(has)
    if "email" in has and "phone" in has:
        told["contacts"] = tuple(_contacts(has))
    if "address" in has and "city" in has:
        told["addresses"] = tuple(_addresses(has, "home", "hs_country_region_code"))
    if "email" in has:
        told["consents"] = tuple(consents(raw, has, own.subscriptions))
    return ToldCustomer(**told)


def company(raw: Row, own: HubSpotSettings) -> ToldCustomer:
    """A company: a firm."""
    has = properties(raw)
    told: dict[str, Any] = {"kind": "firm", "changed_at": shown(has.get("hs_lastmodifieddate"))}
    told |= _plain(has, {"name": "company"}) | _own(has, own.company_properties) | _since(has)
    if "phone" in has:
        phone = shown(has["phone"])
        told["contacts"] = (ToldContact(channel="phone", value=phone),) if phone else ()
    if "address" in has and "city" in has:
        told["addresses"] = tuple(_addresses(has, "work", "hs_country_code"))
    return ToldCustomer(**told)


def properties(raw: Row) -> Row:
    """The properties of a record."""
    found = raw.get("properties")
    if not isinstance(found, Mapping):
        raise RecordError("is no object", field="properties")
    return found


def shown(value: Any) -> Any:
    """The value; None where there is none, which is a text of nothing too."""
    return None if isinstance(value, str) and not value.strip() else value


def _plain(has: Row, names: Mapping[str, str]) -> dict[str, Any]:
    return {ours: shown(has[theirs]) for theirs, ours in names.items() if theirs in has}


def _since(has: Row) -> dict[str, Any]:
    made = has.get("createdate")
    return {"since": made} if isinstance(made, str) and ISO_DAY.match(made) else {}


def _own(has: Row, names: Mapping[OwnField, str]) -> dict[str, Any]:
    """What the account keeps in properties of its own."""
    told: dict[str, Any] = {
        ours: shown(has[theirs]) for ours, theirs in names.items() if theirs in has
    }
    if told.get("birth_date") is not None:
        day = _day(told.pop("birth_date"))
        told |= {"birth_date": day} if day else {}
    return told


def _day(value: Any) -> str | None:
    """A day; None for a text that is none, since HubSpot's own date_of_birth takes any text."""
    text = str(value).strip()
    if found := GERMAN_DAY.fullmatch(text):
        return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
    if re.fullmatch(r"-?\d{9,13}", text):
        return datetime.fromtimestamp(int(text) / 1000, UTC).date().isoformat()
    return text[:10] if ISO_DAY.match(text) else None


def _contacts(has: Row) -> Iterator[ToldContact]:
    first = shown(has["email"])
    if first is not None:
        yield ToldContact(channel="email", value=first, preferred=True)
    for one in _parts(has.get("hs_additional_emails")):
        yield ToldContact(channel="email", value=one)
    for name, channel in (("phone", "phone"), ("mobilephone", "mobile"), ("fax", "fax")):
        if shown(has.get(name)) is not None:
            kind: Literal["phone", "mobile", "fax"] = channel  # type: ignore[assignment]
            yield ToldContact(channel=kind, value=has[name])


def _parts(told: Any) -> list[str]:
    """The texts between semicolons."""
    found = told.split(";") if isinstance(told, str) else []
    return [one.strip() for one in found if one.strip()]


def _addresses(has: Row, kind: Literal["home", "work"], code: str) -> Iterator[ToldAddress]:
    second = shown(has.get("address2"))
    found = ToldAddress(
        type=kind,
        street=shown(has["address"]),
        lines=(second,) if second else (),
        postal_code=shown(has.get("zip")),
        city=shown(has["city"]),
        region=shown(has.get("state")),
        country=shown(has.get(code)) or shown(has.get("country")),
    )
    if found.street or found.city or found.postal_code:
        yield found
