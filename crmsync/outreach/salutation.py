"""The salutation of a letter or mail: Anrede only as told, neutral when in doubt (DIN 5008)."""

from __future__ import annotations

import re

from crmsync.model.customer import SourceCustomer
from crmsync.model.name import PersonName

FIRM = "Sehr geehrte Damen und Herren,"
NOBODY = "Guten Tag,"
FORMS = {"herr": "Sehr geehrter Herr", "frau": "Sehr geehrte Frau"}
PLACEHOLDERS = frozenset(
    {"n.n.", "nn", "unbekannt", "unknown", "test", "kunde", "kundin", "gast", "guest", "anonym"}
)

_PROFESSOR = re.compile(r"\bprof", re.IGNORECASE)
_DOCTOR = re.compile(r"\b(dr\b|doktor)", re.IGNORECASE)
_NOT_A_NAME = re.compile(r"[\d@/\\<>{}\[\]|_=+*#?!:;\"\n]")


def salute(customer: SourceCustomer) -> str:
    """The salutation with its comma: "Sehr geehrte Frau Dr. Müller,".

    Firms get "Sehr geehrte Damen und Herren,"; who told no Anrede, or whose name was cut out of
    free text, the neutral "Guten Tag Kim Schneider,"; who has no usable name "Guten Tag,".
    """
    name = customer.name
    if customer.kind == "firm" or (name is not None and name.salutation == "firma"):
        return FIRM
    if name is None or not _is_name(name):
        return NOBODY
    words = _with_anrede(customer, name) or _neutral(name)
    return " ".join(word for word in words if word) + ","


def title_of(name: PersonName) -> str:
    """The one title that is written in a salutation: Prof. before Dr., no other."""
    if any(_PROFESSOR.search(title) for title in name.titles):
        return "Prof."
    return "Dr." if any(_DOCTOR.search(title) for title in name.titles) else ""


def _with_anrede(customer: SourceCustomer, name: PersonName) -> tuple[str, ...]:
    told, surname = str(name.salutation), _in_case(name.surname)
    if not surname:
        return ()
    if told == "familie":
        return "Sehr geehrte Familie", surname
    if told == "paar":
        return "Sehr geehrte Frau", f"{surname},", "sehr geehrter Herr", surname
    if told not in FORMS or customer.kind != "person" or not name.sure:
        return ()
    return FORMS[told], title_of(name), surname


def _neutral(name: PersonName) -> tuple[str, ...]:
    if not name.family or not name.given:
        return ("Guten Tag",)
    return "Guten Tag", title_of(name), _in_case(name.full)


def _is_name(name: PersonName) -> bool:
    parts = [part for part in (name.given, name.family) if part]
    return bool(parts) and not any(
        _NOT_A_NAME.search(part) or part.strip().casefold() in PLACEHOLDERS for part in parts
    )


def _in_case(text: str) -> str:
    """Names a backend keeps in capitals as people write them; others as they stand."""
    return text.title() if text.isupper() and len(text) > 1 else text
