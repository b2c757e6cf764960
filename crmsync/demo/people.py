"""Invents the customers, seeded: households, families, couples, firms, namesakes of six origins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from random import Random

from crmsync.demo.names import (
    FIRM_KINDS,
    FIRM_WORDS,
    NEUTRAL,
    NOBILITY,
    ORIGINS,
    SEATS,
    TITLES,
)
from crmsync.demo.person import Person, Rhythm, System
from crmsync.demo.places import Places, city_named
from crmsync.demo.planted import planted
from crmsync.demo.spelling import ascii_name

MAIL_HOSTS = ("post.example.org", "mail.example.net", "web.example.com", "briefkasten.example.org")
SYSTEMS: tuple[tuple[frozenset[System], int], ...] = (
    (frozenset({"crm", "erp", "shop"}), 22),
    (frozenset({"crm", "erp"}), 27),
    (frozenset({"erp", "shop"}), 10),
    (frozenset({"crm", "shop"}), 8),
    (frozenset({"erp"}), 14),
    (frozenset({"shop"}), 6),
    (frozenset({"guest"}), 6),
    (frozenset({"crm", "erp", "guest"}), 4),
    (frozenset({"crm"}), 3),
)
RHYTHMS: tuple[tuple[Rhythm, int], ...] = (
    ("new", 3),
    ("once", 24),
    ("occasional", 44),
    ("regular", 18),
    ("champion", 5),
    ("lapsed", 3),
    ("late", 2),
    ("at_risk", 1),
)
PRIVILEGES = ("Stammkundenrabatt 5 %", "Vorabinfo Weinprobe", "Lieferung frei Haus")


def invent(people: int, *, seed: int, as_of: date) -> tuple[Person, ...]:
    """About `people` customers (never fewer than the planted ones), the same for the same seed."""
    random = Random(seed)
    places = Places(random)
    crowd = list(planted(places, as_of))
    inventor = _Inventor(random, places, as_of)
    while len(crowd) < people:
        crowd.extend(inventor.household())
    return tuple(crowd)


class _Inventor:
    """Draws one household after the other from one stream of chance."""

    def __init__(self, random: Random, places: Places, as_of: date) -> None:
        self._random = random
        self._places = places
        self._as_of = as_of
        self._numbers = count(1)
        self._emails: set[str] = set()

    def household(self) -> list[Person]:
        """The people of one more household; a firm counts as one."""
        kinds = (self._single, self._pair, self._family, self._namesakes, self._twins, self._firm)
        (kind,) = self._random.choices(kinds, (62, 14, 9, 2, 1, 6))
        return [self._finish(person) for person in kind()]

    def _single(self) -> Iterator[Person]:
        yield self._person()

    def _pair(self) -> Iterator[Person]:
        """Two people with one landline; now and then one record for both, as "Eheleute"."""
        first = self._person(sex="male")
        other = self._join(first, self._person(origin=first.origin, sex="female"))
        if self._random.random() < 0.1:
            names = f"{other.given} und {first.given}"
            yield replace(first, kind="couple", salutation="Eheleute", given=names, birth_date="")
        else:
            yield from (first, other)

    def _family(self) -> Iterator[Person]:
        """Parents and children who share the landline and mostly the mailbox of the family."""
        father, mother = self._pair_of_parents()
        mailbox = f"familie.{_mail_part(father.family)}{next(self._numbers)}@post.example.org"
        children = [self._child(father) for _ in range(self._random.randint(1, 2))]
        for member in _differently_called((father, mother, *children)):
            yield replace(member, email=mailbox) if self._random.random() < 0.7 else member

    def _namesakes(self) -> Iterator[Person]:
        """Father and son of the same name under one roof; clerks write sen. and jun."""
        father = self._person(sex="male", age=(58, 80))
        son = replace(self._child(father), given=father.given, salutation="Herr")
        yield replace(father, suffix="sen.")
        yield replace(son, suffix="jun.")

    def _twins(self) -> Iterator[Person]:
        """Two people with the same birthday, address, landline and family name."""
        one = self._person(age=(20, 40))
        other = self._join(one, self._person(origin=one.origin))
        yield from _differently_called((one, replace(other, birth_date=one.birth_date)))

    def _firm(self) -> Iterator[Person]:
        """A firm with the person who orders for it."""
        contact = self._person()
        word = self._random.choice(FIRM_WORDS)
        company = self._random.choice(FIRM_KINDS).format(f"{word} {contact.family}".strip())
        yield replace(
            contact,
            kind="firm",
            company=company,
            vat_id=_vat_id(self._random),
            email=f"info@{_mail_part(word)}{next(self._numbers)}.example.com",
            mobile="",
            birth_date="",
            rhythm=self._random.choice(("regular", "champion", "occasional")),
            systems=frozenset({"crm", "erp"}),
            card="",
        )

    def _pair_of_parents(self) -> tuple[Person, Person]:
        father = self._person(sex="male", age=(35, 58))
        mother = self._person(origin=father.origin, sex="female", age=(33, 55))
        return father, self._join(father, mother)

    def _child(self, parent: Person) -> Person:
        return self._join(parent, self._person(origin=parent.origin, age=(18, 28)))

    def _join(self, head: Person, member: Person) -> Person:
        """`member` moved into the household of `head`, with the family name of `head`."""
        return replace(
            member,
            family=head.family,
            nobility=head.nobility,
            home=head.home,
            before=None,
            phone=head.phone,
            household=head.household,
        )

    def _person(
        self, *, origin: str = "", sex: str = "", age: tuple[int, int] = (20, 84)
    ) -> Person:
        random, places = self._random, self._places
        origin = origin or random.choices(tuple(ORIGINS), [o.share for o in ORIGINS.values()])[0]
        sex = sex or random.choice(("female", "male"))
        city, key = places.city(), f"p{next(self._numbers):05d}"
        return Person(
            key=key,
            origin=origin,
            salutation={"female": "Frau", "male": "Herr"}[sex],
            titles=random.choice(TITLES) if random.random() < 0.05 else "",
            given=self._given(origin, sex),
            family=_common_first(ORIGINS[origin].family, random),
            birth_date=self._birth_date(age),
            phone=places.landline(city) if random.random() < 0.75 else "",
            mobile=places.mobile() if random.random() < 0.12 else "",
            home=places.home(city),
            household=f"h{key}",
            systems=random.choices(*zip(*SYSTEMS, strict=True))[0],
            rhythm=random.choices(*zip(*RHYTHMS, strict=True))[0],
            card=f"{9_000_000 + int(key[1:]) * 37}" if random.random() < 0.35 else "",
        )

    def _given(self, origin: str, sex: str) -> str:
        names = ORIGINS[origin]
        return _common_first(names.female if sex == "female" else names.male, self._random)

    def _birth_date(self, age: tuple[int, int]) -> str:
        days = self._random.randint(age[0] * 365, age[1] * 365)
        return (self._as_of - timedelta(days=days)).isoformat()

    def _finish(self, person: Person) -> Person:
        """`person` with the turns of a life: nobility, a move, a marriage, a mailbox, wishes."""
        random = self._random
        turns: dict[str, object] = {"consents": self._consents(), "email": self._email(person)}
        if person.origin == "de" and person.kind == "person" and random.random() < 0.012:
            turns |= {"nobility": random.choice(NOBILITY), "family": random.choice(SEATS)}
        if random.random() < 0.06:
            turns["before"] = self._places.home(city_named(person.home.city))
        if person.salutation == "Frau" and person.kind == "person":
            turns |= self._marriage(person)
        if random.random() < 0.01 and person.kind == "person" and person.origin == "de":
            turns |= {"salutation": "", "given": random.choice(NEUTRAL)}
        if person.rhythm == "champion":
            turns["privileges"] = (random.choice(PRIVILEGES),)
        if random.random() < 0.04:
            turns["complaint"] = random.choice(("open", "done", "done"))
        return replace(person, **turns)  # type: ignore[arg-type]

    def _marriage(self, person: Person) -> dict[str, object]:
        chance = self._random.random()
        if chance > 0.05:
            return {}
        other = _common_first(ORIGINS[person.origin].family, self._random)
        if chance > 0.02:
            return {"born": other}
        return {"born": person.family, "family": f"{person.family}-{other}"}

    def _consents(self) -> tuple[tuple[str, str], ...]:
        shares = (("newsletter", 0.4, 0.25), ("greeting", 0.45, 0.1), ("phone", 0.1, 0.2))
        answers = [(wish, self._answer(yes, no)) for wish, yes, no in shares]
        if self._random.random() < 0.04:
            answers.append(("letter", "nein"))
        return tuple((wish, answer) for wish, answer in answers if answer)

    def _answer(self, yes: float, no: float) -> str:
        chance = self._random.random()
        return "ja" if chance < yes else "nein" if chance < yes + no else ""

    def _email(self, person: Person) -> str:
        """The person's own address, unless the family has one; online customers always have one."""
        online = person.systems & {"shop", "guest"}
        if person.email or not (online or self._random.random() < 0.7):
            return person.email
        first = _mail_part(person.given.split()[0]) or "post"
        stem = f"{self._random.choice((first, first[0]))}.{_mail_part(person.family)}"
        host = self._random.choice(MAIL_HOSTS)
        tries = (f"{stem}{number or ''}@{host}" for number in count())
        email = next(address for address in tries if address not in self._emails)
        self._emails.add(email)
        return email


def _differently_called(members: Iterable[Person]) -> Iterator[Person]:
    """Those of `members` whose given name nobody before them has."""
    return iter({member.given: member for member in reversed(tuple(members))}.values())


def _common_first(names: tuple[str, ...], random: Random) -> str:
    """One of `names`, the front ones more often; "_" in a list stands for a space."""
    place = int(len(names) * random.random() ** 1.7)
    return names[place].replace("_", " ")


def _mail_part(name: str) -> str:
    return "".join(
        letter for letter in ascii_name(name).lower() if letter.isalnum() or letter == "-"
    )


def _vat_id(random: Random) -> str:
    return f"DE{random.randint(100_000_000, 399_999_999)}"
