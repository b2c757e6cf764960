"""Finds what goes wrong more often than chance where a product, shop, carrier or weekday is met.

A complaint is one customer's trouble. The same reason from several customers, bound to one
circumstance, is a fault of the house: a process to be mended, not a customer to be calmed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from crmsync.profile.compute import goods, text
from crmsync.profile.silence import told as told_of
from crmsync.profile.watch.chance import by_chance, false_share
from crmsync.store import Work
from crmsync.store.causes import Causes, read_causes
from crmsync.store.facts import Facts, read_facts, table

DAYS = 180
"""How far back cases are looked for."""

CUSTOMERS = 3
"""Fewer complaining customers are no pattern."""

RATIO = 1.5
"""How many times as often as elsewhere it must happen."""

FALSE = 0.05
"""The share of false findings among all that are told, by expectation."""

SAME = 0.8
"""A finding with this share of its cases in a stronger one says nothing new."""

PORTION = 50_000
"""Customers whose purchases are in memory at once."""

Question = tuple[str, str]
"""What happened: ("complaint", its reason) or ("late", "")."""
Circumstance = tuple[str, str]


class Case(NamedTuple):
    """One record that a finding rests on: its Ref, the customer and the day."""

    ref: str
    customer_id: str
    day: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A reason bound to circumstances: `about` is "complaint" or "late", `reason` as it was told.

    `where` names each circumstance and its value, such as category and route; a weekday is 1
    (Monday) to 7. `orders` of the orders under these circumstances had `with_case` a case;
    elsewhere it was `elsewhere_with_case` of `elsewhere`. `false_share` is the expected share of
    false findings among those at least this strong.
    """

    about: str
    reason: str
    where: tuple[Circumstance, ...]
    orders: int
    with_case: int
    customers: int
    elsewhere: int
    elsewhere_with_case: int
    ratio: float | None
    false_share: float
    cases: tuple[Case, ...]


@dataclass(slots=True)
class Counts:
    """What is counted over any portion of the customers; portions add up."""

    orders: Counter[str] = field(default_factory=Counter)
    exposed: Counter[tuple[str, Circumstance]] = field(default_factory=Counter)
    hit: defaultdict[Question, set[tuple[int, str]]] = field(
        default_factory=lambda: defaultdict(set)
    )
    cases: defaultdict[tuple[Question, Circumstance], list[tuple[tuple[int, str], Case]]] = field(
        default_factory=lambda: defaultdict(list)
    )


def patterns(
    work: Work, customer_ids: Sequence[str], *, as_of: str, deny: Collection[str] = (),
    days: int = DAYS,
) -> list[Pattern]:  # fmt: skip
    """The patterns among what these customers bought and complained of, the surest first.

    Looked at are the last `days` days until `as_of` (ISO), both included. Goods of a denied
    category are no circumstance. Nothing is told of fewer than CUSTOMERS customers.
    """
    counts = Counts()
    for start in range(0, len(customer_ids), PORTION):
        names = customer_ids[start : start + PORTION]
        count(
            counts, read_facts(work, names), read_causes(work, names), as_of=as_of, deny=deny,
            days=days,
        )  # fmt: skip
    return found(counts)


def count(
    counts: Counts, facts: Facts, causes: Causes, *, as_of: str, deny: Collection[str] = (),
    days: int = DAYS,
) -> None:  # fmt: skip
    """Add what happened to some customers; no customer may be counted twice."""
    with goods(facts, as_of=as_of, deny=deny) as engine:
        count_in(engine, counts, causes, as_of=as_of, days=days)


def count_in(engine: Any, counts: Counts, causes: Causes, *, as_of: str, days: int = DAYS) -> None:
    """The same in an engine that holds the goods of these customers already."""
    since = (date.fromisoformat(as_of) - timedelta(days - 1)).isoformat()
    for name, told in causes._asdict().items():
        engine.register(name, told)
    engine.register("spell", table({"since": "day", "as_of": "day"}, [(since, as_of)]))
    for statement in text("watch/patterns").split(";\n"):
        if statement.strip():
            engine.execute(statement).fetchall()
    _add(counts, engine)


_EXPOSED = """
    SELECT c.what, c.value, count(*), coalesce(sum(u.judged), 0)
    FROM circumstance AS c
    JOIN units AS u ON u.record_id = c.record_id AND u.part = c.part
    GROUP BY c.what, c.value
"""
_CASES = """
    SELECT h.question, h.reason, c.what, c.value, h.record_id, h.part, h.ref, h.customer_id, h.day
    FROM happened AS h
    JOIN circumstance AS c ON c.record_id = h.record_id AND c.part = h.part
"""


def _add(counts: Counts, engine: Any) -> None:
    units = "SELECT count(*), coalesce(sum(judged), 0) FROM units"
    [(orders, judged)] = engine.execute(units).fetchall()
    counts.orders.update({"complaint": orders, "late": judged})
    for what, value, orders, judged in engine.execute(_EXPOSED).fetchall():
        counts.exposed["complaint", (what, value)] += orders
        counts.exposed["late", (what, value)] += judged
    hit = "SELECT question, reason, record_id, part FROM happened"
    for about, reason, record, part in engine.execute(hit).fetchall():
        counts.hit[about, reason.casefold()].add((record, part))
    for about, reason, what, value, record, part, *case in engine.execute(_CASES).fetchall():
        ref, customer, number = case
        if told_of(reason) != reason:
            continue  # the reason itself may reveal what nobody may read in a list
        one = Case(ref, customer, (date(1970, 1, 1) + timedelta(number)).isoformat())
        counts.cases[(about, reason.casefold()), (what, value)].append(((record, part), one))


def found(counts: Counts) -> list[Pattern]:
    """The patterns among all that was counted."""
    asked = Counter(about for (about, _), orders in counts.exposed.items() if orders >= CUSTOMERS)
    tests = sum(asked[about] for about, _ in counts.hit)
    looked = [one for key in sorted(counts.cases) if (one := _weigh(counts, *key)) is not None]
    shares = false_share([chance for chance, _ in looked], tests)
    sure = [
        (chance, _with_share(one, share))
        for (chance, one), share in zip(looked, shares, strict=True)
        if share <= FALSE
    ]
    sure.sort(key=lambda told: (told[0], -told[1].with_case, len(told[1].where), told[1].where))
    return list(_news(one for _, one in sure))


def _weigh(
    counts: Counts, question: Question, circumstance: Circumstance
) -> tuple[float, Pattern] | None:
    """The probability that chance made these cases meet, and the pattern; None for no pattern."""
    about, reason = question
    told = counts.cases[question, circumstance]
    customers = {case.customer_id for _, case in told}
    if len(customers) < CUSTOMERS:
        return None
    # one customer who complains of everything counts once
    cases = min(len({unit for unit, _ in told}), len(customers))
    exposed, among = counts.exposed[about, circumstance], counts.orders[about]
    marked, elsewhere = len(counts.hit[question]), among - exposed
    others = marked - len({unit for unit, _ in told})
    if not exposed or cases * elsewhere < RATIO * others * exposed:
        return None
    where = tuple(zip(circumstance[0].split(", "), circumstance[1].split("\x1f"), strict=True))
    ratio = cases * elsewhere / (others * exposed) if others else None
    listed = tuple(sorted({case for _, case in told}, key=lambda one: (one.day, one.ref)))
    return by_chance(cases, exposed, marked, among), Pattern(
        about, reason, where, exposed, cases, len(customers), elsewhere, others, ratio, 1.0, listed
    )  # fmt: skip


def _with_share(one: Pattern, share: float) -> Pattern:
    return replace(one, false_share=share)


def _news(sure: Iterable[Pattern]) -> Iterable[Pattern]:
    """Those that say more than a stronger one of the same reason."""
    told: defaultdict[Question, list[set[Case]]] = defaultdict(list)
    for one in sure:
        cases = set(one.cases)
        before = told[one.about, one.reason]
        if all(len(cases & known) < SAME * len(cases) for known in before):
            before.append(cases)
            yield one
