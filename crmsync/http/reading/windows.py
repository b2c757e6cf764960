"""Reads a window in parts: halved where an answer is capped, and several readings in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crmsync.errors import BackendError
from crmsync.model.clock import moment, stamp
from crmsync.model.stream import Page, Window

SECOND = timedelta(seconds=1)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Where the halving of a window without a beginning begins; what lies before is one part."""

Read = Callable[[Window, Any], Iterator[Page]]
"""Reads the pages of a window from a position on."""


class Capped(BackendError):
    """A backend gives no more than a part of what a window holds; raised by an author's `read`."""

    code = "capped"

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message or "a window holds more than the backend gives.", hint=hint)


def in_turn(position: Any = None, /, **parts: Callable[[Any], Iterator[Page]]) -> Iterator[Page]:
    """The pages of several readings one after the other, each called with its own position.

    For what one question does not bring: records whose stamp is null, those whose children
    changed, those that were archived. The position is {"of": the reading's name, "at": its own}.
    One of a reading that there is no more (a setting may take it away) begins with the first.
    """
    names = list(parts)
    known = isinstance(position, dict) and position.get("of") in parts
    begun, at = (position["of"], position["at"]) if known else (names[0], None)
    for name in names[names.index(begun) :]:
        for page in parts[name](at if name == begun else None):
            yield replace(page, next_position={"of": name, "at": page.next_position})


def bisected(
    read: Read,
    window: Window,
    position: Any = None,
    *,
    grain: timedelta = SECOND,
    by_id: Read | None = None,
) -> Iterator[Page]:
    """The pages of a window whose `read` raises `Capped` where it holds too many records.

    Such a window is halved, at whole `grain`s since 1970, until it fits; after that the parts
    grow again. One of a single grain is read by `by_id`, which goes by ids and is never capped;
    without it that is a BackendError. A window that is open above is not halved. The position is
    {"since": …, "until": …, "by": "time" or "id", "at": the reading's own}.
    """
    return _Bisection(read, window, grain, by_id).pages(position)


class _Bisection:
    """The parts of a window, in the order of time."""

    def __init__(self, read: Read, window: Window, grain: timedelta, by_id: Read | None) -> None:
        self._read, self._window, self._grain, self._by_id = read, window, grain, by_id

    def pages(self, position: Any) -> Iterator[Page]:
        """The pages from `position` on: of the part that it names, then of those behind it."""
        part, at, by = self._window, None, "time"
        if position:
            part, at, by = _part(position), position["at"], position["by"]
        while True:
            try:
                yield from self._of(part, at, by)
            except Capped as error:
                part, at, by = self._smaller(part, by, error)
                continue
            if part.until is None or (self._window.until and part.until >= self._window.until):
                return
            part, at, by = self._next(part), None, "time"

    def _of(self, part: Window, at: Any, by: str) -> Iterator[Page]:
        read = self._by_id if by == "id" and self._by_id else self._read
        for page in read(part, at):
            place = {"since": _text(part.since), "until": _text(part.until), "by": by}
            yield replace(page, next_position={**place, "at": page.next_position})

    def _smaller(self, part: Window, by: str, error: Capped) -> tuple[Window, Any, str]:
        """The part to read instead of one that is capped, from its beginning."""
        if by == "time" and part.until is not None:
            if part.since is None and part.until > EARLIEST:
                return Window(None, EARLIEST), None, "time"
            middle = self._middle(part.since or part.until, part.until)
            if middle is not None:
                return Window(part.since, middle), None, "time"
        if by == "time" and self._by_id is not None:
            return part, None, "id"
        hint = error.hint or "Whoever writes the connector: give `by_id`, which no cap concerns."
        raise BackendError(f"{error.message} It cannot be made smaller.", hint=hint) from None

    def _middle(self, since: datetime, until: datetime) -> datetime | None:
        """The whole grain nearest to the middle; None where none lies between."""
        low, high = since - EARLIEST, until - EARLIEST
        middle = (low + (high - low) / 2) // self._grain
        found = next((n for n in (middle, middle + 1) if low < n * self._grain < high), None)
        return None if found is None else EARLIEST + found * self._grain

    def _next(self, part: Window) -> Window:
        """The part behind one that is done, twice as long as that one."""
        since, until = part.until, self._window.until
        if part.since is None or since is None or until is None:
            return Window(since, until)
        return Window(since, min(until, since + (since - part.since) * 2))


def _part(position: Any) -> Window:
    since, until = position["since"], position["until"]
    return Window(moment(since) if since else None, moment(until) if until else None)


def _text(bound: datetime | None) -> str | None:
    return stamp(bound) if bound else None
