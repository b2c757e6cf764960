"""What a purchase day brings."""

from __future__ import annotations

import numpy as np
import pytest

from crmsync.profile.forecast.purchases import read
from crmsync.profile.forecast.spend import Spend, _likelihood, days_and_mean


def bought(p: float, q: float, v: float, count: int) -> tuple[list[int], list[int], list[int]]:
    """Customers who spend by the definition of gamma-gamma, in minor units."""
    random = np.random.default_rng(11)
    customers, days, money = [], [], []
    for number in range(count):
        scale = 1 / random.gamma(q, 1 / v)
        for day in range(random.integers(1, 9)):
            customers.append(number)
            days.append(day)
            money.append(round(random.gamma(p, scale)))
    return customers, days, money


def test_parameters_of_simulated_customers_are_found() -> None:
    spend = Spend.fit(read(*bought(6.0, 4.0, 1_500.0, 4_000)))
    assert spend.converged
    assert spend.name == "gamma-gamma"
    assert [spend.p, spend.q, spend.v] == pytest.approx([6.0, 4.0, 1_500.0], rel=0.12)
    assert spend.mean == pytest.approx(3_000.0, rel=0.03)


def test_expected_lies_between_the_own_mean_and_everybodys() -> None:
    spend = Spend(6.0, 4.0, 1_500.0, 3_000.0)
    few, many = spend.expected(np.array([1.0, 50.0]), np.array([9_000.0, 9_000.0]))
    assert 3_000 < few < many < 9_000
    assert few == pytest.approx(6 * (1_500 + 9_000) / (6 + 3))
    assert spend.expected(np.array([1e-9]), np.array([0.0])) == pytest.approx([3_000.0])


def test_slopes_are_those_of_the_likelihood() -> None:
    days, mean = np.array([1.0, 3.0, 8.0]), np.array([0.4, 1.1, 2.5])
    values = np.array([2.0, 1.5, 0.8])
    _, slopes = _likelihood(values, days, mean)
    for number in range(3):
        step = np.zeros(3)
        step[number] = 1e-6
        up, down = (_likelihood(values * np.exp(sign * step), days, mean)[0] for sign in (1, -1))
        assert slopes[number] == pytest.approx((up - down) / 2e-6, rel=1e-5)


@pytest.mark.parametrize("money", ([500, 700, 0], [0, 0, 0], [-300, -100, 200]))
def test_with_few_customers_the_own_mean_is_pulled_towards_everybodys(money: list[int]) -> None:
    told = read([1, 1, 2], [0, 5, 2], money)
    spend = Spend.fit(told)
    assert spend.name == "shrunk mean"
    expected = spend.expected(*days_and_mean(told))
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    if money[0] == 500:
        assert spend.mean == pytest.approx(600.0)
        assert expected == pytest.approx([600.0, 400.0])  # two days of 600 and one of 0


def test_customers_who_all_spend_the_same() -> None:
    told = read(list(range(200)), [0] * 200, [1_000] * 200)
    expected = Spend.fit(told).expected(*days_and_mean(told))
    assert expected == pytest.approx([1_000.0] * 200, rel=0.05)
