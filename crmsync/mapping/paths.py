"""The ways into a record: a column, or dots that reach into its objects and lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from crmsync.model.columns import HIDDEN

MISSING: Final = HIDDEN
"""What a getter answers where the record does not show the field."""

Raw = Mapping[str, Any]
Get = Callable[[Raw], Any]
Steps = tuple[tuple[str, int | None], ...]
"""The way into a record: at each step a name, and the place in a list it may also mean."""


def steps_of(path: str) -> Steps:
    """The steps of a dotted path; a lone dot is a name."""
    if path == ".":
        return ((path, None),)
    return tuple((part, int(part) if part.isdecimal() else None) for part in path.split("."))


@lru_cache
def shared(parent: Steps) -> Steps:
    """One object for equal ways, so that they are known by identity."""
    return parent


def read_path(path: str) -> Get:
    """A getter for the value at `path`: a field of exactly that name, else dots reach inside.

    MISSING where the record does not show it, None where an object on the way is null.
    """
    steps = steps_of(path)
    if len(steps) == 1:
        return lambda raw: raw.get(path, MISSING)

    def reach(raw: Raw) -> Any:
        return raw[path] if path in raw else walk(raw, steps)

    return reach


def walk(found: Any, steps: Iterable[tuple[str, int | None]]) -> Any:
    """What lies at the end of `steps`: MISSING where it is not shown, None behind a null."""
    for name, place in steps:
        kind = found.__class__
        if kind is dict:
            found = found.get(name, MISSING)
        elif kind is list and place is not None:
            found = found[place] if place < len(found) else MISSING
        elif found is None or found is MISSING:
            return found
        elif isinstance(found, Mapping):
            found = found.get(name, MISSING)
        else:
            return MISSING
    return found
