"""The deliveries that must not fail: first orders, and those of customers recently let down.

The first order must be perfect, and who was let down once looks twice at the next. Both are told
while they are open, before they are late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from crmsync.model.habit import Habits
from crmsync.profile.habits import load_habits
from crmsync.profile.watch.events import Event, events
from crmsync.store import Work
from crmsync.store.watching import OpenOrder, open_orders

REMEMBERED = 90
"""How many days a customer remembers that he was let down."""

Watch = Literal["first_order", "let_down"]


@dataclass(frozen=True, slots=True)
class Watched:
    """An open order to keep an eye on, and why.

    `days_left` until the promised day is below zero when it is past, None without a promise.
    `because` are the events by which he was let down, empty for a first order.
    """

    why: Watch
    customer_id: str
    order: OpenOrder
    days_left: int | None
    because: tuple[Event, ...] = ()


def watchlist(work: Work, as_of: str) -> list[Watched]:
    """Every open order to watch on a day (ISO), the most urgent first; each order once.

    Who was let down comes by that reason, also with his first order.
    """
    waiting = open_orders(work, as_of)
    names = sorted({one.customer_id for one in waiting})
    habits = load_habits(work, names)
    since = (date.fromisoformat(as_of) - timedelta(REMEMBERED - 1)).isoformat()
    before = events(work, names, as_of=as_of, since=since)
    found = []
    for order in waiting:
        because = tuple(one for one in before.get(order.customer_id, ()) if _past(one, order))
        if because:
            found.append(_watched("let_down", order, as_of, because))
        elif _is_first(order, habits):
            found.append(_watched("first_order", order, as_of, ()))
    return found


def _past(event: Event, order: OpenOrder) -> bool:
    """What happened with another order; the delay of this very one is no reason to watch it."""
    return event.trouble == "complaint" or event.day <= order.day


def _is_first(order: OpenOrder, habits: Mapping[str, Habits]) -> bool:
    known = habits.get(order.customer_id)
    return known is None or known.first_order_on in (None, order.day)


def _watched(why: Watch, order: OpenOrder, as_of: str, because: tuple[Event, ...]) -> Watched:
    left = None
    if order.promised_on is not None:
        left = (date.fromisoformat(order.promised_on) - date.fromisoformat(as_of)).days
    return Watched(why, order.customer_id, order, left, because)
