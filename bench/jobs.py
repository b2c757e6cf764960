"""Several connections at once: the load of bench.load split over 2 and 4 connections.

    python -m bench.jobs [--times 3] [--store sqlite --store postgres]

Prints wall and CPU seconds of a first load and of a replay with `--jobs 1` and `--jobs 2`, each in
turn, medians, and how much quicker several processes are; nothing is resolved. CPU seconds are of
every process of the run; a PostgreSQL server's own are not in them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench import data, ours
from bench.kill import store_url
from bench.load import CUSTOMERS, ORDERS
from bench.measure import Figures, median, run
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.store import open_store, records

SHAPES = ((2, 1), (2, 2), (4, 1), (4, 2), (4, 4))
"""Connections, and how many of them at once."""


def config(url: str, source: Path, connections: int) -> str:
    """A project whose connections read the files of the folders 0, 1, … of `source`."""
    head, _, body = ours.CONFIG.partition("[connections.shop]")
    parts = [head.format(store=url)]
    for number in range(connections):
        told = f"[connections.shop]{body}".replace("connections.shop", f"connections.shop{number}")
        parts.append(told.format(folder=source / str(number), deletes="none"))
    return "\n".join(parts)


def load(target: Path, jobs: int, verb: str) -> None:
    """Run in a process of its own: take in every connection; leaves with 1 when not clean."""
    from crmsync.cli.collector import calm

    calm()
    with open_project(target) as project:
        if verb == "replay":
            with project.store.work("bench/replay") as work:
                for row in records.all_streams(work).values():
                    records.enqueue_stream(work, row)
        read = verb == "load"
        report = sync(project, as_of="2026-11-21", behind=False, read=read, jobs=jobs)
    if report.exit_code():
        print(report.as_json(), file=sys.stderr)
    sys.exit(report.exit_code())


def count(url: str) -> int:
    """How many records were mapped."""
    store = open_store(url)
    with store.read() as work:
        found = records.states(work)["mapped"]
    store.close()
    return found


def measured(kind: str, source: Path, folder: Path, shape: tuple[int, int]) -> dict[str, Figures]:
    """A first load and a replay of it, the rows counted."""
    connections, jobs = shape
    with store_url(kind, folder) as url:
        project = folder / "project"
        project.mkdir()
        text = config(url, source, connections)
        (project / "crmsync.toml").write_text(text, encoding="utf-8")
        found = {verb: run("bench.jobs", "--into", project, jobs, verb) for verb in VERBS}
        if count(url) != CUSTOMERS + ORDERS:
            raise RuntimeError(f"{count(url)} records were mapped")
    return found


VERBS = ("load", "replay")


def compare(kind: str, times: int) -> None:
    """Every shape in turn on one store; prints the medians."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for connections in {shape[0] for shape in SHAPES}:
            for number in range(connections):
                folder = scratch / f"{connections}" / f"{number}"
                folder.mkdir(parents=True)
                data.write(folder, CUSTOMERS // connections, ORDERS // connections, seed=number)
        runs: dict[tuple[str, int, int], list[Figures]] = {}
        for turn in range(times):
            for shape in SHAPES:
                folder = scratch / f"run-{turn}-{shape[0]}-{shape[1]}"
                folder.mkdir()
                told = measured(kind, scratch / f"{shape[0]}", folder, shape)
                for verb, figures in told.items():
                    runs.setdefault((verb, *shape), []).append(figures)
    print_table(kind, {key: median(found) for key, found in runs.items()})


def print_table(kind: str, medians: dict[tuple[str, int, int], Figures]) -> None:
    """One line a shape."""
    print(f"{kind:9} {'connections':>11} {'jobs':>4} {'wall s':>7} {'CPU s':>6} {'quicker':>8}")
    for (verb, connections, jobs), one in sorted(medians.items()):
        gain = medians[verb, connections, 1].wall / one.wall
        print(f"{verb:9} {connections:11} {jobs:4} {one.wall:7.2f} {one.cpu:6.2f} {gain:8.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--store", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--into", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.into:
        load(Path(options.into[0]), int(options.into[1]), options.into[2])
    for store in options.store or ["sqlite", "postgres"]:
        compare(store, options.times)
