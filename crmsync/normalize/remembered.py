"""Remembers what a function said of the texts it met last, so many of them, and none for ever.

A cache is limited by how many texts it holds, not by how long they are: a column of notes of
100 kB, mapped to a name by mistake, would fill the memory. To look at each text would cost more
than many a function that is remembered; so whoever takes in records weighs them, and after enough
long ones everything is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

LONG = 4096
"""Bytes; a record that is longer is weighed."""
ENOUGH = 16_000_000
"""Bytes of long records after which everything is forgotten."""

_forget: list[Callable[[], None]] = []
_weight = 0


def remembered(most: int, *, typed: bool = False) -> Callable[[Function], Function]:
    """Decorate a pure function: its last `most` answers are remembered."""

    def decorate(function: Function) -> Function:
        cached: Any = lru_cache(maxsize=most, typed=typed)(function)
        _forget.append(cached.cache_clear)
        found: Function = cached
        return found

    return decorate


def weigh(records: Iterable[object]) -> None:
    """Count the long ones among records as bytes or text; forget everything when it is enough."""
    global _weight
    texts = [one for one in records if isinstance(one, bytes | str)]
    _weight += sum(size for size in map(len, texts) if size > LONG)
    if _weight > ENOUGH:
        _weight = 0
        forget_all()


def forget_all() -> None:
    """Forget every answer: what comes next is worked out anew."""
    for forget in _forget:
        forget()
