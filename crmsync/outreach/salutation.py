"""The salutation of a letter or mail: Anrede only as told, neutral when in doubt (DIN 5008)."""

from __future__ import annotations

from crmsync.model.customer import SourceCustomer
from crmsync.model.greeting import Form
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

FIRM = "Sehr geehrte Damen und Herren"
NOBODY = "Guten Tag"
FORMS = {"herr": "Sehr geehrter Herr", "frau": "Sehr geehrte Frau"}
BEFORE_A_RANK = {"herr": "Sehr geehrter", "frau": "Sehr geehrte"}
WITHOUT_COMMA = frozenset(("CH", "LI"))
"""Where a salutation has no comma, and the text begins with a capital."""


def salute(customer: SourceCustomer, *, form: Form = "sie", written_in: str = "DE") -> str:
    """The salutation with its comma: "Sehr geehrte Frau Dr. Müller,".

    Firms get "Sehr geehrte Damen und Herren," unless a contact person is named; who told no Anrede,
    or whose name was cut out of free text, the neutral "Guten Tag Kim Schneider,"; who has no
    usable name "Guten Tag,". `form` is that of the text: "Hallo Anna," for du. `written_in` is the
    country of whose orthography the text is: Switzerland writes no comma.
    """
    return _words(customer, form) + ("" if written_in in WITHOUT_COMMA else ",")


def _words(customer: SourceCustomer, form: Form) -> str:
    name = customer.name
    speakable = name is not None and is_speakable(name)
    if customer.kind == "firm" or (name is not None and name.salutation == "firma"):
        speakable = speakable and name is not None and _is_contact(name)
        if not speakable:
            return FIRM
    if name is None or not speakable:
        return NOBODY
    if form == "du":
        return _familiar(name)
    said = _with_anrede(customer, name) or _neutral(customer, name)
    return " ".join(word for word in said if word)


def _is_contact(name: PersonName) -> bool:
    """Whether somebody can be written to by name in a firm."""
    return name.sure and bool(name.family and (name.given or name.salutation in FORMS))


def _familiar(name: PersonName) -> str:
    given = " und ".join(two_given(name.given)) or natural(name.given)
    return f"Hallo {given}" if given and name.sure else "Hallo"


def _with_anrede(customer: SourceCustomer, name: PersonName) -> tuple[str, ...]:
    told, surname = str(name.salutation), surname_of(name)
    if not surname or not name.sure:
        return ()
    if told in ("familie", "paar"):
        return _several(told, spoken_title(name.titles), surname)
    if told not in FORMS or customer.kind == "couple":
        return ()
    title = spoken_title(name.titles, country=_country(customer))
    if in_place_of_anrede(name) and not title:
        return BEFORE_A_RANK[told], surname
    return FORMS[told], title, surname


def _several(told: str, title: str, surname: str) -> tuple[str, ...]:
    """Both by Anrede; a title that was told of both, or of nobody in particular, is said so."""
    if told == "familie":
        return "Sehr geehrte Familie", title, surname
    if title:
        return "Sehr geehrte Frau und sehr geehrter Herr", title, surname
    return FORMS["frau"], f"{surname},", "sehr geehrter Herr", surname


def _neutral(customer: SourceCustomer, name: PersonName) -> tuple[str, ...]:
    if not name.family or not name.given:
        return (NOBODY,)
    apart = name.salutation in ("familie", "paar")  # a title that only one of them may have
    title = "" if apart else spoken_title(name.titles, country=_country(customer))
    return NOBODY, title, whole_name(name)


def _country(customer: SourceCustomer) -> str:
    return next((address.country for address in customer.addresses if address.country), "DE")
