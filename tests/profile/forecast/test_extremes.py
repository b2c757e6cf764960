"""Whatever the row: numbers that are numbers, between their bounds, growing with time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.profile.forecast.dropout import Dropout
from crmsync.profile.forecast.models import MODELS, ByRow, Model, fit
from crmsync.profile.forecast.pareto import Pareto
from crmsync.profile.forecast.purchases import Purchases, read
from crmsync.profile.forecast.rate import Rate
from crmsync.profile.forecast.seen import Seen

size = st.floats(0.01, 100.0)
dropouts = st.builds(Dropout, st.sampled_from(("BG/NBD", "MBG/NBD")), size, size, size, size)
paretos = st.builds(Pareto, size, size, size, size)
row_models = st.one_of(dropouts, paretos).map(ByRow)
rates = st.builds(
    Rate, size, size, size, st.floats(0.1, 20.0), st.floats(0.3, 15.0), size,
    st.floats(1e-6, 0.3),
)  # fmt: skip
histories = st.lists(
    st.lists(st.integers(0, 3_000), min_size=1, max_size=40), min_size=1, max_size=8
)


def bought(days: list[list[int]]) -> Purchases:
    rows = [(number, day, 100) for number, told in enumerate(days) for day in told]
    return read(*np.array(rows).T)


@settings(max_examples=150, deadline=None)
@given(model=st.one_of(row_models, rates), days=histories, wait=st.integers(0, 2_000))
def test_predictions_are_sound(model: Model, days: list[list[int]], wait: int) -> None:
    told = bought(days)
    seen = Seen.on(told, int(told.days.max()) + wait)
    with np.errstate(all="ignore"):
        outlook = model.outlook(seen)
        check_growing(outlook.probability, 1.0)
        check_growing(outlook.expected, 400.0)
        for ahead in (1, 90, 365):
            chance, expected = outlook.probability(ahead), outlook.expected(ahead)
            capped = expected >= ahead
            assert (capped | (expected >= chance * (1 - 1e-9) - 1e-12)).all()
        half, most = outlook.next_in(), outlook.next_in(0.9)
    assert ((half >= 0) & (half <= 366) & (half <= most)).all()


def check_growing(told: object, most: float) -> None:
    assert callable(told)
    columns = [told(ahead) for ahead in (0, 1, 7, 30, 90, 365, 400)]
    for column in columns:
        assert np.isfinite(column).all()
        assert ((column >= 0) & (column <= most)).all()
    for before, after in pairwise(columns):
        assert (after >= before * (1 - 1e-9) - 1e-12).all()


EXTREMES = {
    "once, a week ago": ([[100]], 107),
    "once, today": ([[100]], 100),
    "all on the same day": ([[100] * 9] * 40, 100),
    "nobody again": ([[day] for day in range(700)], 800),
    "every day for years": ([list(range(5_000))] * 120, 5_000),
    "every day, then silence": ([list(range(5_000))] * 120, 9_000),
    "all alike": ([[0, 50, 100]] * 600, 200),
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("case", EXTREMES)
def test_no_fit_fails(name: str, case: str) -> None:
    days, as_of = EXTREMES[case]
    seen = Seen.on(bought(days), as_of)
    model = fit(name, seen)
    assert isinstance(model.converged, bool)
    assert all(0 < value < np.inf for value in model.parameters.values())
    with np.errstate(all="ignore"):
        outlook = model.outlook(seen)
        check_growing(outlook.probability, 1.0)
        check_growing(outlook.expected, 400.0)


def test_a_long_silence_leaves_nothing_to_expect() -> None:
    for model in (Dropout("MBG/NBD", 0.5, 5, 0.8, 2.5), Pareto(0.5, 10, 0.6, 11)):
        seen = Seen.on(bought([list(range(5_000))]), 100_000)
        with np.errstate(all="ignore"):
            assert ByRow(model).outlook(seen).expected(365) == pytest.approx([0.0], abs=1e-6)


def test_the_longer_the_silence_the_smaller_the_rate() -> None:
    told = [Rate.usual().outlook(Seen.on(bought([[0, 10, 20, 30]]), day)) for day in (35, 60, 200)]
    soon, later, late = (one.expected(90)[0] for one in told)
    assert soon > later > late
