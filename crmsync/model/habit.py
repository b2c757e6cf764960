"""Habits: what purchases, deliveries and talks say about a customer, stored so that it keeps.

Days that matter later are stored as days, so that a habit changes only when the customer does;
what depends on today (how long ago, how overdue) is worked out when it is read, by `seen_on`.
Definitions: crmsync/profile/habits.sql.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Risk = Literal["late_delivery", "open_complaint", "silent"]
Abc = Literal["A", "B", "C"]


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
class Habits:
    """The habits of one customer; None means that there is too little to tell.

    Money is integer minor units of `currency`, which is the currency of most orders;
    `foreign_orders` were paid in another one and are in no amount. `revenue_gross` is what was
    kept, with tax; `refund_gross` what was given back; `revenue_net` is without tax and less what
    was given back. `basket_avg` is revenue_gross an order. Rates are per thousand: lines returned
    of all lines, money given back of all money, discount of the price before discount.

    `cadence_days` is the median of the gaps between purchase days. `next_expected_on` is one
    cadence after the last purchase day (four purchase days at least); once that day is past it is
    None and `overdue_since` holds it. Usual store, weekday, hour and size need four orders or
    lines and half of them.

    `at_risk` names the reasons that hold for a regular (four purchase days at least);
    `at_risk_from` is the day on which the first of them began, or on which silence will begin.
    `last_order` is the Ref of the newest order. `abc` is the class of the ABC share. `as_of` is
    the last day on which a fact or the calendar turned anything: these habits hold from it on.
    """

    as_of: str
    orders: int = 0
    purchase_days: int = 0
    first_order_on: str | None = None
    last_order_on: str | None = None
    last_order: str | None = None
    last_channel: str | None = None
    currency: str | None = None
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
    rhythm; `overdue_days` is 0 while the next purchase is not overdue.
    """

    recency_days: int | None
    overdue_days: int
    overdue_ratio: float | None


def seen_on(habits: Habits, day: str) -> Today:
    """What `habits` mean on `day` (ISO)."""
    if habits.last_order_on is None:
        return Today(None, 0, None)
    recency = _days(habits.last_order_on, day)
    cadence = habits.cadence_days if habits.regular else None
    due = habits.next_expected_on or habits.overdue_since
    overdue = max(0, _days(due, day)) if due else 0
    return Today(recency, overdue, recency / cadence if cadence else None)


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days
