"""What HubSpot says that somebody allowed or forbade, always of mails to one address.

An objection is always told. A subscription is a consent only where HubSpot keeps that it rests on
one (CONSENT_WITH_NOTICE), with its explanation and its moment; all others say nothing. As long as
somebody left one kind of adverts, or all mails, none of his subscriptions is told as a consent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from crmsync.model.told import ToldConsent
from crmsync.model.words import LegalBasis

Row = Mapping[str, Any]

CONSENT = "CONSENT_WITH_NOTICE"
NEVER = datetime.max.replace(tzinfo=UTC)
BASES: Mapping[str, LegalBasis] = {
    CONSENT: "consent",
    "PERFORMANCE_OF_CONTRACT": "contract",
    "LEGITIMATE_INTEREST_PQL": "legitimate_interest",
    "LEGITIMATE_INTEREST_CLIENT": "legitimate_interest",
    "LEGITIMATE_INTEREST_OTHER": "legitimate_interest",
}


def consents(raw: Row, has: Row, wanted: Sequence[int]) -> Iterator[ToldConsent]:
    """What a contact's properties and subscriptions say; `wanted` are the types that count."""
    email = has.get("email")
    if not isinstance(email, str) or not email.strip():
        return
    rows = [one for one in raw.get("statuses") or () if _counts(one, wanted)]
    left = [one for one in rows if one.get("status") == "UNSUBSCRIBED"]
    out = _is(has, "hs_email_optout")
    for one in left:
        yield ToldConsent(channel="email", state="withdrawn", contact=email,
                          at=_text(one.get("timestamp")), source=_source(one))  # fmt: skip
    if out:
        yield ToldConsent(channel="email", state="objected", contact=email,
                          source="hs_email_optout")  # fmt: skip
    if _filled(has, "hs_email_hard_bounce_reason_enum"):
        yield ToldConsent(channel="email", state="bounced", contact=email,
                          source="hs_email_hard_bounce_reason_enum")  # fmt: skip
    if _is(has, "hs_email_quarantined"):
        yield ToldConsent(channel="email", state="blocked", contact=email,
                          source="hs_email_quarantined")  # fmt: skip
    if not left and not out:
        yield from (_subscribed(one, email) for one in rows if one.get("status") == "SUBSCRIBED")


def objects(has: Row) -> bool:
    """Whether a contact's properties say that he wants no adverts at all."""
    return _is(has, "hs_email_optout")


def _subscribed(row: Row, email: str) -> ToldConsent:
    """A subscription: granted with its proof, else unknown."""
    basis, why = str(row.get("legalBasis")), _text(row.get("legalBasisExplanation"))
    at, proven = _text(row.get("timestamp")), basis == CONSENT
    if proven and why and at:
        proof = f"HubSpot subscription {row.get('subscriptionId')} of {at}: {why}"
        given = min(at, _given(why) or at, key=moment_of)
        return ToldConsent(channel="email", state="granted", contact=email, at=given,
                           basis="consent", source=_source(row), evidence=proof)  # fmt: skip
    return ToldConsent(channel="email", state="unknown", contact=email, at=at,
                       basis=BASES.get(basis), source=_source(row))  # fmt: skip


def _given(why: str) -> str | None:
    """When a consent was given that was told to HubSpot by us, later than that."""
    found = re.search(r"\(([-+:.T0-9]{19,35})\)$", why)
    return found[1] if found and moment_of(found[1]) != NEVER else None


def moment_of(told: str) -> datetime:
    """A moment, in UTC where it names no zone; the latest of all for what is none."""
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return NEVER
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _counts(row: Any, wanted: Sequence[int]) -> bool:
    """Whether a status is of a type that is advertising."""
    if not isinstance(row, Mapping):
        return False
    return not wanted or str(row.get("subscriptionId")) in map(str, wanted)


def _source(row: Row) -> str:
    return f"HubSpot subscription {row.get('subscriptionId')}"


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _is(has: Row, name: str) -> bool:
    return str(has.get(name)).casefold() == "true"


def _filled(has: Row, name: str) -> bool:
    return _text(has.get(name)) is not None
