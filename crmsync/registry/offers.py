"""What installed packages offer (entry points), looked up once for all that ask."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from importlib.metadata import EntryPoints, entry_points


def offers(group: str) -> EntryPoints:
    """The entry points of a group.

    They are looked up again when a folder of `sys.path` has changed: something was installed.
    """
    return _looked_up(group, tuple((path, _changed(path)) for path in sys.path))


@lru_cache(maxsize=4)
def _looked_up(group: str, _folders: tuple[tuple[str, int], ...]) -> EntryPoints:
    return entry_points(group=group)


def _changed(path: str) -> int:
    try:
        return os.stat(path or ".").st_mtime_ns
    except OSError:
        return 0
