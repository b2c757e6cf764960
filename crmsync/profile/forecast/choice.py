"""Which model suits this retailer: each is fitted to the older part, and judged by the newer one.

About half of the history judges, a year at most, for predictions reach up to a year. It is cut at
three places, so that one good week does not decide. No purchase of a newer part is seen by the fit
that it judges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from crmsync.profile.forecast.models import MODELS, Model, fit
from crmsync.profile.forecast.past import Floats
from crmsync.profile.forecast.purchases import Purchases
from crmsync.profile.forecast.seen import Seen

LONGEST = 365
SHARES = (0.4, 0.5, 0.6)
"""Of the history, how much judges."""

CUSTOMERS = 20_000
"""Customers the models are judged by, at most."""

FEWEST = 100
"""Customers, some of whom came back and some not, for any judgement."""


@dataclass(frozen=True, slots=True)
class Score:
    """How a model did on the inner holdouts, on average.

    `mae`, `rmse`: mean absolute and root mean square error of the expected purchase days. `auc`:
    how often of two customers the one who came back had the higher expectation. `bias`: expected
    less real total, as a share of the real one. `deviance`: Poisson deviance a customer.
    `log_loss`: of the probability of at least one purchase. `standing`: how far, as a share, mae,
    rmse and 1 - auc are from the best model's, on average; the smallest is chosen. A model that
    did not converge has `converged` False and is never chosen.
    """

    model: str
    converged: bool
    mae: float
    rmse: float
    auc: float
    bias: float
    deviance: float
    log_loss: float
    standing: float = float("inf")


MEASURES = ("mae", "rmse", "auc", "bias", "deviance", "log_loss", "standing")


@dataclass(frozen=True, slots=True)
class Split:
    """An inner holdout: the `days` after `day` (a number), and how many `customers` judged."""

    day: int
    days: int
    customers: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The models, best first, and what judged them; both empty where there was too little."""

    scores: tuple[Score, ...] = ()
    splits: tuple[Split, ...] = ()

    @property
    def ranked(self) -> tuple[str, ...]:
        """Names of the models that may be used, best first; the rate is always among them."""
        sound = [score.model for score in self.scores if score.converged]
        return (*sound, *(["rate"] if "rate" not in sound else []))


def choose(purchases: Purchases, as_of: int, fits: Callable[[str, Seen], Model] = fit) -> Choice:
    """Judge every model by the purchases up to `as_of` alone."""
    known = purchases.until(as_of)
    tried = [_try(known, as_of, days, fits) for days in _lengths(known, as_of)]
    told = [(split, scores) for split, scores in tried if scores]
    if not told:
        return Choice()
    return Choice(mean([scores for _, scores in told]), tuple(split for split, _ in told))


def mean(tried: Sequence[Sequence[Score]]) -> tuple[Score, ...]:
    """Every model's mean scores, best standing first; it converged if it did each time."""
    by_model = [[one for one in chain(*tried) if one.model == name] for name in _names(tried)]
    return tuple(sorted(map(_mean, by_model), key=lambda score: score.standing))


def rank(scores: Sequence[Score]) -> tuple[Score, ...]:
    """With their standing, best first; who did not converge comes last."""
    sound = [score for score in scores if score.converged]
    if not sound:
        return tuple(scores)
    best = [min(column) for column in zip(*map(_measures, sound), strict=True)]

    def standing(score: Score) -> float:
        pairs = zip(_measures(score), best, strict=True)
        return float(np.mean([ours / max(least, 1e-12) for ours, least in pairs])) - 1.0

    placed = [
        replace(score, standing=standing(score)) if score.converged else score for score in scores
    ]
    return tuple(sorted(placed, key=lambda score: score.standing))


def judge(name: str, expected: Floats, chance: Floats, real: Floats) -> Score:
    """The measures of expected purchase days and chances beside the real purchase days."""
    off = expected - real
    likely = np.clip(chance, 1e-6, 1.0 - 1e-6)
    floor = np.maximum(expected, 1e-9)
    surprise = np.where(real > 0, real * np.log(np.maximum(real, 1e-9) / floor), 0.0)
    came = real > 0
    return Score(
        model=name,
        converged=bool(np.isfinite(expected).all()),
        mae=float(np.abs(off).mean()),
        rmse=float(np.sqrt((off**2).mean())),
        auc=auc(expected, came),
        bias=float(off.sum() / max(real.sum(), 1.0)),
        deviance=float(2.0 * (surprise - real + floor).mean()),
        log_loss=float(-np.where(came, np.log(likely), np.log1p(-likely)).mean()),
    )


def auc(score: Floats, came: NDArray[np.bool_]) -> float:
    """How often one who came has a higher score than one who did not, ties by half; 0.5 if all or
    none came.
    """
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2.0
    there, away = int(came.sum()), int((~came).sum())
    if not there or not away:
        return 0.5
    return float((middle[place][came].sum() - there * (there + 1) / 2.0) / (there * away))


def _lengths(known: Purchases, as_of: int) -> list[int]:
    """How many days judge, each length once."""
    history = as_of - int(known.days.min()) if len(known) else 0
    return sorted({min(int(history * share), LONGEST) for share in SHARES})


def _try(
    known: Purchases, as_of: int, days: int, fits: Callable[[str, Seen], Model]
) -> tuple[Split, tuple[Score, ...]]:
    """Fit to what was known `days` ago and judge by what came; no scores from too little."""
    before = Seen.on(known, as_of - days).every(CUSTOMERS)
    real = known.counts(as_of - days, as_of, before.purchases.customers).astype(np.float64)
    split = Split(as_of - days, days, len(before))
    if len(before) < FEWEST or not 0 < np.count_nonzero(real) < len(real):
        return split, ()
    return split, rank([_judge(fits(name, before), before, real, days) for name in MODELS])


def _judge(model: Model, before: Seen, real: Floats, days: int) -> Score:
    with np.errstate(all="ignore"):
        outlook = model.outlook(before)
        expected, chance = outlook.expected(days), outlook.probability(days)
    score = judge(model.name, expected, chance, real)
    return replace(score, converged=score.converged and model.converged)


def _measures(score: Score) -> tuple[float, float, float]:
    return score.mae, score.rmse, 1.0 - score.auc


def _names(tried: Sequence[Sequence[Score]]) -> list[str]:
    return list(dict.fromkeys(score.model for score in chain(*tried)))


def _mean(scores: Sequence[Score]) -> Score:
    told = {name: float(np.mean([getattr(one, name) for one in scores])) for name in MEASURES}
    return Score(scores[0].model, all(one.converged for one in scores), **told)
