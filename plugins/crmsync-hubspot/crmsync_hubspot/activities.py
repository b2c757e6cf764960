"""Tickets and activities of HubSpot in our words; their bodies are never asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from crmsync.errors import RecordError
from crmsync.model.told import ToldInteraction
from crmsync.model.words import Channel, InteractionKind
from crmsync_hubspot.people import properties, shown
from crmsync_hubspot.sales import texts
from crmsync_hubspot.settings import HubSpotSettings

Row = Mapping[str, Any]
Direction = Literal["in", "out", "internal"]

SOURCES: Mapping[str, Channel] = {"CHAT": "messenger", "EMAIL": "email", "PHONE": "phone",
                                  "FORM": "web"}  # fmt: skip
CHANNELS: Mapping[str, Channel] = {
    "calls": "phone", "meetings": "in_person", "communications": "messenger",
    "postal_mail": "letter", "notes": "in_person", "emails": "email",
}  # fmt: skip
SENT: Mapping[str, Direction] = {
    "INBOUND": "in", "OUTBOUND": "out", "INCOMING_EMAIL": "in", "EMAIL": "out",
    "FORWARDED_EMAIL": "in",
}  # fmt: skip
TITLES = ("hs_call_title", "hs_meeting_title", "hs_email_subject")


def ticket(raw: Row, own: HubSpotSettings) -> ToldInteraction:
    """A ticket: a complaint where its category says so, else an enquiry."""
    has = properties(raw)
    categories = str(shown(has.get("hs_ticket_category")) or "").split(";")
    complaint = any(one.strip() in own.complaints for one in categories)
    closed = _moment(has, "closed_date")
    return ToldInteraction(
        customer=_whose(raw),
        at=_at(has, "createdate"),
        channel=SOURCES.get(str(has.get("source_type")), "web"),
        kind="complaint" if complaint else "enquiry",
        status="done" if closed else "open",
        subject=shown(has.get("subject")),
        reason=shown(has.get("hs_ticket_category")),
        resolved_at=closed,
    )


def activity(name: str, raw: Row) -> ToldInteraction:
    """A call, meeting, mail, letter, message or note."""
    has = properties(raw)
    kind: InteractionKind = "visit" if name == "meetings" else "note"
    told = has.get("hs_call_direction") or has.get("hs_email_direction")
    way = "internal" if name == "notes" else SENT.get(str(told), "out")
    planned = has.get("hs_meeting_outcome") == "SCHEDULED"
    title = next((shown(has[one]) for one in TITLES if has.get(one)), None)
    sms = has.get("hs_communication_channel_type") == "SMS"
    return ToldInteraction(
        customer=_whose(raw),
        at=_at(has, "hs_timestamp"),
        channel="sms" if sms else CHANNELS[name],
        kind=kind,
        direction=way,
        status="open" if planned else "done",
        subject=title,
    )


def _whose(raw: Row) -> str | None:
    people = texts(raw, "contacts")
    return people[0] if people else None


def _at(has: Row, name: str) -> str:
    found = _moment(has, name)
    if found is None:
        raise RecordError("is not set", field=name)
    return found


def _moment(has: Row, name: str) -> str | None:
    found = shown(has.get(name))
    if found is not None and not isinstance(found, str):
        raise RecordError("is no moment", field=name)
    return found
