"""Locks between processes: on a file, freed by the operating system when their process dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path


class FileLock:
    """A lock on a file, which one holder in all processes has at a time.

    Threads that share the object keep each other out by themselves.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)

    def take(self) -> None:
        """Wait until it is ours; for what is held for a moment only."""
        _lock(self._descriptor, wait=True)

    def try_take(self) -> bool:
        """Whether it is ours now."""
        try:
            _lock(self._descriptor, wait=False)
        except OSError:
            return False
        return True

    def free(self) -> None:
        """Let others have it."""
        _unlock(self._descriptor)

    def close(self) -> None:
        """Let go of lock and file."""
        os.close(self._descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, wait: bool) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int, *, wait: bool) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
