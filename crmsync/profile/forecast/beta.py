"""Expected purchases before somebody leaves, over a beta-distributed probability of leaving."""

from __future__ import annotations

import numpy as np

from crmsync.profile.forecast.past import Floats

STEP = 0.25
"""Width of the steps of the integral, in units of log(p / (1 - p)): the error falls with
exp(-2 pi d / STEP), d about pi / 2, which is below 1e-15."""

ROWS = 20_000
"""Rows integrated at once, so that the steps fit into the cache."""


def purchases_until_dropout(k: Floats, reach: Floats, a: float, stayed: Floats) -> Floats:
    """The mean of (1 - (1 + p reach)^-k) / p over p, which is beta distributed (a, stayed).

    Columns: `k` > 0, the shape of the purchase rate; `reach` >= 0, the time ahead in units of the
    gamma's rate; `stayed` > 0, the same for equal k. In the papers this is (a + b' - 1) / (a - 1) times one minus a
    hypergeometric function 2F1, a difference of large equal numbers; the integral has positive
    terms only. It is a sum over equal steps of log(p / (1 - p)), whose small p, where the function
    is k reach, are added as the geometric series that they are.
    """
    both = k + 1j * reach  # sorts as pairs; stayed goes with k
    _, first, place = np.unique(both, return_index=True, return_inverse=True)
    parts = (first[start : start + ROWS] for start in range(0, len(first), ROWS))
    means = [_mean(k[rows], reach[rows], stayed[rows], a) for rows in parts]
    return np.asarray(np.concatenate([*means, np.empty(0)])[place])


def _mean(k: Floats, reach: Floats, stayed: Floats, a: float) -> Floats:
    """The integral for a part of the rows, over one grid that suits all of them."""
    large = float(max(1.0, stayed.max(initial=1.0), (k * reach).max(initial=1.0)))
    low = -np.log(large) - 23.0
    high = max(np.log(45.0 / float(stayed.min(initial=1.0))), 1.0) + 3.0
    high = min(high, 30.0)
    steps = np.arange(low, high, STEP)
    total, weight = np.zeros_like(k), np.zeros_like(k)
    for step in steps:
        p = 1.0 / (1.0 + np.exp(-step))
        mass = np.exp(a * step - (a + stayed) * np.logaddexp(0.0, step))
        total += mass * -np.expm1(-k * np.log1p(p * reach)) / p
        weight += mass
    rest = np.exp(a * (low - STEP)) / -np.expm1(-a * STEP)
    return np.asarray((total + rest * k * reach) / (weight + rest))
