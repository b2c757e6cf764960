"""The people themselves, household by household: who they are, where they live, what they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from bench.people import contacts, family, given, spelling
from bench.people.draw import Draw, words
from bench.people.places import Place, Town, towns
from bench.people.rates import Rates

TODAY = 2026


@dataclass(slots=True)
class Home:
    """Where a household lives, or lived."""

    place: Place
    town: Town
    landline: str


@dataclass(slots=True)
class Person:
    """A person: what is true of him, and what was true before."""

    truth: int
    household: int
    role: str
    woman: bool
    given: str
    family: str
    birth: tuple[int, int, int]
    home: Home
    before: Home | None = None
    second: str = ""
    former: str = ""
    nobility: str = ""
    title: str = ""
    suffix: str = ""
    mails: list[str] = field(default_factory=list)
    mobiles: list[str] = field(default_factory=list)
    card: str = ""
    partner: Person | None = None
    family_mail: str = ""
    firm: Firm | None = None
    private: bool = True


@dataclass(slots=True)
class Firm:
    """A firm; its people are its contact persons."""

    truth: int
    household: int
    name: str
    form: str
    domain: str
    vat: str
    home: Home


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a family's names come from."""

    share: float
    families: Draw[str]
    given: given.Given
    feminine: float = 0.0


ORIGINS = (
    Origin(0.76, family.GERMAN, given.GERMAN_OLD),
    Origin(0.07, family.TURKISH, given.TURKISH),
    Origin(0.05, family.POLISH, given.POLISH, 0.6),
    Origin(0.05, family.RUSSIAN, given.RUSSIAN, 0.25),
    Origin(0.03, family.ITALIAN, given.ITALIAN),
    Origin(0.02, family.ENGLISH, given.ENGLISH),
    Origin(0.02, family.VIETNAMESE, given.VIETNAMESE),
)
_FIRMS = words(
    "Bau Elektro Sanitär Gartenbau Metallbau Druckerei Bäckerei Gasthof Malerbetrieb Autohaus "
    "Spedition Immobilien Architekten Steuerberatung Schreinerei Café Optik Physiotherapie"
)
_FORMS = ("GmbH", "GmbH & Co. KG", "KG", "UG (haftungsbeschränkt)", "e.K.", "GbR", "AG")


class World:
    """Makes households and firms, each with numbers of its own, from one source of noise."""

    def __init__(self, noise: Random, rates: Rates) -> None:
        self.noise, self.rates = noise, rates
        self._towns = towns(noise)
        self.contacts = contacts.Given(noise)
        self._truth = self._household = 0

    def units(self) -> Iterator[tuple[list[Person], Firm | None]]:
        """Households and firms without end: their people, and the firm."""
        while True:
            if self.noise.random() < self.rates.firm:
                yield self._firm()
            else:
                yield self._people(), None

    def number(self) -> int:
        """The hidden number of somebody new."""
        self._truth += 1
        return self._truth

    def _home(self, town: Town) -> Home:
        noise, draw = self.noise, self.noise.random()
        if draw < self.rates.block:
            place = noise.choice(town.blocks)
        elif draw < self.rates.flat and town.lately:
            place = noise.choice(town.lately)
        else:
            place = town.door(noise)
            town.lately.append(place)
            if len(town.lately) > 60:
                del town.lately[0]
        number = self.contacts.landline(town.area) if noise.random() < self.rates.landline else ""
        return Home(place, town, number)

    def _moved(self, home: Home, share: float) -> Home | None:
        """Where they lived before `home`, or None."""
        if self.noise.random() >= share:
            return None
        town = home.town if self.noise.random() < 0.6 else self._towns(self.noise)
        before = self._home(town)
        if town is home.town and self.noise.random() > self.rates.home_number_moves:
            before.landline = home.landline
        return before

    def _people(self) -> list[Person]:
        """The customers of a household."""
        noise, rates = self.noise, self.rates
        self._household += 1
        origin, home = self._origin(), self._home(self._towns(noise))
        before = self._moved(home, rates.moved)
        surname, kind = self._surname(origin), noise.random()
        year = TODAY - 22 - int((noise.random() + noise.random()) * 34)
        everybody = [self._person(origin, surname, year, home, before)]
        if rates.single < kind <= rates.single + rates.couple + rates.family:
            everybody.append(self._wed(everybody[0], origin, home, before))
        if kind > rates.single + rates.couple and year < TODAY - 36:
            everybody += self._children(everybody, origin, home, before)
        if len(everybody) > 1 and noise.random() < rates.family_mail:
            address = self.contacts.family_mail(surname)
            for one in everybody:
                one.family_mail = address
        adults = {"single", "partner"}
        return [
            one for one in everybody
            if noise.random() < (rates.adult if one.role in adults else rates.child)
        ]  # fmt: skip

    def _origin(self) -> Origin:
        draw = self.noise.random()
        for origin in ORIGINS:
            draw -= origin.share
            if draw < 0:
                return origin
        return ORIGINS[0]

    def _surname(self, origin: Origin) -> str:
        noise = self.noise
        if origin is ORIGINS[0] and noise.random() < 0.65:
            found = family.GERMAN_RARE(noise)
        else:
            found = origin.families(noise)
        if noise.random() < self.rates.always_double:
            other = family.GERMAN(noise)
            return found if other == found else f"{found}-{other}"
        return found

    def _given(self, origin: Origin, woman: bool, year: int) -> str:
        names = origin.given
        if names is given.GERMAN_OLD and (
            year > 1978 or (year > 1964 and self.noise.random() < 0.5)
        ):
            names = given.GERMAN_YOUNG
        return (names.women if woman else names.men)(self.noise)

    def _person(
        self, origin: Origin, surname: str, year: int, home: Home, before: Home | None,
        *, woman: bool | None = None, role: str = "single",
    ) -> Person:  # fmt: skip
        noise, rates = self.noise, self.rates
        if woman is None:
            woman = noise.random() < 0.5
        if woman and origin.feminine and noise.random() < origin.feminine:
            surname = family.feminine(surname)
        birth = (year, noise.randrange(1, 13), noise.randrange(1, 29))
        one = Person(self.number(), self._household, role, woman,
                     self._given(origin, woman, year), surname, birth, home, before)  # fmt: skip
        self._named(one, origin, year)
        if noise.random() < rates.mail:
            shown = one.former if one.former and noise.random() < 0.5 else one.family
            one.mails.append(self.contacts.mail(one.given, shown, year))
            if noise.random() < rates.second_mail:
                shown = one.former or one.family
                one.mails.append(self.contacts.mail(one.given, shown, year))
        if noise.random() < rates.mobile:
            one.mobiles.append(self.contacts.mobile())
            if noise.random() < rates.second_mobile:
                one.mobiles.append(self.contacts.mobile())
        return one

    def _named(self, one: Person, origin: Origin, year: int) -> None:
        noise, rates = self.noise, self.rates
        if noise.random() < rates.namesake and home_knows(one.home):
            one.given, one.family, _ = noise.choice(one.home.town.known)
        if noise.random() < rates.second_given and origin is not ORIGINS[6]:
            second = self._given(origin, one.woman, year)
            one.second = "" if second == one.given else second
        if noise.random() < rates.nobility and origin is ORIGINS[0]:
            one.nobility = noise.choice(family.NOBILITY)
        elif noise.random() < (rates.married if one.woman else rates.married / 3):
            one.former = self._surname(self._origin() if noise.random() < 0.2 else origin)
            if noise.random() < rates.double_after and "-" not in one.family + one.former:
                one.family = f"{one.former}-{one.family}"
        if noise.random() < rates.title:
            one.title = noise.choice(("Dr.", "Dr.", "Dr.", "Prof. Dr.", "Dr. med.", "Dipl.-Ing."))
        known = one.home.town.known
        known.append((one.given, one.family, one.truth))
        if len(known) > 200:
            del known[noise.randrange(100)]

    def _wed(self, first: Person, origin: Origin, home: Home, before: Home | None) -> Person:
        noise = self.noise
        surname = first.family if not first.nobility else f"{first.family}"
        if noise.random() < self.rates.other_surname:
            surname = self._surname(origin)
        year = first.birth[0] + int((noise.random() + noise.random() + noise.random() - 1.5) * 7)
        woman = not first.woman if noise.random() < 0.96 else first.woman
        other = self._person(origin, surname, year, home, before, woman=woman, role="partner")
        first.role = "partner"
        first.partner, other.partner = other, first
        return other

    def _children(
        self, parents: list[Person], origin: Origin, home: Home, before: Home | None
    ) -> list[Person]:
        noise, rates = self.noise, self.rates
        found: list[Person] = []
        parent = next((one for one in parents if not one.woman), parents[0])
        number = noise.choice((1, 1, 2, 2, 3))
        year = parent.birth[0] + noise.randrange(20, 34)
        for _ in range(number):
            place, old = home, before
            if noise.random() < rates.left_home and year < TODAY - 19:
                place, old = self._left(home), home
            child = self._person(origin, parent.family, year, place, old, role="child")
            while child.given in {one.given for one in (*parents, *found)}:
                child.given = self._given(origin, child.woman, year)
            if not child.woman and not parent.woman and noise.random() < rates.same_as_parent:
                child.given, child.role, parent.suffix = parent.given, "junior", "sen."
                child.suffix = noise.choice(("jun.", "jr.", "junior"))
            found.append(child)
            year += noise.randrange(1, 5)
        young = [child for child in found if child.role == "child"]
        if len(young) > 1 and noise.random() < rates.twins:
            _twin(young[0], young[1])
        return [child for child in found if child.birth[0] <= TODAY - 14]

    def _left(self, home: Home) -> Home:
        near = self.noise.random() < 0.5
        return self._home(home.town if near else self._towns(self.noise))

    def _firm(self) -> tuple[list[Person], Firm]:
        """A firm with one to four contact persons."""
        noise = self.noise
        self._household += 1
        origin, home = self._origin(), self._home(self._towns(noise))
        home.landline = home.landline or self.contacts.landline(home.town.area)
        owner = self._surname(origin)
        name = f"{owner} {noise.choice(_FIRMS)}" if noise.random() < 0.7 else (
            f"{noise.choice(_FIRMS)} {home.town.name}")  # fmt: skip
        word = spelling.spelt(name).lower().replace(" ", "-").replace("'", "")
        domain = f"{word}{noise.randrange(1, 60)}.example"
        vat = f"DE{noise.randrange(100_000_000, 999_999_999)}"
        firm = Firm(self.number(), self._household, name, noise.choice(_FORMS), domain, vat, home)
        people = [
            self._contact(firm, owner, place) for place in range(noise.choice((1, 1, 2, 3, 4)))
        ]
        return people, firm

    def _contact(self, firm: Firm, owner: str, place: int) -> Person:
        noise, origin = self.noise, self._origin()
        surname = owner if place == 0 else self._surname(origin)
        year = TODAY - noise.randrange(24, 66)
        own = self._home(self._towns(noise))
        one = self._person(origin, surname, year, own, None, role="contact")
        one.firm, one.private = firm, noise.random() < self.rates.firm_private
        return one


def home_knows(home: Home) -> bool:
    """Whether enough people live there to be somebody's namesake."""
    return len(home.town.known) > 20


def _twin(first: Person, other: Person) -> None:
    """Make them twins."""
    other.birth, other.home, other.before = first.birth, first.home, first.before
    first.role = other.role = "twin"
