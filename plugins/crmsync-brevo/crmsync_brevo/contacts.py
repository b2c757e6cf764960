"""A contact of Brevo in our words: names by German or English attributes, consents, campaigns.

A contact that is not blocklisted has consented to nothing by that: a grant is told only where the
double opt-in is noted. Who was blocklisted may have unsubscribed, bounced or complained; that is
told as far as the statistics were asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import Mapper
from crmsync.model.stream import reach
from crmsync.model.told import ToldInteraction
from crmsync_brevo.settings import BrevoSettings

Row = Mapping[str, Any]

KNOWN: Mapping[str, tuple[str, ...]] = {
    "salutation": ("ANREDE", "SALUTATION"),
    "titles": ("TITEL", "TITLE"),
    "given_name": ("VORNAME", "FIRSTNAME", "FNAME"),
    "family_name": ("NACHNAME", "LASTNAME", "LNAME"),
    "company": ("FIRMA", "COMPANY"),
    "birth_date": ("GEBURTSDATUM", "GEBURTSTAG", "BIRTHDAY", "BIRTHDATE"),
    "customer_number": ("KUNDENNUMMER", "CUSTOMER_NUMBER"),
    "contacts.mobile": ("SMS",),
    "contacts.phone": ("TELEFON", "LANDLINE_NUMBER", "PHONE"),
    "addresses.home.street": ("STRASSE", "STREET", "ADDRESS"),
    "addresses.home.postal_code": ("PLZ", "POSTLEITZAHL", "ZIP"),
    "addresses.home.city": ("ORT", "STADT", "CITY"),
    "addresses.home.country": ("LAND", "COUNTRY"),
}
"""Under which of an account's attributes a field of ours is looked for, the first one counts."""

YES = {"1", "true", "yes", "ja"}


def names_of(field: str, own: BrevoSettings) -> tuple[str, ...]:
    """The attributes that may hold a field of ours; none for one that has no place in Brevo."""
    told = own.attributes.get(field)
    return (told,) if told else KNOWN.get(field, ())


def contact_mapper(own: BrevoSettings, *, where: str) -> Mapper:
    """The mapping of contacts that `flat` has prepared."""
    fields = [one for one in {**KNOWN, **own.attributes} if names_of(one, own)]
    table: dict[str, Any] = {one: _empty(f"our.{one.replace('.', '_')}") for one in fields}
    table |= {
        "contacts.email": _empty("email"),
        "marks": {"field": "marks", "optional": True},
        "since": "createdAt",
        "changed_at": "modifiedAt",
        "consents.email": _empty("email_state"),
        "consents.email.contact": _empty("email"),
        "consents.email.at": _empty("email_at"),
        "consents.email.evidence": _empty("email_evidence"),
        "consents.sms": _empty("sms_state"),
        "consents.sms.at": _empty("sms_at"),
    }
    return Mapper("customers", table, where=where)


def _empty(field: str) -> dict[str, Any]:
    """A field that is told to be empty where it is absent: Brevo leaves out what is empty."""
    return {"field": field, "default": None, "optional": True}


def flat(raw: Row, own: BrevoSettings) -> dict[str, Any]:
    """A contact with our names for its attributes, and with what its flags say of consents."""
    attributes = raw.get("attributes")
    if not isinstance(attributes, Mapping):
        raise RecordError("is no object", field="attributes")
    found = {one: raw.get(one) for one in ("id", "email", "createdAt", "modifiedAt")}
    fields = {**KNOWN, **own.attributes}
    ours = {one.replace(".", "_"): _first(attributes, names_of(one, own)) for one in fields}
    marks = raw.get("list_names") or []
    return {**found, "our": ours, "marks": marks, **_email(raw, attributes, own), **_sms(raw)}


def _first(attributes: Row, names: Sequence[str]) -> Any:
    return next((attributes[one] for one in names if attributes.get(one) not in (None, "")), None)


def _email(raw: Row, attributes: Row, own: BrevoSettings) -> dict[str, Any]:
    """State, moment and proof of the consent to adverts by e-mail; nothing where it is not shown.

    Blocklisted is *blocked* where it is not told why. Who left a list and is in none any more has
    withdrawn, as has who left one of `consent_lists`; who left another one and stays in some is
    told neither way.
    """
    if _flag(raw, "emailBlacklisted"):
        state, at = _why(raw, attributes.get(own.opt_in_at) if own.opt_in_at else None)
        return {"email_state": state, "email_at": at or raw.get("modifiedAt")}
    if raw.get("emailBlacklisted") is None:
        return {}
    if raw.get("listUnsubscribed"):
        gone = not raw.get("listIds") or set(raw["listUnsubscribed"]) & set(own.consent_lists)
        return {"email_state": "withdrawn", "email_at": raw.get("modifiedAt")} if gone else {}
    if str(attributes.get(own.opt_in) or "").strip().casefold() not in YES:
        return {}
    at = attributes.get(own.opt_in_at) if own.opt_in_at else None
    return {"email_state": "granted", "email_at": at, "email_evidence": f"Brevo {own.opt_in}"}


def _sms(raw: Row) -> dict[str, Any]:
    if _flag(raw, "smsBlacklisted"):
        return {"sms_state": "blocked", "sms_at": raw.get("modifiedAt")}
    return {}


def _flag(raw: Row, name: str) -> bool:
    """A flag; what is no yes or no is not taken for a no."""
    told = raw.get(name)
    if told is None or isinstance(told, bool):
        return bool(told)
    raise RecordError("is neither true nor false", field=name)


WHY = (
    ("complaints", "objected"),
    ("unsubscriptions.userUnsubscription", "withdrawn"),
    ("unsubscriptions.adminUnsubscription", "blocked"),
    ("hardBounces", "bounced"),
)
"""What blocklists a contact, the strictest first."""


def _why(raw: Row, since: Any) -> tuple[str, str | None]:
    """What became of somebody who is blocklisted, the strictest, and when the last of it did.

    What happened before he last opted in, `since`, is not what ended it.
    """
    ends = [(state, str(one["eventTime"])) for path, state in WHY for one in _events(raw, path)]
    if not ends:
        return "blocked", None
    last = max(at for _, at in ends)
    return ends[0][0], last if last >= str(since or "") else None


def _events(raw: Row, path: str) -> list[Row]:
    told = reach(raw.get("statistics") or {}, path)
    rows = told if isinstance(told, list) else []
    return [one for one in rows if isinstance(one, Mapping) and one.get("eventTime")]


CAMPAIGNS = ("opened", "clicked")


def interactions(raw: Row) -> Iterator[ToldInteraction]:
    """When somebody opened a campaign, and when he followed its links."""
    for what in CAMPAIGNS:
        for row in _events(raw, what):
            yield _interaction(raw, row, what, row["eventTime"])
        for row in _events_of_links(raw, what):
            yield _interaction(raw, row, what, row["eventTime"])
    for path, what in (("complaints", "complained"), ("hardBounces", "bounced")):
        for row in _events(raw, path):
            yield _interaction(raw, row, what, row["eventTime"])


def _events_of_links(raw: Row, what: str) -> Iterator[Row]:
    """The links of a campaign that were followed; each names its own moment."""
    told = reach(raw.get("statistics") or {}, what)
    for row in told if isinstance(told, list) else ():
        for link in row.get("links") or ():
            if isinstance(link, Mapping) and link.get("eventTime"):
                yield {"campaignId": row.get("campaignId"), **link}


def _interaction(raw: Row, row: Row, what: str, at: str) -> ToldInteraction:
    campaign = row.get("campaignId")
    return ToldInteraction(
        customer=raw["id"],
        at=at,
        channel="email",
        kind="campaign",
        subject=f"Kampagne {campaign}",
        reason=what,
        part=f"{what}-{campaign}-{at}",
    )
