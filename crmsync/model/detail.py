"""What an interaction says beside who, when and how: points, promises, privileges, a score."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson


class Details(NamedTuple):
    """The facts of one interaction; whatever is not told is empty.

    `answers` are the numbers (from 1) of points of the same thread that it answers. `promise_by` is
    a local day, or "". `closes` says that nothing is left to do in its thread. `ended` are
    privileges, wishes and marks of earlier interactions that no longer hold. `score` is a
    satisfaction from 0 (worst) to 100 (best), None where none is told.
    """

    points: tuple[str, ...] = ()
    answers: tuple[int, ...] = ()
    promise: str = ""
    promise_by: str = ""
    kept: bool = False
    closes: bool = False
    privileges: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    leaving: str = ""
    score: int | None = None


_NOTHING = Details()


def write_details(details: Details) -> str:
    """The details as a JSON object without what is empty; "" when all of it is."""
    told = {
        name: value for name, value in details._asdict().items() if value != _NOTHING[_PLACE[name]]
    }
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode() if told else ""


def read_details(text: str) -> Details:
    """What `write_details` wrote."""
    if not text:
        return _NOTHING
    told: dict[str, Any] = orjson.loads(text)
    lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return Details(**(told | lists))


_PLACE = {name: place for place, name in enumerate(Details._fields)}
