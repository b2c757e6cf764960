"""The people the demo's story is about: each shows one thing that goes wrong elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from crmsync.demo.person import Person, System
from crmsync.demo.places import CITIES, Home, Places

ALL: frozenset[System] = frozenset({"crm", "erp", "shop"})
STORE: frozenset[System] = frozenset({"crm", "erp"})
WISHES = (("newsletter", "ja"), ("greeting", "ja"))


def planted(places: Places, as_of: date) -> Iterator[Person]:
    """The planted people, the same whatever the seed (their phone numbers follow it)."""
    for number, fields in enumerate((*_greeted(), *_refused(places), *_sounds(), *_habits())):
        phone = places.landline(CITIES[0])
        standing: dict[str, Any] = {"phone": phone, "home": _home(number), "consents": WISHES}
        key = f"x{number:04d}"
        yield Person(**{"key": key, "household": f"h{key}", **standing, **fields})


def _home(number: int) -> Home:
    return Home("Quittenweg", str(number + 1), CITIES[0].postal_codes[number % 6], "Köln")


def _mail(name: str) -> str:
    return f"{name}@post.example.org"


def _greeted() -> Iterator[dict[str, Any]]:
    """A doctor spelt three ways who has moved, a noble name, someone without Anrede, a veto."""
    yield {
        "salutation": "Frau", "titles": "Dr.", "given": "Annegret", "family": "Mühlenbeck-Größ",
        "birth_date": "1961-03-14", "email": _mail("a.muehlenbeck"), "card": "9100001",
        "before": Home("Safrangasse", "12", "50674", "Köln"), "systems": ALL,
        "rhythm": "champion", "privileges": ("Vorabinfo Weinprobe",), "case": "greet-doctor",
    }  # fmt: skip
    yield {
        "salutation": "Herr", "given": "Friedrich", "nobility": "von der", "family": "Heydenquitt",
        "birth_date": "1948-11-02", "email": _mail("heydenquitt"), "card": "9100002",
        "systems": STORE, "rhythm": "regular", "case": "greet-noble",
    }  # fmt: skip
    yield {
        "given": "Kim", "family": "Neuhäuser", "birth_date": "1994-06-21", "card": "9100003",
        "email": _mail("kim.neuhaeuser"), "systems": ALL, "rhythm": "regular",
        "case": "greet-neutral",
    }  # fmt: skip
    yield {
        "salutation": "Herr", "titles": "Prof. Dr.-Ing.", "given": "Jürgen", "family": "Ährenfeld",
        "birth_date": "1957-01-30", "email": _mail("j.aehrenfeld"), "card": "9100004",
        "systems": ALL, "rhythm": "regular", "case": "greet-veto",
        "consents": (("newsletter", "nein"), ("greeting", "nein")),
    }  # fmt: skip
    yield {
        "origin": "vi", "salutation": "Frau", "given": "Thị Mai", "family": "Nguyễn",
        "birth_date": "1985-09-09", "email": _mail("mai.nguyen"), "card": "9100005",
        "systems": ALL, "rhythm": "regular", "case": "greet-vietnamese",
    }  # fmt: skip


def _refused(places: Places) -> Iterator[dict[str, Any]]:
    """People who share a number or a name and must stay apart."""
    family = places.landline(CITIES[0])
    roof = Home("Holunderallee", "7", "50937", "Köln")
    together = {"phone": family, "home": roof, "household": "h-feldkamp", "systems": STORE}
    mailbox = _mail("familie.feldkamp")
    yield {
        **together, "salutation": "Frau", "given": "Sabine", "family": "Feldkamp",
        "birth_date": "1970-05-05", "email": mailbox, "rhythm": "regular", "case": "family-phone",
    }  # fmt: skip
    yield {
        **together, "salutation": "Herr", "given": "Jonas", "family": "Feldkamp",
        "birth_date": "1999-08-17", "email": mailbox, "rhythm": "occasional",
        "case": "family-phone",
    }  # fmt: skip
    yield from _firm_and_employee(places)
    yield from _namesakes(places)


def _firm_and_employee(places: Places) -> Iterator[dict[str, Any]]:
    phone = places.landline(CITIES[0])
    yield {
        "kind": "firm", "salutation": "Herr", "given": "Markus", "family": "Rebstöckl",
        "company": "Weinstube Rebenglück GmbH", "vat_id": "DE399123456", "phone": phone,
        "email": "info@rebenglueck.example.com", "systems": STORE, "rhythm": "champion",
        "consents": (("newsletter", "ja"),), "case": "firm",
    }  # fmt: skip
    yield {
        "salutation": "Herr", "given": "Markus", "family": "Rebstöckl", "phone": phone,
        "birth_date": "1979-12-01", "email": _mail("markus.rebstoeckl"), "card": "9100011",
        "home": Home("Majoranring", "44", "50733", "Köln"),
        "systems": frozenset({"erp", "shop"}), "rhythm": "occasional", "case": "employee",
    }  # fmt: skip


def _namesakes(places: Places) -> Iterator[dict[str, Any]]:
    """Three called Thomas Müller in one city, and father and son under one roof."""
    births = ("1966-02-28", "1981-10-10", "1959-07-04")
    for number, birth_date in enumerate(births, start=1):
        yield {
            "salutation": "Herr", "given": "Thomas", "family": "Müller", "birth_date": birth_date,
            "email": _mail(f"t.mueller{number}"), "card": f"910002{number}", "systems": ALL,
            "rhythm": "regular", "case": "namesake",
        }  # fmt: skip
    roof = {"phone": places.landline(CITIES[0]), "home": Home("Anisufer", "3", "51063", "Köln")}
    for birth_date, suffix in (("1950-04-12", "sen."), ("1978-04-13", "jun.")):
        yield {
            **roof, "household": "h-zwirnleitner", "salutation": "Herr", "given": "Peter",
            "family": "Zwirnleitner", "suffix": suffix, "birth_date": birth_date, "systems": STORE,
            "rhythm": "regular", "case": "father-son",
        }  # fmt: skip


def _sounds() -> Iterator[dict[str, Any]]:
    """One sound, four spellings: what "Meier" must find at the till."""
    for number, family in enumerate(("Meier", "Maier", "Mayer", "Meyer"), start=1):
        yield {
            "salutation": "Frau", "given": "Roswitha", "family": family,
            "birth_date": f"19{50 + number}-01-0{number}", "card": f"910003{number}",
            "email": _mail(f"roswitha.{family.lower()}"), "systems": STORE, "rhythm": "regular",
            "case": "sound",
        }  # fmt: skip


def _habits() -> Iterator[dict[str, Any]]:
    """Regulars whose last delivery came late and who fell silent, and a first order."""
    silent = (("Frau", "Hannelore", "Brandtner"), ("Herr", "Ömer", "Yıldızlı"))
    for number, (salutation, given, family) in enumerate(silent, start=1):
        yield {
            "origin": "de" if number == 1 else "tr", "salutation": salutation, "given": given,
            "family": family, "birth_date": f"1963-0{number}-15", "card": f"910004{number}",
            "email": _mail(f"kunde.still{number}"), "systems": ALL, "rhythm": "at_risk",
            "complaint": "open" if number == 1 else "", "case": "at-risk",
        }  # fmt: skip
    yield {
        "salutation": "Frau", "given": "Łucja", "origin": "pl", "family": "Wiśniewska",
        "birth_date": "1990-03-03", "email": _mail("lucja.w"), "rhythm": "new",
        "systems": frozenset({"shop"}), "case": "first-order",
    }  # fmt: skip
    yield {
        "salutation": "Herr", "given": "Wojciech", "origin": "pl", "family": "Dąbrowski",
        "birth_date": "1988-01-19", "email": _mail("w.dabrowski"), "rhythm": "late",
        "systems": ALL, "case": "late-delivery",
    }  # fmt: skip
