"""An empirical-Bayes rate: each customer's own pace, pulled towards everybody's, fading with time.

The mean of a gamma prior (shape r, rate alpha) after the purchases seen, where what lies further
back counts less (Harvey & Fernandes 1989, Time series models for count or qualitative
observations), brought down the longer the customer is overdue, and by a common attrition ahead. It
needs no story of when people leave, learns from who did come back (the last third of the past),
and is never without an answer: it is the fallback of every other model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from crmsync.profile.forecast.outlook import EVERY, Outlook, Rows
from crmsync.profile.forecast.past import WEEK, Floats
from crmsync.profile.forecast.seen import Seen

USUAL = (0.5, 5.0, 26.0, 2.0, 2.0, 1.0, 0.005)
"""Where nothing can be learnt: shape, rate (weeks), half-life (weeks), purchases missed until the
pace is halved, steepness, spread, attrition a week. Also the middle of the weak prior."""

SPREAD = (2.0, 2.0, 1.5, 1.0, 0.7, 1.0, 1.5)
"""Deviations of the prior, in logarithms."""

CUSTOMERS = 5_000
"""Customers looked at to learn seven numbers."""

FEWEST = 100
"""Customers, and purchases of theirs in the last third, from which anything can be learnt."""


@dataclass(frozen=True, slots=True)
class Rate:
    """r (shape), alpha (weeks), half_life (weeks), missed (purchases), steepness, spread, attrition
    (a week). `converged` is False where the usual numbers stand in for learnt ones.
    """

    r: float
    alpha: float
    half_life: float
    missed: float
    steepness: float
    spread: float
    attrition: float
    converged: bool = True
    log_likelihood: float = 0.0
    name: str = "rate"

    @classmethod
    def usual(cls) -> Self:
        """With the usual numbers."""
        return cls(*USUAL, converged=False)

    @classmethod
    def fit(cls, seen: Seen) -> Self:
        """Learnt from what the customers of two thirds of the time did in the last third.

        By the negative-binomial likelihood of their purchases in both halves of it.
        """
        from scipy.optimize import minimize

        lesson = _lesson(seen)
        if lesson is None:
            return cls.usual()
        middle = np.log(USUAL)

        def cost(logs: Floats) -> float:
            model = cls._with(np.exp(logs).tolist())
            off = (logs - middle) / SPREAD
            with np.errstate(all="ignore"):
                value = 0.5 * float(off @ off) - model._told(lesson)
            return value if np.isfinite(value) else 1e300

        reach = 3.0 * np.asarray(SPREAD)
        bounds = list(zip(middle - reach, middle + reach, strict=True))
        found = minimize(
            cost, middle, method="L-BFGS-B", bounds=bounds, options={"maxiter": 100, "ftol": 1e-7}
        )
        if not found.fun < cost(middle) + 1e-9:
            return cls.usual()
        return cls._with(np.exp(found.x).tolist(), -float(found.fun))

    @classmethod
    def _with(cls, values: Sequence[float], reached: float = 0.0) -> Self:
        r, alpha, half_life, missed, steepness, spread, attrition = values
        return cls(
            r, alpha, half_life, missed, steepness, spread, attrition, log_likelihood=reached
        )

    @property
    def parameters(self) -> dict[str, float]:
        """By name."""
        names = ("r", "alpha", "half_life", "missed", "steepness", "spread", "attrition")
        return {name: getattr(self, name) for name in names}

    def outlook(self, seen: Seen) -> Outlook:
        """What is to come of the customers in `seen`."""
        pace, shape = self._pace(seen.past.silent, *seen.faded(self.half_life))

        def purchases(weeks: float) -> Floats:
            return pace * self._ahead(weeks)

        def chance(weeks: Floats | float, rows: Rows = EVERY) -> Floats:
            mean = pace[rows] * self._ahead(weeks)
            return np.asarray(-np.expm1(-shape[rows] * np.log1p(mean / shape[rows])))

        return Outlook(purchases, chance, np.arange(len(seen)))

    def _pace(self, silent: Floats, count: Floats, weeks: Floats) -> tuple[Floats, Floats]:
        """Purchase days a week now, and the shape of what is not known about it."""
        shape = self.r + count
        pace = shape / (self.alpha + weeks)
        late = np.minimum(pace * silent / self.missed, 1e6)
        return pace / (1.0 + late**self.steepness), shape * self.spread

    def _ahead(self, weeks: Floats | float) -> Floats:
        """The weeks ahead that count, when some customers leave."""
        return np.asarray(-np.expm1(-self.attrition * np.asarray(weeks)) / self.attrition)

    def _told(self, lesson: Lesson) -> float:
        """The log-likelihood of what came in both halves of the last third."""
        from scipy.special import gammaln

        pace, shape = self._pace(lesson.before.past.silent, *lesson.faded(self.half_life))
        start, total = 0.0, 0.0
        for count, end in zip(lesson.counts, lesson.ends, strict=True):
            mean = pace * (self._ahead(end) - start)
            start = float(self._ahead(end))
            value = gammaln(count + shape) - gammaln(shape) - shape * np.log1p(mean / shape)
            value += count * (np.log(mean) - np.log(shape + mean))
            total += float(value.sum())
        return total


@dataclass(frozen=True, slots=True)
class Lesson:
    """Customers as they were seen, and their purchase days in two spans after (ends in weeks)."""

    before: Seen
    counts: tuple[Floats, Floats]
    ends: tuple[float, float]
    known: dict[float, tuple[Floats, Floats]] = field(default_factory=dict)

    def faded(self, half_life: float) -> tuple[Floats, Floats]:
        """As `Seen.faded`; the search asks for the same half-life many times."""
        if half_life not in self.known:
            self.known.clear()
            self.known[half_life] = self.before.faded(half_life)
        return self.known[half_life]


def _lesson(seen: Seen) -> Lesson | None:
    if len(seen) < FEWEST:
        return None
    start, end = int(seen.purchases.days.min()), int(seen.day.max())
    span = min((end - start) // 3, 365)
    if span < 14:
        return None
    before = Seen.on(seen.purchases, end - span).every(CUSTOMERS)
    names, half = before.purchases.customers, end - span + span // 2
    counts = [seen.purchases.counts(end - span, half, names)]
    counts.append(seen.purchases.counts(half, end, names))
    if len(before) < FEWEST or sum(count.sum() for count in counts) < FEWEST:
        return None
    first, second = (count.astype(np.float64) for count in counts)
    return Lesson(before, (first, second), ((span // 2) / WEEK, span / WEEK))
