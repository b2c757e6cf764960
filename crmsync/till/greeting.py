"""Greets by name, the German way: Anrede only as told, nobody guessed, no name when unsure.

Which title is spoken and what becomes of nobility: crmsync.normalize.spoken. The Anrede is what
the customer told, never guessed from a first name; who told none or "divers" is greeted with first
and last name.
"""

from __future__ import annotations

from crmsync.model.customer import SourceCustomer
from crmsync.model.greeting import Form, Greeting, GreetingParts
from crmsync.model.name import PersonName
from crmsync.normalize.spoken import (
    in_place_of_anrede,
    is_speakable,
    natural,
    spoken_title,
    surname_of,
    two_given,
    whole_name,
)
from crmsync.till.phrases import spoken, whole_years

LONGEST = 60
ADULT = 18
ANREDE = {"herr": "Herr", "frau": "Frau"}
ENGLISH = {"herr": "Mr", "frau": "Ms"}
ENGLISH_TITLES = {"Prof.": "Professor", "Dr.": "Dr"}


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
    if name is None or not name.sure or not is_speakable(name):
        return ""
    if name.salutation == "firma" and not name.family:
        return ""
    if name.salutation in ("familie", "paar") or customer.kind == "couple":
        return _couple(name, form, language)
    if form == "du":
        return natural(name.given)
    title = _title(name, customer, language)
    if name.salutation in ANREDE and name.family:
        return _with_anrede(name, title, language)
    return " ".join(part for part in (title, whole_name(name)) if part) if name.given else ""


def _title(name: PersonName, customer: SourceCustomer, language: str) -> str:
    if language == "en":
        return ENGLISH_TITLES.get(spoken_title(name.titles), "")
    return spoken_title(name.titles, country=_country(customer))


def _country(customer: SourceCustomer) -> str:
    return next((address.country for address in customer.addresses if address.country), "DE")


def _with_anrede(name: PersonName, title: str, language: str) -> str:
    surname = surname_of(name)
    if in_place_of_anrede(name) and not title:
        return surname
    if language == "en":
        return f"{title or ENGLISH[str(name.salutation)]} {surname}"
    words = (ANREDE[str(name.salutation)], title, surname)
    return " ".join(word for word in words if word)


def _couple(name: PersonName, form: Form, language: str) -> str:
    """Both by first names with du, both by Anrede where told as "Herr und Frau", else the family:
    "Eheleute" says nothing about who they are. A title before their name is said as it was told."""
    given = two_given(name.given)
    if form == "du" and given:
        return (" und " if language == "de" else " and ").join(given)
    surname = surname_of(name)
    if not surname:
        return ""
    title = spoken_title(name.titles) if name.salutation and language == "de" else ""
    if name.salutation == "paar":
        words = ANREDE if language == "de" else ENGLISH
        if title:
            return f"{words['frau']} und {words['herr']} {title} {surname}"
        return f"{words['frau']} {surname}, {words['herr']} {surname}"
    family = "Familie" if language == "de" else "Family"
    return " ".join(word for word in (family, title, surname) if word)
