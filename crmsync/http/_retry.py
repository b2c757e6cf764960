"""Does again what may succeed the next time: with growing pauses, or the one that is asked for."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from crmsync.errors import CrmsyncError

Got = TypeVar("Got")

FIRST, LONGEST = 0.5, 20.0
"""Seconds: the first pause, doubled each time, and where it grows no more."""
SPREAD = 0.4
"""So many seconds at most come on top, by chance: who failed together does not ask together."""


@dataclass(frozen=True, slots=True)
class Retry:
    """At most so many attempts, and how to sleep between them."""

    attempts: int
    sleep: Callable[[float], None]

    def __call__(self, attempt: Callable[[], Got], worth: Callable[[CrmsyncError], bool]) -> Got:
        """What `attempt` gives; its error when that is not worth another, or was the last."""
        for failed in range(1, self.attempts):
            try:
                return attempt()
            except CrmsyncError as error:
                if not worth(error):
                    raise
                pause = _pause(error, failed)
            self.sleep(pause)
        return attempt()


def _pause(error: CrmsyncError, failed: int) -> float:
    asked: float | None = getattr(error, "retry_after", None)
    if asked is not None:
        return float(asked)
    return min(FIRST * 2.0 ** (failed - 1), LONGEST) + random.uniform(0, SPREAD)
