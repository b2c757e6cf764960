"""Whether there is enough to predict from, and if not, why not.

The thresholds follow what Klaviyo asks for before it predicts (help page 360020919731): 500
customers with an order, 180 days of history, an order in the last 30 days, and some customers with
three orders or more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmsync.profile.forecast.purchases import Purchases

CUSTOMERS = 500
HISTORY_DAYS = 180
RECENT_DAYS = 30
REGULARS = 20
ORDERS = 3
"""A customer with so many purchase days is one from whom a rhythm can be learnt."""


@dataclass(frozen=True, slots=True)
class Gate:
    """`open` where predictions may be shown as such; else `reasons` says what is missing."""

    reasons: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether nothing is missing."""
        return not self.reasons


def gate(known: Purchases, as_of: int) -> Gate:
    """The gate for purchases up to `as_of` (none later)."""
    if not len(known):
        return Gate(("Nobody has bought yet.",))
    customers, days = len(known), as_of - int(known.days.min())
    silent = as_of - int(known.days.max())
    regulars = int(np.count_nonzero(np.diff(known.starts) >= ORDERS))
    told = (
        (customers < CUSTOMERS, f"{customers} customers have bought, {CUSTOMERS} are needed."),
        (days < HISTORY_DAYS, f"There are {days} days of history, {HISTORY_DAYS} are needed."),
        (
            silent > RECENT_DAYS,
            f"The last purchase is {silent} days ago, {RECENT_DAYS} at most are allowed.",
        ),
        (
            regulars < REGULARS,
            f"{regulars} customers have bought on {ORDERS} days or more, {REGULARS} are needed.",
        ),
    )
    return Gate(tuple(reason for missing, reason in told if missing))
