"""Expected purchases before somebody leaves, over a beta-distributed probability of leaving."""

from __future__ import annotations

import numpy as np

from crmsync.profile.forecast.past import Floats

STEP = 0.25
"""The widest step of the integral, in units of log(p / (1 - p)): the error falls with
exp(-2 pi d / STEP), d about pi / 2, which is below 1e-15. Where the beta is narrower than that,
the step is three quarters of its deviation."""

SMALL = 45.0
"""What is below exp(-SMALL) of the whole is left out."""

ROWS = 20_000
"""Rows integrated at once, so that the steps fit into the cache."""


def purchases_until_dropout(k: Floats, reach: Floats, a: float, stayed: Floats) -> Floats:
    """The mean of (1 - (1 + p reach)^-k) / p over p, which is beta distributed (a, stayed).

    Columns: `k` > 0, the shape of the purchase rate; `reach` >= 0, the time ahead in units of the
    gamma's rate; `stayed` > 0, the same for equal k. In the papers this is one minus a
    hypergeometric function 2F1, times (a + b' - 1) / (a - 1): a difference of large equal numbers.
    The integral has positive terms only. It is a sum over equal steps of log(p / (1 - p)), whose
    small p, where the function is k reach, are added as the geometric series that they are.
    """
    both = k + 1j * reach  # sorts as pairs; stayed goes with k
    _, first, place = np.unique(both, return_index=True, return_inverse=True)
    parts = (first[start : start + ROWS] for start in range(0, len(first), ROWS))
    means = [_mean(k[rows], reach[rows], stayed[rows], a) for rows in parts]
    return np.asarray(np.concatenate([*means, np.empty(0)])[place])


def _mean(k: Floats, reach: Floats, stayed: Floats, a: float) -> Floats:
    """The integral for a part of the rows, over one grid that suits all of them."""
    low, high, step = _grid(a, stayed, float((k * reach).max(initial=1.0)))
    peak = a * np.log(a / (a + stayed)) + stayed * np.log(stayed / (a + stayed))
    total, weight = np.zeros_like(k), np.zeros_like(k)

    def mass(place: float) -> Floats:
        return np.asarray(np.exp(a * place - (a + stayed) * np.logaddexp(0.0, place) - peak))

    places = np.arange(low, high, step)
    for place in places:
        p, here = 1.0 / (1.0 + np.exp(-place)), mass(place)
        total += here * -np.expm1(-k * np.log1p(p * reach)) / p
        weight += here
    below = mass(low - step) / -np.expm1(-a * step)
    above = mass(places[-1] + step) / -np.expm1(-stayed * step)
    total += below * k * reach + above * -np.expm1(-k * np.log1p(reach))
    return np.asarray(total / (weight + below + above))


def _grid(a: float, stayed: Floats, largest: float) -> tuple[float, float, float]:
    """From where to where the integral goes, and its step.

    Below, p is so small that the function is k reach; above, that it is what it is at p = 1; or
    nothing is left of the beta.
    """
    least, most = float(stayed.min()), float(stayed.max())
    deviation = (1.0 / a + 1.0 / most) ** 0.5
    flat = -np.log(max(1.0, most, largest)) - 23.0
    nothing = np.log(a / (a + most)) - 10.0 * deviation - SMALL / a
    with np.errstate(over="ignore"):
        high = np.log(np.expm1((SMALL + a + 10.0 * a**0.5) / least))
    return max(flat, nothing), min(max(float(high), -20.0), 32.0), min(STEP, 0.75 * deviation)
