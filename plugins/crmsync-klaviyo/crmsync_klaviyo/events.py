"""An event of Klaviyo in our words: a mail opened, followed, returned, complained of, ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.errors import RecordError
from crmsync.model.stream import reach
from crmsync.model.told import Told, ToldConsentEvent, ToldInteraction
from crmsync.model.words import ConsentState

Row = Mapping[str, Any]

ENDED: Mapping[str, ConsentState] = {
    "Marked Email as Spam": "objected",
    "Unsubscribed from Email Marketing": "withdrawn",
}
"""What of it is an objection to adverts by e-mail, whatever the profile says."""


def event(raw: Row) -> Iterator[Told]:
    """An interaction, and the end of a consent where the event is one."""
    metric, customer = raw.get("metric_name"), reach(raw, "relationships.profile.data.id")
    at = reach(raw, "attributes.datetime")
    if not isinstance(metric, str) or not isinstance(at, str):
        raise RecordError("is no text", field="metric or datetime")
    if not isinstance(customer, str):
        return
    yield ToldInteraction(
        customer=customer,
        at=at,
        channel="email",
        kind="campaign",
        subject=_subject(raw),
        reason=metric,
    )
    if metric in ENDED:
        yield ToldConsentEvent(customer=customer, channel="email", state=ENDED[metric], at=at,
                               source="Klaviyo", evidence=f"Klaviyo event {raw['id']}")  # fmt: skip


def _subject(raw: Row) -> str | None:
    """The campaign's name, else the mail's subject."""
    told = reach(raw, "attributes.event_properties")
    held = told if isinstance(told, Mapping) else {}
    found = next((held[one] for one in ("Campaign Name", "Subject") if held.get(one)), None)
    if found is not None and not isinstance(found, str):
        raise RecordError("is no text", field="subject")
    return found
