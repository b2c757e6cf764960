"""A customer of Shopify in our words.

A field that is absent is not shown to the app and left out; null is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.model.stream import reach
from crmsync.model.told import ToldAddress, ToldConsent, ToldContact, ToldCustomer
from crmsync.model.words import ConsentState
from crmsync_shopify.settings import ShopifySettings

Row = Mapping[str, Any]

NAMES = {"given_name": "firstName", "family_name": "lastName", "language": "locale",
         "changed_at": "updatedAt"}  # fmt: skip
STATES: Mapping[str, ConsentState] = {
    "SUBSCRIBED": "granted",
    "UNSUBSCRIBED": "withdrawn",
    "PENDING": "pending",
    "INVALID": "bounced",
    "REDACTED": "blocked",
}
SILENT = ("NOT_SUBSCRIBED", "NEVER_SUBSCRIBED")
"""States of those who never said anything; a state that nobody knows is unknown."""


def customer(raw: Row, own: ShopifySettings) -> ToldCustomer:
    """The customer; tags are told as marks."""
    told: dict[str, Any] = {ours: raw[theirs] for ours, theirs in NAMES.items() if theirs in raw}
    told |= {ours: reach(raw, f"meta_{ours}.value") for ours in own.metafields
             if f"meta_{ours}" in raw}  # fmt: skip
    if "addressesV2" in raw:
        told["addresses"] = tuple(_addresses(raw))
        told["company"] = _company(raw)
    if "defaultEmailAddress" in raw and ("defaultPhoneNumber" in raw or not own.phones):
        told["contacts"] = tuple(_contacts(raw))
    if "defaultEmailAddress" in raw or "defaultPhoneNumber" in raw:
        told["consents"] = tuple(_consents(raw))
    return ToldCustomer(
        marks=tuple(raw.get("tags") or ()),
        since=raw.get("createdAt") or None,
        **told,
    )


def _company(raw: Row) -> str | None:
    """The company he buys for, else the one in his address."""
    for profile in raw.get("companyContactProfiles") or ():
        if name := reach(profile, "company.name"):
            return str(name)
    home = [row for row in raw["addressesV2"] if row["id"] == reach(raw, "defaultAddress.id")]
    return next((row["company"] for row in home if row.get("company")), None)


def _addresses(raw: Row) -> Iterator[ToldAddress]:
    home = reach(raw, "defaultAddress.id")
    for row in raw["addressesV2"]:
        yield address(row, "home" if row["id"] == home else "other")


def address(row: Row, kind: Any) -> ToldAddress:
    """An address; the house number stands in the first line."""
    return ToldAddress(
        type=kind,
        recipient=row.get("name"),
        company=row.get("company"),
        street=row.get("address1"),
        lines=(row["address2"],) if row.get("address2") else (),
        postal_code=row.get("zip"),
        city=row.get("city"),
        region=row.get("province"),
        country=row.get("countryCodeV2"),
    )


def _contacts(raw: Row) -> Iterator[ToldContact]:
    """E-mail and phone of the customer, then the phones of his addresses, each once."""
    email = reach(raw, "defaultEmailAddress.emailAddress")
    if email:
        verified = raw.get("verifiedEmail") is True
        yield ToldContact(channel="email", value=email, verified=verified, preferred=True)
    phones = [reach(raw, "defaultPhoneNumber.phoneNumber")]
    phones += [row.get("phone") for row in raw.get("addressesV2") or ()]
    for phone in dict.fromkeys(phones):
        if phone:
            yield ToldContact(channel="phone", value=phone)


def _consents(raw: Row) -> Iterator[ToldConsent]:
    """What he said to adverts by e-mail and by SMS."""
    email = raw.get("defaultEmailAddress") or {}
    words = ("marketingState", "marketingOptInLevel", "marketingUpdatedAt")
    yield from _consent("email", email.get("emailAddress"), email, words)
    phone = raw.get("defaultPhoneNumber") or {}
    sms = phone.get("smsMarketingConsent") or {}
    yield from _consent("sms", phone.get("phoneNumber"), sms, ("state", "optInLevel", "updatedAt"))


def _consent(
    channel: Any, contact: Any, told: Row, words: tuple[str, str, str]
) -> Iterator[ToldConsent]:
    """The consent; only one that was confirmed (double opt-in), with its moment, is a proof."""
    state, level, at = (told.get(word) for word in words)
    if state is None or state in SILENT or (state == "SUBSCRIBED" and not contact):
        return
    proven = state == "SUBSCRIBED" and level == "CONFIRMED_OPT_IN" and at
    yield ToldConsent(
        channel=channel,
        state=STATES.get(state, "unknown"),
        contact=contact,
        at=at,
        basis="consent" if proven else None,
        source=reach(told, "sourceLocation.id") or "Shopify",
        evidence="Shopify CONFIRMED_OPT_IN" if proven else None,
    )
