"""tap-klaviyo (1.x): who may not be written to any more; it tells of nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync_singer.presets.preset import Preset, Raw, part, rows

REASONS = {"HARD_BOUNCE": "bounced", "INVALID_EMAIL": "bounced", "USER_SUPPRESSED": "blocked",
           "UNSUBSCRIBE": "withdrawn"}  # fmt: skip


def suppressed(raw: Raw) -> Raw:
    """The profile with why it is suppressed; of several reasons the first that is not a bounce."""
    found = part(raw, "subscriptions.email.marketing") or {}
    told = [(REASONS.get(str(one.get("reason")), "blocked"), one.get("timestamp"))
            for one in rows(found, "suppression")]  # fmt: skip
    told.sort(key=lambda one: one[0] == "bounced")
    state, at = told[0] if told else ("blocked", None)
    return {**raw, "_state": state, "_at": at}


def _event(stream: str, channel: str, state: str) -> Preset:
    """Events that forbid something; those that allow have no proof, and are not read."""
    contact = "profile.0.email" if channel == "email" else "profile.0.phone_number"
    table: dict[str, Any] = {
        "customer": "profile.0.id",
        "channel": {"const": channel},
        "state": {"const": state},
        "contact": contact,
        "at": "datetime",
        "source": {"const": f"Klaviyo, {stream}"},
    }
    return Preset(kind="consents", stream=stream, map=table)


STREAMS: Mapping[str, Preset] = {
    "customers": Preset(
        kind="customers",
        stream="global_exclusions",
        map={
            "given_name": "first_name",
            "family_name": "last_name",
            "company": "organization",
            "customer_number": "external_id",
            "contacts.email": "email",
            "contacts.phone": "phone_number",
            "addresses.home.street": "location.address1",
            "addresses.home.lines": ["location.address2"],
            "addresses.home.postal_code": "location.zip",
            "addresses.home.city": "location.city",
            "addresses.home.region": "location.region",
            "addresses.home.country": "location.country",
            "consents.email.marketing": {"field": "_state", "at": "_at"},
            "since": "created",
            "changed_at": "updated",
        },
        prepare=suppressed,
        reads=("subscriptions",),
    ),
    "unsubscribed": _event("unsubscribe", "email", "withdrawn"),
    "spam": _event("mark_as_spam", "email", "objected"),
    "unsubscribed-sms": _event("unsubscribed_from_sms", "sms", "withdrawn"),
}
