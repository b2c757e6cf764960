"""Whether what is said to be so likely is so often true: pairs by their stated probability.

    python -m bench.identity.calibration [--records 100000] [--seed 2] [--plot FILE.png]

The people are those of a seed that no model was made with. A decile is a tenth of the pairs that
state a probability, in its order; what is stated there on average should be what is true there,
three points more or less. `--plot` draws it (matplotlib, the extra `report`).
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from bench.identity import ours
from bench.identity.found import Found, weighed
from bench.identity.plotted import plot


class Decile(NamedTuple):
    """Pairs of about one stated probability: how many, what is stated, what is true of them."""

    pairs: int
    lowest: float
    highest: float
    stated: float
    observed: float

    @property
    def off(self) -> float:
        """How far what is stated is from what is observed."""
        return abs(self.stated - self.observed)


def deciles(pairs: Iterable[tuple[float, bool]], parts: int = 10) -> list[Decile]:
    """Pairs of a stated probability and the truth, in so many parts of one size.

    Those of one probability may lie in two parts: each of them counts as true as they are together.
    """
    alike: dict[float, list[bool]] = {}
    for likely, true in pairs:
        alike.setdefault(likely, []).append(true)
    ordered = [
        (likely, sum(found) / len(found)) for likely, found in sorted(alike.items()) for _ in found
    ]
    cuts = [len(ordered) * part // parts for part in range(parts + 1)]
    found = [ordered[low:high] for low, high in itertools.pairwise(cuts) if high > low]
    return [_decile(part) for part in found]


def tenths(pairs: Iterable[tuple[float, bool]], parts: int = 10) -> list[Decile]:
    """The same, cut at 0.1, 0.2 and so on; a tenth that nobody states is left out."""
    found: dict[int, list[tuple[float, bool]]] = {}
    for pair in pairs:
        found.setdefault(min(int(pair[0] * parts), parts - 1), []).append(pair)
    return [_decile(sorted(found[part])) for part in sorted(found)]


def _decile(pairs: Sequence[tuple[float, float]]) -> Decile:
    number = len(pairs)
    stated, observed = (sum(one[place] for one in pairs) / number for place in (0, 1))
    return Decile(number, pairs[0][0], pairs[-1][0], stated, observed)


def stated(folder: Path, found: Found) -> list[tuple[float, bool]]:
    """Every pair of the store that states a probability, and whether it is one person.

    Empty where verdicts carry no weight that the identity room turns into a probability.
    """
    likely = _probability()
    if likely is None:
        return []
    people = found.truth
    return [(likely(weight), people[a] == people[b]) for a, b, weight in weighed(folder, found)]


def _probability() -> Callable[[int], float] | None:
    """What the shipped model says of a weight; None where there is no model."""
    try:
        weights = import_module("crmsync.identity.weights")
    except ImportError:
        return None
    likely: Callable[[int], float] = weights.probability
    return likely


def show(title: str, found: Iterable[Decile]) -> None:
    """Print them."""
    print(f"{title:10} {'pairs':>9} {'from':>7} {'to':>7} {'stated':>8} {'true':>8} {'off':>7}")
    for place, one in enumerate(found, 1):
        print(
            f"{place:10} {one.pairs:9,} {one.lowest:7.3f} {one.highest:7.3f} "
            f"{one.stated:8.4f} {one.observed:8.4f} {one.off:7.4f}"
        )


def main() -> None:
    """Load, resolve, print; leave with 1 when no pair states a probability."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.identity.calibration", description=__doc__
    )
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--plot", type=Path, metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        ours.loaded(folder, options.records, options.seed)
        pairs = stated(folder, ours.resolve(folder).found)
    if not pairs:
        raise SystemExit("no pair states a probability")
    show("decile", deciles(pairs))
    show("tenth", tenths(pairs))
    if options.plot:
        title = f"{options.records:,} invented records, seed {options.seed}: {len(pairs):,} pairs"
        plot(options.plot, tenths(pairs), deciles(pairs), title)


if __name__ == "__main__":
    main()
