"""Whether speed holds: 1,000,000 customers beside 20,000 of the same kind, files to commit.

    python -m bench.scale [--times 3] [--most 1000000]

Prints records a CPU second of both with the start of the program counted and apart from it, and
the share of its speed that the long load keeps. The rows are counted afterwards.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench import data
from bench.load import ours
from bench.measure import Figures, median

FEW = 20_000


def load(customers: int, times: int) -> Figures:
    """The median of loading so many customers."""
    runs = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        data.write(scratch, customers, 0)
        for number in range(times):
            target = scratch / str(number)
            target.mkdir()
            runs.append(ours(scratch, target, customers, 0))
    return median(runs)


def main(times: int, most: int) -> None:
    """Load none to know the start, then few, then many."""
    start = load(0, times).cpu
    few, many = load(FEW, times), load(most, 1)
    print(
        f"{'customers':>9} {'CPU s':>7} {'wall s':>7} {'MB':>5} {'a CPU s':>8} {'start apart':>11}"
    )
    for customers, one in ((FEW, few), (most, many)):
        line = f"{customers:9,} {one.cpu:7.2f} {one.wall:7.2f} {one.peak:5.0f}"
        print(f"{line} {customers / one.cpu:8,.0f} {customers / (one.cpu - start):11,.0f}")
    whole = most / many.cpu / (FEW / few.cpu)
    apart = most / (many.cpu - start) / (FEW / (few.cpu - start))
    print(f"{most:,} have {whole:.0%} of the speed of {FEW:,}, {apart:.0%} with the start apart")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--most", type=int, default=1_000_000)
    options = parser.parse_args()
    main(options.times, options.most)
