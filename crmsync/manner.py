"""How Python works in a process that does one thing and ends, and in the children of one.

It looks for cycles less often: records make few cycles and many objects, and the usual thresholds
walk through them again and again. And its threads take turns more often: the one that reads a slow
backend need not wait 5 ms for its turn whenever something has come in. And the C library keeps what
is freed: batch after batch needs the same memory again.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

TRIM, KEPT = -1, 16 << 20
MAPPED, LARGE = -3, 8 << 20
"""glibc's M_TRIM_THRESHOLD and M_MMAP_THRESHOLD (mallopt(3)), and their values in bytes."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What a process does like its parent.

    `levels` are those of the loggers, `collector` says how often it looks for cycles, `turns` after
    how many seconds a thread lets another.
    """

    levels: Mapping[str, int]
    collector: tuple[int, int, int]
    turns: float

    @classmethod
    def of_parent(cls, levels: Mapping[str, int]) -> Manner:
        """As this process does it."""
        return cls(levels, gc.get_threshold(), sys.getswitchinterval())

    def take_on(self) -> None:
        """Do as the parent does; what is freed is kept, for such a process is always our own."""
        gc.set_threshold(*self.collector)
        sys.setswitchinterval(self.turns)
        keep_memory()


def calm() -> None:
    """Look for cycles every 500,000 objects, take turns twice a millisecond, keep what is freed.

    Only a process of our own may be told so. At its end nothing is looked for: its memory goes back
    as a whole. Python would walk through all that is left, a tenth of a second for what is imported
    alone.
    """
    gc.set_threshold(500_000, 10, 10)
    sys.setswitchinterval(0.0005)
    keep_memory()
    atexit.register(_leave_the_rest)


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no cycles in this block: it builds millions of records, and hardly any cycle."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def keep_memory() -> None:
    """Let glibc give back no less than 16 MB at a time; another C library has its own way."""
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):
            library = ctypes.CDLL(None)
            library.mallopt(TRIM, KEPT)
            library.mallopt(MAPPED, LARGE)


def _leave_the_rest() -> None:
    """DuckDB counts its objects at the end, and calls on stderr what is still there a leak."""
    if "duckdb" not in sys.modules:
        gc.freeze()
