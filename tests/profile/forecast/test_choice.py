"""Gate and choice: closed with reasons; by the calibration alone; the best standing first."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from crmsync.profile.forecast.choice import Score, auc, choose, judge, mean, rank
from crmsync.profile.forecast.gate import CUSTOMERS, gate
from crmsync.profile.forecast.models import MODELS, Model, fit
from crmsync.profile.forecast.outlook import DAYS, NEVER, Outlook
from crmsync.profile.forecast.purchases import Purchases, read
from crmsync.profile.forecast.seen import Seen


def regulars(count: int, days: tuple[int, ...] = (0, 90, 200)) -> Purchases:
    return read(np.repeat(np.arange(count), len(days)), list(days) * count, [1] * count * len(days))


def test_the_gate_opens_where_nothing_is_missing() -> None:
    assert gate(regulars(CUSTOMERS), 210).open


@pytest.mark.parametrize(
    "told, as_of, words",
    (
        (regulars(499), 210, "499 customers have bought, 500 are needed."),
        (regulars(500, (100, 150, 200)), 210, "There are 110 days of history, 180 are needed."),
        (regulars(500), 231, "The last purchase is 31 days ago, 30 at most are allowed."),
        (regulars(500, (0, 200)), 210, "0 customers have bought on 3 days or more, 20 are needed."),
        (regulars(0), 10, "Nobody has bought yet."),
    ),
)
def test_the_gate_says_what_is_missing(told: Purchases, as_of: int, words: str) -> None:
    assert gate(told, as_of).reasons == (words,)


def test_measures_by_hand() -> None:
    score = judge("m", np.array([1.0, 2.0, 0.5]), np.array([0.5, 0.8, 0.25]), np.array([0.0, 3, 1]))
    assert score.mae == pytest.approx((1 + 1 + 0.5) / 3)
    assert score.rmse == pytest.approx((2.25 / 3) ** 0.5)
    assert score.bias == pytest.approx(-0.5 / 4)
    assert score.auc == pytest.approx(0.5)
    assert score.log_loss == pytest.approx(-np.log(0.5 * 0.8 * 0.25) / 3)
    deviance = 2 * (1.0 + 3 * np.log(1.5) - 1 + np.log(2) - 0.5) / 3
    assert score.deviance == pytest.approx(deviance)


def test_auc_counts_ties_by_half() -> None:
    assert auc(np.array([1.0, 1, 2, 0]), np.array([True, False, True, False])) == 0.875
    assert auc(np.array([1.0, 2]), np.array([True, True])) == 0.5


def score(model: str, mae: float, rmse: float, auc: float) -> Score:
    return Score(model, True, mae, rmse, auc, 0.0, 1.0, 1.0)


def test_the_best_standing_comes_first_and_who_did_not_converge_last() -> None:
    worse, better = score("a", 1.1, 1.0, 0.8), score("b", 1.0, 1.0, 0.79)
    lost = replace(score("c", 0.1, 0.1, 0.99), converged=False)
    ranked = rank([lost, worse, better])
    assert [one.model for one in ranked] == ["b", "a", "c"]
    assert ranked[1].standing == pytest.approx(0.1 / 3)
    assert ranked[0].standing == pytest.approx(0.05 / 3)
    assert rank([lost]) == (lost,)


@lru_cache(maxsize=1)
def made(seed: int = 8, count: int = 700) -> Purchases:
    """A year of people who buy at random, some of whom leave."""
    random = np.random.default_rng(seed)
    pace, stays = random.gamma(0.8, 0.04, count), random.exponential(250, count)
    rows = [(number, int(random.integers(0, 60)), 1_000) for number in range(count)]
    for number, start, money in list(rows):
        days = np.flatnonzero(random.random(365 - start) < pace[number]) + start
        rows += [(number, int(day), money) for day in days if day < start + stays[number]]
    return read(*np.array(rows).T)


def test_what_comes_later_does_not_change_the_choice() -> None:
    told = made()
    choice = choose(told, 240)
    assert choice == choose(told.until(240), 240)
    first = int(told.days.min())
    history = 240 - first
    lengths = [int(history * share) for share in (0.4, 0.5, 0.6)]
    assert [one.days for one in choice.splits] == lengths
    assert {one.model for one in choice.scores} == set(MODELS)
    for one in choice.splits:
        assert one.day + one.days == 240
        assert one.customers == len(told.until(one.day))


def test_scores_are_the_means_of_all_splits() -> None:
    first, second = (score("a", 1.0, 1.0, 0.8), score("b", 1.2, 1.0, 0.8)), (
        score("a", 1.4, 1.0, 0.8), replace(score("b", 1.0, 1.0, 0.8), converged=False),
    )  # fmt: skip
    one, other = mean([rank(first), rank(second)])
    assert (one.model, one.mae, one.converged) == ("a", pytest.approx(1.2), True)
    assert (other.model, other.converged) == ("b", False)
    assert one.standing == 0.0


def test_a_long_history_is_judged_by_its_last_year_once() -> None:
    days = [(0, 900, 1_800), (0, 900, 1_000)] * 150
    told = read(np.repeat(np.arange(300), 3), np.ravel(days), [1] * 900)
    assert [one.days for one in choose(told, 1_810).splits] == [365]


def test_models_are_fitted_to_the_older_part_alone() -> None:
    fitted = []

    def fits(name: str, seen: Seen) -> Model:
        fitted.append((int(seen.purchases.days.max()), int(seen.day.max())))
        return fit(name, seen)

    choice = choose(made(), 360, fits)
    assert [day for _, day in fitted[:: len(MODELS)]] == [one.day for one in choice.splits]
    assert all(bought <= day for bought, day in fitted)
    assert len(fitted) == len(MODELS) * len(choice.splits)


def test_without_any_model_that_converged_the_rate_remains() -> None:
    class Failed:
        name, converged, parameters = "BG/NBD", False, {}

        def outlook(self, seen: Seen) -> Outlook:
            nothing = np.full(len(seen), np.nan)
            return Outlook(lambda weeks: nothing, lambda weeks, rows=slice(None): nothing[rows],
                           np.arange(len(seen)))  # fmt: skip

    choice = choose(made(), 360, lambda name, seen: Failed())
    assert choice.ranked == ("rate",)
    assert not any(one.converged for one in choice.scores)


def test_too_little_to_judge_by() -> None:
    assert choose(regulars(50), 210).scores == ()
    assert choose(regulars(0), 210).ranked == ("rate",)
    assert choose(regulars(300, (200,)), 210).scores == ()  # nobody came back


def test_the_day_of_an_even_chance() -> None:
    """With a steady hazard the median is log 2 over it, between the days that are looked at too."""
    hazard = np.array([7.0, 0.5, 0.05, 1e-4])
    outlook = Outlook(
        lambda weeks: hazard * weeks,
        lambda weeks, rows=slice(None): -np.expm1(-hazard[rows] * weeks),
        np.array([3, 2, 1, 0, 0]),
    )
    wanted = np.log(2) / hazard * 7
    days = outlook.next_in()
    assert days[0] == NEVER
    assert days[1:] == pytest.approx([wanted[2], wanted[1], wanted[0], wanted[0]])
    assert DAYS[-1] < NEVER
