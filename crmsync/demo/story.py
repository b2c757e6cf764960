"""Reads the store for the end of the demo: who is who and why, who is at risk, what the till says.

Pure functions of the store's content and of what the sample knows of its own people.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsync.demo.findings import (
    AtRisk,
    Check,
    Greeted,
    PlanPart,
    Refused,
    Spelling,
    System,
    Unified,
)
from crmsync.demo.sample import Sample
from crmsync.identity.explain import Explanation, explain
from crmsync.identity.rules import FIELDS, say
from crmsync.model.customer import Profile, SourceCustomer
from crmsync.model.habit import Habits, seen_on
from crmsync.model.ref import Ref
from crmsync.outreach.planned import Plan
from crmsync.profile.habits import load_habits
from crmsync.profile.profiles import load_profiles
from crmsync.store import Work
from crmsync.store.habits import everybody
from crmsync.store.keys import record_ids
from crmsync.store.records import decoded, load_raw
from crmsync.till.tillfile import Hit, TillFile

SOUND = "Meier"
COLUMNS = {
    "crm": (
        ("Firma", "Anrede", "Titel", "Vorname", "Namensvorsatz", "Nachname"),
        ("Strasse", "PLZ", "Ort"),
    ),
    "erp": (("company", "first_name", "last_name"), ("street", "postal_code", "city")),
    "shop": (("company", "first_name", "last_name"), ("street", "zip", "city")),
}
"""In which columns each system of the sample keeps name and address."""

TYPED = (
    ("greet-doctor", "the card"),
    ("greet-noble", "the card"),
    ("greet-neutral", "the card"),
    ("greet-veto", "the card"),
    ("namesake", "the name"),
)
HOUR = 11
"""The demo looks at the till in the late morning."""

LINES = 2
"""So many lines of a card are shown."""


@dataclass(frozen=True, slots=True)
class Base:
    """The customer base as the sync left it, and the sample it came from."""

    work: Work
    sample: Sample
    numbers: Mapping[str, str]
    as_of: str
    profiles: Mapping[str, Profile]
    habits: Mapping[str, Habits]


def read_base(work: Work, sample: Sample, *, numbers: Mapping[str, str], as_of: str) -> Base:
    """Every profile and every habit; `numbers` are the namespaces of customer numbers."""
    names = everybody(work)
    profiles, habits = load_profiles(work, names), load_habits(work, names)
    return Base(work, sample, numbers, as_of, profiles, habits)


def systems(sample: Sample) -> Iterator[System]:
    """The three systems, with how many customer records and orders each told."""
    what = {
        "crm": "CSV export, Windows-1252",
        "erp": "SQLite database, capitals only",
        "shop": "HTTP server with pages and a rate limit",
    }
    web = sum(1 for purchase in sample.purchases if purchase.place == "web")
    orders = {"crm": 0, "erp": len(sample.purchases) - web, "shop": web}
    for name, told in what.items():
        records = sum(1 for ref in sample.truth if ref.startswith(f"{name}/"))
        yield System(name, told, records, orders[name])


def check(profiles: Iterable[Profile], truth: Mapping[str, str]) -> Check:
    """The links against the truth."""
    homes: dict[str, set[str]] = defaultdict(set)
    records: dict[str, int] = defaultdict(int)
    customers = wrong = 0
    for profile in profiles:
        people = {truth[source] for source in profile.sources}
        customers, wrong = customers + 1, wrong + (len(people) > 1)
        for source in profile.sources:
            homes[truth[source]].add(profile.customer_id)
            records[truth[source]] += 1
    several = [person for person, count in records.items() if count > 1]
    whole = sum(1 for person in several if len(homes[person]) == 1)
    return Check(sum(records.values()), customers, wrong, len(several), whole)


def unified(base: Base, case: str) -> Unified:
    """The records of a planted person as one customer, each bound to another one by a rule."""
    person = _keys(base, case)[0]
    profile = max(_profiles_of(base, person), key=lambda found: len(found.sources))
    refs = [Ref.parse(source) for source in profile.sources]
    reasons = [_because(base, refs[0], ref) for ref in refs[1:]]
    return Unified(_name(profile.customer), _spellings(base, refs), tuple(reasons))


def refused(base: Base, first: tuple[str, str], second: tuple[str, str]) -> Refused:
    """Two records, each of a planted case in a system, that stay apart, and the rule."""
    a, b = (_ref(base, case, connection) for case, connection in (first, second))
    return refused_pair(base, a, b)


def refused_pair(base: Base, a: Ref, b: Ref) -> Refused:
    """Two records that stay apart, and the rule."""
    one, other = _spellings(base, [a, b])
    return Refused(one, other, tuple(_reasons(_explain(base, a, b))))


def top_share(habits: Iterable[Habits]) -> float:
    """The share of the revenue (0 to 1) that the best fifth of the buyers brings."""
    revenues = sorted((max(0, one.revenue_net) for one in habits if one.orders), reverse=True)
    return sum(revenues[: len(revenues) // 5]) / max(1, sum(revenues))


def at_risk(base: Base) -> list[AtRisk]:
    """The regulars of class A at risk: most reasons first, then most revenue."""
    found = [
        (name, one)
        for name, one in base.habits.items()
        if one.at_risk and one.regular and one.abc == "A"
    ]
    found.sort(key=lambda item: (-len(item[1].at_risk), -item[1].revenue_net, item[0]))
    return [
        AtRisk(
            _name(base.profiles[name].customer),
            one.abc or "",
            one.revenue_gross,
            tuple(_risks(one, base.as_of)),
        )
        for name, one in found
    ]


def _risks(habits: Habits, day: str) -> Iterator[str]:
    today = seen_on(habits, day)
    said = {
        "late_delivery": f"the delivery of {habits.last_late_on} came late",
        "open_complaint": "a complaint is open",
        "repeated_complaints": "he complained again and again",
        "silent": f"silent for {today.recency_days} days, "
        f"usually every {habits.cadence_days or 0:.0f}",
    }
    return (said[reason] for reason in habits.at_risk)


def greetings(base: Base, till: TillFile) -> Iterator[Greeted]:
    """What the till answers to a scanned card or a typed name of planted people."""
    for case, how in TYPED:
        person = next(one for one in base.sample.people if one.case == case)
        typed = person.card if how == "the card" else f"{person.given} {person.family}"
        yield _greeted(typed, till.search(typed, hour=HOUR, today=base.as_of))


def _greeted(typed: str, hits: Sequence[Hit]) -> Greeted:
    if not hits:
        return Greeted(typed, "nobody", "", "no card without the customer's consent")
    if len(hits) > 1:
        names = ", ".join(f"{hit.card.n} ({hit.tell or hit.card.tell})" for hit in hits[:3])
        return Greeted(typed, names, "", f"{len(hits)} namesakes are told apart, nobody is greeted")
    greeting = hits[0].greeting
    said = greeting.line if greeting else ""
    note = "" if said else "a name alone greets nobody"
    return Greeted(typed, hits[0].card.n, said, note, hits[0].lines[:LINES])


def plan_parts(plan: Plan) -> Iterator[PlanPart]:
    """The plays of a plan: contacts, refusals, and the commonest reason to refuse."""
    for name, counts in plan.counts()["by_play"].items():
        refused = Counter(one.en for one in plan.refusals if one.play == name)
        chief = min(refused.items(), key=lambda item: (-item[1], item[0]), default=("", 0))[0]
        yield PlanPart(name, counts["contacts"], counts["refused"], chief)


def letter(plan: Plan, *, play: str) -> str:
    """The first message of a play as it would be sent, "" when the play has none."""
    contact = next((one for one in plan.contacts if one.play == play), None)
    if contact is None:
        return ""
    head = f"{contact.channel} to {contact.to.replace(chr(10), ', ')}"
    why = f"why: {contact.why}\nbasis: {contact.basis}"
    return f"{head}\n{why}\n\n{contact.subject}\n\n{contact.text}".strip()


def sounds_like(base: Base, till: TillFile, text: str) -> list[str]:
    """The names that the till finds for `text`, each once."""
    hits = till.search(text, hour=HOUR, today=base.as_of)
    return list(dict.fromkeys(hit.card.n for hit in hits))


def _keys(base: Base, case: str) -> list[str]:
    return [person.key for person in base.sample.people if person.case == case]


def _profiles_of(base: Base, person: str) -> list[Profile]:
    truth = base.sample.truth
    return [p for p in base.profiles.values() if person in {truth[ref] for ref in p.sources}]


def _ref(base: Base, case: str, connection: str) -> Ref:
    """The record of a case in a connection; the second of its people with "case/2"."""
    name, _, number = case.partition("/")
    wanted = _keys(base, name)[int(number or 1) - 1]
    return next(
        Ref.parse(ref)
        for ref, key in base.sample.truth.items()
        if key == wanted and ref.startswith(f"{connection}/")
    )


def _explain(base: Base, a: Ref, b: Ref) -> Explanation:
    return explain(base.work, a, b, numbers=base.numbers)


def _because(base: Base, a: Ref, b: Ref) -> str:
    return f"{a.connection} and {b.connection}: {'; '.join(_reasons(_explain(base, a, b)))}"


def _reasons(said: Explanation) -> Iterator[str]:
    held = said.verdict
    yield say(held.rule).en
    if held.agree:
        yield f"equal {', '.join(FIELDS[field].en for field in held.agree)}"
    if held.differ:
        yield f"different {', '.join(FIELDS[field].en for field in held.differ)}"
    if said.via:
        yield f"bound by {', '.join(map(str, said.via[1:-1]))}"


def _spellings(base: Base, refs: Sequence[Ref]) -> tuple[Spelling, ...]:
    """The records as their systems wrote them."""
    ids = record_ids(base.work, refs)
    told = {
        number: decoded(payload) or {}
        for raws in load_raw(base.work, set(ids.values()))
        for number, payload in zip(raws.ids, raws.payloads, strict=True)
    }
    return tuple(_spelling(ref, told[ids[ref]]) for ref in refs)


def _spelling(ref: Ref, told: Mapping[str, Any]) -> Spelling:
    shown, columns = told.get("guest") or told, COLUMNS[ref.connection]
    name, address = (
        " ".join(str(shown[column]) for column in part if shown.get(column)) for part in columns
    )
    return Spelling(str(ref), name, address)


def _name(customer: SourceCustomer) -> str:
    person = customer.name.display if customer.name else ""
    return ", ".join(part for part in (customer.company, person) if part) or "without a name"
