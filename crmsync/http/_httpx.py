"""Loads httpx without its command line.

Where click, rich and pygments are installed, as they are beside us, `import httpx` loads them for
the program of that name: two thirds of what it takes. None among the modules says that one is not
there, and httpx knows how to do without.
"""

from __future__ import annotations

import sys

_PROGRAM = "httpx._main"


def _load() -> None:
    if "httpx" in sys.modules:
        return
    sys.modules[_PROGRAM] = None  # type: ignore[assignment]
    try:
        import httpx  # noqa: F401
    finally:
        del sys.modules[_PROGRAM]


_load()
