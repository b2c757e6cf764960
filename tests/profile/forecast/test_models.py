"""The models against their definitions: integrated, differenced, simulated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import gamma, roots_genlaguerre, roots_jacobi

from crmsync.profile.forecast.beta import purchases_until_dropout
from crmsync.profile.forecast.dropout import Dropout
from crmsync.profile.forecast.pareto import Pareto
from crmsync.profile.forecast.past import Floats, Past, grouped
from tests.profile.forecast import simulated

BG = Dropout("BG/NBD", 0.8, 6.0, 0.7, 2.4)
MBG = Dropout("MBG/NBD", 1.3, 6.0, 0.9, 2.0)
PARETO = Pareto(0.9, 10.0, 1.2, 12.0)
MODELS = (BG, MBG, PARETO)
NAMED = [model.name for model in MODELS]
PAST = Past.of([0, 1, 1, 3, 8, 12], [0, 0.3, 7.0, 2.0, 9.5, 6.0], [10, 8, 9, 10, 10, 12])
NODES = 120


def rates(shape: float, scale: float) -> tuple[Floats, Floats]:
    """Nodes and weights of a gamma distribution."""
    nodes, weights = roots_genlaguerre(NODES, shape - 1)
    return nodes / scale, weights / gamma(shape)


def chances(a: float, b: float) -> tuple[Floats, Floats]:
    """Nodes and weights of a beta distribution."""
    nodes, weights = roots_jacobi(NODES, b - 1, a - 1)
    return (nodes + 1) / 2, weights / weights.sum()


class Integrated:
    """Likelihood and predictions of one customer, as integrals over what is not known of him."""

    def __init__(self, model: Dropout | Pareto, x: float, t_x: float, age: float) -> None:
        if isinstance(model, Pareto):
            self._pareto(model, x, t_x, age)
        else:
            self._dropout(model, x, t_x, age)

    def _dropout(self, model: Dropout, x: float, t_x: float, age: float) -> None:
        (rate, weight), (p, share) = rates(model.r, model.alpha), chances(model.a, model.b)
        self.rate, self.p, self.weight = rate[:, None], p, weight[:, None] * share
        more = float(model.name == "MBG/NBD")
        self.there = self.rate**x * np.exp(-self.rate * age) * (1 - p) ** (x + more)
        left = self.rate**x * np.exp(-self.rate * t_x) * p * (1 - p) ** (x + more - 1)
        self.left = left if x + more > 0 else np.zeros_like(left)
        self.buys: Callable[[float], Floats] = lambda h: (1 - np.exp(-self.rate * p * h)) / p
        self.comes: Callable[[float], Floats] = lambda h: 1 - np.exp(-self.rate * h) + 0 * p

    def _pareto(self, model: Pareto, x: float, t_x: float, age: float) -> None:
        (rate, weight), (mu, share) = rates(model.r, model.alpha), rates(model.s, model.beta)
        self.rate, self.weight = rate[:, None], weight[:, None] * share
        both = self.rate + mu
        self.there = self.rate**x * np.exp(-both * age)
        self.left = self.rate**x * mu / both * (np.exp(-both * t_x) - np.exp(-both * age))
        self.buys = lambda h: self.rate / mu * (1 - np.exp(-mu * h))
        self.comes = lambda h: self.rate / both * (1 - np.exp(-both * h))

    def likelihood(self) -> float:
        return float(((self.there + self.left) * self.weight).sum())

    def given(self, ahead: Callable[[float], Floats], weeks: float) -> float:
        return float((ahead(weeks) * self.there * self.weight).sum()) / self.likelihood()


def each(model: Dropout | Pareto) -> list[Integrated]:
    rows = zip(PAST.repeats, PAST.active, PAST.age, strict=True)
    return [Integrated(model, *row) for row in rows]


@pytest.mark.parametrize("model", MODELS, ids=NAMED)
def test_likelihood_is_the_integral_of_the_definition(model: Dropout | Pareto) -> None:
    wanted = [one.likelihood() for one in each(model)]
    assert np.exp(model.likelihood(PAST)) == pytest.approx(wanted, rel=1e-7)


@pytest.mark.parametrize("weeks", (0.5, 13.0, 52.0))
@pytest.mark.parametrize("model", MODELS, ids=NAMED)
def test_predictions_are_the_integrals_of_the_definition(
    model: Dropout | Pareto, weeks: float
) -> None:
    people = each(model)
    wanted = [one.given(one.buys, weeks) for one in people]
    assert model.expected(PAST, weeks) == pytest.approx(wanted, rel=1e-6)
    wanted = [one.given(one.comes, weeks) for one in people]
    assert model.probability(PAST, weeks) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("model", MODELS, ids=NAMED)
def test_no_purchase_is_the_ratio_of_two_likelihoods(model: Dropout | Pareto) -> None:
    later = model.likelihood(PAST.later(20.0)) - model.likelihood(PAST)
    assert model.probability(PAST, 20.0) == pytest.approx(-np.expm1(later), rel=1e-9)


@pytest.mark.parametrize("model", MODELS, ids=NAMED)
def test_slopes_are_those_of_the_likelihood(model: Dropout | Pareto) -> None:
    _, slopes = model._slopes(PAST)
    for number, (name, value) in enumerate(model.parameters.items()):
        step = value * 1e-6
        up, down = (
            type(model)(**{**fields(model), name: value + sign * step}) for sign in (1.0, -1.0)
        )
        difference = (up.likelihood(PAST) - down.likelihood(PAST)) / (2 * step)
        assert slopes[number] == pytest.approx(difference, rel=1e-4, abs=1e-7), name


def fields(model: Dropout | Pareto) -> dict[str, object]:
    return {"name": model.name, **model.parameters}


MADE = {
    "BG/NBD": simulated.dropout(
        0.8, 6.0, 0.7, 2.4, first_too=False, count=30_000, ahead=40.0, seed=1
    ),
    "MBG/NBD": simulated.dropout(
        1.3, 6.0, 0.9, 2.0, first_too=True, count=30_000, ahead=40.0, seed=2
    ),
    "Pareto/NBD": simulated.pareto(0.9, 10.0, 1.2, 12.0, count=30_000, ahead=40.0, seed=3),
}


@pytest.mark.parametrize("model", MODELS, ids=NAMED)
def test_predictions_hold_for_simulated_customers(model: Dropout | Pareto) -> None:
    """In every class of customers that the past tells apart, within four standard errors."""
    made = MADE[model.name]
    expected, chance = model.expected(made.past, 40.0), model.probability(made.past, 40.0)
    quiet = made.past.silent > 0.5 * made.past.age
    for low, high in ((0, 0), (1, 1), (2, 3), (4, 7), (8, 10**9)):
        inside = (made.past.repeats >= low) & (made.past.repeats <= high)
        for rows in (inside & quiet, inside & ~quiet):
            if rows.sum() < 100:
                continue
            real, came = made.ahead[rows], made.ahead[rows] > 0
            error = max(real.std(), 0.05) / rows.sum() ** 0.5
            assert abs(expected[rows].mean() - real.mean()) < 4 * error
            error = max(came.std(), 0.05) / rows.sum() ** 0.5
            assert abs(chance[rows].mean() - came.mean()) < 4 * error


def test_parameters_of_simulated_customers_are_found() -> None:
    rows = {name: grouped_weeks(made.past) for name, made in MADE.items()}
    bg = Dropout.fit(rows["BG/NBD"], "BG/NBD")
    mbg = Dropout.fit(rows["MBG/NBD"], "MBG/NBD")
    pareto = Pareto.fit(rows["Pareto/NBD"])
    for found, true in ((bg, BG), (mbg, MBG), (pareto, PARETO)):
        assert found.converged
        near = pytest.approx(list(true.parameters.values()), rel=0.15)
        assert list(found.parameters.values()) == near
        reached = float(found.likelihood(rows[true.name]) @ rows[true.name].weight)
        assert reached >= float(true.likelihood(rows[true.name]) @ rows[true.name].weight) - 0.1


def grouped_weeks(past: Past) -> Past:
    """In whole days, as purchases are told; a repeat is a day later at least."""
    active = np.maximum(np.ceil(past.active * 7), past.repeats > 0) / 7
    return grouped(Past.of(past.repeats, active, past.age))[0]


def test_a_fit_to_grouped_rows_is_the_fit_to_all() -> None:
    made = simulated.pareto(0.9, 10.0, 1.2, 12.0, count=1_000, ahead=1.0, seed=4).past
    active = np.round(made.active)
    every = Past.of(made.repeats, active, np.maximum(made.age, active))
    rows, place = grouped(every)
    assert len(rows) < len(every)
    assert rows.weight.sum() == len(every)
    assert np.array_equal(rows.active[place], every.active)
    for fit in (Pareto.fit, lambda past: Dropout.fit(past, "MBG/NBD")):
        few, many = fit(rows), fit(every)
        assert few.log_likelihood == pytest.approx(many.log_likelihood, rel=1e-7)


def test_bg_nbd_of_who_came_once_is_always_alive_and_so_no_score() -> None:
    once = Past.of([0, 0], [0, 0], [1.0, 500.0])
    assert BG.alive(once).tolist() == [1.0, 1.0]
    near, far = BG.probability(once, 13.0)
    assert far < near / 10


@pytest.mark.parametrize("a", (0.02, 0.8, 1.0, 3.0, 60.0))
@pytest.mark.parametrize("stayed", (0.05, 1.0, 7.5, 60.0))
def test_integral_over_dropout_is_that_of_the_beta(a: float, stayed: float) -> None:
    p, share = chances(a, stayed)
    wanted = (-np.expm1(-3.3 * np.log1p(p * 0.9)) / p) @ share
    found = mean_of(3.3, 0.9, a, stayed)
    assert found == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("a, stayed", ((3_000.0, 3_000.0), (0.5, 8_000.0), (8_000.0, 0.5)))
def test_integral_over_a_narrow_beta(a: float, stayed: float) -> None:
    """Where the beta is narrow beside the function, it is the function at its mean, nearly."""
    mean = a / (a + stayed)
    function = -np.expm1(-3.3 * np.log1p(mean * 0.9)) / mean
    assert mean_of(3.3, 0.9, a, stayed) == pytest.approx(function, rel=1e-3)


def mean_of(k: float, reach: float, a: float, stayed: float) -> float:
    columns = (np.array([value]) for value in (k, reach))
    return float(purchases_until_dropout(*columns, a, np.array([stayed]))[0])


def test_integral_over_dropout_near_its_edges() -> None:
    """Where a is 1 the formula of the paper is 0 / 0; with hardly any leaving it is k reach."""
    k, reach, stayed = np.array([0.3, 4.0]), np.array([1.5, 0.2]), np.array([2.0, 5.7])
    around = [purchases_until_dropout(k, reach, a, stayed) for a in (1 - 1e-4, 1.0, 1 + 1e-4)]
    assert around[1] == pytest.approx((around[0] + around[2]) / 2, rel=1e-7)
    hardly = purchases_until_dropout(k, reach, 1e-7, stayed)
    assert hardly == pytest.approx(k * reach, rel=1e-5)
    one_day = purchases_until_dropout(np.array([2.0]), np.array([3.0]), 1.0, np.array([1.0]))
    # p even on (0, 1), k = 2: the mean of (1 - (1 + 3 p)^-2) / p is log 4 + 1 - 1/4
    assert one_day == pytest.approx([np.log(4.0) + 0.75], rel=1e-12)
