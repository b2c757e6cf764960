"""Names every moment at which a run may be cut off: around each commit and each file put in place.

In an ordinary run a point does nothing. A crash test sets `watch` and kills its process there, so
it can be shown that no commit and no file is ever half done. Nothing outside Python can set it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _go_on(_name: str) -> None:
    """What happens at a point: nothing."""


watch: Callable[[str], None] = _go_on
"""Called with the name of every point that is reached; only crash tests set it."""


def reach(name: str) -> None:
    """Say that the point `name` is reached."""
    watch(name)


@contextmanager
def effect(name: str) -> Iterator[None]:
    """An effect that is there whole or not at all, with the points `name:before`, `name:after`."""
    reach(f"{name}:before")
    yield
    reach(f"{name}:after")
