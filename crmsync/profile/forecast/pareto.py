"""Pareto/NBD: customers who buy at random and leave at a moment of their own.

Each buys at a rate of his own, gamma distributed over customers (shape r, rate alpha, in weeks),
and stays for an exponential time, whose rate is gamma distributed too (shape s, rate beta):
Schmittlein, Morrison & Colombo 1987, Counting your customers: who are they and what will they do
next?, Management Science 33; the formulas as in Fader & Hardie 2005, A note on deriving the
Pareto/NBD model and related expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Self

import numpy as np

from crmsync.profile.forecast.fitting import maximize
from crmsync.profile.forecast.past import Floats, Past

STARTS = ((0.5, 5.0, 0.5, 10.0), (1.0, 1.0, 1.0, 50.0), (3.0, 3.0, 0.1, 20.0))
NODES = 16
ROUGH = 1_500
"""Rows with which the search begins."""

FALL = 40.0
"""The integral stops where its function has fallen by exp(-FALL)."""


@dataclass(frozen=True, slots=True)
class Pareto:
    """A fitted model; r and s without unit, alpha and beta in weeks."""

    r: float
    alpha: float
    s: float
    beta: float
    converged: bool = True
    log_likelihood: float = 0.0
    name: str = "Pareto/NBD"

    @classmethod
    def fit(cls, past: Past) -> Self:
        """By maximum likelihood; `converged` says whether the parameters can be trusted."""

        def objective(rows: Past, values: Floats) -> tuple[float, Floats]:
            likelihood, slopes = cls._with(values.tolist())._slopes(rows)
            return float(likelihood @ rows.weight), slopes @ rows.weight * values

        rough = partial(objective, past.some(ROUGH)) if len(past) > ROUGH else None
        found = maximize(partial(objective, past), STARTS, rough)
        return cls._with(found.values, found.converged, found.log_likelihood)

    @classmethod
    def _with(cls, values: Sequence[float], converged: bool = True, reached: float = 0.0) -> Self:
        r, alpha, s, beta = values
        return cls(r, alpha, s, beta, converged, reached)

    @property
    def parameters(self) -> dict[str, float]:
        """By the names of the papers."""
        return {"r": self.r, "alpha": self.alpha, "s": self.s, "beta": self.beta}

    def likelihood(self, past: Past) -> Floats:
        """The logarithm of each row's likelihood, without its weight."""
        there = self._there(past.repeats, past.age)
        return self._shared(past) + there + np.logaddexp(0.0, self._left(past))

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
        stay = self.beta + past.age
        longer = np.log1p(weeks / stay)
        above = self.s - 1.0
        share = longer if abs(above) < 1e-9 else -np.expm1(-above * longer) / above
        rate = (self.r + past.repeats) / (self.alpha + past.age)
        return np.asarray(rate * stay * share)

    def chance_there(self, past: Past, weeks: Floats | float) -> Floats:
        """The probability of a purchase of those who have not left yet.

        What is left of one: to be there at the end without a purchase, and to have left before.
        """
        later = past.age + weeks
        there = self._there(past.repeats, later) - self._there(past.repeats, past.age)
        leaves = np.exp(there + self._between(past.repeats, past.age, later))
        return np.asarray(np.clip(-np.expm1(there) - leaves, 0.0, 1.0))

    def _shared(self, past: Past) -> Floats:
        from scipy.special import gammaln

        k = self.r + past.repeats
        return np.asarray(
            gammaln(k) - gammaln(self.r) + self.r * np.log(self.alpha) + self.s * np.log(self.beta)
        )

    def _there(self, repeats: Floats, age: Floats) -> Floats:
        """The logarithm of the likelihood of being there until `age`, less what is shared."""
        return np.asarray(
            -(self.r + repeats) * np.log(self.alpha + age) - self.s * np.log(self.beta + age)
        )

    def _left(self, past: Past) -> Floats:
        """The logarithm of how much likelier it is to have left than to be there."""
        return self._between(past.repeats, past.active, past.age)

    def _between(self, repeats: Floats, start: Floats, end: Floats) -> Floats:
        """The same of having left between two ages, and to be there at the end."""
        highest, shares = _parted(self._moments(repeats, start, end).height)
        with np.errstate(divide="ignore"):
            return np.asarray(highest + np.log(shares.sum(axis=0)))

    def _moments(self, repeats: Floats, start: Floats, end: Floats) -> Moments:
        """The integral over the moment of leaving, node by node.

        Gauss-Legendre in the logarithm of the moment: the function is smooth there, and all terms
        are positive, unlike the difference of two hypergeometric functions that the paper has.
        """
        k = self.r + repeats
        shift = min(self.alpha, self.beta)
        first = shift + start
        fall = k * first / (self.alpha + start) + (self.s + 1) * first / (self.beta + start) - 1.0
        low = np.log(first)
        width = np.minimum(np.log(shift + end) - low, FALL / np.maximum(fall, 1e-3))
        nodes, weights = np.polynomial.legendre.leggauss(NODES)
        places = low + width * ((nodes + 1.0) / 2.0)[:, None]
        near, far = np.exp(places), np.exp(places) + abs(self.alpha - self.beta)
        log_far = np.log(far)
        alpha_first = self.alpha <= self.beta
        at_a, log_a = (near, places) if alpha_first else (far, log_far)
        at_b, log_b = (far, log_far) if alpha_first else (near, places)
        with np.errstate(divide="ignore"):
            whole = np.log(width * (self.s / 2.0)) - self._there(repeats, end)
        height = places - k * log_a - (self.s + 1.0) * log_b + whole + np.log(weights)[:, None]
        return Moments(height, at_a, log_a, at_b, log_b)

    def _slopes(self, past: Past) -> tuple[Floats, Floats]:
        """Each row's log-likelihood, and its slopes by r, alpha, s, beta."""
        from scipy.special import digamma

        k = self.r + past.repeats
        moments = self._moments(past.repeats, past.active, past.age)
        highest, shares = _parted(moments.height)
        scale = shares.sum(axis=0) + np.exp(-highest)
        there, gone = np.exp(-highest) / scale, shares / scale
        now_a, now_b = self.alpha + past.age, self.beta + past.age
        mean_a = there * np.log(now_a) + _sums(gone, moments.log_a)
        mean_b = there * np.log(now_b) + _sums(gone, moments.log_b)
        over_a = there / now_a + _sums(gone, 1.0 / moments.at_a)
        over_b = there * self.s / now_b + (self.s + 1.0) * _sums(gone, 1.0 / moments.at_b)
        by_r = digamma(k) - digamma(self.r) + np.log(self.alpha) - mean_a
        by_s = np.log(self.beta) - mean_b + (1.0 - there) / self.s
        by_alpha, by_beta = self.r / self.alpha - k * over_a, self.s / self.beta - over_b
        value = self._shared(past) + self._there(past.repeats, past.age) + highest + np.log(scale)
        return value, np.stack([by_r, by_alpha, by_s, by_beta])


class Moments(NamedTuple):
    """At every node: the logarithm of the term, relative to being there at the end; alpha and beta
    plus the moment, with their logarithms.
    """

    height: Floats
    at_a: Floats
    log_a: Floats
    at_b: Floats
    log_b: Floats


def _parted(height: Floats) -> tuple[Floats, Floats]:
    """The highest of each column (0 at least), and the powers of what is left."""
    highest = np.maximum(height.max(axis=0), 0.0)
    return highest, np.exp(height - highest)


def _sums(shares: Floats, values: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->j", shares, values))
