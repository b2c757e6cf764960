"""From interactions, consents, products and stores as told to rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmsync.errors import ConfigError, RecordError
from crmsync.model.customer import ContactPoint
from crmsync.model.order import ConsentClaim, Interaction, Product, Store
from crmsync.model.stream import Connection
from crmsync.model.told import (
    ToldConsent,
    ToldConsentEvent,
    ToldInteraction,
    ToldProduct,
    ToldStore,
)
from crmsync.normalize.email import clean_email
from crmsync.normalize.phone import to_e164
from crmsync.normalize.when import day, moment, zone_named

_POINTS = {
    "email": ("email",),
    "phone": ("phone", "mobile"),
    "sms": ("mobile", "phone"),
    "messenger": ("mobile", "phone"),
    "fax": ("fax",),
}
"""The contact points a channel reaches; the other channels have none."""

_GRANTING = frozenset(("granted", "pending"))
_GTIN_LENGTHS = frozenset((8, 12, 13, 14))


def _text(value: str | None) -> str:
    return value.strip() if value else ""


def clean_interaction(
    told: ToldInteraction,
    *,
    connection: Connection,
    record_id: int,
    source_id: int | None,
    zone: str | None = None,
) -> Interaction:
    """The interaction; RecordError names at, due_on or resolved_at when it cannot be read."""
    place = zone or connection.zone
    when = moment(told.at, place, field="at")
    if when is None:
        raise RecordError("is empty", field="at")
    return Interaction(
        record_id,
        told.part,
        source_id,
        when.at,
        when.day,
        told.channel,
        told.kind,
        told.direction,
        told.status,
        _text(told.subject),
        _text(told.reason),
        day(told.due_on, place, field="due_on") or None,
        day(told.resolved_at, place, field="resolved_at") or None,
        _text(told.store),
    )


def _compared(channel: str, contact: str, country: str) -> str:
    """The compared form of the contact point a consent names, '' when it is none."""
    return clean_email(contact)[0] if channel == "email" else to_e164(contact, country)


def _consented(told: ToldConsent, contacts: Sequence[ContactPoint], country: str) -> Sequence[str]:
    """The contact points the consent is about; '' is every one of the channel, also later ones.

    A grant reaches only what it names or what the customer has now; a restriction that names no
    contact, or an unreadable one, holds for all.
    """
    points = _POINTS.get(told.channel, ())
    named = _text(told.contact)
    if named and points:
        value = _compared(told.channel, named, country)
        return (value,) if value or told.state not in _GRANTING else ()
    if told.state not in _GRANTING or not points:
        return ("",)
    own = (point.value for point in contacts if point.channel in points and point.value)
    return tuple(dict.fromkeys(own))


def _claims(
    told: ToldConsent,
    contacts: Sequence[ContactPoint],
    *,
    connection: Connection,
    record_id: int,
    source_id: int,
    part: str,
    path: str = "",
) -> list[ConsentClaim]:
    stamp = moment(told.at, connection.zone, field=f"{path}at")
    expires = day(told.expires_on, connection.zone, field=f"{path}expires_on")
    return [
        ConsentClaim(
            record_id,
            f"{part}.{number}" if number else part,
            source_id,
            told.channel,
            told.purpose,
            told.state,
            contact,
            stamp.at if stamp else None,
            told.basis or "",
            _text(told.source),
            _text(told.evidence),
            expires or None,
        )
        for number, contact in enumerate(_consented(told, contacts, connection.country))
    ]


def clean_consents(
    told: Iterable[ToldConsent],
    *,
    connection: Connection,
    record_id: int,
    source_id: int,
    contacts: Sequence[ContactPoint] = (),
) -> list[ConsentClaim]:
    """One claim for each consent and contact point; `contacts` are the customer's own.

    A contact is in its compared form. A restriction without a contact has contact '' and holds for
    the whole channel; a grant without one becomes a claim for each contact point the customer has
    now, and none if there is none; channels without contact points (letter, in_person, till) have
    contact ''. RecordError names the field ("consents.0.at").
    """
    return [
        claim
        for number, one in enumerate(told)
        for claim in _claims(
            one,
            contacts,
            connection=connection,
            record_id=record_id,
            source_id=source_id,
            part=f"consent.{number}",
            path=f"consents.{number}.",
        )
    ]


def clean_consent_event(
    told: ToldConsentEvent,
    *,
    connection: Connection,
    record_id: int,
    source_id: int,
    contacts: Sequence[ContactPoint] = (),
) -> list[ConsentClaim]:
    """The claims of a consent that came as a record of its own; otherwise as `clean_consents`."""
    return _claims(
        told,
        contacts,
        connection=connection,
        record_id=record_id,
        source_id=source_id,
        part=told.part,
    )


def clean_gtin(text: str) -> str:
    """A GTIN-8, -12, -13 or -14 with a right check digit (GS1), '' otherwise."""
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) not in _GTIN_LENGTHS or not (digits.isascii() and digits.isdecimal()):
        return ""
    weighed = sum(int(one) * (1 if place % 2 == 0 else 3) for place, one in enumerate(digits[::-1]))
    return digits if weighed % 10 == 0 else ""


def clean_product(told: ToldProduct, *, connection: Connection, record_id: int) -> Product:
    """The product; a GTIN whose check digit is wrong is left out."""
    return Product(
        record_id,
        told.part,
        connection.name,
        told.sku.strip(),
        told.name.strip(),
        clean_gtin(told.gtin or ""),
        _text(told.category),
        _text(told.brand),
        _text(told.size),
    )


def clean_store(told: ToldStore, *, connection: Connection, record_id: int) -> Store:
    """The store in its own time zone, else the connection's; RecordError for an unknown zone."""
    zone = _text(told.zone) or connection.zone
    try:
        zone_named(zone)
    except ConfigError:
        raise RecordError("is no IANA time zone", field="zone") from None
    return Store(
        record_id,
        told.part,
        connection.name,
        told.key.strip(),
        told.name.strip(),
        zone,
        _text(told.postal_code),
        _text(told.city),
    )
