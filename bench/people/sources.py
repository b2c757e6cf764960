"""The rows of the four sources, each in its own form, with who is behind each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import NamedTuple

from bench.people import contacts, spelling
from bench.people.rates import Rates
from bench.people.records import Telling, Told, street_written
from bench.people.world import Firm, Person

STREAMS = {"crm": "crm/customers", "erp": "erp/customers", "shop": "shop/customers",
           "guest": "shop/orders", "till": "till/customers"}  # fmt: skip
"""Where each kind of row is read: connection and stream."""


class Row(NamedTuple):
    """A row of a source, `fields` as the source has them, and what is true of it.

    `truth` numbers the person, firm or couple behind it, `household` those whom it belongs to
    (a firm is one, too), `role` is what it is there, `events` what happened between the truth and
    the row.
    """

    source: str
    key: str
    fields: dict[str, str]
    truth: int
    household: int
    role: str
    events: tuple[str, ...]


class Sources:
    """Writes people and firms into the sources they are in."""

    def __init__(self, noise: Random, rates: Rates, given: contacts.Given) -> None:
        self.noise, self.rates = noise, rates
        self._telling = Telling(noise, rates, given)
        self._last = 0

    def unit(
        self, everybody: list[Person], firm: Firm | None, number: Callable[[], int]
    ) -> Iterator[Row]:
        """The rows of a household, or of a firm and its contact persons."""
        where = [(one, self._sources(one)) for one in everybody]
        for one, sources in where:  # cards first: a partner's may be told
            if "till" in sources or self.noise.random() < 0.05:
                one.card = str(self._next(2_810_000_000))
        for one, sources in where:
            for source in sources:
                yield self._row(one, source)
        if firm is not None:
            yield from self._firm(firm)
        both = everybody and everybody[0].partner in everybody[1:]
        if both and self.noise.random() < self.rates.couple_record:
            yield self._couple(everybody[0], number())

    def _next(self, first: int) -> int:
        """A number that no other row has, in no order that tells anything."""
        self._last += 1
        return first + self._last * 48_271 % 100_000_007

    def _sources(self, one: Person) -> list[str]:
        """Where a person is; twice in a list for who is there twice."""
        noise, rates, found = self.noise, self.rates, []
        if one.firm is not None and not one.private:
            return ["crm"] if noise.random() < 0.8 else ["crm", "shop"]
        for source in ("crm", "erp", "shop", "till"):
            if noise.random() < getattr(rates, source):
                found.append(source)
                if source != "erp" and noise.random() < rates.twice:
                    found.append(source)
        if noise.random() < rates.guest:
            found.append("guest")
            while noise.random() < rates.again_guest:
                found.append("guest")
        return found

    def _row(self, one: Person, source: str) -> Row:
        told = self._telling(one, source)
        key = str(self._next(100_000_000))
        fields = _FORMS[source](self.noise, told)
        events = tuple(dict.fromkeys(self._telling.events))
        return Row(source, key, fields, one.truth, one.household, one.role, events)

    def _couple(self, one: Person, truth: int) -> Row:
        partner, noise = one.partner, self.noise
        assert partner is not None
        name = noise.choice((
            f"Eheleute {one.given} und {partner.given} {one.family}", f"Familie {one.family}",
            f"{one.given} und {partner.given} {one.family}",
        ))  # fmt: skip
        told = {"given": "", "family": name, "salutation": "", "title": "",
                "street": street_written(noise, one.home.place), "code": one.home.place.code,
                "town": one.home.place.town}  # fmt: skip
        if one.home.landline:
            told["phone"] = contacts.written(noise, one.home.landline)
        fields = _erp(noise, told) | {"NAME1": name}
        key = str(self._next(100_000_000))
        return Row("erp", key, fields, truth, one.household, "couple", ("couple",))

    def _firm(self, firm: Firm) -> Iterator[Row]:
        """The firm itself, in ERP and often in CRM."""
        noise = self.noise
        for source in ("erp", "crm") if noise.random() < 0.6 else ("erp",):
            told, events = self._firm_told(firm)
            fields = _FORMS[source](noise, told) | _FIRM_FIELDS[source](firm, told, noise)
            key = str(self._next(100_000_000))
            yield Row(source, key, fields, firm.truth, firm.household, "firm", events)

    def _firm_told(self, firm: Firm) -> tuple[Told, tuple[str, ...]]:
        noise, name, events = self.noise, f"{firm.name} {firm.form}", []
        if noise.random() < 0.2:
            name, events = firm.name, ["firm without its form"]
        elif noise.random() < 0.1:
            name = spelling.mistyped(noise, firm.name) + f" {firm.form}"
            events = ["typo in name"]
        place = firm.home.place
        told = {"given": "", "family": "", "salutation": "", "title": "", "company": name,
                "street": street_written(noise, place), "code": place.code, "town": place.town,
                "phone": contacts.written(noise, firm.home.landline)}  # fmt: skip
        if noise.random() < 0.7:
            told["mail"] = f"info@{firm.domain}"
        return told, tuple(events)


def _crm(noise: Random, told: Told) -> dict[str, str]:
    return {
        "anrede": told["salutation"],
        "titel": told["title"],
        "vorname": told["given"],
        "nachname": told["family"],
        "firma": told.get("company", ""),
        "art": "person",
        "geburtsdatum": _german(told.get("birth", "")),
        "email": told.get("mail", ""),
        "telefon": told.get("phone", ""),
        "mobil": told.get("mobile", ""),
        "strasse": told.get("street", ""),
        "plz": told.get("code", ""),
        "ort": told.get("town", ""),
        "kundenkarte": told.get("card", ""),
        "ustid": "",
    }


def _erp(noise: Random, told: Told) -> dict[str, str]:
    name = f"{told['family']}, {told['title']} {told['given']}".replace("  ", " ")
    return {
        "NAME1": name.upper(),
        "NAME2": told.get("company", ""),
        "ART": "P",
        "STRASSE": told.get("street", "").upper(),
        "PLZ": told.get("code", ""),
        "ORT": told.get("town", "").upper(),
        "TELEFON": told.get("phone") or told.get("mobile", ""),
        "EMAIL": told.get("mail", "").upper() if noise.random() < 0.3 else told.get("mail", ""),
        "GEBDAT": told.get("birth", ""),
        "USTID": "",
    }


def _shop(noise: Random, told: Told) -> dict[str, str]:
    small = noise.random() < 0.06
    return {
        "first_name": told["given"].lower() if small else told["given"],
        "last_name": told["family"].lower() if small else told["family"],
        "company": told.get("company", ""),
        "email": told.get("mail", ""),
        "phone": told.get("mobile") or told.get("phone", ""),
        "birthday": told.get("birth", ""),
        "address1": told.get("street", ""),
        "zip": told.get("code", ""),
        "city": told.get("town", ""),
        "loyalty": told.get("card", ""),
    }


def _till(noise: Random, told: Told) -> dict[str, str]:
    name = f"{told['given']} {told['family']}"
    return {
        "karte": told.get("card", ""),
        "name": name,
        "telefon": told.get("mobile") or told.get("phone", ""),
        "email": told.get("mail", ""),
        "geburtstag": _german(told.get("birth", "")),
        "strasse": told.get("street", ""),
        "plz": told.get("code", ""),
        "ort": told.get("town", ""),
    }


def _german(day: str) -> str:
    return f"{day[8:]}.{day[5:7]}.{day[:4]}" if day else ""


_FORMS: dict[str, Callable[[Random, Told], dict[str, str]]] = {
    "crm": _crm, "erp": _erp, "shop": _shop, "guest": _shop, "till": _till,
}  # fmt: skip


def _erp_firm(firm: Firm, told: Told, noise: Random) -> dict[str, str]:
    vat = firm.vat if noise.random() < 0.7 else ""
    return {"NAME1": told["company"].upper(), "NAME2": "", "ART": "F", "USTID": vat}


def _crm_firm(firm: Firm, told: Told, noise: Random) -> dict[str, str]:
    return {"art": "firma", "ustid": firm.vat if noise.random() < 0.4 else ""}


_FIRM_FIELDS = {"erp": _erp_firm, "crm": _crm_firm}
