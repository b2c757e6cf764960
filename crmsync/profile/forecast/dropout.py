"""BG/NBD and MBG/NBD: customers who buy at random and may leave after any purchase.

Each buys at a rate of his own, gamma distributed over customers (shape r, rate alpha, in weeks),
and leaves with a probability of his own, beta distributed (a, b): after each repeat purchase in
BG/NBD (Fader, Hardie & Lee 2005, "Counting your customers" the easy way: an alternative to the
Pareto/NBD model, Marketing Science 24), after the first purchase too in MBG/NBD (Batislam, Denizel
& Filiztekin 2007, Empirical validation and comparison of models for customer base analysis; Hoppe
& Wagner 2007, Customer base analysis: the case for a central variant of the betageometric/NBD
model).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from crmsync.profile.forecast.beta import purchases_until_dropout
from crmsync.profile.forecast.fitting import maximize
from crmsync.profile.forecast.past import Floats, Past

STARTS = ((0.5, 5.0, 0.8, 2.5), (1.0, 2.0, 0.2, 5.0), (3.0, 3.0, 1.0, 10.0))

Kind = Literal["BG/NBD", "MBG/NBD"]


@dataclass(frozen=True, slots=True)
class Dropout:
    """A fitted model; r and a, b without unit, alpha in weeks."""

    name: Kind
    r: float
    alpha: float
    a: float
    b: float
    converged: bool = True
    log_likelihood: float = 0.0

    @classmethod
    def fit(cls, past: Past, name: Kind) -> Self:
        """By maximum likelihood; `converged` says whether the parameters can be trusted."""

        def objective(values: Floats) -> tuple[float, Floats]:
            likelihood, slopes = cls._with(name, values.tolist())._slopes(past)
            return float(likelihood @ past.weight), slopes @ past.weight * values

        found = maximize(objective, STARTS)
        return cls._with(name, found.values, found.converged, found.log_likelihood)

    @classmethod
    def _with(
        cls, name: Kind, values: Sequence[float], converged: bool = True, reached: float = 0.0
    ) -> Self:
        r, alpha, a, b = values
        return cls(name, r, alpha, a, b, converged, reached)

    @property
    def parameters(self) -> dict[str, float]:
        """By the names of the papers."""
        return {"r": self.r, "alpha": self.alpha, "a": self.a, "b": self.b}

    def likelihood(self, past: Past) -> Floats:
        """The logarithm of each row's likelihood, without its weight."""
        from scipy.special import betaln, gammaln

        k = self.r + past.repeats
        stayed = self._stayed(past)
        shared = gammaln(k) - gammaln(self.r) + self.r * np.log(self.alpha)
        shared = shared + betaln(self.a, stayed) - betaln(self.a, self.b)
        return np.asarray(shared + self._silence(past))

    def alive(self, past: Past) -> Floats:
        """The probability that somebody has not left yet (no score for who buys again)."""
        from scipy.special import expit

        return np.asarray(expit(-self._left(past)))

    def expected(self, past: Past, weeks: float) -> Floats:
        """Expected purchase days in the next `weeks`, given the past."""
        return self.alive(past) * self.expected_there(past, weeks)

    def probability(self, past: Past, weeks: Floats | float) -> Floats:
        """The probability of at least one purchase in the next `weeks`, given the past."""
        return self.alive(past) * self.chance_there(past, weeks)

    def expected_there(self, past: Past, weeks: float) -> Floats:
        """Expected purchase days of those who have not left yet."""
        reach = weeks / (self.alpha + past.age)
        return purchases_until_dropout(self.r + past.repeats, reach, self.a, self._stayed(past))

    def chance_there(self, past: Past, weeks: Floats | float) -> Floats:
        """The probability of a purchase of those who have not left yet: nobody leaves before."""
        k = self.r + past.repeats
        return np.asarray(-np.expm1(-k * np.log1p(weeks / (self.alpha + past.age))))

    def _stayed(self, past: Past) -> Floats:
        """The second parameter of the beta of those who have not left."""
        return self.b + past.repeats + (self.name == "MBG/NBD")

    def _silence(self, past: Past) -> Floats:
        """The part of the log-likelihood that changes while nothing happens."""
        k = self.r + past.repeats
        return -k * np.log(self.alpha + past.age) + np.logaddexp(0.0, self._left(past))

    def _left(self, past: Past) -> Floats:
        """The logarithm of how much likelier it is to have left than to be there."""
        later = np.log(self.alpha + past.age) - np.log(self.alpha + past.active)
        stayed = np.maximum(self._stayed(past) - 1.0, 1e-300)
        odds = np.log(self.a) - np.log(stayed) + (self.r + past.repeats) * later
        if self.name == "BG/NBD":
            return np.where(past.repeats > 0, odds, -np.inf)
        return np.asarray(odds)

    def _slopes(self, past: Past) -> tuple[Floats, Floats]:
        """Each row's log-likelihood, and its slopes by r, alpha, a, b."""
        from scipy.special import digamma, expit

        k, stayed = self.r + past.repeats, self._stayed(past)
        gone = expit(self._left(past))
        now, then = self.alpha + past.age, self.alpha + past.active
        by_r = digamma(k) - digamma(self.r) + np.log(self.alpha) - np.log(now)
        by_r += gone * (np.log(now) - np.log(then))
        by_alpha = self.r / self.alpha - k / now + gone * k * (1 / now - 1 / then)
        both = digamma(self.a + self.b) - digamma(self.a + stayed)
        by_a = both + gone / self.a
        with np.errstate(divide="ignore", invalid="ignore"):
            leaving = np.where(gone > 0, gone / (stayed - 1.0), 0.0)
        by_b = both + digamma(stayed) - digamma(self.b) - leaving
        return self.likelihood(past), np.stack([by_r, by_alpha, by_a, by_b])
