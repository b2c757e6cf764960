"""Records of one world in two parts: what a store is loaded with, and what comes to it later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from bench.identity import project
from bench.people import Row, people


def lay_out(folder: Path, records: int, held: int, seed: int) -> list[Row]:
    """Write a project of so many records to `folder`; gives `held` more of the same world.

    They are drawn from all over it, so that some of them are of people whom the project knows and
    others are of nobody it knows; it has not seen one of them.
    """
    later: list[Row] = []
    project.write(folder, _but(people(records + held, seed), records + held, later, held, seed))
    Random(seed).shuffle(later)
    return later


def _but(rows: Iterator[Row], number: int, later: list[Row], held: int, seed: int) -> Iterator[Row]:
    """All rows but those that are held back, which are put into `later`."""
    chosen = set(Random(seed).sample(range(number), held))
    for place, row in enumerate(rows):
        if place in chosen:
            later.append(row)
        else:
            yield row


def add(folder: Path, rows: Sequence[Row]) -> None:
    """Let the sources of the project in `folder` tell these rows at the end of their files."""
    for row in rows:
        with (folder / f"{row.source}.jsonl").open("ab") as file:
            file.write(project.told(row))
        with (folder / "truth.jsonl").open("ab") as file:
            file.write(project.hidden(row))
