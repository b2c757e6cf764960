"""Customers made by the definitions of the models themselves, step by step, in weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmsync.profile.forecast.past import Floats, Past

FOREVER = 1e12


@dataclass(frozen=True)
class Made:
    """What was seen of each by his age, and what he bought in the time ahead."""

    past: Past
    ahead: Floats


def dropout(
    r: float, alpha: float, a: float, b: float, *,
    first_too: bool, count: int, ahead: float, seed: int,
) -> Made:  # fmt: skip
    """BG/NBD, or MBG/NBD where people may leave after the first purchase too."""
    random = np.random.default_rng(seed)
    rate, leave = random.gamma(r, 1 / alpha, count), random.beta(a, b, count)
    there = np.ones(count, dtype=bool)
    if first_too:
        there &= random.random(count) > leave
    return _buying(random, rate, count, ahead, there, leave, np.full(count, FOREVER))


def pareto(
    r: float, alpha: float, s: float, beta: float, *, count: int, ahead: float, seed: int
) -> Made:
    """Pareto/NBD."""
    random = np.random.default_rng(seed)
    rate = random.gamma(r, 1 / alpha, count)
    stays = random.exponential(1 / random.gamma(s, 1 / beta, count))
    return _buying(random, rate, count, ahead, np.ones(count, dtype=bool), np.zeros(count), stays)


def _buying(
    random: np.random.Generator, rate: Floats, count: int, ahead: float,
    there: np.ndarray, leave: Floats, stays: Floats,
) -> Made:  # fmt: skip
    age = random.integers(26, 79, count).astype(np.float64)
    repeats, active, later, now = (np.zeros(count) for _ in range(4))
    while there.any():
        now = np.where(there, now + random.exponential(1.0, count) / rate, now)
        there &= (now < age + ahead) & (now < stays)
        seen, coming = there & (now <= age), there & (now > age)
        repeats, later = repeats + seen, later + coming
        active = np.where(seen, now, active)
        there &= random.random(count) > leave
    return Made(Past.of(repeats, active, age), later)
