"""What a model says of customers: orders expected, the chance of one, the day of the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from crmsync.profile.forecast.past import WEEK, Floats, Whole

EVEN = 0.5
DAYS = np.array(
    [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 18, 23, 30, 38, 48, 60, 75, 92, 115, 145, 183, 230, 290,
     365],
    dtype=np.float64,
)  # fmt: skip
"""Days on which the chance is worked out; between two of them the hazard is taken as even."""

NEVER = 366.0
"""Stands for "not within a year"."""

Rows = Whole | slice
EVERY = slice(None)


class Chance(Protocol):
    """The probability of a purchase within so many weeks (the same for all, or one a row), for
    some of the rows or for all.
    """

    def __call__(self, weeks: Floats | float, rows: Rows = EVERY) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Outlook:
    """`purchases` and `chance` answer for rows of equal customers, `place` spreads them to all."""

    purchases: Callable[[float], Floats]
    chance: Chance
    place: Whole

    def probability(self, days: float) -> Floats:
        """Of at least one purchase day in the next `days`: from 0 to 1, never NaN."""
        return _sound(self.chance(days / WEEK), 1.0)[self.place]

    def expected(self, days: float) -> Floats:
        """Purchase days in the next `days`: at least 0, at most one a day, never NaN."""
        return _sound(self.purchases(days / WEEK), days)[self.place]

    def next_in(self, even: float = EVEN) -> Floats:
        """Days ahead until a purchase has come with this chance; NEVER: not within a year."""
        within = _sound(self.chance(DAYS[-1] / WEEK), 1.0)
        rows = np.flatnonzero(within >= even)
        days = np.full(len(within), NEVER)
        days[rows] = _days_until(self.chance, rows, even)
        return days[self.place]


def _sound(told: Floats, most: float) -> Floats:
    return np.clip(np.nan_to_num(told, nan=0.0, posinf=most, neginf=0.0), 0.0, most)


def _days_until(chance: Chance, rows: Whole, even: float) -> Floats:
    """By halving the list of DAYS, for all of these rows at once; each is to reach it."""
    low = np.zeros(len(rows), dtype=np.int64)
    high = np.full(len(rows), len(DAYS) - 1, dtype=np.int64)
    while bool((high - low > 1).any()):
        middle = (low + high) // 2
        reached = chance(DAYS[middle] / WEEK, rows) >= even
        high, low = np.where(reached, middle, high), np.where(reached, low, middle)
    before, after = (
        np.log1p(-np.clip(chance(DAYS[at] / WEEK, rows), 0.0, 1.0 - 1e-12)) for at in (low, high)
    )
    share = (before - np.log1p(-even)) / np.maximum(before - after, 1e-12)
    return np.asarray(DAYS[low] + (DAYS[high] - DAYS[low]) * np.clip(share, 0.0, 1.0))
