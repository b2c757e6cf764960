"""One walk over all customers of a controller: what was bought when, and what went wrong where."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from importlib.resources import files
from typing import Any, NamedTuple

from crmsync.model.habit import Habits
from crmsync.profile.compute import day_number, goods
from crmsync.profile.habits import load_habits
from crmsync.profile.watch import patterns as looking
from crmsync.report.plan import Planned
from crmsync.store import Work
from crmsync.store.causes import read_causes
from crmsync.store.facts import read_facts, table

MONTHS = 13
"""How many calendar months are shown, that of the report included."""

PORTION = 20_000
"""Customers whose purchases are in memory at once."""

REGULAR = 4
"""With this many purchase days a customer is a regular (definition of the habit at_risk)."""


class Turnover(NamedTuple):
    """A regular's net revenue against the plan, in minor units of `currency`.

    `year` is the plan of the whole year: the one in the retailer's plan (`told`), else what he
    bought in the year before. `planned` is the part of it until this day: that which fell before
    it in the year before, and evenly where he bought nothing then. `actual` is this year's until
    now.
    """

    customer_id: str
    planned: int
    actual: int
    year: int
    currency: str
    told: bool = False


@dataclass(slots=True)
class Survey:
    """What the walk counted.

    `orders` and `net` by month ("2026-11") and by (month, currency); `moments`: orders by (ISO
    weekday, hour); `cohorts`: how many of those whose first order fell into a month bought again
    so many months later, month 0 being the cohort itself; `rfm`: customers by group and by
    (r, f); `cadence`: regulars by days between purchases; `otherwise`: who is planned in a currency
    in which he does not buy.
    """

    customers: int = 0
    orders: Counter[str] = field(default_factory=Counter)
    net: Counter[tuple[str, str]] = field(default_factory=Counter)
    moments: Counter[tuple[int, int]] = field(default_factory=Counter)
    cohorts: Counter[tuple[str, int]] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    rf: Counter[tuple[int, int]] = field(default_factory=Counter)
    cadence: Counter[int] = field(default_factory=Counter)
    turnover: list[Turnover] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)
    wrong: looking.Counts = field(default_factory=looking.Counts)


def months(as_of: str) -> list[str]:
    """The months shown, the oldest first."""
    day = date.fromisoformat(as_of)
    ends = [divmod(day.year * 12 + day.month - 1 - back, 12) for back in range(MONTHS)]
    return [f"{year}-{month + 1:02d}" for year, month in reversed(ends)]


def walk(
    work: Work,
    names: list[str],
    *,
    as_of: str,
    deny: tuple[str, ...],
    plan: Mapping[str, Planned] | None = None,
) -> Survey:
    """Count everything about these customers as of a day (ISO), portion by portion.

    Whoever stands in the `plan` is a regular, also if he has bought little or nothing.
    """
    survey = Survey(customers=len(names))
    for start in range(0, len(names), PORTION):
        portion = names[start : start + PORTION]
        habits = load_habits(work, portion)
        with goods(read_facts(work, portion), as_of=as_of, deny=deny) as engine:
            engine.register("span", table(_SPAN, [_span(as_of)]))
            _count(survey, engine, habits)
            _compare(survey, engine, portion, habits, plan or {}, as_of)
            looking.count_in(engine, survey.wrong, read_causes(work, portion), as_of=as_of)
    return survey


_SPAN = dict.fromkeys(
    ("today", "month_first", "year_first", "last_year_first", "last_year_today"), "day"
)


def _span(as_of: str) -> tuple[str, ...]:
    day = date.fromisoformat(as_of)
    first = date(day.year, 1, 1)
    before = date(day.year - 1, 1, 1)
    same = before + timedelta(min(day_number(as_of) - day_number(first.isoformat()), 364))
    told = (day, date.fromisoformat(f"{months(as_of)[0]}-01"), first, before, same)
    return tuple(one.isoformat() for one in told)


def _queries() -> dict[str, str]:
    text = files("crmsync.report").joinpath("survey.sql").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^-- name: (\w+)$", text)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _rows(engine: Any, name: str) -> Iterator[Any]:
    yield from engine.execute(_queries()[name]).fetchall()


def _count(survey: Survey, engine: Any, habits: dict[str, Habits]) -> None:
    for month, orders, net, currency in _rows(engine, "months"):
        survey.orders[month] += int(orders)
        survey.net[month, currency] += int(net)
    for weekday, hour, orders in _rows(engine, "moments"):
        survey.moments[weekday, hour] += orders
    for began, later, customers in _rows(engine, "cohorts"):
        survey.cohorts[began, later] += customers
    _stand(survey, habits)


def _compare(
    survey: Survey,
    engine: Any,
    names: list[str],
    habits: dict[str, Habits],
    plan: Mapping[str, Planned],
    as_of: str,
) -> None:
    """Put the regulars among these customers, and those who are planned, beside their plan."""
    years = {name: (int(now), int(until), int(year))
             for name, now, until, year in _rows(engine, "years")}  # fmt: skip
    for name in names:
        known, told = habits.get(name), plan.get(name)
        currency = (known and known.currency) or (told.currency if told else "")
        now, until, before = years.get(name, (0, 0, 0))
        if told is not None and told.currency == currency:
            due = round(told.net * _share(until, before, as_of))
            survey.turnover.append(Turnover(name, due, now, told.net, currency, told=True))
            continue
        if told is not None:
            survey.otherwise.append(name)
        if name in years and known is not None and known.purchase_days >= REGULAR:
            survey.turnover.append(Turnover(name, until, now, before, currency))


def _share(until: int, year: int, as_of: str) -> Fraction:
    """The part of a year's plan until this day: as he bought in the year before, or evenly."""
    if 0 <= until <= year and year > 0:
        return Fraction(until, year)
    day = date.fromisoformat(as_of)
    return Fraction(day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday)


def _stand(survey: Survey, habits: dict[str, Habits]) -> None:
    """Where the customers stand among all: RFM, and the days between a regular's purchases."""
    for known in habits.values():
        if known.rfm is not None:
            survey.groups[known.rfm.group] += 1
            if known.rfm.r is not None and known.rfm.f is not None:
                survey.rf[known.rfm.r, known.rfm.f] += 1
        if known.purchase_days >= REGULAR and known.cadence_days is not None:
            survey.cadence[round(known.cadence_days)] += 1
