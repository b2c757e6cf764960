"""Puts a file in its place whole or not at all, readable by its owner alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crmsync.store import points

ABANDONED_SECONDS = 3600
"""A file that nobody has written to for so long belongs to a process that was killed."""


@contextmanager
def replaced(path: Path, *, point: str) -> Iterator[Path]:
    """An empty file to be written in this block, put in the place of `path` at its end.

    When the block fails nothing has happened. What a killed process left beside `path` is removed:
    it may hold personal data. The points are `point/write` and `point/replace`. OSError when the
    folder cannot be written.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with points.effect(f"{point}/write"):
            new.unlink(missing_ok=True)
            os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            _remove_abandoned(path, new)
            yield new
            with new.open("r+b") as written:
                os.fsync(written.fileno())
        with points.effect(f"{point}/replace"):
            new.replace(path)
    finally:
        with suppress(OSError):  # it is in its place, or never was there
            new.unlink()


def put(path: Path, content: bytes, *, point: str) -> None:
    """Write a whole file like `replaced`."""
    with replaced(path, point=point) as new, new.open("r+b") as file:
        file.write(content)


def _remove_abandoned(path: Path, new: Path) -> None:
    """Remove what killed processes left; a file's own clock tells which are old, not ours."""
    oldest = new.stat().st_mtime - ABANDONED_SECONDS
    for one in new.parent.iterdir():
        if one.name.startswith(f".{path.name}.") and one.name.endswith(".new"):
            with suppress(OSError):  # another process was quicker
                if one.stat().st_mtime < oldest:
                    one.unlink()
