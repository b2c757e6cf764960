"""Ours: rows through the normal way into a store, then the stage resolve alone, timed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import orjson

from bench.identity import project
from bench.identity.found import Found, find
from bench.identity.resolved import FILE
from bench.measure import Figures, run
from bench.people import RATES, Rates, people
from crmsync.config import FILE as CONFIG

OWN = "own.json"


class Taken(NamedTuple):
    """A resolve, as `bench.identity.resolved` writes it; a batch is wall and CPU seconds."""

    seconds: float
    batches: list[tuple[float, float]]
    counts: dict[str, int]
    compared: int
    peak: float


class Run(NamedTuple):
    """A first resolve: wall seconds of the stage, peak MB of its process, what was found.

    `compared` is the number of pairs that were judged.
    """

    seconds: float
    peak: float
    compared: int
    found: Found


def loaded(folder: Path, records: int, seed: int, rates: Rates = RATES) -> None:
    """Lay out and load a project of so many records, as far as normalized."""
    project.write(folder, people(records, seed, rates))
    run("bench.synced", folder, f"new={records}")


def with_own_model(folder: Path, beside: Path) -> Figures:
    """Copy what is loaded to `beside`, and let it learn its own model there: no label is read."""
    shutil.copytree(folder, beside)
    figures = run("crmsync", "--project", beside, "model", "train", OWN)
    with (beside / CONFIG).open("a", encoding="utf-8") as config:
        config.write(f'\n[identity]\nmodel = "{OWN}"\n')
    return figures


def resolve(folder: Path) -> Run:
    """Resolve what is loaded."""
    told = take(folder)
    return Run(told.seconds, told.peak, told.compared, find(folder))


def take(folder: Path, *options: str) -> Taken:
    """Resolve what waits for it, in a process of its own; `--one` takes change by change."""
    run("bench.identity.resolved", folder, *options)
    return Taken(**orjson.loads((folder / FILE).read_bytes()))
