"""The CRM of the sample: two German CSV exports, Windows-1252 and semicolons, kept by clerks."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

from crmsync.demo.person import Person
from crmsync.demo.places import Home, city_named
from crmsync.demo.spelling import cp1252_name, phone_of_crm

Row = Mapping[str, str]

REASONS = ("Lieferung verspätet", "Ware beschädigt", "Falscher Artikel", "Wartezeit an der Kasse")


def customer_rows(
    people: Iterable[Person], numbers: Mapping[str, int], *, seed: int, as_of: date
) -> Iterator[tuple[str, Row]]:
    """(truth key, row) of every customer record; `numbers` are the ERP's numbers by truth key."""
    number = 10_000
    for person in people:
        if "crm" not in person.systems:
            continue
        random = Random(f"{seed}/crm/{person.key}")
        number += random.randint(1, 4)
        row = _customer(person, f"K{number}", numbers.get(person.key), random, as_of)
        yield person.key, row
        if person.email and not person.case and random.random() < 0.03:
            number += 1
            yield person.key, _entered_again(row, f"K{number}")


def _customer(
    person: Person, number: str, erp: int | None, random: Random, as_of: date
) -> dict[str, str]:
    planted = bool(person.case)
    known = planted or random.random() < 0.45
    return {
        "Kundennummer": number,
        **_name(person),
        **_address(person.home),
        "Telefon": phone_of_crm(person.phone) if planted or random.random() < 0.85 else "",
        "Mobil": phone_of_crm(person.mobile),
        "E-Mail": person.email if planted or random.random() < 0.9 else "",
        "Geburtstag": _german(person.birth_date) if planted or random.random() < 0.5 else "",
        "Kundenkarte": person.card if random.random() < 0.5 else "",
        "ERP-Nummer": str(erp) if erp and known else "",
        "Filiale": city_named(person.home.city).branch,
        "Kunde seit": _german(_day_before(as_of, random, 760, 4000).isoformat()),
        "Vorteile": "|".join(person.privileges),
        **_wishes(person, random, as_of),
    }


def _name(person: Person) -> dict[str, str]:
    firm = person.kind == "firm"
    return {
        "Anrede": "Firma" if firm else person.salutation,
        "Titel": person.titles,
        "Vorname": cp1252_name(person.given),
        "Namensvorsatz": person.nobility,
        "Nachname": cp1252_name(f"{person.family} {person.suffix}".strip()),
        "Firma": cp1252_name(person.company),
        "USt-IdNr": person.vat_id,
    }


def _address(home: Home) -> dict[str, str]:
    return {
        "Strasse": f"{home.street} {home.number}",
        "PLZ": home.postal_code,
        "Ort": home.city,
        "Land": "D",
    }


def _wishes(person: Person, random: Random, as_of: date) -> dict[str, str]:
    """What the customer allows, since when, and the proof the CRM keeps of a yes."""
    asked = _german(_day_before(as_of, random, 30, 700).isoformat())
    newsletter, greeting = person.consent("newsletter"), person.consent("greeting")
    return {
        "Newsletter": newsletter,
        "Newsletter seit": asked if newsletter else "",
        "DOI-Beleg": f"doi-{random.randrange(10**8):08d}" if newsletter == "ja" else "",
        "Begrüßung an der Kasse": greeting,
        "Begrüßung seit": asked if greeting else "",
        "Begrüßung Beleg": "Formular Kasse v2" if greeting == "ja" else "",
        "Telefonwerbung": person.consent("phone"),
        "Telefonwerbung Beleg": "Formular Telefon v1" if person.consent("phone") == "ja" else "",
        "Briefwerbung": person.consent("letter"),
    }


def _entered_again(row: Row, number: str) -> dict[str, str]:
    """The same customer keyed in a second time by a clerk in a hurry."""
    hurried = {"Kundennummer": number, "Telefon": "", "Mobil": "", "ERP-Nummer": "", "Titel": ""}
    return {**row, **hurried, "Strasse": row["Strasse"].replace("straße", "str.")}


def interaction_rows(
    customers: Iterable[tuple[Person, str]], *, seed: int, as_of: date
) -> Iterator[Row]:
    """Complaints (open and done), call-backs, praise; `customers` are (person, CRM number)."""
    case = 70_000
    for person, number in customers:
        random = Random(f"{seed}/contacts/{person.key}")
        for row in _touches(person, random, as_of):
            case += 1
            branch = city_named(person.home.city).branch
            yield {"Vorgang": f"V{case}", "Kundennummer": number, "Filiale": branch, **row}


def _touches(person: Person, random: Random, as_of: date) -> Iterator[dict[str, str]]:
    if person.complaint:
        yield _complaint(person, random, as_of)
    if random.random() < 0.012:
        asked = _day_before(as_of, random, 1, 4)
        yield _touch("Rückruf", "Telefon", asked, "offen", "Rückruf wegen Bestellung") | {
            "Wiedervorlage": _german((asked + timedelta(days=5)).isoformat())
        }
    if random.random() < 0.03:
        day = _day_before(as_of, random, 5, 500)
        yield _touch("Lob", "Filiale", day, "erledigt", "Freundliche Beratung")


def _complaint(person: Person, random: Random, as_of: date) -> dict[str, str]:
    open_still = person.complaint == "open"
    day = _day_before(as_of, random, *((6, 25) if open_still else (40, 400)))
    reason = REASONS[0] if person.rhythm in ("late", "at_risk") else random.choice(REASONS)
    row = _touch(
        "Beschwerde", random.choice(("E-Mail", "Telefon", "Filiale")), day, "erledigt", reason
    )
    if open_still:
        return row | {"Status": "offen"}
    done = day + timedelta(days=random.randint(1, 12))
    return row | {"Erledigt am": _german(done.isoformat())}


def _touch(kind: str, channel: str, day: date, status: str, subject: str) -> dict[str, str]:
    return {
        "Art": kind,
        "Kanal": channel,
        "Datum": _german(day.isoformat()),
        "Status": status,
        "Betreff": subject,
        "Grund": subject if kind == "Beschwerde" else "",
        "Wiedervorlage": "",
        "Erledigt am": "",
    }


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Write `rows` the way the CRM exports them."""
    kept = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, list(kept[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(kept)


def _day_before(as_of: date, random: Random, least: int, most: int) -> date:
    return as_of - timedelta(days=random.randint(least, most))


def _german(day: str) -> str:
    """ "1961-03-14" as "14.03.1961"."""
    return ".".join(reversed(day.split("-"))) if day else ""
