"""A member of an audience in our words: merge fields, consents with their proof, what he did.

Who is subscribed has consented as far as it is told when and from where he confirmed; an import or
an API subscribes without that, and is no consent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import Mapper
from crmsync.model.told import ToldInteraction
from crmsync_mailchimp.settings import MailchimpSettings

Row = Mapping[str, Any]

KNOWN: Mapping[str, tuple[str, ...]] = {
    "salutation": ("ANREDE", "SALUTATION"),
    "titles": ("TITEL", "TITLE"),
    "given_name": ("FNAME", "VORNAME"),
    "family_name": ("LNAME", "NACHNAME"),
    "company": ("COMPANY", "FIRMA"),
    "customer_number": ("KUNDENNR", "CUSTOMERNO"),
    "contacts.phone": ("PHONE", "TELEFON"),
}
"""Under which tags a field of ours is looked for; a tag has ten signs at most."""

ADDRESS = "ADDRESS"
PARTS = {"street": "addr1", "city": "city", "region": "state", "postal_code": "zip",
         "country": "country"}  # fmt: skip
"""Our names of the parts of an address, and Mailchimp's."""

STATES = {"unsubscribed": "withdrawn", "cleaned": "bounced", "pending": "pending"}
ARCHIVED = "archiviert"

WHY = (("abuse", "objected"), ("unsub", "withdrawn"), ("bounce", "bounced"))
"""What an activity says of a member who is suppressed, the strictest first."""


def tags_of(field: str, own: MailchimpSettings) -> tuple[str, ...]:
    """The merge fields that may hold a field of ours."""
    told = own.merge_fields.get(field)
    return (told,) if told else KNOWN.get(field, ())


def member_mapper(own: MailchimpSettings, *, where: str) -> Mapper:
    """The mapping of members that `flat` has prepared."""
    fields = {**KNOWN, **own.merge_fields}
    table: dict[str, Any] = {one: _empty(f"our.{one.replace('.', '_')}") for one in fields}
    table |= {f"addresses.home.{ours}": _empty(f"address.{it}") for ours, it in PARTS.items()}
    table |= {
        "addresses.home.lines": {"field": ["address.addr2"], "optional": True},
        "contacts.email": _empty("email_address"),
        "contacts.mobile": _empty("sms_phone_number"),
        "language": _empty("language"),
        "marks": {"field": "marks", "optional": True},
        "since": _empty("timestamp_signup"),
        "changed_at": "last_changed",
        "consents.email": _empty("email_state"),
        "consents.email.contact": _empty("email_address"),
        "consents.email.at": _empty("email_at"),
        "consents.email.evidence": _empty("email_evidence"),
        "consents.sms": _empty("sms_state"),
        "consents.sms.at": _empty("sms_at"),
    }
    return Mapper("customers", table, where=where)


def _empty(field: str) -> dict[str, Any]:
    return {"field": field, "default": None, "optional": True}


def flat(raw: Row, own: MailchimpSettings) -> dict[str, Any]:
    """A member with our names for his merge fields, and what his status says of consents."""
    merged = raw.get("merge_fields")
    if not isinstance(merged, Mapping):
        raise RecordError("is no object", field="merge_fields")
    names = ("email_address", "sms_phone_number", "language", "timestamp_signup", "last_changed")
    found = {one: raw.get(one) or None for one in names}
    fields = {**KNOWN, **own.merge_fields}
    ours = {one.replace(".", "_"): _first(merged, tags_of(one, own)) for one in fields}
    told = merged.get(ADDRESS)
    home = told if isinstance(told, Mapping) else {"addr1": told or None}
    return {**found, "our": ours, "address": home, "marks": _marks(raw), **_email(raw, own),
            **_sms(raw)}  # fmt: skip


def _first(merged: Row, names: Sequence[str]) -> Any:
    return next((merged[one] for one in names if merged.get(one) not in (None, "")), None)


def _marks(raw: Row) -> list[str]:
    told = raw.get("tags") or []
    if not isinstance(told, list) or not all(isinstance(one, Mapping) for one in told):
        raise RecordError("is no list of tags", field="tags")
    marks = [str(one["name"]) for one in told if one.get("name")]
    marks += ["VIP"] if raw.get("vip") is True else []
    return marks + ([ARCHIVED] if raw.get("status") == "archived" else [])


def _email(raw: Row, own: MailchimpSettings) -> dict[str, Any]:
    """State, moment and proof of the consent to adverts by e-mail.

    An archived member tells nothing: what he was before is not shown.
    """
    status = raw.get("status")
    if status == "subscribed":
        return _grant(raw, own)
    if status in ("transactional", "archived"):
        return {}
    if not isinstance(status, str) or status not in STATES:
        raise RecordError("is no status that is known", field="status")
    state, at = _why(raw) if status != "pending" else ("", None)
    return {"email_state": state or STATES[status], "email_at": at or raw.get("last_changed")}


def _why(raw: Row) -> tuple[str, str | None]:
    """What suppressed a member, the strictest, and when the last did; "" where it is not told.

    What happened before he last opted in is not what ended it.
    """
    ends = [(state, str(one["timestamp"])) for action, state in WHY for one in _did(raw)
            if one.get("action") == action
            and (action != "bounce" or raw.get("status") == "cleaned")]  # fmt: skip
    if not ends:
        return "", None
    last = max(at for _, at in ends)
    return ends[0][0], last if last >= str(raw.get("timestamp_opt") or "") else None


def _grant(raw: Row, own: MailchimpSettings) -> dict[str, Any]:
    """A consent, where moment and address of the confirmation are told.

    Of an audience that asks but once they are those of a sign-up, by whomever it was.
    """
    at, whence = raw.get("timestamp_opt"), raw.get("ip_opt")
    if not own.double_opt_in or not at or not whence:
        return {}
    proof = f"Mailchimp opt-in {at}, IP {whence}"
    if raw.get("timestamp_signup"):
        proof += f", signup {raw['timestamp_signup']}"
    if own.permission:
        if not _permits(raw, own.permission):
            return {}
        proof += f", permission {own.permission}"
    return {"email_state": "granted", "email_at": at, "email_evidence": proof}


def _permits(raw: Row, permission: str) -> bool:
    rows = raw.get("marketing_permissions") or ()
    if not isinstance(rows, list | tuple) or not all(isinstance(one, Mapping) for one in rows):
        raise RecordError("is no list of permissions", field="marketing_permissions")
    found = [one for one in rows if one.get("marketing_permission_id") == permission]
    return any(one.get("enabled") is True for one in found)


def _sms(raw: Row) -> dict[str, Any]:
    if raw.get("sms_subscription_status") != "unsubscribed":
        return {}
    at = raw.get("sms_subscription_last_updated") or raw.get("last_changed")
    return {"sms_state": "withdrawn", "sms_at": at}


def _did(raw: Row) -> list[Row]:
    rows = raw.get("activity") or ()
    rows = rows if isinstance(rows, list) else ()
    return [one for one in rows if isinstance(one, Mapping) and one.get("timestamp")]


DONE = {"open": "opened", "click": "clicked", "bounce": "bounced", "abuse": "complained",
        "unsub": "unsubscribed"}  # fmt: skip


def interactions(raw: Row) -> Iterator[ToldInteraction]:
    """What a member did with mails, each thing once."""
    seen = set()
    for row in _did(raw):
        what, campaign = DONE.get(str(row.get("action"))), row.get("campaign_id")
        part = f"{what}-{campaign}-{row['timestamp']}"
        if what is None or part in seen:
            continue
        seen.add(part)
        yield ToldInteraction(
            customer=raw["contact_id"],
            at=str(row["timestamp"]),
            channel="email",
            kind="campaign",
            subject=str(row.get("title") or f"Kampagne {campaign}"),
            reason=what,
            part=part,
        )


def address(told: Row) -> dict[str, Any]:
    """The whole address: Mailchimp takes none in parts."""
    before = "addresses.home."
    found = {theirs: str(told.get(before + ours) or "") for ours, theirs in PARTS.items()}
    both = (told.get(f"{before}street"), told.get(f"{before}house_number"))
    found["addr1"] = " ".join(str(one) for one in both if one)
    lines = told.get(f"{before}lines") or ()
    found["addr2"] = lines if isinstance(lines, str) else ", ".join(map(str, lines))
    return found
