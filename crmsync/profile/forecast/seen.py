"""Customers as they are seen on a day: their purchases until then, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crmsync.profile.forecast.past import WEEK, Floats, Past, Whole, grouped
from crmsync.profile.forecast.purchases import Purchases


@dataclass(frozen=True)
class Seen:
    """`purchases` up to the day on which each customer is looked at (`day`, one a customer)."""

    purchases: Purchases
    day: Whole

    @classmethod
    def on(cls, purchases: Purchases, day: int) -> Seen:
        """Everybody who had bought by `day`, as seen at its end."""
        kept = purchases.until(day)
        return cls(kept, np.full(len(kept), day, dtype=np.int64))

    def at_last_purchase(self) -> Seen:
        """The same customers, each on the day of the last purchase."""
        return Seen(self.purchases, self.purchases.last())

    def every(self, most: int) -> Seen:
        """At most `most` of the customers, evenly from first to last."""
        count = len(self.purchases)
        if count <= most:
            return self
        rows = np.linspace(0, count - 1, most).astype(np.int64)
        return Seen(self.purchases.take(rows), self.day[rows])

    def __len__(self) -> int:
        return len(self.purchases)

    @cached_property
    def past(self) -> Past:
        """Repeats and times of every customer, in weeks."""
        first, last = self.purchases.first(), self.purchases.last()
        days = np.diff(self.purchases.starts)
        return Past.of(days - 1, (last - first) / WEEK, (self.day - first) / WEEK)

    @cached_property
    def _grouped(self) -> tuple[Past, Whole]:
        return grouped(self.past)

    @property
    def rows(self) -> Past:
        """Equal customers once, with weights."""
        return self._grouped[0]

    @property
    def place(self) -> Whole:
        """For every customer the place of its row in `rows`."""
        return self._grouped[1]

    def faded(self, half_life: float) -> tuple[Floats, Floats]:
        """Repeat purchase days and weeks of each customer, where what lies `half_life` weeks back
        counts half.
        """
        fade = np.log(2.0) / half_life
        purchases, owner = self.purchases, self._owner
        worth = np.exp(-fade / WEEK * (self.day[owner] - purchases.days))
        total = np.bincount(owner, weights=worth, minlength=len(self))
        age = self.past.age
        count = np.maximum(total - np.exp(-fade * age), 0.0)  # less the first purchase
        return np.where(self.past.repeats > 0, count, 0.0), -np.expm1(-fade * age) / fade

    @cached_property
    def _owner(self) -> Whole:
        return self.purchases.owner()
