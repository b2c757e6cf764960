"""Learns from purchases, and predicts what each customer will do after a day."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmsync.errors import ConfigError
from crmsync.profile.forecast.choice import choose
from crmsync.profile.forecast.gate import gate
from crmsync.profile.forecast.models import Model, fit
from crmsync.profile.forecast.outcome import Basis, Days, Forecasts
from crmsync.profile.forecast.outlook import NEVER, Outlook
from crmsync.profile.forecast.past import Floats, Whole
from crmsync.profile.forecast.purchases import Purchases, read
from crmsync.profile.forecast.rate import Rate
from crmsync.profile.forecast.seen import Seen
from crmsync.profile.forecast.spend import Spend, days_and_mean

EPOCH = date(1970, 1, 1).toordinal()
MOST_MONEY = 2.0**53
"""Above this a float is no whole number any more."""


def forecast(
    purchases: Purchases | Any, as_of: date | str, basis: Basis | None = None
) -> Forecasts:
    """Predictions for everybody who had bought by the end of `as_of` (a date, or ISO).

    `purchases`: what `read` gives, or anything with the columns `customer` (a whole number each),
    `day` (days since 1970-01-01, or dates) and `money` (minor units of one currency), such as an
    Arrow table or a mapping of numpy arrays. Purchases after `as_of` are not looked at. `basis`:
    what `learn` gave, where models are fitted less often than predictions are made; without it
    they are fitted now. Never NaN, and never an error because of what the data say.
    """
    known, day = _read(purchases), _number(as_of)
    seen = Seen.on(known, day)
    basis = basis or learn(seen.purchases, as_of)
    with np.errstate(all="ignore"):
        outlook = basis.model.outlook(seen)
        chance_soon, chance_year = outlook.probability(90), outlook.probability(365)
        soon, year = outlook.expected(90), outlook.expected(365)
        each = basis.spend.expected(*days_and_mean(seen.purchases))
        next_on, overdue_since = _next_days(basis.model, seen, outlook, day)
    # so in every model; rounding may not turn it round
    chance_year, soon = np.maximum(chance_soon, chance_year), np.maximum(soon, chance_soon)
    year = np.maximum.reduce([year, soon, chance_year])
    return Forecasts(
        basis, seen.purchases.customers, soon, year, chance_soon, chance_year,
        _money(soon, each), _money(year, each), next_on, overdue_since,
    )  # fmt: skip


def learn(purchases: Purchases | Any, as_of: date | str) -> Basis:
    """Fit, judge and choose by the purchases up to `as_of` alone; raises ConfigError without scipy.

    While the gate is closed the plain rate stands in, with usual numbers where nothing can be
    learnt.
    """
    _need_scipy()
    known, day = _read(purchases), _number(as_of)
    seen = Seen.on(known, day)
    known = seen.purchases
    door, choice = gate(known, day), choose(known, day)
    names = choice.ranked if door.open else ("rate",)
    first = int(known.days.min()) if len(known) else day
    return Basis(
        _first_that_fits(names, seen), Spend.fit(known), door, choice,
        _date(first), _date(day), len(known),
    )  # fmt: skip


def _first_that_fits(names: Sequence[str], seen: Seen) -> Model:
    """The best model whose fit to everything comes to rest too, or else the usual rate."""
    for name in names:
        model = fit(name, seen)
        if model.converged:
            return model
    return Rate.usual()


def _next_days(model: Model, seen: Seen, outlook: Outlook, day: int) -> tuple[Days, Days]:
    """The day of the next purchase, and the one that is past; NaT for none."""
    coming = np.maximum(np.ceil(outlook.next_in()), 1.0)
    last = seen.at_last_purchase()
    due = np.ceil(model.outlook(last).next_in())
    expected = np.asarray(last.day + np.maximum(due, 1.0), dtype=np.float64)
    late = (due < NEVER) & (expected <= day)
    return _days(day + coming, coming < NEVER), _days(expected, late)


def _days(numbers: Floats, told: NDArray[np.bool_]) -> Days:
    days = numbers.astype(np.int64).astype("datetime64[D]")
    days[~told] = np.datetime64("NaT")
    return days


def _money(orders: Floats, each: Floats) -> Whole:
    """Minor units, whole."""
    return np.rint(np.clip(orders * each, 0.0, MOST_MONEY)).astype(np.int64)


def _read(purchases: Purchases | Any) -> Purchases:
    if isinstance(purchases, Purchases):
        return purchases
    try:
        columns = [purchases[name] for name in ("customer", "day", "money")]
    except (KeyError, IndexError, TypeError) as missing:
        raise ConfigError(
            "purchases: a column is missing.", hint="They need customer, day and money."
        ) from missing
    return read(*columns)


def _number(day: date | str) -> int:
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal() - EPOCH


def _date(number: int) -> date:
    return date.fromordinal(number + EPOCH)


def _need_scipy() -> None:
    if importlib.util.find_spec("scipy") is None:
        raise ConfigError(
            "Predictions need scipy, which is not installed.",
            hint="IT: pip install 'crmsync[predict]'",
        )
