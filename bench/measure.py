"""Runs a program as a process of its own and measures it by the operating system's accounts."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figures:
    """One run: CPU seconds (user and system), wall seconds, peak memory in MB."""

    cpu: float
    wall: float
    peak: float


def run(module: str, *arguments: object) -> Figures:
    """Run `python -m module` once, compiled as an installed program is; RuntimeError unless it
    ends with 0."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    wall = time.perf_counter() - began
    return Figures(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def median(runs: Sequence[Figures]) -> Figures:
    """The median of each figure."""
    return Figures(
        statistics.median(one.cpu for one in runs),
        statistics.median(one.wall for one in runs),
        statistics.median(one.peak for one in runs),
    )


def in_turn(
    contenders: dict[str, Callable[[Path], Figures]], scratch: Path, *, times: int
) -> dict[str, Figures]:
    """Each contender `times` times, in turn, each time in an empty folder; the medians."""
    runs: dict[str, list[Figures]] = {name: [] for name in contenders}
    for number in range(times):
        for name, contender in contenders.items():
            folder = scratch / f"{name}-{number}"
            folder.mkdir()
            runs[name].append(contender(folder))
    return {name: median(found) for name, found in runs.items()}
