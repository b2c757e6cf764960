"""Measures the habits of 2,469 real households (1.47 million lines) beside a plain scan.

    python -m bench.habits

CPU seconds, lines a second and peak memory of reading, computing and the whole stage, each as a
ratio to its floor in the same run: summing one column, by SQL over the view and by DuckDB.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench import journey
from crmsync.profile.compute import compute
from crmsync.profile.habits import BATCH, TOPICS, habits
from crmsync.store import Work, open_store
from crmsync.store import tables as t
from crmsync.store.facts import Facts, read_facts


def measure(what: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of `what` (all threads), and what it gives."""
    start = time.process_time()
    given = what()
    return time.process_time() - start, given


def stage(work: Work) -> int:
    """The whole stage over everybody, as a sync runs it."""
    changes = work.changes("habits", TOPICS, 10_000)
    return habits(work, changes, as_of=journey.LAST_DAY)["changed"]


def scan(facts: Facts) -> Any:
    """The floor of computing: the sum of one column by the same engine."""
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 2}) as engine:
        engine.register("lines", facts.lines)
        return engine.execute("SELECT SUM(gross) FROM lines").fetchall()


def one_batch(work: Work, names: list[str]) -> tuple[float, float, float, int]:
    """CPU seconds of reading, of the floor and of the query over the same columns; the lines."""
    read, facts = measure(lambda: read_facts(work, names))
    floor, _ = measure(lambda: scan(facts))
    query, _ = measure(lambda: compute(facts, as_of=journey.LAST_DAY))
    return read, floor, query, facts.lines.num_rows


def peak() -> int:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Load, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'bench.db'}")
        with store.work() as work:
            lines = journey.load(work)
        print(f"{lines:,} lines, peak after loading {peak():,} MB")
        with store.work() as work:
            names = [row[0] for row in work.all(sa.select(t.customer.c.customer_id))][:BATCH]
            total = sa.select(sa.func.sum(t.order_line.c.gross))
            floor, _ = measure(lambda: work.scalar(total))
            read, floor_scan, query, share = one_batch(work, names)
            whole, changed = measure(lambda: stage(work))
        store.close()
    report("floor: SQLite sum(gross), view", floor, lines, floor)
    report("reading one batch", read, share, floor * share / lines)
    report("floor: DuckDB sum(gross)", floor_scan, share, floor_scan)
    report("computing one batch", query, share, floor_scan)
    report(f"the stage, {changed:,} customers", whole, lines, floor)
    print(f"peak {peak():,} MB")


def report(what: str, seconds: float, lines: int, floor: float) -> None:
    """One line of the result."""
    rate = lines / max(seconds, 1e-9)
    print(f"{what:32} {seconds:7.2f} CPU s {rate:14,.0f} lines/s {seconds / floor:8.1f} x floor")


if __name__ == "__main__":
    main()
