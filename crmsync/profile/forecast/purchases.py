"""Purchases as columns: every purchase day of a customer once, with the money of that day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmsync.errors import ConfigError

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchase days, sorted by customer and day.

    `customers`: each customer once, ascending. `starts`: where each customer's days begin, and
    the end (one entry more than customers). `days`: day numbers since 1970-01-01. `money`: minor
    units of one currency, the sum of that day.
    """

    customers: Whole
    starts: Whole
    days: Whole
    money: Whole

    def __len__(self) -> int:
        return len(self.customers)

    def first(self) -> Whole:
        """The first purchase day of each customer."""
        return self.days[self.starts[:-1]]

    def last(self) -> Whole:
        """The last purchase day of each customer."""
        return self.days[self.starts[1:] - 1]

    def owner(self) -> Whole:
        """The place in `customers` of each day's customer."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.starts))

    def until(self, day: int) -> Purchases:
        """The purchases up to and with `day`; who bought only later is left out."""
        kept = self.days <= day
        count = (
            np.add.reduceat(kept, self.starts[:-1], dtype=np.int64)
            if len(self)
            else self.starts[:0]
        )
        known = count > 0
        starts = np.concatenate(([0], np.cumsum(count[known]))).astype(np.int64)
        return Purchases(self.customers[known], starts, self.days[kept], self.money[kept])

    def take(self, rows: Whole) -> Purchases:
        """The purchases of some customers, by their places (ascending)."""
        chosen = np.zeros(len(self), dtype=bool)
        chosen[rows] = True
        kept = chosen[self.owner()]
        starts = np.concatenate(([0], np.cumsum(np.diff(self.starts)[rows]))).astype(np.int64)
        return Purchases(self.customers[rows], starts, self.days[kept], self.money[kept])

    def counts(self, after: int, until: int, customers: Whole) -> Whole:
        """Purchase days of each of `customers` (sorted) after `after`, up to and with `until`."""
        inside = (self.days > after) & (self.days <= until)
        place = np.searchsorted(customers, self.customers)
        place[place == len(customers)] = 0
        known = customers[place] == self.customers if len(customers) else place < 0
        owner = self.owner()[inside]
        owner = owner[known[owner]]
        return np.bincount(place[owner], minlength=len(customers)).astype(np.int64)


def read(customer: Any, day: Any, money: Any) -> Purchases:
    """Purchases from three columns of equal length (numpy, Arrow or lists), in any order.

    `customer`: a whole number a customer. `day`: whole days since 1970-01-01, or dates of 32 bits.
    `money`: minor units of one currency. Several receipts of a day become one. Raises ConfigError
    where the columns differ in length, hold nulls or are not whole numbers.
    """
    columns = [
        _whole(column, name)
        for column, name in ((customer, "customer"), (day, "day"), (money, "money"))
    ]
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        raise ConfigError(
            f"purchases: columns of different length ({sorted(lengths)}).",
            hint="Give customer, day and money of every purchase.",
        )
    return _once_a_day(*columns)


def _whole(column: Any, name: str) -> Whole:
    if getattr(column, "null_count", 0):
        raise ConfigError(f"purchases: column {name} holds nulls.", hint="Leave such rows out.")
    if hasattr(column, "combine_chunks"):
        column = column.combine_chunks()
    if hasattr(column, "type") and str(column.type) == "date32[day]":
        column = column.cast("int32")
    values = column.to_numpy(zero_copy_only=False) if hasattr(column, "type") else column
    values = np.asarray(values)
    if not values.size:
        return np.empty(0, dtype=np.int64)
    if values.dtype.kind == "M":
        values = values.astype("datetime64[D]").astype(np.int64)
    if values.dtype.kind not in "iu" or values.ndim != 1:
        raise ConfigError(
            f"purchases: column {name} is {values.dtype}, not whole numbers.",
            hint="Days are counted from 1970-01-01, money in minor units.",
        )
    return values.astype(np.int64, copy=False)


def _once_a_day(customer: Whole, day: Whole, money: Whole) -> Purchases:
    if not len(customer):
        return Purchases(customer, np.zeros(1, dtype=np.int64), day, money)
    order = np.lexsort((day, customer)) if _unsorted(customer, day) else slice(None)
    customer, day, money = customer[order], day[order], money[order]
    new_customer = np.concatenate(([True], customer[1:] != customer[:-1]))
    new_day = np.concatenate(([True], day[1:] != day[:-1])) | new_customer
    at = np.flatnonzero(new_day)
    starts = np.append(np.flatnonzero(new_customer[at]), len(at)).astype(np.int64)
    summed = np.add.reduceat(money, at)
    return Purchases(customer[at][starts[:-1]], starts, day[at], summed)


def _unsorted(customer: Whole, day: Whole) -> bool:
    later = (customer[1:] > customer[:-1]) | (
        (customer[1:] == customer[:-1]) & (day[1:] >= day[:-1])
    )
    return not bool(later.all())
