"""Numbers, flags and places that several processes share, or the threads of one alone."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

from crmsync.http._locks import FileLock

SIZE = 8
"""Bytes of a number."""


def shared_cells(path: Path, count: int) -> tuple[memoryview[float], mmap.mmap]:
    """Numbers in a file, zeros at first, and what must be closed after them.

    They outlive a killed process: the system writes them back. They are not flushed, so a power
    cut may lose the last of them. OSError when the file cannot be made.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        missing = count * SIZE - os.fstat(descriptor).st_size
        if missing > 0:  # written, not only made longer: a full disk must show here
            os.lseek(descriptor, 0, os.SEEK_END)
            os.write(descriptor, bytes(missing))
        mapped = mmap.mmap(descriptor, count * SIZE)
    finally:
        os.close(descriptor)
    return memoryview(mapped).cast("d"), mapped


class Flag:
    """Says that somebody waits: up as long as a thread of any process holds it up."""

    def __init__(self, path: Path | None) -> None:
        self._lock = FileLock(path) if path else None
        self._holders = 0
        self._ours = False

    def hold_up(self) -> None:
        """One more thread of this process waits."""
        self._holders += 1
        self.keep_up()

    def keep_up(self) -> None:
        """Take it over from another process that has stopped waiting."""
        if self._lock and not self._ours:
            self._ours = self._lock.try_take()

    def let_down(self) -> None:
        """One thread less waits."""
        self._holders -= 1
        if not self._holders and self._ours and self._lock:
            self._lock.free()
            self._ours = False

    def is_up(self) -> bool:
        """Whether somebody waits."""
        if self._holders or not self._lock:
            return bool(self._holders)
        if not self._lock.try_take():
            return True
        self._lock.free()
        return False

    def close(self) -> None:
        """Let go of the file."""
        if self._lock:
            self._lock.close()


class Places:
    """So many places, each held by one request in all processes; a dead one's are free at once."""

    def __init__(self, count: int, files: Path | None) -> None:
        self._count, self._files = count, files
        self._taken: set[int] = set()
        self._locks: dict[int, FileLock] = {}

    def take(self, spare: int) -> int | None:
        """A place that is ours now; None where none is free. The first `spare` are left free."""
        for place in range(spare, self._count):
            if place not in self._taken and self._ours(place):
                self._taken.add(place)
                return place
        return None

    def free(self, place: int) -> None:
        """Let somebody else have the place."""
        self._taken.discard(place)
        if place in self._locks:
            self._locks[place].free()

    def close(self) -> None:
        """Let go of the files."""
        for lock in self._locks.values():
            lock.close()

    def _ours(self, place: int) -> bool:
        if self._files is None:
            return True
        if place not in self._locks:
            path = self._files.with_name(f"{self._files.name}-{place}.lock")
            self._locks[place] = FileLock(path)
        return self._locks[place].try_take()
