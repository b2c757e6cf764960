"""Locks on files beside a SQLite store, which the operating system frees with their process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from crmsync.store import points


def open_lock(path: Path, *, point: str) -> int:
    """The descriptor of a lock file, made when it is not there; OSError when it cannot be."""
    try:
        return os.open(path, os.O_RDWR)
    except FileNotFoundError:
        with points.effect(point):
            return os.open(path, os.O_CREAT | os.O_RDWR, 0o600)


def take(descriptor: int) -> bool:
    """Whether the lock is ours now; it is until the descriptor is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
