"""Two years of purchases with rhythms a person would recognise: regulars, champions, the silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from crmsync.demo.goods import ARTICLES, CARRIERS, CATEGORIES, Article, of_category
from crmsync.demo.person import Person
from crmsync.demo.places import city_named

SUNDAY = 6
HISTORY = 730
"""Days of history before the day of the demo."""


class Line(NamedTuple):
    """One line: amounts in cents for the whole line, `returned` how many pieces came back."""

    article: Article
    pieces: int
    amount: int
    discount: int
    returned: int


class Delivery(NamedTuple):
    """What was promised and what happened; `delivered` is None while the parcel is on its way."""

    promised: date
    shipped: date
    delivered: date | None
    carrier: str


class Purchase(NamedTuple):
    """One order of a person at the shop's wall clock; `place` is "web", "phone" or a branch."""

    person: Person
    at: datetime
    place: str
    lines: tuple[Line, ...]
    delivery: Delivery | None


class Taste(NamedTuple):
    """What stays the same from purchase to purchase."""

    category: str
    size: float
    weekday: int
    hour: int
    branch: str
    online: float


def purchases(people: Iterable[Person], *, seed: int, as_of: date) -> list[Purchase]:
    """Every purchase of the last two years, oldest first; the last ones are of the day before."""
    found = []
    for person in people:
        random = Random(f"{seed}/{person.key}")
        taste = _taste(person, random)
        days = _days(person, random, as_of, taste)
        found += [
            _purchase(person, taste, day, random, as_of, last=day == days[-1]) for day in days
        ]
    return sorted(found, key=lambda purchase: (purchase.at, purchase.person.key))


def _taste(person: Person, random: Random) -> Taste:
    scale = {"champion": 1.75, "regular": 1.05, "at_risk": 1.1}.get(person.rhythm, 0.85)
    firm = 1.7 if person.kind == "firm" else 1.0
    return Taste(
        category=random.choice(CATEGORIES),
        size=scale * firm * random.lognormvariate(0, 0.35),
        weekday=random.choice((0, 1, 2, 3, 4, 4, 5, 5, 5)),
        hour=random.choice((9, 10, 10, 11, 12, 15, 16, 17, 17, 18)),
        branch=city_named(person.home.city).branch,
        online=_online(person, random),
    )


def _online(person: Person, random: Random) -> float:
    """The share of purchases made in the web shop."""
    if not person.systems & {"shop", "guest"}:
        return 0.0
    if not person.systems & {"crm", "erp"}:
        return 1.0
    return random.choice((0.15, 0.3, 0.5, 0.8)) if "erp" in person.systems else 1.0


def _days(person: Person, random: Random, as_of: date, taste: Taste) -> list[date]:
    """The days this person bought on, ascending."""
    if person.systems == {"crm"}:
        return []
    if person.rhythm in ("new", "late", "once"):
        reach = {"new": (2, 20), "late": (11, 24), "once": (21, HISTORY)}[person.rhythm]
        first = as_of - timedelta(days=random.randint(*reach))
        earlier = [first - timedelta(days=70), first - timedelta(days=33)]
        return [*earlier, first] if person.rhythm == "late" else [first]
    if person.rhythm == "occasional":
        back = sorted(random.sample(range(8, HISTORY), random.randint(2, 5)), reverse=True)
        return [as_of - timedelta(days=days) for days in back]
    return list(_rhythmic(person, random, as_of, taste))


def _rhythmic(person: Person, random: Random, as_of: date, taste: Taste) -> Iterator[date]:
    """Days at about the same distance, on the usual weekday when the distance allows it.

    Someone at risk has been silent for about three times the own rhythm, someone lapsed for most
    of a year; the others are within their rhythm.
    """
    cadence = random.choice((14, 21)) if person.rhythm == "at_risk" else _cadence(person, random)
    silent = {"at_risk": round(cadence * random.uniform(2.4, 3.2)), "lapsed": 240}.get(
        person.rhythm, random.randint(1, max(2, cadence - 1))
    )
    day = as_of - timedelta(days=silent)
    found = []
    while (as_of - day).days < HISTORY:
        found.append(_on_weekday(day, taste.weekday, person, cadence))
        day -= timedelta(days=max(4, round(random.gauss(cadence, cadence * 0.15))))
    yield from sorted({day for day in found if day < as_of})


def _cadence(person: Person, random: Random) -> int:
    if person.rhythm == "champion":
        return random.choice((14, 14, 17, 21, 28))
    return random.choice((28, 35, 42, 56, 70, 90))


def _on_weekday(day: date, weekday: int, person: Person, cadence: int) -> date:
    if cadence < 14 or person.rhythm == "at_risk":
        return day
    return day + timedelta(days=(weekday - day.weekday() + 3) % 7 - 3)


def _purchase(
    person: Person, taste: Taste, day: date, random: Random, as_of: date, *, last: bool
) -> Purchase:
    hour = taste.hour if random.random() < 0.7 else random.randint(9, 19)
    minute = random.randint(0, 59)
    late = last and person.rhythm in ("late", "at_risk")
    place = _place(taste, random, sent=late)
    at = datetime.combine(_open_day(day, place), time(hour, minute))
    lines = tuple(_lines(taste, random, as_of, day))
    sent = place in ("web", "phone")
    return Purchase(
        person, at, place, lines, _delivery(day, random, as_of, late=late) if sent else None
    )


def _place(taste: Taste, random: Random, *, sent: bool) -> str:
    if random.random() < taste.online:
        return "web"
    if sent or random.random() < 0.06:
        return "phone" if taste.online < 1 else "web"
    return taste.branch if random.random() < 0.9 else random.choice(("K1", "B1", "HH1", "M1", "F1"))


def _open_day(day: date, place: str) -> date:
    """The day itself, or Saturday for a branch on a Sunday: German shops are closed."""
    closed = place not in ("web", "phone") and day.weekday() == SUNDAY
    return day - timedelta(days=1) if closed else day


def _lines(taste: Taste, random: Random, as_of: date, day: date) -> Iterator[Line]:
    """One to six lines, most of them of the favourite category; few of them come back."""
    wanted = max(1, min(6, round(random.gauss(1.6 + taste.size, 1))))
    favourites = of_category(taste.category)
    for _ in range(wanted):
        article = random.choice(favourites if random.random() < 0.6 else ARTICLES)
        pieces = max(1, round(random.expovariate(1 / taste.size)))
        full = article.price * pieces
        discount = full // 10 if random.random() < 0.08 else 0
        returns = (as_of - day).days > 10 and random.random() < 0.025
        yield Line(article, pieces, full - discount, discount, pieces if returns else 0)


def _delivery(day: date, random: Random, as_of: date, *, late: bool) -> Delivery:
    """Promised three days after the order; five in a hundred come late anyway."""
    promised = day + timedelta(days=3)
    delay = random.randint(4, 6) if late else random.choice((0,) * 57 + (1, 2, 4))
    delivered = promised + timedelta(days=delay - (0 if delay else random.randint(0, 1)))
    shipped = min(delivered, day + timedelta(days=1 + delay))
    done = delivered if delivered < as_of else None
    return Delivery(promised, shipped, done, random.choice(CARRIERS))
