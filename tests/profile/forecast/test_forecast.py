"""From columns to columns: what is promised of every prediction."""

from __future__ import annotations

import importlib.util
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from crmsync.errors import ConfigError
from crmsync.profile.forecast import Forecasts, forecast, learn, read, show
from crmsync.profile.forecast.outcome import COLUMNS
from crmsync.profile.forecast.predict import EPOCH
from tests.profile.forecast.test_choice import made

DAY = date.fromordinal(EPOCH + 300)


@pytest.fixture(scope="module")
def told() -> Forecasts:
    return forecast(made(), DAY)


def sound(told: Forecasts) -> bool:
    numbers = [told.orders_90, told.orders_365, told.chance_90, told.chance_365]
    return (
        all(bool(np.isfinite(column).all()) for column in numbers)
        and bool((told.chance_90 <= told.chance_365).all() and (told.chance_365 <= 1).all())
        and bool((told.chance_90 >= 0).all() and (told.chance_90 <= told.orders_90).all())
        and bool((told.orders_90 <= told.orders_365).all())
        and bool((told.value_90 >= 0).all() and (told.value_90 <= told.value_365).all())
    )


def test_every_number_is_sound(told: Forecasts) -> None:
    assert len(told) == len(made().until(300))
    assert sound(told)
    assert told.value_365.dtype == np.int64
    assert told.basis.gate.open
    assert told.basis.model.name == told.basis.choice.ranked[0]


def test_one_customer_with_what_it_rests_on(told: Forecasts) -> None:
    one = told.of(int(told.customers[5]))
    assert one is not None
    assert (one.customer, one.orders_365) == (told.customers[5], told.orders_365[5])
    assert isinstance(one.value_90, int)
    assert (one.trained_from, one.trained_to) == (date(1970, 1, 1), DAY)
    assert (one.model, one.version, one.n) == (told.basis.model.name, 1, len(told))
    assert told.of(-4) is None
    assert told.of(10**9) is None


def test_a_day_lies_ahead_and_somebody_overdue_has_none(told: Forecasts) -> None:
    ahead = told.next_on[~np.isnat(told.next_on)]
    past = told.overdue_since[~np.isnat(told.overdue_since)]
    assert len(ahead)
    assert len(past)
    assert ahead.min() > np.datetime64(DAY)
    assert ahead.max() <= np.datetime64(DAY + timedelta(days=365))
    assert past.max() <= np.datetime64(DAY)
    said = {told.of(int(name)).coming for name in told.customers}  # type: ignore[union-attr]
    assert said == {"expected", "overdue", "not within a year"}
    for name in told.customers[~np.isnat(told.overdue_since)][:20]:
        assert told.of(int(name)).coming == "overdue"  # type: ignore[union-attr]


def test_the_same_answer_from_arrow_in_any_order_and_with_later_purchases(told: Forecasts) -> None:
    days = made()
    customer = days.customers[days.owner()]
    mixed = np.random.default_rng(1).permutation(len(customer))
    table = pa.table({
        "customer": customer[mixed], "day": days.days[mixed], "money": days.money[mixed],
    })  # fmt: skip
    again = forecast(table, DAY.isoformat())
    assert again.table().equals(told.table())


def test_as_a_table(told: Forecasts) -> None:
    table = told.table()
    assert set(COLUMNS) < set(table.column_names)
    assert table.num_rows == len(told)
    assert table["next_on"].type == pa.date32()
    assert table["next_on"].null_count == np.isnat(told.next_on).sum()
    assert table["trained_to"][0].as_py() == DAY
    assert all(table[name].null_count == 0 for name in ("orders_90", "value_365", "chance_365"))


def test_a_basis_serves_other_days_and_customers(told: Forecasts) -> None:
    later = forecast(made(), DAY + timedelta(days=30), told.basis)
    assert later.basis is told.basis
    assert len(later) >= len(told)
    few = forecast(made().take(np.array([0, 1])), DAY, told.basis)
    assert few.orders_365 == pytest.approx(told.orders_365[:2], rel=1e-9)


def test_who_spends_more_is_worth_more() -> None:
    rows = [(number, day, 100 * (1 + number % 2)) for number in range(600)
            for day in (0, 80, 160, 240)]  # fmt: skip
    told = forecast(read(*np.array(rows).T), DAY)
    assert told.orders_365[0] == pytest.approx(told.orders_365[1])
    assert 1.5 < told.value_365[1] / told.value_365[0] < 2.01


@pytest.mark.parametrize(
    "rows",
    (
        [],
        [(1, 300, 500)],
        [(1, 293, 0)],
        [(1, day, -5) for day in range(301)],
        [(number, 300, 10**15) for number in range(700)],
        [(number, day, 1) for number in range(3) for day in range(0, 300, 3)],
    ),
)
def test_with_the_gate_shut_the_plain_rate_stands_in(rows: list[tuple[int, int, int]]) -> None:
    told = forecast(read(*np.array(rows, dtype=np.int64).reshape(-1, 3).T), DAY)
    assert len(told) == len({row[0] for row in rows})
    assert sound(told)
    assert told.basis.model.name == "rate"
    assert told.basis.gate.reasons
    assert told.table().num_rows == len(told)


def test_the_choice_is_shown_with_the_scores_of_all(told: Forecasts) -> None:
    lines = show(told.basis)
    assert lines[0] == f"{len(told)} customers, 1970-01-01 to {DAY}, version 1."
    assert "Predicted." in lines
    scores = [line.split(":")[0].strip() for line in lines[-4:]]
    assert scores == [one.model for one in told.basis.choice.scores]
    assert lines[-4].endswith(f"standing {told.basis.choice.scores[0].standing:.4f}")


def test_a_shut_gate_is_shown_with_its_reasons() -> None:
    lines = show(learn(read([1, 1], [0, 300], [5, 5]), DAY))
    assert "  1 customers have bought, 500 are needed." in lines
    assert lines[-1] == "Too little to judge the models by."


def test_learning_again_gives_the_same_basis(told: Forecasts) -> None:
    again = learn(made(), DAY)
    assert again.model.parameters == told.basis.model.parameters
    assert again.choice == told.basis.choice


def test_a_missing_column_and_missing_scipy_are_said_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ConfigError, match="customer, day and money"):
        forecast({"customer": [1]}, DAY)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"crmsync\[predict\]"):
        forecast(made(), DAY)
