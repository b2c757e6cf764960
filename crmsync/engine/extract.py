"""Reads pages ahead: fetching overlaps with working on what came before, one thread a stream."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import Condition, Thread
from typing import Any

from crmsync.engine.calls import read_pages, with_bytes
from crmsync.engine.clock import READ, Clock
from crmsync.hookspecs import Connector
from crmsync.model.stream import Json, Page, Stream, Window

AHEAD = 5_000
"""Records read before they are wanted, about a commit's worth: while one commit is worked on, the
pages of the next come in, however slowly the backend gives them out."""
LEAST = 50
"""As many records a page counts though it were empty."""
PAGES = 2
"""Pages read ahead in any case, however large they are."""


def pages(
    connector: Connector, stream: Stream, window: Window, position: Json, clock: Clock
) -> Iterator[Page | None]:
    """The pages of a stream, read ahead in a thread; what the connector raises is raised here.

    None says that the next page is still on its way: there is time to work on those before it.
    """
    line = _Line()
    arguments = (connector, stream, window, position, line)
    thread = Thread(target=_clocked, args=(clock, *arguments), name=f"read-{stream.name}",
                    daemon=True)  # fmt: skip
    thread.start()
    try:
        for page in _drain(line):
            yield None if page is None else _looked_through(page, stream, clock)
    finally:
        line.stop()
        thread.join()


def _looked_through(page: Page, stream: Stream, clock: Clock) -> Page:
    """The page with its ids: not in the thread, which asks for the next page meanwhile."""
    with clock.on("land"):
        return with_bytes(page, stream)


class _Line:
    """The pages that were read and not yet wanted, and behind them how the reading ended."""

    def __init__(self) -> None:
        self._items: deque[object] = deque()
        self._held = 0
        self._stopped = False
        self._moved = Condition()

    def put(self, page: Page) -> bool:
        """Wait for room, then stand in line; whether more is wanted."""
        with self._moved:
            self._moved.wait_for(self._has_room)
            self._items.append(page)
            self._held += _weight(page)
            self._moved.notify_all()
            return not self._stopped

    def end(self, last: BaseException | None) -> None:
        """Say that there is no more, or why; never waits."""
        with self._moved:
            self._items.append(last)
            self._moved.notify_all()

    def empty(self) -> bool:
        """Whether nothing stands in line."""
        return not self._items

    def get(self) -> object:
        """Wait for the next page, or the end."""
        with self._moved:
            self._moved.wait_for(lambda: self._items)
            item = self._items.popleft()
            if isinstance(item, Page):
                self._held -= _weight(item)
            self._moved.notify_all()
            return item

    def stop(self) -> None:
        """Let a reader that waits for room see that nobody wants more."""
        with self._moved:
            self._stopped = True
            self._moved.notify_all()

    def _has_room(self) -> bool:
        return self._stopped or len(self._items) < PAGES or self._held < AHEAD


def _weight(page: Page) -> int:
    """What a page counts: its records, and itself as some."""
    return len(page.records) + len(page.deleted) + LEAST


def _drain(line: _Line) -> Iterator[Page | None]:
    while True:
        if line.empty():
            yield None
        item = line.get()
        if isinstance(item, Page):
            yield item
        elif isinstance(item, BaseException):
            raise item
        else:
            return


def _clocked(clock: Clock, *arguments: Any) -> None:
    with clock.on(READ):
        _fill(*arguments)


def _fill(
    connector: Connector, stream: Stream, window: Window, position: Json, line: _Line
) -> None:
    """Runs in the thread: whatever is raised travels in the line like a page.

    A thread that ended without a last word would leave its run waiting for ever.
    """
    last: BaseException | None = None
    try:
        for page in read_pages(connector, stream, window, position):
            if not line.put(page):
                break
    except BaseException as error:
        last = error
    line.end(last)
