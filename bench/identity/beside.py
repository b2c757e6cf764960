"""Our first resolve beside Splink's predict and cluster, over the same normalized records."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.identity import ours, splinked
from bench.identity.clean import cleaned
from bench.identity.ours import Run
from bench.identity.splinked import Timed
from bench.identity.truth import score

TIMES, MEGABYTES = 4.0, 3 * 1024
"""The bars: so many times Splink's seconds, so many MB."""


def beside(records: int, seed: int, python: str | None) -> None:
    """Print what the first resolve of so many records takes, and Splink's where `python` has it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        ours.loaded(folder, records, seed)
        ran = ours.resolve(folder)
        print(shown(records, ran), flush=True)
        if python:
            file = folder / "records.parquet"
            splinked.export(file, cleaned(folder, ran.found), ran.found.truth)
            timed = splinked.predict(python, file, splinked.learn(python, file))
            print(compared(ran, timed))


def shown(records: int, ran: Run) -> str:
    """The line of a first resolve."""
    told = score(ran.found.truth, ran.found.clusters)
    return (
        f"{records:,} records: crmsync resolves in {ran.seconds:.1f} s, {ran.peak:.0f} MB "
        f"(bar {MEGABYTES}); {ran.compared:,} pairs, F1 {told.f1:.4f}"
    )


def compared(ran: Run, timed: Timed) -> str:
    """The lines of Splink, and how many times its seconds ours are."""
    return (
        f"Splink predicts in {timed.predict:.1f} s and clusters in {timed.cluster:.1f} s, "
        f"{timed.peak:.0f} MB; {timed.pairs:,} pairs, F1 {timed.default.f1:.4f}\n"
        f"crmsync takes {ran.seconds / timed.seconds:.2f} times as long (bar {TIMES:g}), with "
        f"{ran.peak / timed.peak:.2f} times the memory"
    )
