"""Several connections at once: the load of bench.load split over 2 and 4 connections.

    python -m bench.jobs [--times 3] [--larger 4] [--store sqlite] [--backend files]

Prints wall and CPU seconds of a first load with `--jobs 1` and with more, of a replay of it, and of
a load from backends that take a tenth of a second for a page of 500 records. All of them in turn,
medians, also of the gain within each turn, for a busy machine is not the same for long; rows
counted afterwards; nothing is resolved. CPU seconds are of every process of the run,
but for a PostgreSQL server's own; MB are of the largest of the processes.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
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

BACKENDS = ("files", "slow")

PLUGIN = "from bench.slow import crmsync_register_connectors\n"
Key = tuple[str, int, int]
"""What was done, over how many connections, how many of them at once."""


def config(url: str, source: Path, connections: int, connector: str) -> str:
    """A project whose connections read the files of the folders 0, 1, … of `source`."""
    head, _, body = ours.CONFIG.partition("[connections.shop]")
    parts = [head.format(store=url)]
    for number in range(connections):
        told = f"[connections.shop]{body}".replace("connections.shop", f"connections.shop{number}")
        told = told.replace('"files"', f'"{connector}"')
        parts.append(told.format(folder=source / str(number), deletes="none"))
    return "\n".join(parts)


def take_in(target: Path, jobs: int, *, read: bool) -> None:
    """In a process of its own: take in every connection; leaves with 1 when not clean."""
    from crmsync.manner import calm

    calm()
    with open_project(target) as project:
        if not read:
            with project.store.work("bench/replay") as work:
                for row in records.all_streams(work).values():
                    records.enqueue_stream(work, row)
        report = sync(project, as_of="2026-11-21", behind=False, read=read, jobs=jobs)
    if report.exit_code():
        print(report.as_json(), file=sys.stderr)
    sys.exit(report.exit_code())


def measured(
    kind: str, source: Path, folder: Path, shape: tuple[int, int], backends: Sequence[str]
) -> Iterator[tuple[Key, Figures]]:
    """One run of each sort over so many connections, so many at once."""
    connections, jobs = shape
    for connector in backends:
        project = folder / "project"
        project.mkdir(parents=True)
        with store_url(kind, folder) as url:
            text = config(url, source, connections, connector)
            (project / "crmsync.toml").write_text(text, encoding="utf-8")
            (project / "crmsync_plugins.py").write_text(PLUGIN, encoding="utf-8")
            verb = "load" if connector == "files" else "slow load"
            yield (verb, *shape), run("bench.jobs", "--into", project, jobs, "load")
            if connector == "files":
                yield ("replay", *shape), run("bench.jobs", "--into", project, jobs, "replay")
            check(url, source)
        shutil.rmtree(folder)


def check(url: str, source: Path) -> None:
    """RuntimeError unless every line of the files is a mapped record."""
    lines = sum(path.read_bytes().count(b"\n") for path in source.rglob("*.jsonl"))
    store = open_store(url)
    with store.read() as work:
        mapped = records.states(work)["mapped"]
    store.close()
    if mapped != lines:
        raise RuntimeError(f"{lines} records were told, {mapped} are mapped")


def compare(kind: str, backends: Sequence[str], times: int, larger: int) -> None:
    """Every shape in turn on one store; prints the medians."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for connections in {shape[0] for shape in SHAPES}:
            share = larger / connections
            for number in range(connections):
                folder = scratch / f"{connections}" / f"{number}"
                folder.mkdir(parents=True)
                data.write(folder, int(CUSTOMERS * share), int(ORDERS * share), seed=number)
        runs: dict[Key, list[Figures]] = {}
        for _ in range(times):
            for shape in SHAPES:
                source = scratch / f"{shape[0]}"
                for key, one in measured(kind, source, scratch / "run", shape, backends):
                    runs.setdefault(key, []).append(one)
        print_table(kind, runs)


def print_table(kind: str, runs: dict[Key, list[Figures]]) -> None:
    """One line a shape; how much quicker is the median of what each turn says by itself."""
    print(f"{kind:9} {'connections':>11} {'jobs':>4} {'wall s':>7} {'CPU s':>6} {'MB':>5} "
          f"{'times as quick':>14}")  # fmt: skip
    for (verb, connections, jobs), found in sorted(runs.items()):
        alone, one = runs[verb, connections, 1], median(found)
        gain = statistics.median(a.wall / b.wall for a, b in zip(alone, found, strict=True))
        print(f"{verb:9} {connections:11} {jobs:4} {one.wall:7.2f} {one.cpu:6.2f} {one.peak:5.0f} "
              f"{gain:14.2f}")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--larger", type=int, default=1, help="so many times the load")
    parser.add_argument("--store", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--backend", choices=BACKENDS, action="append")
    parser.add_argument("--into", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.into:
        take_in(Path(options.into[0]), int(options.into[1]), read=options.into[2] == "load")
    for store in options.store or ["sqlite", "postgres"]:
        compare(store, options.backend or BACKENDS, options.times, options.larger)
