"""What a process of our own needs to be started anew, whatever program calls us.

It is spawned, on every system: who forks a process forks its threads' locks and its database
connections too.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

SPAWN = multiprocessing.get_context("spawn")
STOPS = (signal.SIGINT, signal.SIGTERM)
"""What stops a run. Ctrl-C on a terminal reaches every process; only the parent heeds it."""


def log_levels() -> Mapping[str, int]:
    """The levels that were set in this process; "" is the root's."""
    loggers = logging.getLogger().manager.loggerDict.items()
    set_here = {name: one.level for name, one in loggers if isinstance(one, logging.Logger)}
    return {"": logging.getLogger().level} | {name: n for name, n in set_here.items() if n}


@contextmanager
def stops_blocked() -> Iterator[None]:
    """What is started in this block is not interrupted before it is ready for it."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # it would unblock the signals again in the middle of the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def without_program() -> Iterator[None]:
    """What is started in this block does not load the program that called us.

    It needs nothing of it, and a program without `if __name__ == "__main__"` would call us again.
    """
    program, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program
