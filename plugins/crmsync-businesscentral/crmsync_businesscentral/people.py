"""Customers and contacts of Business Central in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from crmsync.model.told import ToldAddress, ToldConsent, ToldContact, ToldCustomer
from crmsync.model.words import Channel

Row = Mapping[str, Any]
CHANNELS: tuple[Channel, ...] = ("email", "phone", "sms", "letter", "fax")


def customer(raw: Row) -> ToldCustomer:
    """A customer; `blocked` for everything is told, for shipping or invoicing alone it is not."""
    return ToldCustomer(**_common(raw), blocked=raw.get("blocked") == "All")


def contact(raw: Row) -> ToldCustomer:
    """A contact: a person of a firm, or whoever is no customer yet.

    Whoever's privacy is blocked (DSGVO Art. 18) is not to be written to at all.
    """
    told = _common(raw)
    firm = shown(raw.get("companyName"))
    if told["kind"] == "person" and firm and firm != raw.get("displayName"):
        told["company"] = firm
    if raw.get("privacyBlocked") is True:
        told["consents"] = tuple(
            ToldConsent(channel=one, state="blocked", source="privacyBlocked") for one in CHANNELS
        )
    return ToldCustomer(**told)


def shown(value: Any) -> Any:
    """The value, None where Business Central says that there is none: a text of nothing."""
    return None if isinstance(value, str) and not value.strip() else value


def _common(raw: Row) -> dict[str, Any]:
    """What both have; a field that is not there is left out."""
    firm = raw.get("type") == "Company"
    kind: Literal["firm", "person"] = "firm" if firm else "person"
    told: dict[str, Any] = {"kind": kind, "changed_at": raw.get("lastModifiedDateTime")}
    names = {"number": "customer_number", "taxRegistrationNumber": "vat_id",
             "displayName": "company" if firm else "name"}  # fmt: skip
    told |= {ours: shown(raw[theirs]) for theirs, ours in names.items() if theirs in raw}
    if "email" in raw and "phoneNumber" in raw:
        told["contacts"] = tuple(_contacts(raw))
    if "addressLine1" in raw and "city" in raw:
        told["addresses"] = tuple(_addresses(raw, "work" if firm else "home"))
    return told


def _contacts(raw: Row) -> Iterator[ToldContact]:
    """E-mail addresses (Business Central keeps several between semicolons) and numbers."""
    email = shown(raw["email"])
    for one in email.split(";") if isinstance(email, str) else [email]:
        if one is not None and shown(one) is not None:
            yield ToldContact(channel="email", value=one)
    if shown(raw["phoneNumber"]) is not None:
        yield ToldContact(channel="phone", value=raw["phoneNumber"])
    if shown(raw.get("mobilePhoneNumber")) is not None:
        yield ToldContact(channel="mobile", value=raw["mobilePhoneNumber"])


def _addresses(raw: Row, kind: Literal["home", "work"]) -> Iterator[ToldAddress]:
    second = shown(raw.get("addressLine2"))
    found = ToldAddress(
        type=kind,
        street=shown(raw["addressLine1"]),
        lines=(second,) if second else (),
        postal_code=shown(raw.get("postalCode")),
        city=shown(raw["city"]),
        region=shown(raw.get("state")),
        country=shown(raw.get("country")),
    )
    if found.street or found.city or found.postal_code:
        yield found
