"""Clocks that tests turn: nobody really waits, and what waits moves the time on."""

from __future__ import annotations

import mmap
import os
import threading
import time
from pathlib import Path

from crmsync.http._locks import FileLock

START = 1_800_000_000.0


class Turned:
    """The time of all threads of a test; whoever waits turns it."""

    def __init__(self) -> None:
        self.now = START
        self.pauses: list[float] = []
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.pauses.append(seconds)
            self.now += seconds
        time.sleep(0)  # let another thread go on


class TurnedByAll:
    """The same for several processes: the time stands in a file."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path.with_suffix(".turning"))
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        os.ftruncate(descriptor, 8)
        self._seconds = memoryview(mmap.mmap(descriptor, 8)).cast("d")
        os.close(descriptor)

    def __call__(self) -> float:
        return START + self._seconds[0]

    def sleep(self, seconds: float) -> None:
        self._lock.take()
        self._seconds[0] += seconds
        self._lock.free()
        time.sleep(0)
