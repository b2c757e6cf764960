"""Maximum likelihood for a handful of positive parameters, with a flag instead of an exception."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from crmsync.profile.forecast.past import Floats

LOWEST, HIGHEST = -9.0, 9.0
"""Bounds of the logarithms of the parameters: from 1/8,000 to 8,000."""

SPREAD = 3.0
"""A weak prior on each logarithm: a normal one of this deviation around the start. It weighs as
much as a fraction of one customer, and keeps what the data do not tell from running away."""

Objective = Callable[[Floats], tuple[float, Floats]]
"""Log-likelihood of the parameters, and its slope by each parameter's logarithm."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Parameters found (positive), their log-likelihood, and whether the search came to rest."""

    values: tuple[float, ...]
    log_likelihood: float
    converged: bool


def maximize(
    objective: Objective, starts: Sequence[Sequence[float]], rough: Objective | None = None
) -> Fit:
    """The parameters of the greatest likelihood; each start is tried until one comes to rest.

    The first start is the middle of the prior. `rough` is the likelihood of some of the customers:
    the long way is gone with it, and only the end with all of them. Never raises for bad data:
    `converged` is False where no start came to rest at a finite likelihood off the bounds.
    """
    middle = np.log(np.asarray(starts[0], dtype=np.float64))
    best = Fit(tuple(starts[0]), -np.inf, False)
    for start in starts:
        place = np.log(np.asarray(start, dtype=np.float64))
        if rough is not None:
            place = np.log(_climb(rough, place, middle).values)
        found = _climb(objective, place, middle)
        if (found.converged, found.log_likelihood) > (best.converged, best.log_likelihood):
            best = found
        if best.converged:
            break
    return best


def _climb(objective: Objective, start: Floats, middle: Floats) -> Fit:
    from scipy.optimize import minimize

    def cost(logs: Floats) -> tuple[float, Floats]:
        value, slope = objective(np.exp(logs))
        off = (logs - middle) / SPREAD
        value, slope = value - 0.5 * float(off @ off), slope - off / SPREAD
        if not (np.isfinite(value) and np.isfinite(slope).all()):
            return 1e300, np.zeros_like(logs)
        return -value, -slope

    bounds = [(LOWEST, HIGHEST)] * len(start)
    with np.errstate(all="ignore"):
        found = minimize(
            cost, start, jac=True, method="L-BFGS-B", bounds=bounds,
            options={"maxiter": 500, "ftol": 1e-11, "gtol": 1e-6},
        )  # fmt: skip
        value = objective(np.exp(found.x))[0]
    inside = bool(np.all((found.x > LOWEST + 1e-3) & (found.x < HIGHEST - 1e-3)))
    rested = bool(np.isfinite(value)) and found.fun < 1e299 and _at_rest(cost, found.x)
    return Fit(tuple(float(v) for v in np.exp(found.x)), float(value), inside and rested)


def _at_rest(cost: Callable[[Floats], tuple[float, Floats]], logs: Floats) -> bool:
    """Whether the slope is nothing beside the noise of the data (about the root of the value)."""
    value, slope = cost(logs)
    return bool(np.abs(slope).max() <= 1e-3 * max(1.0, abs(value)) ** 0.5)
