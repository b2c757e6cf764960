"""From a customer as told to a source customer: every field clean, what is hidden named."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from crmsync.model.customer import ContactPoint, CustomerKind, SourceCustomer
from crmsync.model.name import PersonName
from crmsync.model.stream import Connection
from crmsync.model.told import ToldContact, ToldCustomer
from crmsync.normalize.address import clean_address
from crmsync.normalize.email import clean_email
from crmsync.normalize.firms import looks_like_firm
from crmsync.normalize.fold import fold
from crmsync.normalize.names import is_couple, parse_name
from crmsync.normalize.phone import to_e164
from crmsync.normalize.when import day, moment

_NAME_PARTS = frozenset(
    ("salutation", "titles", "given_name", "nobility", "family_name", "name_suffix", "name")
)
_SAME_FIELDS = (
    "company", "vat_id", "birth_date", "language", "customer_number", "loyalty_card", "addresses",
    "contacts", "store", "since", "form", "pronunciation", "privileges", "marks", "wishes",
    "do_not_greet", "blocked", "deceased",
)  # fmt: skip
_FIRM_WORD = re.compile(r"^(?:Firma|Fa\.)\s+", re.IGNORECASE)
_VAT_NOISE = re.compile(r"[^0-9A-Za-z+*]")
_LANGUAGE_NAMES = {"deutsch": "de", "german": "de", "englisch": "en", "english": "en"}
_FIRST_BIRTH_YEAR = "1900-01-02"
"""Earlier birth dates are the zero of some system (1899-12-30, 1900-01-01), not anybody's."""


@lru_cache(maxsize=256)
def clean_language(text: str) -> str:
    """A language tag as BCP 47 writes it ("de_at" gives "de-AT"), '' when it is none."""
    told = text.strip().replace("_", "-").partition(".")[0]
    told = _LANGUAGE_NAMES.get(told.lower(), told)
    language, _, rest = told.partition("-")
    if not (language.isascii() and language.isalpha() and len(language) in (2, 3)):
        return ""
    region = rest.upper() if len(rest) == 2 else rest
    return f"{language.lower()}-{region}" if region else language.lower()


def _point(told: ToldContact, country: str) -> ContactPoint:
    raw = told.value.strip()
    if told.channel == "email":
        value, role = clean_email(raw)
    else:
        value, role = to_e164(raw, country), False
    return ContactPoint(told.channel, value, raw, told.verified, told.preferred, role)


def _joined(first: ContactPoint, second: ContactPoint) -> ContactPoint:
    """One contact point out of two equal ones; "mobile" says more than "phone"."""
    return replace(
        first,
        channel="mobile" if second.channel == "mobile" else first.channel,
        verified=first.verified or second.verified,
        preferred=first.preferred or second.preferred,
    )


def clean_contacts(told: Iterable[ToldContact], *, country: str) -> tuple[ContactPoint, ...]:
    """The contact points, each once, in the order told; empty ones are left out.

    `country` is where numbers without a country code are from. A text that is no number or address
    is kept with an empty value.
    """
    found: dict[tuple[str, str], ContactPoint] = {}
    for one in told:
        point = _point(one, country)
        if not point.raw:
            continue
        group = "phone" if point.channel == "mobile" else point.channel
        key = (group, point.value or point.raw)
        found[key] = _joined(found[key], point) if key in found else point
    return tuple(found.values())


def _name(told: ToldCustomer) -> PersonName | None:
    return parse_name(
        salutation=told.salutation,
        titles=told.titles,
        given=told.given_name,
        nobility=told.nobility,
        family=told.family_name,
        suffix=told.name_suffix,
        name=told.name,
        family_name_first=told.family_name_first,
    )


def _name_text(told: ToldCustomer) -> str:
    """The name fields as one text, where a firm may have been written into them."""
    fields = (told.given_name, told.family_name) if told.family_name else (told.name,)
    return " ".join(" ".join(part.split()) for part in fields if part)


def _kind(
    told: ToldCustomer, name: PersonName | None, company: str
) -> tuple[CustomerKind, PersonName | None, str]:
    """Person, firm or couple; the person's name, and the firm's.

    A person named beside a company stays a person. A firm's name in the person's fields becomes
    the company, even where the backend calls it a person; beside a company those fields name whom
    to talk to.
    """
    if told.kind == "firm" or (name is not None and name.salutation == "firma"):
        contact = name if company or told.family_name else None
        return "firm", contact, company or _FIRM_WORD.sub("", _name_text(told))
    if name is not None:
        return told.kind or ("couple" if is_couple(name) else "person"), name, company
    text = _name_text(told)
    if looks_like_firm(text) or (company and told.kind is None):
        return "firm", None, company or _FIRM_WORD.sub("", text)
    return told.kind or "person", None, company


def _hidden(told: ToldCustomer, name: PersonName | None, company: str) -> tuple[str, ...]:
    """The fields the backend does not show; a name's Anrede and titles are told apart."""
    unsaid = name is not None and name.salutation is None
    untitled = name is not None and not name.titles
    return _not_shown(frozenset(told.model_fields_set), bool(company), unsaid, untitled)


@lru_cache(maxsize=1024)
def _not_shown(
    shown: frozenset[str], company: bool, unsaid: bool, untitled: bool
) -> tuple[str, ...]:
    """Remembered: the records of a backend show the same few sets of fields."""
    hidden = [field for field in _SAME_FIELDS if field not in shown]
    if company and "company" not in shown:
        hidden.remove("company")
    if not shown & _NAME_PARTS:
        hidden.append("name")
        if not shown & {"company", "kind"}:
            hidden.append("kind")
        return tuple(hidden)
    if unsaid and "salutation" not in shown:
        hidden.append("name.salutation")
    if untitled and "titles" not in shown:
        hidden.append("name.titles")
    return tuple(hidden)


def _birth_date(told: ToldCustomer, zone: str) -> str:
    born = day(told.birth_date, zone, field="birth_date") if told.birth_date else ""
    return born if born >= _FIRST_BIRTH_YEAR else ""


def _changed_at(told: ToldCustomer, zone: str) -> str:
    changed = moment(told.changed_at, zone, field="changed_at")
    return changed.at if changed else ""


def _bare(text: str | None) -> str:
    return text.strip() if text else ""


def clean_customer(
    told: ToldCustomer, *, connection: Connection, guest: bool = False
) -> SourceCustomer:
    """The customer with every field clean; `guest` marks one who bought without an account.

    Fields that were not told are named in `hidden` ("name.salutation" and "name.titles" are hidden
    parts of a visible name). A contact that is no number or address is kept with an empty value.
    RecordError names the field whose date cannot be read.
    """
    country = connection.country
    kind, name, company = _kind(told, _name(told), _bare(told.company))
    return SourceCustomer(
        kind=kind,
        name=name,
        company=company,
        vat_id=_VAT_NOISE.sub("", told.vat_id).upper() if told.vat_id else "",
        birth_date=_birth_date(told, connection.zone),
        language=clean_language(told.language) if told.language else "",
        customer_number=_bare(told.customer_number),
        loyalty_card=told.loyalty_card.replace(" ", "") if told.loyalty_card else "",
        addresses=tuple([clean_address(one, country=country) for one in told.addresses]),
        contacts=clean_contacts(told.contacts, country=country) if told.contacts else (),
        store=_bare(told.store),
        since=day(told.since, connection.zone, field="since") if told.since else "",
        form=told.form or "",
        pronunciation=_bare(told.pronunciation),
        privileges=told.privileges,
        marks=told.marks,
        wishes=told.wishes,
        do_not_greet=told.do_not_greet,
        blocked=told.blocked,
        deceased=told.deceased,
        guest=guest,
        hidden=_hidden(told, name, company),
        changed_at=_changed_at(told, connection.zone) if told.changed_at else "",
    )


def _same_person(new: PersonName | None, old: PersonName | None) -> bool:
    """Whether the given name stayed: another one's Anrede and titles are another person's."""
    return new is not None and old is not None and fold(new.given) == fold(old.given)


def _carried_name(new: PersonName, old: PersonName, hidden: tuple[str, ...]) -> PersonName:
    """`new` with the Anrede and titles of `old` where they are not visible."""
    salutation = old.salutation if "name.salutation" in hidden else new.salutation
    titles = old.titles if "name.titles" in hidden else new.titles
    return replace(new, salutation=salutation, titles=titles)


def _still_hidden(new: SourceCustomer, old: SourceCustomer, *, same: bool) -> tuple[str, ...]:
    """What both hide, where a hidden name hides its parts too."""

    def hides(hidden: tuple[str, ...], field: str) -> bool:
        return field in hidden or field.partition(".")[0] in hidden

    kept = [f for f in new.hidden if hides(old.hidden, f) or ("." in f and not same)]
    parts = [f for f in old.hidden if f not in kept and "." in f and "name" in new.hidden]
    return (*kept, *parts)


def carry_hidden(new: SourceCustomer, old: SourceCustomer) -> SourceCustomer:
    """`new`, with the values of `old` in every field that `new` does not show.

    What either has shown is known, so only what both hide stays hidden. Carrying again changes
    nothing. Anrede and titles are carried only while the given name stays the same.
    """
    if not new.hidden:
        return new
    known = [field for field in new.hidden if "." not in field and field not in old.hidden]
    fields = {field: getattr(old, field) for field in known}
    same = _same_person(new.name, old.name)
    if same and new.name is not None and old.name is not None:
        fields["name"] = _carried_name(new.name, old.name, new.hidden)
    return replace(new, **fields, hidden=_still_hidden(new, old, same=same))
