"""Regulars who may leave: each flag with the events it rests on, so that a person can follow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crmsync.model.habit import Abc, Habits, Risk
from crmsync.profile.habits import load_habits
from crmsync.profile.watch.events import Event, events
from crmsync.profile.watch.watchlist import REMEMBERED
from crmsync.store import Work
from crmsync.store.watching import at_risk

AGAIN = 180
"""For so many days a complaint is remembered when another one follows (habit at_risk)."""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A regular at risk.

    `risks` are the reasons of the habit at_risk. `because` are the late deliveries and complaints
    behind them; silence has no record, it is told by `last_order_on` and `cadence_days`, the
    median of days between his purchases. Money is in minor units of `currency`.
    """

    customer_id: str
    risks: tuple[Risk, ...]
    since: str | None
    because: tuple[Event, ...]
    abc: Abc | None
    revenue_net: int
    currency: str
    last_order_on: str | None
    cadence_days: float | None


def regulars_at_risk(work: Work, as_of: str) -> list[AtRisk]:
    """All of them as of the last run, the most valuable first; events are looked for until `as_of`.

    A regular is who has bought on four days at least.
    """
    names = at_risk(work)
    habits = load_habits(work, names)
    since = (date.fromisoformat(as_of) - timedelta(REMEMBERED - 1)).isoformat()
    late = events(work, names, as_of=as_of, since=since)
    complained = {"open_complaint", "repeated_complaints"}
    ever = events(work, [name for name in names if complained & set(habits[name].at_risk)],
                  as_of=as_of)  # fmt: skip
    found = []
    for name in names:
        known = habits[name]
        told = [one for one in late.get(name, ()) if one.trouble == "late_delivery"]
        told += _complaints(ever.get(name, ()), known, as_of)
        found.append(_at_risk(name, known, told))
    return found


def _complaints(told: Sequence[Event], known: Habits, as_of: str) -> list[Event]:
    """The complaints behind the flags: the open ones, and all of who complained again."""
    since = (date.fromisoformat(as_of) - timedelta(AGAIN - 1)).isoformat()
    again = "repeated_complaints" in known.at_risk
    return [
        one for one in told
        if one.trouble == "complaint" and (one.open or (again and one.day >= since))
    ]  # fmt: skip


def _at_risk(name: str, known: Habits, told: Sequence[Event]) -> AtRisk:
    because = tuple(one for one in told if not _forgiven(one, known))
    return AtRisk(
        name, known.at_risk, known.at_risk_from, because, known.abc, known.revenue_net,
        known.currency or "", known.last_order_on, known.cadence_days,
    )  # fmt: skip


def _forgiven(event: Event, known: Habits) -> bool:
    """Who has bought again since a late delivery has forgiven it."""
    bought = known.last_order_on
    return event.trouble == "late_delivery" and bought is not None and event.day < bought
