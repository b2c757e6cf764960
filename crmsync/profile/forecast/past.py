"""What the models know of each customer: how often, until when and since when somebody bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

WEEK = 7.0
"""The models count time in weeks, as the papers do."""


@dataclass(frozen=True, slots=True)
class Past:
    """Columns, one entry a row of equal customers.

    `repeats` (the papers' x): purchase days after the first. `active` (t_x): weeks from the first
    to the last purchase day. `age` (T): weeks from the first purchase day to the day of looking.
    `weight`: how many customers the row stands for. 0 <= active <= age; active is 0 without a
    repeat.
    """

    repeats: Floats
    active: Floats
    age: Floats
    weight: Floats

    @classmethod
    def of(cls, repeats: object, active: object, age: object) -> Self:
        """One row a customer, in weeks."""
        x, tx, whole = np.broadcast_arrays(
            *(np.asarray(column, dtype=np.float64) for column in (repeats, active, age))
        )
        return cls(x, tx, whole, np.ones(x.shape))

    def __len__(self) -> int:
        return len(self.repeats)

    @property
    def silent(self) -> Floats:
        """Weeks since the last purchase day."""
        return self.age - self.active

    def later(self, weeks: Floats | float) -> Past:
        """The same customers, `weeks` later, with no purchase in between."""
        return Past(self.repeats, self.active, self.age + weeks, self.weight)

    def take(self, rows: Whole | slice) -> Past:
        """Some of the rows."""
        return Past(self.repeats[rows], self.active[rows], self.age[rows], self.weight[rows])

    def some(self, count: int) -> Past:
        """About `count` of the rows, weighing together what all of them weigh."""
        rows = np.linspace(0, len(self) - 1, min(count, len(self))).astype(np.int64)
        some = self.take(rows)
        share = self.weight.sum() / max(some.weight.sum(), 1e-300)
        return Past(some.repeats, some.active, some.age, some.weight * share)


def grouped(one_each: Past) -> tuple[Past, Whole]:
    """Equal rows once, with their weights, and for every row of before the place of its group."""
    days = [np.rint(column * WEEK).astype(np.int64) for column in (one_each.active, one_each.age)]
    span = [int(column.max(initial=0)) + 1 for column in days]
    key = (one_each.repeats.astype(np.int64) * span[0] + days[0]) * span[1] + days[1]
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    weight = np.bincount(place, one_each.weight, len(first)).astype(np.float64)
    rows = one_each.take(first)
    return Past(rows.repeats, rows.active, rows.age, weight), place
