"""Load: 20,000 customers and 40,000 orders from files to committed raw and model records.

    python -m bench.load [--times 3] [--dlt PYTHON] [--singer FOLDER] [--memory]

Prints CPU seconds beside the plain pydantic and SQLite loop, which normalizes nothing and stores
one document a record, and beside the peers: dlt with its best settings and its default ones, and
Singer (tap-jsonl to target-duckdb), where they are found (see `bench.peers`); with --memory the
growth of memory from 100,000 to 1,000,000 records. The rows are counted afterwards.

The loop runs twice: with 5,000 records in a commit, as crmsync has them, and with 250, which is the
least it can need: few models live at once, so Python's collector hardly works, but a kill in the
middle or a slow disk costs twenty times as many commits.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import data
from bench.measure import Figures, in_turn, run
from bench.peers import Load, find_dlt, find_singer

CUSTOMERS, ORDERS = 20_000, 40_000
PEERS = ("dlt, best", "dlt, default", "Singer")


def ours(source: Path, target: Path, customers: int, orders: int) -> Figures:
    """Our run, its rows counted."""
    figures = run("bench.ours", source, target / "project")
    database = sqlite3.connect(target / "project" / "store.db")
    require(lambda text: database.execute(text).fetchone()[0], customers, orders)
    database.close()
    return figures


def require(count: Callable[[str], int], customers: int, orders: int) -> None:
    """RuntimeError unless the store holds all that was loaded; `count` runs a statement."""
    wanted = {
        "source_customer": customers,
        "orders": orders,
        "order_line": 3 * orders,  # a view: it counts what the orders hold
        "record": customers + orders,
    }
    for table, expected in wanted.items():
        found = count(f"SELECT count(*) FROM {table}")
        if found != expected:
            raise RuntimeError(f"{table} holds {found} rows, not {expected}")


def compare(times: int, peers: dict[str, Load]) -> None:
    """Ours, the floor and the peers, in turn; dlt's default settings once, for they take long."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        data.write(scratch, CUSTOMERS, ORDERS)
        once = {name: peers.pop(name) for name in ("dlt, default",) if name in peers}
        contenders: dict[str, Callable[[Path], Figures]] = {
            "plain 5,000": lambda folder: run("bench.plain", scratch, folder / "plain.db", 5000),
            "plain 250": lambda folder: run("bench.plain", scratch, folder / "plain.db", 250),
            "crmsync": lambda folder: ours(scratch, folder, CUSTOMERS, ORDERS),
        }
        contenders |= {peer: partial(load, scratch) for peer, load in peers.items()}
        found = in_turn(contenders, scratch, times=times)
        slow = {peer: partial(load, scratch) for peer, load in once.items()}
        found |= in_turn(slow, scratch, times=1)
    _show(found)


def _show(found: dict[str, Figures]) -> None:
    """A line for each contender: its figures, and how many times the floors and us it needs."""
    beside = [found[name].cpu for name in ("plain 5,000", "plain 250", "crmsync")]
    print(f"{'':12} {'CPU s':>7} {'wall s':>7} {'MB':>6} {'x 5,000':>8} {'x 250':>8} {'x ours':>8}")
    for contender, one in found.items():
        ratios = " ".join(f"{one.cpu / other:8.2f}" for other in beside)
        print(f"{contender:12} {one.cpu:7.2f} {one.wall:7.2f} {one.peak:6.0f} {ratios}")
    for peer in PEERS:
        if peer not in found:
            print(f"{peer:12} not found, see bench.peers")


def memory() -> None:
    """Peak memory at 100,000 and at 1,000,000 records, and what it grew."""
    peaks = []
    for total in (100_000, 1_000_000):
        with tempfile.TemporaryDirectory() as name:
            scratch = Path(name)
            data.write(scratch, total // 3, total - total // 3)
            one = ours(scratch, scratch, total // 3, total - total // 3)
            peaks.append(one.peak)
            print(f"{total:9,} records: {one.peak:.0f} MB, {one.cpu:.1f} CPU s", flush=True)
    print(f"growth {peaks[1] - peaks[0]:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--dlt", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--singer", metavar="FOLDER")
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    if options.memory:
        memory()
    else:
        compare(options.times, find_dlt(options.dlt) | find_singer(options.singer))
