"""Reads pages ahead: fetching page n+1 overlaps with working on page n, one thread a stream."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any

from crmsync.engine.calls import read_pages
from crmsync.engine.clock import READ, Clock
from crmsync.hookspecs import Connector
from crmsync.model.stream import Json, Page, Stream, Window

AHEAD = 2
"""Pages read before they are wanted."""

_End = type("_End", (), {})


def pages(
    connector: Connector, stream: Stream, window: Window, position: Json, clock: Clock
) -> Iterator[Page]:
    """The pages of a stream, read ahead in a thread; what the connector raises is raised here."""
    queue: Queue[object] = Queue(maxsize=AHEAD)
    stop = Event()
    arguments = (connector, stream, window, position, queue, stop)
    thread = Thread(target=_clocked, args=(clock, *arguments), name=f"read-{stream.name}",
                    daemon=True)  # fmt: skip
    thread.start()
    try:
        yield from _drain(queue)
    finally:
        stop.set()
        _empty(queue)
        thread.join()


def _drain(queue: Queue[object]) -> Iterator[Page]:
    while True:
        item = queue.get()
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
    connector: Connector,
    stream: Stream,
    window: Window,
    position: Json,
    queue: Queue[object],
    stop: Event,
) -> None:
    """Runs in the thread: whatever is raised travels through the queue like a page.

    A thread that ended without a last word would leave its run waiting for ever.
    """
    last: object = _End()
    try:
        for page in read_pages(connector, stream, window, position):
            queue.put(page)
            if stop.is_set():
                break
    except BaseException as error:
        last = error
    queue.put(last)


def _empty(queue: Queue[object]) -> None:
    """Make room so that a waiting thread sees that it should stop."""
    try:
        while True:
            queue.get_nowait()
    except Empty:
        return
