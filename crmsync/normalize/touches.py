"""From interactions, consents, products and stores as told to rows."""

from __future__ import annotations

from collections.abc import Iterable

from crmsync.errors import ConfigError, RecordError
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

_POINT_CHANNELS = frozenset(("email", "phone", "sms", "messenger", "fax"))
"""The channels whose consents belong to an address or number."""

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


def _contact(told: ToldConsent, country: str) -> str | None:
    """The contact point a consent names, in its compared form; '' where it names none.

    None for a grant whose contact cannot be read: it grants nothing. A restriction whose contact
    cannot be read holds for the whole channel.
    """
    named = _text(told.contact)
    if not named or told.channel not in _POINT_CHANNELS:
        return ""
    value = clean_email(named)[0] if told.channel == "email" else to_e164(named, country)
    return None if not value and told.state in _GRANTING else value


def _claim(
    told: ToldConsent,
    *,
    connection: Connection,
    record_id: int,
    source_id: int,
    part: str,
    path: str = "",
) -> list[ConsentClaim]:
    stamp = moment(told.at, connection.zone, field=f"{path}at")
    expires = day(told.expires_on, connection.zone, field=f"{path}expires_on")
    contact = _contact(told, connection.country)
    if contact is None:
        return []
    return [
        ConsentClaim(
            record_id,
            part,
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
    ]


def clean_consents(
    told: Iterable[ToldConsent], *, connection: Connection, record_id: int, source_id: int
) -> list[ConsentClaim]:
    """One claim for each consent, its contact in the compared form; '' is the whole channel.

    Which contact points a claim for a whole channel means is for the ledger to say. A grant for a
    contact that cannot be read is left out, a restriction for one holds for the whole channel.
    RecordError names the field ("consents.0.at").
    """
    return [
        claim
        for number, one in enumerate(told)
        for claim in _claim(
            one,
            connection=connection,
            record_id=record_id,
            source_id=source_id,
            part=f"consent.{number}",
            path=f"consents.{number}.",
        )
    ]


def clean_consent_event(
    told: ToldConsentEvent, *, connection: Connection, record_id: int, source_id: int
) -> list[ConsentClaim]:
    """The claim of a consent that came as a record of its own; otherwise as `clean_consents`."""
    return _claim(
        told, connection=connection, record_id=record_id, source_id=source_id, part=told.part
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
