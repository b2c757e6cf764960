"""What backends say of consents, as rows; what it is worth is for the ledger to say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

from crmsync.errors import RecordError
from crmsync.model.columns import Columns, Items
from crmsync.model.order import ConsentClaim, Row
from crmsync.model.stream import Connection
from crmsync.model.told import ToldConsentEvent
from crmsync.model.words import Channel, ConsentState
from crmsync.normalize.email import clean_email
from crmsync.normalize.phone import to_e164
from crmsync.normalize.when import days, moments

_POINT_CHANNELS = frozenset(("email", "phone", "sms", "messenger", "fax"))
"""The channels whose consents belong to an address or number."""

_GRANTING = frozenset(("granted", "pending"))


def clean_consents(
    told: Items | None, *, connection: Connection, record_ids: Sequence[int]
) -> list[Row]:
    """A row (model.order.ConsentClaim) for each consent, its contact in the compared form.

    A contact of '' is the whole channel: which contact points that means is for the ledger to say.
    A grant for a contact that cannot be read is left out, a restriction for one holds for the whole
    channel. RecordError names the field ("consents.0.at").
    """
    if told is None:
        return []
    numbers = told.numbers()
    owners = [record_ids[owner] for owner in told.owners]
    parts = [f"consent.{number}" for number in numbers]
    try:
        return _claims(told.columns, connection, owners, parts, owners)
    except RecordError as error:
        raise _named(error, told, connection, numbers) from None


def clean_consent_event(
    told: ToldConsentEvent, *, connection: Connection, record_id: int, source_id: int
) -> list[ConsentClaim]:
    """The claim of a consent that came as a record of its own; otherwise as `clean_consents`."""
    columns = Columns.of(ToldConsentEvent, [told])
    rows = _claims(columns, connection, [record_id], [told.part], [source_id])
    return [ConsentClaim(*row) for row in rows]


def _claims(
    told: Columns,
    connection: Connection,
    record_ids: Sequence[int],
    parts: Sequence[str],
    source_ids: Sequence[int],
) -> list[Row]:
    zone, country = connection.zone, connection.country
    channels, states = told.column("channel"), told.column("state")
    contacts = list(map(_contact, channels, states, told.texts("contact"), repeat(country)))
    rows = zip(
        record_ids,
        parts,
        source_ids,
        channels,
        told.column("purpose", "marketing"),
        states,
        contacts,
        [one.at if one else None for one in moments(told.column("at"), zone, field="at")],
        [basis or "" for basis in told.column("basis")],
        told.texts("source"),
        told.texts("evidence"),
        [day or None for day in days(told.column("expires_on"), zone, field="expires_on")],
        strict=True,
    )
    return list(rows) if None not in contacts else [row for row in rows if row[6] is not None]


def _contact(channel: Channel, state: ConsentState, contact: str, country: str) -> str | None:
    """The contact point a consent names, in its compared form; '' where it names none.

    None for a grant whose contact cannot be read: it grants nothing. A restriction whose contact
    cannot be read holds for the whole channel.
    """
    if not contact or channel not in _POINT_CHANNELS:
        return ""
    value = clean_email(contact)[0] if channel == "email" else to_e164(contact, country)
    return None if not value and state in _GRANTING else value


def _named(
    error: RecordError, told: Items, connection: Connection, numbers: Sequence[int]
) -> RecordError:
    """`error` with the consent it is about, found by reading them one by one."""
    for row, number in enumerate(numbers):
        try:
            _claims(told.columns.take([row]), connection, [0], [""], [0])
        except RecordError as found:
            field = f"consents.{number}.{found.field}"
            return RecordError(found.reason, field=field, hint=found.hint)
    return error
