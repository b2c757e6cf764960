"""A thousand new records, and a single one, into a store that knows everybody else already.

    python -m bench.identity.incremental [--records 1000000] [--seed 2] [--batch 1000]
        [--singles 5] [--rounds 3] [--beside 100000]

Of one invented world so many records are loaded and resolved. Others of the same world, that the
store has never seen, come afterwards: first a batch, then `--rounds` times `--singles` of them,
each of which is taken alone. A process of its own takes them, from normalized to committed links
with stable ids. What a program needs to start is not counted; what the first batch of a process
still imports is, so of single records the first is told apart. Peak is that of the whole process.

Each time everybody is resolved from scratch in another store: who is with whom must be the same,
and whoever was a customer keeps his id. `--beside` resolves so many records for the first time, to
tell how time and memory grow with their number.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from math import log
from pathlib import Path

from bench.identity import held, ours
from bench.identity.found import customers
from bench.identity.ours import Taken
from bench.identity.same import lost, partition
from bench.measure import run
from bench.people import Row

SECONDS, MEGABYTES, SINGLE = 1.0, 300, 0.020
"""The bars: wall seconds and MB for 1,000 new of 1,000,000, wall seconds for a single one."""


class Growing:
    """A store that has resolved what it knows, and one with the same records that never has."""

    def __init__(self, scratch: Path, records: int, later: int, seed: int) -> None:
        self.folder, self._fresh, self._scratch = scratch / "known", scratch / "fresh", scratch
        self.later = held.lay_out(self.folder, records, later, seed)
        run("bench.synced", self.folder, f"new={records}")
        shutil.copytree(self.folder, self._fresh)
        self.first = ours.take(self.folder)
        self._before, self._added = customers(self.folder), 0

    def batch(self, rows: Sequence[Row]) -> Taken:
        """Let new rows come at once, and resolve them."""
        self._come(rows)
        return _only(rows, ours.take(self.folder))

    def singles(self, rows: Sequence[Row]) -> Taken:
        """Let new rows come one after the other, and resolve each alone, in one process."""
        for row in rows:
            self._come([row])
        return _only(rows, ours.take(self.folder, "--one"), len(rows))

    def _come(self, rows: Sequence[Row]) -> None:
        for folder in (self.folder, self._fresh):
            held.add(folder, rows)
        run("bench.synced", self.folder, f"new={len(rows)}")
        self._added += len(rows)

    def check(self) -> None:
        """Return when all is as a first resolve of everybody makes it, and ids are kept.

        RuntimeError says what is not.
        """
        after, full = customers(self.folder), self._from_scratch()
        if partition(after) != partition(full):
            raise RuntimeError("a full resolve puts others together")
        if gone := lost(self._before, after):
            raise RuntimeError(f"{gone} customers have lost their ids")
        self._before = after

    def _from_scratch(self) -> list[str]:
        whole = self._scratch / "whole"
        shutil.copytree(self._fresh, whole)
        run("bench.synced", whole, f"new={self._added}")
        ours.take(whole)
        found = customers(whole)
        shutil.rmtree(whole)
        return found


def _only(rows: Sequence[Row], taken: Taken, batches: int = 1) -> Taken:
    """What was taken; RuntimeError unless it were these rows, all of them new, in so many."""
    new = taken.counts["new"] + taken.counts["joined"]
    if not new == taken.counts["taken"] == len(rows) or len(taken.batches) != batches:
        raise RuntimeError(f"not {len(rows)} new records in {batches} batches: {taken}")
    return taken


def first(records: int, seed: int) -> Taken:
    """A first resolve of so many records."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        ours.loaded(folder, records, seed)
        return ours.take(folder)


def growth(few: int, many: int) -> float:
    """How many times as much work n log n is for many records as for few."""
    return many * log(many) / (few * log(few))


def show_first(sizes: Sequence[tuple[int, Taken]]) -> Iterator[str]:
    """First resolves, the smallest first, and how the last beside each has grown."""
    most, largest = sizes[-1]
    for records, one in sizes:
        yield f"first resolve of {records:,}: {one.seconds:.2f} s, {one.peak:.0f} MB"
    for records, one in sizes[:-1]:
        yield (
            f"from {records:,} to {most:,}: {largest.seconds / one.seconds:.1f} times the time, "
            f"{largest.peak / one.peak:.1f} times the memory; "
            f"n log n is {growth(records, most):.1f} times as much"
        )


def show_batch(rows: int, taken: Taken) -> str:
    """What a batch took beside the bars."""
    ((wall, cpu),) = taken.batches
    return (
        f"{rows:,} new at once: {wall:.3f} s (bar {SECONDS:g}), {cpu:.3f} CPU s, "
        f"{taken.peak:.0f} MB (bar {MEGABYTES}); {taken.counts['joined']:,} joined somebody"
    )


def show_singles(rounds: Sequence[Taken]) -> str:
    """What single records took beside the bar: the first of a process, and the others."""
    first = statistics.median(one.batches[0][0] for one in rounds)
    others = [moment for one in rounds for moment in one.batches[1:]]
    wall, cpu = (statistics.median(told) * 1000 for told in zip(*others, strict=True))
    return (
        f"one new alone: median of {len(others)} {wall:.1f} ms (bar {SINGLE * 1000:g}), "
        f"{cpu:.1f} CPU ms; the first of a process {first * 1000:.0f} ms; "
        f"{max(one.peak for one in rounds):.0f} MB"
    )


def main() -> None:
    """Print everything as it is known."""
    options = _arguments()
    for line in lines(options):
        print(line, flush=True)


def lines(options: argparse.Namespace) -> Iterator[str]:
    """Load, take, check: what is found, as it is known; RuntimeError when a check fails."""
    alone = options.singles * options.rounds
    sizes = [(few, first(few, options.seed)) for few in sorted(options.beside)]
    with tempfile.TemporaryDirectory() as name:
        store = Growing(Path(name), options.records, options.batch + alone, options.seed)
        yield from show_first([*sizes, (options.records, store.first)])
        rows = store.later
        yield show_batch(options.batch, store.batch(rows[: options.batch]))
        store.check()
        starts = range(options.batch, len(rows), options.singles)
        yield show_singles([store.singles(rows[at : at + options.singles]) for at in starts])
        store.check()
    yield "who is with whom is the same as after a full resolve, each time; every id is kept"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.identity.incremental", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--singles", type=int, default=5, help="taken one by one by a process")
    parser.add_argument("--rounds", type=int, default=3, help="processes that take singles")
    parser.add_argument("--beside", type=int, nargs="*", default=[], metavar="FEWER")
    return parser.parse_args()


if __name__ == "__main__":
    main()
