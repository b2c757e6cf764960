"""Habits: what purchases, deliveries and talks say about a customer, stored so that it keeps.

Days that matter later are stored as days, so that a habit changes only when the customer does;
what depends on today (how long ago, how overdue) is worked out when it is read, by `seen_on`.
Definitions: crmsync/profile/goods.sql, habits.sql and replenish.sql; in words
crmsync/profile/definitions.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

Risk = Literal["late_delivery", "open_complaint", "repeated_complaints", "silent"]
Abc = Literal["A", "B", "C"]
RfmGroup = Literal[
    "champions", "loyal", "active", "new", "promising", "needs_attention", "at_risk",
    "previously_loyal", "almost_lost", "dormant", "prospects",
]  # fmt: skip
"""Names that shops know (Shopify's rfmGroup); the thresholds are ours, see `rfm`."""

RFM_SUPPORT = 20
"""Among fewer customers with an order a fifth says nothing."""


@dataclass(frozen=True, slots=True)
class Favourite:
    """What a customer mostly takes: `share` per thousand of the `n` lines or orders counted."""

    key: str
    share: int
    n: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Usual:
    """When a customer mostly comes: a weekday (1 = Monday) or an hour, `share` per thousand."""

    value: int
    share: int
    n: int


@dataclass(frozen=True, slots=True)
class Replenish:
    """A product bought again and again: on `n` days, the last time on `last_on`.

    It lasts `every_days` by what was bought last. `due_on` is when it runs out; once that day is
    past it is None and `overdue_since` holds it. `name` is the product's, "" where nobody told it.
    """

    product: str
    name: str
    n: int
    every_days: int
    last_on: str
    due_on: str | None = None
    overdue_since: str | None = None


@dataclass(frozen=True, slots=True)
class OwnHabit:
    """A habit that a plugin computes: what `version` of it found in `n` cases, as of a day."""

    name: str
    version: str
    value: bool | int | float | str
    n: int
    as_of: str


@dataclass(frozen=True, slots=True)
class Rfm:
    """How a customer stands among the `n` of his controller and currency that have an order.

    `r`, `f` and `m` are fifths by last purchase day, orders and net revenue: 5 is the best, None
    for a prospect. `group` is what the three mean together.
    """

    group: RfmGroup
    r: int | None = None
    f: int | None = None
    m: int | None = None
    n: int = 0


@dataclass(frozen=True, slots=True)
class Habits:
    """The habits of one customer; None means that there is too little to tell.

    Money is integer minor units of `currency`, which is the currency of most orders;
    `foreign_orders` were paid in another one and are in no amount. `revenue_gross` is what was
    kept, with tax; `refund_gross` what was given back; `revenue_net` is without tax and less what
    was given back. `basket_avg` is revenue_gross an order. Rates are per thousand: lines returned
    of all lines, money given back of all money, discount of the price before discount.

    `cadence_days` is the median of the gaps between purchase days. `next_expected_on` is one
    cadence after the last purchase day (four purchase days at least); once that day is past it is
    None and `overdue_since` holds it. Usual store, weekday, hour and size, and the preferred
    channel, need four orders or lines and half of them.

    `repeat_days` and `span_days` are what repeat-purchase models call frequency and recency:
    purchase days behind the first, and days from the first to the last. `replenish` are the
    products bought again and again, the most frequent first. `own` are the habits of plugins by
    name. `kept_lines` and `returned_lines` are the cases behind rates and favourites.

    `at_risk` names the reasons that hold for a regular (four purchase days at least);
    `at_risk_from` is the day on which the first of them began, or on which silence will begin.
    `last_order` is the Ref of the newest order. `abc` is the class of the ABC share; `rfm` is
    worked out when habits are read, for it changes with everybody else. `as_of` is
    the last day on which a fact or the calendar turned anything: these habits hold from it on.
    """

    as_of: str
    orders: int = 0
    purchase_days: int = 0
    first_order_on: str | None = None
    last_order_on: str | None = None
    last_order: str | None = None
    last_channel: str | None = None
    repeat_days: int | None = None
    span_days: int | None = None
    currency: str | None = None
    kept_lines: int = 0
    returned_lines: int = 0
    revenue_gross: int = 0
    refund_gross: int = 0
    revenue_net: int = 0
    basket_avg: int | None = None
    basket_median: int | None = None
    foreign_orders: int = 0
    cadence_days: float | None = None
    cadence_mean_days: float | None = None
    next_expected_on: str | None = None
    overdue_since: str | None = None
    top_category: Favourite | None = None
    top_product: Favourite | None = None
    top_brand: Favourite | None = None
    usual_store: Favourite | None = None
    usual_size: Favourite | None = None
    usual_weekday: Usual | None = None
    usual_hour: Usual | None = None
    channel_preference: Favourite | None = None
    replenish: tuple[Replenish, ...] = ()
    return_rate: int | None = None
    return_rate_money: int | None = None
    discount_affinity: int | None = None
    late_deliveries_90d: int = 0
    last_late_on: str | None = None
    open_complaints: int = 0
    call_back_due_on: str | None = None
    call_back_due: bool = False
    at_risk_from: str | None = None
    at_risk: tuple[Risk, ...] = ()
    abc: Abc | None = None
    rfm: Rfm | None = None
    own: tuple[OwnHabit, ...] = ()

    @property
    def first_order(self) -> bool:
        """Whether the customer has ordered once and not again."""
        return self.orders == 1

    @property
    def regular(self) -> bool:
        """Whether there is a rhythm: purchases on four days at least."""
        return self.purchase_days >= 4


@dataclass(frozen=True, slots=True)
class Today:
    """What habits mean on one day: days since the last purchase, and how overdue the next is.

    `overdue_ratio` is recency divided by cadence (2.0: twice as long as usual), None without a
    rhythm; `overdue_days` is 0 while the next purchase is not overdue. `observed_days` are the
    days since the first purchase (repeat-purchase models call them T).
    """

    recency_days: int | None
    overdue_days: int
    overdue_ratio: float | None
    observed_days: int | None = None


def seen_on(habits: Habits, day: str) -> Today:
    """What `habits` mean on `day` (ISO)."""
    if habits.last_order_on is None:
        return Today(None, 0, None)
    recency = _days(habits.last_order_on, day)
    cadence = habits.cadence_days if habits.regular else None
    due = habits.next_expected_on or habits.overdue_since
    overdue = max(0, _days(due, day)) if due else 0
    observed = _days(habits.first_order_on or habits.last_order_on, day)
    return Today(recency, overdue, recency / cadence if cadence else None, observed)


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


class Cuts(NamedTuple):
    """Where the fifths of the `n` customers with an order begin: the values from which a customer
    stands in the second, third, fourth and best fifth, None where nobody stands so high."""

    n: int
    r: tuple[str | None, ...]
    f: tuple[int | None, ...]
    m: tuple[int | None, ...]


def rfm(habits: Habits, cuts: Cuts | None) -> Rfm | None:
    """How the customer stands by these cuts; None where there are too few customers to tell.

    Who has no order is a prospect.
    """
    if not habits.orders or habits.last_order_on is None:
        return Rfm("prospects")
    if cuts is None or cuts.n < RFM_SUPPORT:
        return None
    r = _fifth(habits.last_order_on, cuts.r)
    f = _fifth(habits.orders, cuts.f)
    m = _fifth(habits.revenue_net, cuts.m)
    return Rfm(rfm_group(r, f, m, habits.orders), r, f, m, cuts.n)


def _fifth(value: Any, cuts: Sequence[Any]) -> int:
    return 1 + len([cut for cut in cuts if cut is not None and value >= cut])


def rfm_group(r: int, f: int, m: int, orders: int) -> RfmGroup:
    """The group of a customer with an order: the first of these that fits (worth is f + m).

    champions: r 4 and worth 9, at least; loyal: r 3 and worth 7; new and promising: one order, r 5
    and 4; active: r 4; needs_attention: r 3; previously_loyal: worth 8; at_risk: r 2 and worth 5;
    almost_lost: r 2; dormant: the rest.
    """
    worth = f + m
    if r >= 3 and worth >= 7:
        return "champions" if r >= 4 and worth >= 9 else "loyal"
    if r >= 4:
        one = orders == 1
        return ("new" if r == 5 else "promising") if one else "active"
    if r == 3:
        return "needs_attention"
    if worth >= 8:
        return "previously_loyal"
    if r == 2:
        return "at_risk" if worth >= 5 else "almost_lost"
    return "dormant"
