"""One person told by one source: what is chosen, what is left out, what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.people import contacts, spelling
from bench.people.given import VARIANTS
from bench.people.habits import HABITS, Habit
from bench.people.places import Place
from bench.people.rates import Rates
from bench.people.world import Home, Person

Told = dict[str, str]


class Telling:
    """Tells people as the clerks of a source do; `events` is what happened to the last one."""

    def __init__(self, noise: Random, rates: Rates, given: contacts.Given) -> None:
        self.noise, self.rates, self.contacts = noise, rates, given
        self.events: list[str] = []

    def __call__(self, person: Person, source: str) -> Told:
        """What `source` has of `person`, each field by one name, in no source's own form yet."""
        self.events = []
        habit = HABITS[source]
        told = self._name(person, source, habit)
        self._birth(person, habit, told)
        home = self._home(person)
        self._address(home, habit, told)
        self._mail(person, habit, told)
        self._phones(person, home, habit, told)
        self._card(person, source, habit, told)
        if person.firm is not None and (not person.private or self._chance(0.6)):
            self._at_work(person, told)
        return told

    def _chance(self, share: float) -> bool:
        return self.noise.random() < share

    def _name(self, person: Person, source: str, habit: Habit) -> Told:
        noise, rates = self.noise, self.rates
        given, family = self._given(person, habit), self._family(person)
        if person.second and self._chance(habit.second):
            given += ("-" if self._chance(0.2) else " ") + person.second
            self.events.append("second given name")
        given, family = self._slipped(given, habit), self._slipped(family, habit)
        if person.suffix and self._chance(rates.told_junior):
            family += f" {person.suffix}"
        if self._chance(1 - habit.given):
            given = given[0] + "."
            self.events.append("initial")
        if self._chance(rates.swapped):
            given, family = family, given
            self.events.append("swapped")
        title = person.title if person.title and self._chance(habit.title) else ""
        return {"given": given, "family": family, "title": title,
                "salutation": noise.choice(("Frau" if person.woman else "Herr", ""))}  # fmt: skip

    def _given(self, person: Person, habit: Habit) -> str:
        forms = VARIANTS.get(person.given)
        if forms and self._chance(self.rates.nickname * habit.nickname):
            self.events.append("nickname")
            return self.noise.choice(forms)
        return person.given

    def _family(self, person: Person) -> str:
        name = person.family
        if person.former and self._chance(self.rates.old_name):
            self.events.append("marriage")
            return person.former
        if "-" in name and self._chance(self.rates.half_double):
            self.events.append("half a double name")
            return self.noise.choice(name.split("-"))
        if "-" in name and self._chance(0.15):
            return name.replace("-", " ")
        return f"{person.nobility} {name}" if person.nobility else name

    def _slipped(self, name: str, habit: Habit) -> str:
        noise, rates = self.noise, self.rates
        if not name.isascii():
            if self._chance(min(0.9, rates.plain_letters * habit.plain)):
                self.events.append("umlaut")
                name = spelling.bare(name) if self._chance(0.3) else spelling.spelt(name)
            elif self._chance(rates.garbled):
                self.events.append("garbled")
                return spelling.garbled(name)
        if self._chance(rates.phonetic):
            self.events.append("phonetic")
            name = spelling.sounding(noise, name)
        if self._chance(rates.typo_name):
            self.events.append("typo in name")
            name = spelling.mistyped(noise, name)
        return name

    def _birth(self, person: Person, habit: Habit, told: Told) -> None:
        rates, (year, month, day) = self.rates, person.birth
        if not self._chance(habit.birth):
            if habit.placeholder and self._chance(rates.placeholder_birth):
                year, month, day = self.noise.choice(contacts.NO_BIRTH)
                self.events.append("placeholder birth date")
            else:
                self.events.append("no birth date")
                return
        elif day <= 12 and day != month and self._chance(rates.turned_birth):
            month, day = day, month
            self.events.append("birth date turned")
        elif self._chance(rates.typo_birth):
            self.events.append("typo in birth date")
            year, day = self.noise.choice(((year + 1, day), (year - 10, day), (year, day % 28 + 1)))
        told["birth"] = f"{year:04d}-{month:02d}-{day:02d}"

    def _home(self, person: Person) -> Home:
        if person.before is not None and self._chance(self.rates.old_home):
            self.events.append("move")
            return person.before
        return person.home

    def _address(self, home: Home, habit: Habit, told: Told) -> None:
        place, noise = home.place, self.noise
        if self._chance(habit.code):
            told["code"] = self._typo("address", place.code, self.rates.typo_code, _digits)
            told["town"] = place.town if self._chance(0.95) else f"{place.town}-{place.part}"
        if not self._chance(habit.street):
            self.events.append("no street")
            return
        street = street_written(noise, place)
        told["street"] = self._typo("address", street, self.rates.typo_street, spelling.mistyped)

    def _typo(self, where: str, text: str, share: float, slip: Callable[[Random, str], str]) -> str:
        if not self._chance(share):
            return text
        self.events.append(f"typo in {where}")
        return slip(self.noise, text)

    def _mail(self, person: Person, habit: Habit, told: Told) -> None:
        if not self._chance(habit.mail):
            if habit.placeholder and self._chance(self.rates.placeholder_mail * habit.placeholder):
                told["mail"] = self.noise.choice(contacts.NO_MAIL)
                self.events.append("placeholder e-mail")
            return
        found = self._mail_of(person, always=habit.mail == 1.0)
        if found:
            slip = self.rates.typo_mail
            told["mail"] = self._typo("e-mail", found, slip, spelling.mistyped)

    def _mail_of(self, person: Person, *, always: bool) -> str:
        rates, partner = self.rates, person.partner
        if person.family_mail and (not person.mails or self._chance(rates.family_mail_used)):
            self.events.append("family e-mail")
            return person.family_mail
        share = rates.partners_mail if person.mails else rates.no_mail_partners
        if partner and partner.mails and self._chance(share):
            self.events.append("partner's e-mail")
            return partner.mails[0]
        if not person.mails and always:
            year = person.birth[0]
            person.mails.append(self.contacts.mail(person.given, person.family, year))
        if len(person.mails) > 1 and self._chance(rates.old_contact):
            self.events.append("other e-mail")
            return person.mails[1]
        return person.mails[0] if person.mails else ""

    def _phones(self, person: Person, home: Home, habit: Habit, told: Told) -> None:
        noise, rates = self.noise, self.rates
        if person.mobiles and self._chance(habit.mobile):
            number = person.mobiles[0]
            if len(person.mobiles) > 1 and self._chance(rates.old_contact):
                number = person.mobiles[1]
                self.events.append("other number")
            number = self._typo("number", number, rates.typo_phone, spelling.misdigited)
            told["mobile"] = contacts.written(noise, number)
        if home.landline and self._chance(habit.landline):
            number = self._typo("number", home.landline, rates.typo_phone, spelling.misdigited)
            told["phone"] = contacts.written(noise, number)
        elif self._chance(rates.placeholder_phone * habit.placeholder):
            shop = home.town.counter  # the till's own number, typed so that something stands there
            told["phone"] = shop if self._chance(0.3) else noise.choice(contacts.NO_PHONE)
            self.events.append("placeholder number")

    def _card(self, person: Person, source: str, habit: Habit, told: Told) -> None:
        if not person.card or not self._chance(habit.card):
            return
        told["card"] = person.card
        partner = person.partner
        if source != "till" and partner and partner.card and self._chance(self.rates.partners_card):
            told["card"] = partner.card
            self.events.append("partner's card")

    def _at_work(self, person: Person, told: Told) -> None:
        """A contact person: the firm's address and number, and often its mailbox."""
        firm, noise = person.firm, self.noise
        assert firm is not None
        self.events.append("at work")
        place = firm.home.place
        told |= {"company": f"{firm.name} {firm.form}", "street": street_written(noise, place),
                 "code": place.code, "town": place.town,
                 "phone": contacts.written(noise, firm.home.landline)}  # fmt: skip
        own = spelling.spelt(f"{person.given[0]}.{person.family}").lower().replace(" ", "")
        box = "info" if self._chance(self.rates.firm_mail_shared) else own.replace("'", "")
        told["mail"] = f"{box}@{firm.domain}"


def _digits(noise: Random, text: str) -> str:
    return spelling.misdigited(noise, text)


def street_written(noise: Random, place: Place) -> str:
    """Street and number as somebody writes them: Hauptstraße 5a, Hauptstr. 5 a."""
    street, house, kind = place.street, place.house, noise.random()
    if kind < 0.35:
        street = street.replace("straße", "str.")
    elif kind < 0.42:
        street = street.replace("straße", "strasse")
    elif kind < 0.45:
        street = street.replace("straße", " Str.").replace("platz", " Platz")
    if not house.isdigit() and noise.random() < 0.3:
        house = f"{house[:-1]} {house[-1]}"
    return f"{street} {house}"
