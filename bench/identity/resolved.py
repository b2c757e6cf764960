"""The first resolve of a store, timed; with `--splink` beside what Splink does with the records.

    python -m bench.identity.resolved --records N [--seed 1] [--splink PYTHON]
    python -m bench.identity.resolved FOLDER [--one]

The first form loads so many invented records and resolves them. Splink is given the same normalized
records and a model that it has learned from them before, and only predicts and clusters; we read
our records out of a store, and write links with stable ids into it.

The second runs the stage over what is in a project's store, `--one` change at a time, and writes
how long it took: it is how the benchmarks of this room call it, in a process of its own.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bench.measure import own_peak, peak_of_children

FILE = "resolved.json"


def resolved(folder: Path, one: bool = False) -> None:
    """Write resolved.json: wall seconds of the stage; of each batch wall and CPU; counts; peak MB.

    A batch lasts from the end of the one before it (the first from the begin of the run) until its
    links are committed; with `one` it is a single change. CPU is that of this process alone, which
    is all of it for a batch that is too small to be read by several. `peak` holds the process and,
    as long as they live, those that read beside it.
    """
    from crmsync.manner import calm

    calm()
    from crmsync.engine import behind
    from crmsync.engine.project import open_project
    from crmsync.engine.report import Report

    compared, beside = _counting(), _beside()
    _only_resolve(one)
    with open_project(folder) as project:
        report, moments = Report("bench", "2026-11-21"), [_moment()]
        now = datetime(2026, 11, 21, 12, tzinfo=UTC)
        behind.run_behind(project, report, lambda *_: moments.append(_moment()), now)
        took = time.perf_counter() - moments[0][0]
    counts = {name: dict(found) for name, found in report.stages.items()}
    if set(counts) != {"resolve"} or report.failures:
        raise RuntimeError(f"not resolve alone, or not done: {counts}, {report.failures}")
    batches = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(moments)]
    told = {"seconds": took, "batches": batches, "counts": counts["resolve"],
            "compared": sum(compared), "peak": max(own_peak(), *beside)}  # fmt: skip
    (folder / FILE).write_bytes(orjson.dumps(told))


def _moment() -> tuple[float, float]:
    """Now, by the wall clock and by the CPU seconds of this process."""
    return time.perf_counter(), time.process_time()


def _counting() -> list[int]:
    """Of each batch the number of pairs that are judged from now on."""
    from crmsync.identity import scene

    compared: list[int] = []
    judge: Callable[..., Any] = scene.judge_pairs

    def counting(cast: Any, face: Any, met: Any, model: Any) -> Any:
        compared.append(len(met))
        return judge(cast, face, met, model)

    scene.judge_pairs = counting
    return compared


def _only_resolve(one: bool) -> None:
    """Leave out the stages behind it, which are not measured here."""
    from crmsync.engine import behind

    whole = behind.chain
    behind.chain = lambda *told: whole(*told)[:1]
    if one:
        behind.BATCH = behind.MANY = 1


def _beside() -> list[float]:
    """How many MB this process and its readers have had at most when the readers ended."""
    import os

    from crmsync.engine import behind
    from crmsync.engine.readers import MOST

    found = [0.0]
    spread: Callable[..., Iterator[Any]] = behind.spread

    def spreading(*told: Any) -> Iterator[Any]:
        yield from spread(*told)
        count = min(os.cpu_count() or 1, MOST)
        found.append(own_peak() + count * peak_of_children())

    behind.spread = spreading
    return found


def main() -> None:
    """One of the two forms."""
    parser = argparse.ArgumentParser(prog="python -m bench.identity.resolved", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER")
    parser.add_argument("--one", action="store_true", help="one change at a time")
    parser.add_argument("--records", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--splink", metavar="PYTHON")
    options = parser.parse_args()
    if options.folder:
        resolved(options.folder, options.one)
    elif options.records:
        from bench.identity.beside import beside

        beside(options.records, options.seed, options.splink)
    else:
        parser.error("tell a FOLDER or --records")


if __name__ == "__main__":
    main()
