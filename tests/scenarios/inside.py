"""Kills a life at random moments, so many of them inside each stage, and compares what becomes."""

from __future__ import annotations

import mmap
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.engine.backend import Content
from tests.scenarios.killing import backend, differences, end, fresh, outcome, start, traced
from tests.scenarios.points import STAGES as BEHIND

FEEDS = ("ledger", "till")
STAGES = ("extract", "land", "normalize", "resolve", "profile", "habits", "feed")
PAGE_SECONDS = 0.004
"""How long a page takes, so that a kill can fall into the reading."""
NAME = 64
"""Bytes for the name of the last point."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: the last point before it, its stage ("" for none), and the rows that differ.

    `point` is "" when the life had ended before.
    """

    point: str
    stage: str
    differ: list[str]


def stage_behind(point: str) -> str:
    """The stage at work between this point and the next, "" for none."""
    name, _, moment = point.partition(":")
    stage, _, what = name.partition("/")
    if moment == "after":
        return ""
    if what == "batch" and stage in BEHIND:
        return "feed" if stage in FEEDS else stage
    known = {"extract/page": "extract", "intake/number": "land", "intake/numbered": "normalize",
             "intake/normalize": "normalize", "intake/land": "land"}  # fmt: skip
    return known.get(name, "")


def kills(folder: Path, url: str, *, times: int, inside: int, seed: int = 0) -> Iterator[Kill]:
    """`times` kills, more if needed until `inside` of them fell into each stage.

    Each is of a fresh life, which is gone on with at once and compared with an undisturbed one.
    """
    states = backend()
    for state in states:
        state.takes = PAGE_SECONDS
    fresh(url, folder)
    trace = traced(folder, url, states)
    expected = outcome(url, folder)
    noise, met, done = random.Random(seed), Counter[str](), 0
    while done < times or min(met[stage] for stage in STAGES) < inside:
        missing = [stage for stage in STAGES if met[stage] < inside]
        number, seconds = _moment(trace, noise, noise.choice(missing) if missing else None)
        fresh(url, folder)
        point = _kill(start_at(folder, url, states, number), seconds)
        end(start(folder, url, states), folder)
        kill = Kill(point, stage_behind(point), differences(outcome(url, folder), expected))
        if point:
            met[kill.stage] += 1
            done += 1
        yield kill


def _moment(
    trace: list[tuple[float, str]], noise: random.Random, stage: str | None
) -> tuple[int, float]:
    """A moment of the life, or of one stage: so many points, and so many seconds after them."""
    spans = [
        (number, trace[number + 1][0] - at)
        for number, (at, name) in enumerate(trace[:-1])
        if stage is None or stage_behind(name) == stage
    ]
    ((number, length),) = noise.choices(spans, [length for _, length in spans])
    return number + 1, noise.uniform(0, length)


@dataclass(frozen=True, slots=True)
class Child:
    """A child process, the pipe that tells when its moment is near, and its last point."""

    id: int
    pipe: int
    last: mmap.mmap


def start_at(folder: Path, url: str, states: list[Content], number: int) -> Child:
    """Start a life that tells by its pipe when it has reached so many points."""
    reading, writing = os.pipe()
    last = mmap.mmap(-1, NAME)
    seen = 0

    def watch(name: str) -> None:
        nonlocal seen
        seen += 1
        last[:] = name.encode().ljust(NAME)
        if seen == number:
            os.write(writing, b".")

    child = start(folder, url, states, watch)
    os.close(writing)
    return Child(child, reading, last)


def _kill(child: Child, seconds: float) -> str:
    """Kill a child so long after its moment; gives its last point, "" when it had ended."""
    os.read(child.pipe, 1)
    time.sleep(seconds)
    os.kill(child.id, signal.SIGKILL)
    _, status = os.waitpid(child.id, 0)
    os.close(child.pipe)
    name = child.last[:].decode().strip()
    child.last.close()
    return name if os.waitstatus_to_exitcode(status) == -signal.SIGKILL else ""
