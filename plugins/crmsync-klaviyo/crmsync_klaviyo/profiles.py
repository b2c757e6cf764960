"""A profile of Klaviyo in our words: names, address, and what may be sent with which proof.

Who was subscribed by double opt-in has consented, and when and how is the proof; whoever was
subscribed otherwise has not as far as anybody can show. A suppression counts before any consent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import Mapper
from crmsync.model.stream import reach
from crmsync_klaviyo.settings import KlaviyoSettings

Row = Mapping[str, Any]

NAMES = {
    "given_name": "first_name",
    "family_name": "last_name",
    "company": "organization",
    "customer_number": "external_id",
    "contacts.email": "email",
    "contacts.phone": "phone_number",
}
"""Our names of the fields, which are read and written."""

ADDRESS = {"street": "address1", "city": "city", "region": "region", "postal_code": "zip",
           "country": "country"}  # fmt: skip
KNOWN: Mapping[str, tuple[str, ...]] = {
    "salutation": ("Anrede", "anrede", "Salutation"),
    "titles": ("Titel", "titel", "Akademischer Titel"),
    "birth_date": ("Geburtstag", "Birthday", "birthday"),
}
"""In which custom properties a field of ours is looked for."""

REASONS = (
    ("SPAM_COMPLAINT", "objected"),
    ("UNSUBSCRIBE", "withdrawn"),
    ("USER_SUPPRESSED", "blocked"),
    ("HARD_BOUNCE", "bounced"),
    ("INVALID_EMAIL", "bounced"),
)
"""Why Klaviyo suppresses a profile, the strictest first."""

AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")
EMAIL, SMS = "subscriptions.email.marketing", "subscriptions.sms.marketing"


def keys_of(field: str, own: KlaviyoSettings) -> tuple[str, ...]:
    """The custom properties that may hold a field of ours; the first one is written."""
    told = own.properties.get(field)
    return (told,) if told else KNOWN.get(field, ())


def profile_mapper(own: KlaviyoSettings, *, where: str) -> Mapper:
    """The mapping of profiles that `flat` has prepared."""
    table: dict[str, Any] = {ours: _shown(theirs) for ours, theirs in NAMES.items()}
    table |= {one: _shown(f"our.{one.replace('.', '_')}") for one in {**KNOWN, **own.properties}}
    table |= {f"addresses.home.{ours}": _shown(f"location.{it}") for ours, it in ADDRESS.items()}
    table |= {
        "addresses.home.lines": {"field": ["location.address2"], "optional": True},
        "language": _shown("language"),
        "marks": {"field": "marks", "optional": True},
        "since": _shown("created"),
        "changed_at": "updated",
        "consents.email": _shown("email_state"),
        "consents.email.contact": _shown("email"),
        "consents.email.at": _shown("email_at"),
        "consents.email.evidence": _shown("email_evidence"),
        "consents.sms": _shown("sms_state"),
        "consents.sms.contact": _shown("phone_number"),
        "consents.sms.at": _shown("sms_at"),
    }
    return Mapper("customers", table, where=where)


def _shown(field: str) -> dict[str, Any]:
    return {"field": field, "optional": True}


def flat(raw: Row, own: KlaviyoSettings) -> dict[str, Any]:
    """A profile's attributes with our names for its properties, and what its consents say."""
    told = raw.get("attributes")
    if not isinstance(told, Mapping):
        raise RecordError("is no object", field="attributes")
    properties = told.get("properties")
    held = properties if isinstance(properties, Mapping) else {}
    ours = {one.replace(".", "_"): _first(held, keys_of(one, own))
            for one in {**KNOWN, **own.properties}}  # fmt: skip
    found = {**told, "our": ours, "marks": raw.get("list_names") or []}
    if isinstance(told.get("locale"), str):
        found["language"] = str(told["locale"]).partition("-")[0]
    return {**found, **(email_of(told) or _left(told, own.consent_list)), **_sms(told)}


def _first(properties: Row, names: Sequence[str]) -> Any:
    return next((properties[one] for one in names if properties.get(one) not in (None, "")), None)


def email_of(told: Row) -> dict[str, Any]:
    """State, moment and proof of the consent to adverts by e-mail; nothing where none is shown."""
    marketing = _object(told, EMAIL)
    ends = [(state, one.get("timestamp")) for reason, state in REASONS
            for one in _rows(marketing, "suppression") if one.get("reason") == reason]  # fmt: skip
    if ends:
        last = max((str(at) for _, at in ends if at), default=None)
        return {"email_state": ends[0][0], "email_at": last or marketing.get("last_updated")}
    consent, at = marketing.get("consent"), marketing.get("consent_timestamp")
    if consent == "UNSUBSCRIBED":
        return {"email_state": "withdrawn", "email_at": at or marketing.get("last_updated")}
    if _rows(marketing, "suppression") or marketing.get("can_receive_email_marketing") is False:
        return {"email_state": "blocked", "email_at": marketing.get("last_updated")}
    if consent != "SUBSCRIBED" or marketing.get("double_optin") is not True or not at:
        return {}
    if _rows(marketing, "list_suppressions"):
        return {}
    ways = ("method", "method_detail", "custom_method_detail")
    way = ", ".join(str(marketing[one]) for one in ways if marketing.get(one))
    proof = f"Klaviyo double opt-in {at}" + (f", {way}" if way else "")
    return {"email_state": "granted", "email_at": at, "email_evidence": proof}


def _left(told: Row, group: str) -> dict[str, Any]:
    """That somebody left the list to which a consent subscribes is the end of it."""
    rows = [one for one in _rows(_object(told, EMAIL), "list_suppressions")
            if group and one.get("list_id") == group]  # fmt: skip
    last = max((str(one["timestamp"]) for one in rows if one.get("timestamp")), default=None)
    return {"email_state": "withdrawn", "email_at": last} if rows else {}


def _sms(told: Row) -> dict[str, Any]:
    marketing = _object(told, SMS)
    if marketing.get("consent") != "UNSUBSCRIBED":
        return {}
    at = marketing.get("consent_timestamp") or marketing.get("last_updated")
    return {"sms_state": "withdrawn", "sms_at": at}


def _object(told: Row, path: str) -> Row:
    found = reach(told, path)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise RecordError("is no object", field=path)
    return found


def _rows(told: Row, name: str) -> list[Row]:
    found = told.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise RecordError("is no list of objects", field=name)
    return found


def suppressed(row: Row, group: str = "") -> str:
    """Why a profile must not be subscribed by us, or put into a list that he left; "" for nothing.

    What is not shown is taken for a suppression.
    """
    marketing = reach(row, f"attributes.{EMAIL}")
    if not isinstance(marketing, Mapping):
        return "his consents are not shown"
    left = {one.get("list_id") for one in marketing.get("list_suppressions") or ()}
    if group and group in left:
        return "he left that list: only he himself may come back"
    if marketing.get("suppression"):
        return "Klaviyo has suppressed him: no write of ours lifts that"
    if marketing.get("consent") == "UNSUBSCRIBED":
        return "he unsubscribed: only he himself may come back"
    return ""


def is_stopped(row: Row, channel: str) -> bool:
    """Whether a profile gets no adverts by a channel because of what was said or happened."""
    if channel == "sms":
        return bool(reach(row, f"attributes.{SMS}.consent") == "UNSUBSCRIBED")
    return email_of(row.get("attributes") or {}).get("email_state") in AGAINST


def moves(row: Row, told: Row) -> bool:
    """Whether a change takes a profile away from the address or number it is suppressed under."""
    there = row.get("attributes") or {}
    moved = {one for one, value in told.items()
             if str(value or "").casefold() != str(there.get(one) or "").casefold()}  # fmt: skip
    by_email = "email" in moved and bool(suppressed(row))
    return by_email or ("phone_number" in moved and is_stopped(row, "sms"))
