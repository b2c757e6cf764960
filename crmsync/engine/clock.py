"""Where the CPU time of a run goes: what `crmsync sync --profile` shows."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

READ = "read"
REST = "log and commit"
WORK = ("land", "map", "find parents", "clean", "compare", "write")
"""What is done with the records of a batch, in order."""
STEPS = (READ, *WORK, REST)


class Clock:
    """CPU seconds of whichever thread asks, by what they were spent on."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, step: str) -> Iterator[None]:
        """Count what the block takes."""
        began = time.thread_time()
        try:
            yield
        finally:
            self.seconds[step] += time.thread_time() - began

    @contextmanager
    def on_batch(self) -> Iterator[None]:
        """Count as REST what the block takes beside the steps of WORK within it."""
        began, before = time.thread_time(), self._work()
        try:
            yield
        finally:
            self.seconds[REST] += time.thread_time() - began - (self._work() - before)

    def _work(self) -> float:
        return sum(self.seconds[step] for step in WORK)
