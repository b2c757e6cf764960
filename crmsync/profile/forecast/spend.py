"""What a purchase day of a customer brings: his own mean, pulled towards everybody's.

The gamma-gamma model: what a customer spends a day is gamma distributed around a mean of his own,
and the means are spread over customers so that the fewer days are known, the more everybody's mean
counts (Fader, Hardie & Lee 2005, RFM and CLV: using iso-value curves for customer base analysis,
Journal of Marketing Research 42; formulas as in Fader & Hardie 2013, The gamma-gamma model of
monetary value). It takes what people spend as unrelated to how often they come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from crmsync.profile.forecast.fitting import maximize
from crmsync.profile.forecast.past import Floats
from crmsync.profile.forecast.purchases import Purchases

CUSTOMERS = 20_000
FEWEST = 30
STARTS = ((5.0, 3.0, 3.0), (1.0, 1.0, 1.0), (20.0, 10.0, 10.0))
"""p, q - 1 and v, where the mean of everybody is 1. q above 1: otherwise there is no mean."""

DAYS = 2.0
"""Days for which everybody's mean counts where the model could not be fitted."""


@dataclass(frozen=True, slots=True)
class Spend:
    """p and q without unit, v in minor units; `mean`: of everybody, in minor units.

    `converged` False: p, q, v are chosen so that a customer's own mean is shrunk by DAYS days.
    """

    p: float
    q: float
    v: float
    mean: float
    converged: bool = True

    @classmethod
    def fit(cls, known: Purchases) -> Self:
        """By maximum likelihood over customers who spent something."""
        days, mean = days_and_mean(known)
        paid = mean > 0
        days, mean = days[paid], mean[paid]
        if len(mean) > CUSTOMERS:
            rows = np.linspace(0, len(mean) - 1, CUSTOMERS).astype(np.int64)
            days, mean = days[rows], mean[rows]
        unit = float((days * mean).sum() / max(days.sum(), 1.0)) if len(mean) else 0.0
        if len(mean) < FEWEST:
            return cls._shrunk(unit)

        def objective(values: Floats) -> tuple[float, Floats]:
            return _likelihood(values, days, mean / unit)

        found = maximize(objective, STARTS)
        if not found.converged:
            return cls._shrunk(unit)
        p, above, v = found.values
        return cls(p, above + 1.0, v * unit, unit * p * v / above)

    @classmethod
    def _shrunk(cls, mean: float) -> Self:
        return cls(1.0, 1.0 + DAYS, DAYS * mean, mean, converged=False)

    @property
    def name(self) -> str:
        """Of the model."""
        return "gamma-gamma" if self.converged else "shrunk mean"

    @property
    def parameters(self) -> dict[str, float]:
        """By the names of the papers."""
        return {"p": self.p, "q": self.q, "v": self.v}

    def expected(self, days: Floats, mean: Floats) -> Floats:
        """Minor units a purchase day to come, after `days` with this mean (0 where negative)."""
        return np.asarray(
            self.p * (self.v + np.maximum(mean, 0.0) * days) / (self.p * days + self.q - 1.0)
        )


def days_and_mean(known: Purchases) -> tuple[Floats, Floats]:
    """Purchase days of each customer, and what they brought on average, in minor units."""
    days = np.diff(known.starts).astype(np.float64)
    if not len(days):
        return days, days
    return days, np.add.reduceat(known.money, known.starts[:-1]) / days


def _likelihood(values: Floats, days: Floats, mean: Floats) -> tuple[float, Floats]:
    """The log-likelihood of p, q - 1, v, and its slopes by their logarithms."""
    from scipy.special import digamma, gammaln

    p, above, v = values
    q, shape, total = above + 1.0, p * days, mean * days
    whole = np.log(v + total)
    value = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v) - np.log(mean)
    value += shape * np.log(total) - (shape + q) * whole
    both = digamma(shape + q)
    by_p = days * (both - digamma(shape) + np.log(total) - whole)
    by_q = both - digamma(q) + np.log(v) - whole
    by_v = q / v - (shape + q) / (v + total)
    slopes = np.array([by_p.sum() * p, by_q.sum() * above, by_v.sum() * v])
    return float(value.sum()), slopes
