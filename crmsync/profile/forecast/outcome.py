"""What is handed out: predictions as columns and one by one, and what they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from crmsync.profile.forecast.choice import Choice
from crmsync.profile.forecast.gate import Gate
from crmsync.profile.forecast.models import Model
from crmsync.profile.forecast.past import Floats, Whole
from crmsync.profile.forecast.spend import Spend

if TYPE_CHECKING:
    import pyarrow as pa

Days = NDArray[np.datetime64]
Coming = Literal["expected", "overdue", "not within a year"]

VERSION = 1
"""Of these definitions: predictions of another version are not to be compared."""

COLUMNS = (
    "orders_90", "orders_365", "chance_90", "chance_365", "value_90", "value_365", "next_on",
    "overdue_since",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Basis:
    """What predictions rest on: fitted once, good for many customers.

    `trained_from`, `trained_to`: the first purchase day and the last day looked at, both within.
    `customers`: how many had bought by then. `choice`: the scores of all models on the inner
    holdouts. While `gate` is closed `model` is the plain rate, and the reasons say what is missing.
    """

    model: Model
    spend: Spend
    gate: Gate
    choice: Choice
    trained_from: date
    trained_to: date
    customers: int
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of one customer after the day `trained_to`.

    `orders_90`, `orders_365`: expected days with a purchase in the next 90 and 365 days.
    `chance_90`, `chance_365`: probability (0 to 1) of at least one. `value_90`, `value_365`:
    expected money in minor units. `next_on`: the day until which a purchase has come with an even
    chance; None where that is not within a year. `overdue_since`: the day on which it was to be
    expected when the customer last bought, where that is past; else None. `n`: customers the model
    was trained with.
    """

    customer: int
    orders_90: float
    orders_365: float
    chance_90: float
    chance_365: float
    value_90: int
    value_365: int
    next_on: date | None
    overdue_since: date | None
    model: str
    version: int
    trained_from: date
    trained_to: date
    n: int

    @property
    def coming(self) -> Coming:
        """How to say when the customer comes next; somebody overdue has no day."""
        if self.overdue_since is not None:
            return "overdue"
        return "not within a year" if self.next_on is None else "expected"


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The fields of Forecast as columns of equal length, by customer, ascending.

    Money is int64; days are datetime64[D] and NaT for None; nothing else is ever missing.
    """

    basis: Basis
    customers: Whole
    orders_90: Floats
    orders_365: Floats
    chance_90: Floats
    chance_365: Floats
    value_90: Whole
    value_365: Whole
    next_on: Days
    overdue_since: Days

    def __len__(self) -> int:
        return len(self.customers)

    def of(self, customer: int) -> Forecast | None:
        """The prediction of one customer; None for who had not bought."""
        place = int(np.searchsorted(self.customers, customer))
        if place == len(self) or self.customers[place] != customer:
            return None
        basis = self.basis
        values: dict[str, Any] = {name: getattr(self, name)[place].item() for name in COLUMNS}
        return Forecast(
            customer=customer, **values, model=basis.model.name, version=basis.version,
            trained_from=basis.trained_from, trained_to=basis.trained_to, n=basis.customers,
        )  # fmt: skip

    def table(self) -> pa.Table:
        """As an Arrow table: customer, the columns, and model, version and window on every row."""
        import pyarrow as pa

        basis, count = self.basis, len(self)
        same = {
            "model": pa.scalar(basis.model.name), "version": pa.scalar(basis.version),
            "trained_from": pa.scalar(basis.trained_from),
            "trained_to": pa.scalar(basis.trained_to), "n": pa.scalar(basis.customers),
        }  # fmt: skip
        told = {name: pa.array(getattr(self, name)) for name in COLUMNS}
        return pa.table(
            {"customer": pa.array(self.customers)}
            | told
            | {name: pa.repeat(value, count) for name, value in same.items()}
        )
