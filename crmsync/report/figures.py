"""Gathers what the report tells of one controller's customers as of one day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from crmsync.config import Settings
from crmsync.engine.project import Project
from crmsync.errors import ConfigError
from crmsync.identity.read import reviews
from crmsync.model.value import ClassValue, CustomerValue
from crmsync.profile.profiles import load_profiles
from crmsync.profile.value.read import load_classes, load_uneven
from crmsync.profile.watch.patterns import Pattern, found
from crmsync.profile.watch.risks import AtRisk, regulars_at_risk
from crmsync.profile.watch.watchlist import Watched, watchlist
from crmsync.report.named import Named, named
from crmsync.report.plan import Plan, read_plan
from crmsync.report.survey import PORTION, Survey, Turnover, walk
from crmsync.store import Work, parking, survey
from crmsync.store.survey import Revenue

One = TypeVar("One", AtRisk, Watched, Turnover)

LISTED = 50
"""The most customers a list of the report names; how many there are is told beside it."""


class Reach(NamedTuple):
    """How many customers have a field, by its name."""

    field: str
    customers: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the data are: records by connection, and what is known of how many customers.

    `joined` customers are made of several records; `in_review` pairs wait for a verdict and
    `parked` entries for IT, over all controllers.
    """

    records: dict[str, int]
    customers: int
    joined: int
    in_review: int
    parked: int
    reach: tuple[Reach, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it; lists of customers hold those alone who may be named (`names`), at most LISTED.

    `risks_in_all` and `watched_in_all` count everybody, also who is not listed. `values` are those
    of each currency and class, `uneven` who is treated out of proportion; both are empty until
    `crmsync value` has run. `plan_problems` are lines of the retailer's plan that cannot be used.
    """

    controller: str
    title: str
    as_of: str
    currency: str
    revenues: Sequence[Revenue]
    survey: Survey
    patterns: Sequence[Pattern]
    risks: Sequence[AtRisk]
    risks_in_all: int
    watched: Sequence[Watched]
    watched_in_all: int
    behind: Sequence[Turnover]
    values: dict[tuple[str, str], ClassValue]
    uneven: dict[str, CustomerValue]
    quality: Quality
    names: dict[str, Named]
    plan_problems: Sequence[str] = ()

    @property
    def planned(self) -> bool:
        """Whether the retailer's own plan names anybody."""
        return any(one.told for one in self.survey.turnover)


def controller_of(project: Project, asked: str) -> str:
    """The controller asked for, else the only one; ConfigError where that is not clear."""
    known = sorted(project.settings.controllers)
    if asked in known:
        return asked
    if not asked and len(known) == 1:
        return known[0]
    what = f"there is no controller '{asked}'." if asked else "there are several controllers."
    raise ConfigError(what, hint=f"Name one of {', '.join(known)} with --controller.")


def gather(project: Project, controller: str, as_of: str) -> Figures:
    """The figures of one controller as of a day (ISO); two controllers are never mixed."""
    settings = project.settings
    with project.store.read() as work:
        mine = survey.customers_of(work, controller)
        known = set(mine)
        plan = _plan(work, settings, as_of)
        deny = settings.crmsync.deny_categories
        walked = walk(work, mine, as_of=as_of, deny=deny, plan=plan.of)
        risks = [one for one in regulars_at_risk(work, as_of) if one.customer_id in known]
        watched = [one for one in watchlist(work, as_of) if one.customer_id in known]
        behind = sorted(walked.turnover, key=lambda one: (one.actual - one.planned, one))
        patterns = found(walked.wrong)
        wanted = {one.customer_id for one in risks} | {one.customer_id for one in watched}
        wanted |= {one.customer_id for one in behind[: 4 * LISTED]}
        wanted |= {case.customer_id for one in patterns for case in one.cases}
        uneven = load_uneven(work, controller)
        wanted |= set(uneven)
        names = named(work, wanted, as_of)
        return Figures(
            controller, settings.controllers[controller].name, as_of, settings.crmsync.currency,
            survey.revenues(work, controller), walked, patterns,
            _listed(risks, names), len(risks), _listed(watched, names), len(watched),
            _listed((one for one in behind if one.actual < one.planned), names),
            load_classes(work, controller), {one: uneven[one] for one in uneven if one in names},
            _quality(work, controller, mine), names, _problems(plan, walked),
        )  # fmt: skip


def _plan(work: Work, settings: Settings, as_of: str) -> Plan:
    """The retailer's plan of the year, an empty one where none is configured."""
    if not settings.report.plan:
        return Plan()
    path, currency = settings.base / settings.report.plan, settings.crmsync.currency
    return read_plan(work, path, year=int(as_of[:4]), currency=currency)


def _problems(plan: Plan, walked: Survey) -> list[str]:
    """The lines of the plan that cannot be used."""
    return plan.problems + [
        f"{plan.of[one].place}: currency: the customer buys in another one."
        for one in walked.otherwise
    ]


def _listed(found: Iterable[One], names: dict[str, Named]) -> list[One]:
    return [one for one in found if one.customer_id in names][:LISTED]


def _quality(work: Work, controller: str, mine: Sequence[str]) -> Quality:
    return Quality(
        survey.records_by_connection(work, controller), len(mine),
        survey.of_several_records(work, controller), len(reviews(work)), parking.count(work),
        _reach(work, mine),
    )  # fmt: skip


def _reach(work: Work, mine: Sequence[str]) -> tuple[Reach, ...]:
    counts = dict.fromkeys(("name", "anrede", "address", "email", "phone", "birth_date"), 0)
    for start in range(0, len(mine), PORTION):
        for profile in load_profiles(work, mine[start : start + PORTION]).values():
            customer = profile.customer
            channels = {point.channel for point in customer.contacts}
            counts["name"] += customer.name is not None or bool(customer.company)
            counts["anrede"] += customer.name is not None and customer.name.salutation is not None
            counts["address"] += bool(customer.addresses)
            counts["email"] += "email" in channels
            counts["phone"] += bool(channels & {"phone", "mobile"})
            counts["birth_date"] += bool(customer.birth_date)
    return tuple(Reach(*one) for one in counts.items())
