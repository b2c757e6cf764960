"""Runs a program as a process of its own and measures it by the operating system's accounts."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class Figures:
    """One run: CPU seconds (user and system), wall seconds, peak memory in MB."""

    cpu: float
    wall: float
    peak: float

    def __add__(self, other: Figures) -> Figures:
        """This run and then the other one."""
        return Figures(self.cpu + other.cpu, self.wall + other.wall, max(self.peak, other.peak))


def run(module: str, *arguments: object, python: str = sys.executable) -> Figures:
    """Run `python -m module` once, compiled as an installed program is; RuntimeError unless it
    ends with 0."""
    return pipe([python, "-m", module, *map(str, arguments)])


def pipe(*commands: Sequence[str]) -> Figures:
    """Run programs at once, each reading what the one before it writes: the CPU and memory of all.

    RuntimeError, with the end of what they complained of, unless each ends with 0.
    """
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        running = _started(commands, said)
        ended = [_ended(process) for process in running]
        wall = time.perf_counter() - began
        if any(process.returncode for process in running):
            said.seek(0)
            codes = [process.returncode for process in running]
            raise RuntimeError(f"{commands} ended with {codes}: {said.read()[-2000:]}")
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in ended)
    return Figures(cpu, wall, sum(usage.ru_maxrss for usage in ended) / 1024)


def _started(commands: Sequence[Sequence[str]], said: IO[str]) -> list[subprocess.Popen[bytes]]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    running: list[subprocess.Popen[bytes]] = []
    for place, command in enumerate(commands):
        before = running[-1].stdout if running else None
        out = subprocess.PIPE if place + 1 < len(commands) else subprocess.DEVNULL
        process = subprocess.Popen(command, stdin=before, stdout=out, stderr=said, env=environment)
        if before is not None:
            before.close()
        running.append(process)
    return running


def _ended(process: subprocess.Popen[bytes]) -> resource.struct_rusage:
    """Wait for a process: what it used."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def own_peak() -> float:
    """The most MB that this process has held since its program began.

    Where the system tells (Linux) without what the process that started it held: `Figures.peak`
    is never less than that one's own peak, so whoever has grown asks the measured one itself.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def peak_of_children() -> float:
    """The most MB that a process which this one started and awaited has held; 0 without one."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


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
