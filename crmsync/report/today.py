"""The page of a store for one day: whom to call, to thank, to expect, and what to pass on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from crmsync.engine.project import Project
from crmsync.model.habit import Habits
from crmsync.model.service import Case, Service
from crmsync.profile.habits import load_habits
from crmsync.profile.service import service
from crmsync.profile.watch.watchlist import watchlist
from crmsync.report import words
from crmsync.report.named import Named, named
from crmsync.store import Work, plans
from crmsync.store.calling import worth_a_word
from crmsync.store.survey import customers_of

Section = Literal[
    "call_back", "answer", "promise", "apology", "watch", "thanks", "expected", "overdue", "praise"
]
TITLES: Mapping[Section, str] = {
    "call_back": "Zurückrufen",
    "answer": "Antworten",
    "promise": "Versprochenes halten",
    "apology": "Entschuldigen",
    "watch": "Auf diese Lieferungen achten",
    "thanks": "Für die erste Bestellung danken",
    "expected": "Stammkunden, die in diesen Tagen kommen dürften",
    "overdue": "Stammkunden, die schon hätten kommen sollen",
    "praise": "Lob zum Weitersagen",
}
DATED: frozenset[Section] = frozenset(
    ("call_back", "answer", "promise", "watch", "thanks", "praise")
)
EXPECTED_DAYS = 3
"""A regular is expected on the day that his rhythm tells, and this many days before it."""
PRAISE_DAYS = 7
LISTED = 20
"""The most entries of a section; a page is read standing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to do: for whom, why in German, and the record it rests on ('' for habits)."""

    section: Section
    customer_id: str
    why: str
    ref: str = ""
    store: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Today:
    """The page: its entries by section, each at most LISTED, and how many there are in all."""

    controller: str
    store: str
    as_of: str
    sections: dict[Section, list[Entry]]
    in_all: dict[Section, int]


def today(project: Project, controller: str, as_of: str, *, store: str = "") -> Today:
    """What there is to do on a day (ISO), for one store or for all.

    To a store belong the customers who usually buy there, those whose order or praise names it,
    and those whose store is not known when no store is asked for. Nobody is named who is deceased,
    blocked, or objected to profiling.
    """
    with project.store.read() as work:
        mine = set(customers_of(work, controller))
        regulars = worth_a_word(work, controller)
        habits = load_habits(work, regulars)
        owed = service(
            work, controller, as_of=as_of, targets=project.settings.service,
            deny=project.settings.crmsync.deny_categories,
        )  # fmt: skip
        told = (*_owed(owed, as_of), *_all(work, regulars, habits, as_of))
        found = [one for one in told if one.customer_id in mine]
        usual = {**load_habits(work, {one.customer_id for one in found} - set(habits)), **habits}
        found = [one for one in found if not store or _belongs(one, store, usual)]
        found.sort(key=lambda one: -_worth(one, usual))
        names = named(work, {one.customer_id for one in found}, as_of)
    return _page(controller, store, as_of, found, names)


def _all(
    work: Work, regulars: Iterable[str], habits: Mapping[str, Habits], as_of: str
) -> Iterator[Entry]:
    for name in regulars:
        yield from _of_habits(name, habits[name], as_of)
    for one in plans.late_deliveries(work, as_of):
        days, ref = int(str(one.facts["days_late"])), str(one.facts["order"])
        why = f"Bestellung {one.facts['order_number'] or ref}: {words.days(days)} zu spät"
        yield Entry("apology", one.customer_id, why, ref)
    for watched in watchlist(work, as_of):
        order = watched.order
        promised = words.day(order.promised_on) if order.promised_on else "nichts zugesagt"
        reason = "erste Bestellung" if watched.why == "first_order" else "zuletzt enttäuscht"
        why = f"Bestellung {order.number or order.ref}, {promised}: {reason}"
        yield Entry("watch", watched.customer_id, why, order.ref, order.store)
    for one in plans.first_orders(work, as_of):
        day = words.day(str(one.facts["ordered_on"]))
        yield Entry("thanks", one.customer_id, f"erster Einkauf am {day}")


def _owed(owed: Service, as_of: str) -> Iterator[Entry]:
    """What was said and waits for us: call-backs, answers, promises; and praise."""
    for call in owed.call_backs:
        if call.due_on <= as_of or call.in_vain:
            vain = f", {call.tries}-mal nicht erreicht: schreiben" if call.in_vain else ""
            why = f"bis {words.day(call.due_on)}{vain}"
            yield Entry("call_back", call.customer_id, why, str(call.ref), call.store)
    for case in owed.cases:
        if case.to_acknowledge or case.late or case.answer_by <= as_of:
            yield Entry("answer", case.customer_id, _case(case), str(case.ref), case.store)
    for promise in owed.promises:
        if promise.kept_on is None and promise.due_on <= as_of:
            what = f": {promise.text}" if promise.text else ""
            why = f"bis {words.day(promise.due_on)}{what}"
            yield Entry("promise", promise.customer_id, why, str(promise.ref), promise.store)
    since = (date.fromisoformat(as_of) - timedelta(PRAISE_DAYS - 1)).isoformat()
    for voice in reversed(owed.praise):
        if voice.day >= since:
            why = f"am {words.day(voice.day)}" + (f": {voice.text}" if voice.text else "")
            yield Entry("praise", voice.customer_id, why, str(voice.ref), voice.store)


def _case(case: Case) -> str:
    what = "Beschwerde" if case.kind == "complaint" else "Anfrage"
    open_points = sum(one.answered_on is None for one in case.points)
    points = f", {open_points} von {len(case.points)} Punkten offen" if case.points else ""
    first = "Eingang bestätigen; " if case.to_acknowledge else ""
    return f"{first}{what} vom {words.day(case.opened_on)}{points}, bis {words.day(case.answer_by)}"


def _of_habits(name: str, known: Habits, as_of: str) -> Iterator[Entry]:
    last = words.day(known.last_order_on) if known.last_order_on else ""
    expected = known.next_expected_on or known.overdue_since
    if expected is None or "silent" in known.at_risk:
        return
    left = (date.fromisoformat(expected) - date.fromisoformat(as_of)).days
    if 0 <= left <= EXPECTED_DAYS:
        yield Entry("expected", name, f"um den {words.day(expected)}; zuletzt am {last}")
    elif left < 0:
        yield Entry("overdue", name, f"seit {words.days(-left)}; zuletzt am {last}")


def _worth(entry: Entry, habits: Mapping[str, Habits]) -> int:
    """Within a section the most valuable comes first; what is urgent by a day keeps its order."""
    known = habits.get(entry.customer_id)
    return known.revenue_net if known is not None and entry.section not in DATED else 0


def _belongs(entry: Entry, store: str, habits: Mapping[str, Habits]) -> bool:
    known = habits.get(entry.customer_id)
    usual = known.usual_store.key if known is not None and known.usual_store else ""
    return store in (entry.store, usual)


def _page(
    controller: str, store: str, as_of: str, found: Iterable[Entry], names: Mapping[str, Named]
) -> Today:
    sections: dict[Section, list[Entry]] = {name: [] for name in TITLES}
    in_all = dict.fromkeys(TITLES, 0)
    for one in found:
        if one.customer_id not in names:
            continue
        in_all[one.section] += 1
        if len(sections[one.section]) < LISTED:
            sections[one.section].append(replace(one, name=names[one.customer_id].name))
    return Today(controller, store, as_of, sections, in_all)


def text(page: Today) -> str:
    """The page for a terminal or a printer."""
    where = f", Filiale {page.store}" if page.store else ""
    lines = [f"Heute, {words.day(page.as_of)}{where}"]
    for section, title in TITLES.items():
        entries, count = page.sections[section], page.in_all[section]
        more = f", die ersten {len(entries)}" if count > len(entries) else ""
        lines += ["", f"{title} ({words.n(count)}{more})"]
        lines += [f"  {one.name}: {one.why}" for one in entries] or ["  -"]
    return "\n".join(lines) + "\n"
