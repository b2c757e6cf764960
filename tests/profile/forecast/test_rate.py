"""The empirical-Bayes rate: what it counts, and that it learns what happened."""

from __future__ import annotations

import numpy as np
import pytest

from crmsync.profile.forecast.purchases import Purchases, read
from crmsync.profile.forecast.rate import Rate
from crmsync.profile.forecast.seen import Seen


def shop(*, restless: bool, count: int = 800, seed: int = 5) -> Purchases:
    """A year of customers who buy at random, each at his pace; the restless have another one after
    four months.
    """
    random = np.random.default_rng(seed)
    own = random.gamma(2.0, 0.025, count)
    rows = [(number, 0, 100) for number in range(count)]
    for day in range(1, 361):
        if day == 120 and restless:
            random.shuffle(own)
        comes = np.flatnonzero(random.random(count) < own)
        rows += [(int(number), day, 100) for number in comes]
    return read(*np.array(rows).T)


def test_what_lies_a_half_life_back_counts_half() -> None:
    seen = Seen.on(read([1, 1, 1, 2], [0, 70, 140, 140], [1, 1, 1, 1]), 140)
    count, weeks = seen.faded(10.0)
    assert count == pytest.approx([1.5, 0.0])
    fade = np.log(2) / 10
    assert weeks == pytest.approx([(1 - 0.25) / fade, 0.0])


def test_the_mean_of_the_prior_and_the_own_pace() -> None:
    """Without fading, lateness or attrition it is the mean of the gamma after what was seen."""
    rate = Rate(2.0, 8.0, 1e7, 1e9, 1.0, 1.0, 1e-9)
    seen = Seen.on(read([1, 1, 1], [0, 7, 70], [1, 1, 1]), 84)
    outlook = rate.outlook(seen)
    pace = (2.0 + 2.0) / (8.0 + 12.0)
    assert outlook.expected(70) == pytest.approx([10 * pace], rel=1e-5)
    wanted = 1 - (20.0 / 30.0) ** 4  # negative binomial: nothing in ten weeks
    assert outlook.probability(70) == pytest.approx([wanted], rel=1e-5)


def test_it_learns_the_pace() -> None:
    told = shop(restless=False)
    model = Rate.fit(Seen.on(told, 270))
    assert model.converged
    seen = Seen.on(told, 270)
    real = told.counts(270, 360, seen.purchases.customers)
    assert model.outlook(seen).expected(90).sum() == pytest.approx(real.sum(), rel=0.05)


def test_where_customers_change_what_is_old_counts_less() -> None:
    steady, changed = (Rate.fit(Seen.on(shop(restless=one), 270)) for one in (False, True))
    assert changed.half_life < steady.half_life / 2


def test_where_nothing_can_be_learnt_the_usual_numbers_stand_in() -> None:
    few = read([1, 1, 2], [0, 90, 10], [1, 1, 1])
    model = Rate.fit(Seen.on(few, 100))
    assert not model.converged
    assert model == Rate.usual()
