"""Greets by name, the German way: Anrede only as told, nobody guessed, no name when unsure.

Rules: the highest academic title alone is spoken, Prof. before Dr. (DIN 5008); former titles of
nobility are part of the surname and stay (Art. 109 Weimar constitution, still law); the Anrede is
what the customer told, never guessed from a first name; who told none or "divers" is greeted with
first and last name.
"""

from __future__ import annotations

import re

from crmsync.model.customer import SourceCustomer
from crmsync.model.greeting import Form, Greeting, GreetingParts
from crmsync.model.name import PersonName
from crmsync.till.phrases import spoken, whole_years

LONGEST = 60
ADULT = 18
ANREDE = {"herr": "Herr", "frau": "Frau"}
ENGLISH = {"herr": "Mr", "frau": "Ms"}
DUMMIES = frozenset({
    "n.n.", "nn", "na", "n/a", "unbekannt", "unknown", "test", "kunde", "kundin", "barverkauf",
    "laufkunde", "laufkundschaft", "gast", "guest", "diverse", "anonym", "none", "null", "xxx",
})  # fmt: skip
"""What stands in name fields when nobody's name does."""

_PROFESSOR = re.compile(r"(^|[\s.-])prof", re.IGNORECASE)
_DOCTOR = re.compile(r"(^|[\s.])(dr\b|doktor|dres\b|ph\.?\s?d)", re.IGNORECASE)
_AUSTRIAN = re.compile(r"^(mag\b|di\b|dipl\.?-?\s?ing\b)", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"[\d@/\\<>{}\[\]|_=+*#?!:;,\"]")


def greet(
    customer: SourceCustomer, *, hour: int = 12, form: Form = "sie", as_of: str = ""
) -> Greeting:
    """The greeting for a customer at `hour` of the shop's clock; empty for nobody.

    `form` is the shop's choice, which the customer's own overrides; `as_of` is the ISO day on
    which somebody is or is not a minor ('' leaves age out).
    """
    return spoken(greeting_parts(customer, form=form, as_of=as_of), hour=hour)


def greeting_parts(
    customer: SourceCustomer, *, form: Form = "sie", as_of: str = ""
) -> GreetingParts:
    """What to call a customer and how, without time of day."""
    if not greetable(customer, as_of=as_of):
        return GreetingParts()
    chosen: Form = "du" if (customer.form or form) == "du" else "sie"
    language = "en" if customer.language.lower().startswith("en") else "de"
    call = _call(customer, chosen, language)
    return GreetingParts(call if len(call) <= LONGEST else "", chosen, language)


def greetable(customer: SourceCustomer, *, as_of: str = "") -> bool:
    """Whether the customer may be greeted at all."""
    unwanted = customer.do_not_greet or customer.deceased or customer.blocked
    return not (unwanted or minor(customer, as_of=as_of))


def minor(customer: SourceCustomer, *, as_of: str) -> bool:
    """Whether the customer is known to be under 18 on the day `as_of`."""
    return 0 <= whole_years(customer.birth_date, as_of) < ADULT


def _call(customer: SourceCustomer, form: Form, language: str) -> str:
    name = customer.name
    if name is None or not name.sure or not _is_name(name):
        return ""
    if name.salutation == "firma" and not name.family:
        return ""
    if name.salutation in ("familie", "paar") or customer.kind == "couple":
        return _couple(name, form, language)
    if form == "du":
        return natural(name.given)
    title = _title(name.titles, _country(customer), language)
    if name.salutation in ANREDE and name.family:
        return _with_anrede(name, title, language)
    return " ".join(part for part in (title, _whole(name)) if part) if name.given else ""


def _with_anrede(name: PersonName, title: str, language: str) -> str:
    surname = surname_of(name)
    if language == "en":
        return f"{title or ENGLISH[str(name.salutation)]} {surname}"
    words = (ANREDE[str(name.salutation)], title, surname)
    return " ".join(word for word in words if word)


def _couple(name: PersonName, form: Form, language: str) -> str:
    """Both by first names with du, both by Anrede where told as "Herr und Frau", else the family:
    "Eheleute" says nothing about who they are."""
    given = _two(name.given)
    if form == "du" and given:
        return (" und " if language == "de" else " and ").join(given)
    surname = surname_of(name)
    if not surname:
        return ""
    if name.salutation == "paar":
        words = ANREDE if language == "de" else ENGLISH
        return f"{words['frau']} {surname}, {words['herr']} {surname}"
    return f"{'Familie' if language == 'de' else 'Family'} {surname}"


def _two(given: str) -> list[str]:
    """The first names of a couple told as "Petra und Klaus"; empty when they are not two."""
    parts = re.split(r"\s+(?:und|u\.|and)\s+|\s*&\s*", given.strip())
    return [natural(part) for part in parts] if len(parts) == 2 and all(parts) else []


def _title(titles: tuple[str, ...], country: str, language: str) -> str:
    """The highest title that is spoken, '' for none: Dipl.-Ing. is not, except in Austria."""
    if any(_PROFESSOR.search(title) for title in titles):
        return "Prof." if language == "de" else "Professor"
    if any(_DOCTOR.search(title) for title in titles):
        return "Dr." if language == "de" else "Dr"
    if country == "AT" and language == "de":
        return next((_austrian(title) for title in titles if _AUSTRIAN.match(title)), "")
    return ""


def _austrian(title: str) -> str:
    return "Mag." if title.lower().startswith("mag") else "DI"


def _country(customer: SourceCustomer) -> str:
    return next((address.country for address in customer.addresses if address.country), "DE")


def _whole(name: PersonName) -> str:
    """First and last name in the order of their culture, without what stands between."""
    first, last = natural(name.given), surname_of(name)
    return " ".join(
        part for part in ((last, first) if name.family_first else (first, last)) if part
    )


def surname_of(name: PersonName) -> str:
    """The surname in natural case with what belongs before it: "von der Weißenberg-Müller"."""
    nobility = " ".join(_noble(word) for word in name.nobility.split())
    return f"{nobility} {natural(name.family)}".strip()


def _noble(word: str) -> str:
    if not word.isupper():
        return word
    return word.lower() if word.lower() in PARTICLES else _capital(word)


def _is_name(name: PersonName) -> bool:
    text = f"{name.given} {name.surname}".strip()
    dummy = {name.given.strip().casefold(), name.family.strip().casefold()} & DUMMIES
    return bool(text) and not dummy and not _NOT_A_NAME.search(text)


def natural(text: str) -> str:
    """A name in natural case where it came all in capitals or all in small letters.

    "MUELLER-LÜDENSCHEIDT" gives "Mueller-Lüdenscheidt": the spelling stays, "ue" may be an ü or
    not. "VON DER HEIDE" gives "von der Heide".
    """
    if not (text.islower() or (text.isupper() and len(text) > 1)):
        return text
    *before, last = text.split() or [""]
    small = [word.lower() if word.lower() in PARTICLES else _capital(word) for word in before]
    return " ".join((*small, _capital(last)))


def _capital(word: str) -> str:
    """Each part of a word with one capital; the Turkish İ keeps its one dot."""
    return re.sub(r"[^\W\d_]+", lambda part: _first_large(part.group()), word)


def _first_large(part: str) -> str:
    return part[0].upper() + part[1:].replace("İ", "i").lower()


PARTICLES = frozenset({
    "von", "vom", "van", "der", "den", "dem", "zu", "zum", "zur", "de", "del", "della", "di", "da",
    "la", "le", "und", "auf", "ten", "ter", "of",
})  # fmt: skip
"""What stays small within a surname; only before another word, so that Văn stays a name."""
