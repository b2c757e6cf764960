"""Processes that read source customers beside this one: for the first resolve of a large store.

Each is given a portion and gives back what was seen of it. They write nothing and open no store. If
one ends before its time, this process reads its portion itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import Thread
from typing import NamedTuple

from crmsync.engine.spawning import SPAWN, STOPS, log_levels, stops_blocked, without_program
from crmsync.identity.study import Portion, Studied, Study
from crmsync.manner import Manner

MOST = 4
"""More processes than this read no faster: they are handed their portions one after the other."""


class Reader(NamedTuple):
    """A process that reads, and the pipe to it."""

    process: SpawnProcess
    pipe: Connection

    def hand(self, study: Study, portion: Portion) -> bool:
        """Give it a portion; False when it is no longer there."""
        with suppress(OSError):
            self.pipe.send((study, portion))
            return True
        return False

    def answer(self) -> Studied | None:
        """What it saw; None when it is no longer there."""
        with suppress(OSError, EOFError):
            seen: Studied = self.pipe.recv()
            return seen
        return None


def spread(study: Study, portions: Iterable[Portion]) -> Iterator[Studied]:
    """What is seen of these portions, in their order, read by as many processes as there are CPUs.

    They live no longer than the last portion.
    """
    readers = _started(min(os.cpu_count() or 1, MOST))
    waiting: deque[tuple[Reader, Portion, bool]] = deque()
    try:
        for number, portion in enumerate(portions):
            if len(waiting) == len(readers):
                yield _seen(study, *waiting.popleft())
            reader = readers[number % len(readers)]
            waiting.append((reader, portion, reader.hand(study, portion)))
        while waiting:
            yield _seen(study, *waiting.popleft())
    finally:
        for reader in readers:
            reader.pipe.close()  # a reader ends with its pipe
            reader.process.join()


def _seen(study: Study, reader: Reader, portion: Portion, handed: bool) -> Studied:
    return (reader.answer() if handed else None) or study(portion)


def _started(count: int) -> list[Reader]:
    found = []
    manner = Manner.of_parent(log_levels())
    with stops_blocked(), without_program():
        for _ in range(count):
            pipe, other = SPAWN.Pipe()
            process = SPAWN.Process(target=read, args=(other, manner), daemon=True)
            with other:
                process.start()
            found.append(Reader(process, pipe))
    return found


def read(pipe: Connection, manner: Manner) -> None:
    """Read portions until there are no more; the program of a reader."""
    Thread(target=_leave_with_parent, daemon=True).start()
    manner.take_on()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    with suppress(EOFError, OSError):
        while True:
            study, portion = pipe.recv()
            pipe.send(study(portion))


def _leave_with_parent() -> None:
    """End this process when its parent has ended, however that was."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
