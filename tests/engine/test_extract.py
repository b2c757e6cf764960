"""Pages are read ahead in a thread; errors and the end arrive in order; nobody is left waiting."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from crmsync.engine.clock import Clock
from crmsync.engine.extract import pages
from crmsync.errors import PluginError, Unreachable
from crmsync.model.stream import Page, Stream, Window

STREAM = Stream(name="customers", kind="customers")


class Panic(BaseException):
    """What a library raises that no `except Exception` should catch."""


class Reader:
    """A connector that says when it reads, and may fail after some pages."""

    name = "reader"

    def __init__(self, count: int, failure: BaseException | None = None, *, size: int = 1) -> None:
        self.count, self.failure, self.size = count, failure, size
        self.reached = [threading.Event() for _ in range(count + 1)]
        self.closed = threading.Event()

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        try:
            for number in range(self.count):
                self.reached[number].set()
                yield Page(records=[{"id": number}] * self.size, next_position=number + 1)
            self.reached[self.count].set()
            if self.failure is not None:
                raise self.failure
        finally:
            self.closed.set()


def read(reader: Any) -> Iterator[Page]:
    """The pages, without what is said between them."""
    with closing(pages(reader, STREAM, Window(), None, Clock())) as found:
        yield from (page for page in found if page is not None)


class Slow(Reader):
    """A connector whose second page comes when it is let."""

    let = threading.Event()

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        for page in super().read(stream, window, position):
            if page.next_position == 2:
                self.let.wait(10)
            yield page


def test_who_waits_for_a_page_is_told_that_there_is_time() -> None:
    reader = Slow(2)
    found = pages(reader, STREAM, Window(), None, Clock())
    first = next(one for one in found if one is not None)
    assert next(found) is None
    reader.let.set()
    second = next(found)
    assert [one and one.next_position for one in (first, second)] == [1, 2]
    assert list(filter(None, found)) == []


def test_the_next_page_is_read_while_this_one_is_worked_on() -> None:
    reader = Reader(3)
    found = read(reader)
    next(found)
    assert reader.reached[1].wait(10)
    assert reader.reached[2].wait(10)
    assert [page.next_position for page in found] == [2, 3]


def test_pages_of_a_whole_commit_are_read_while_one_is_worked_on() -> None:
    reader = Reader(60, size=100)
    found = read(reader)
    next(found)
    assert reader.reached[30].wait(10)
    assert len(list(found)) == 59


@pytest.mark.parametrize("count,size,far", [(20, 5_000, 4), (30, 1_000, 12), (300, 0, 150)])
def test_reading_does_not_run_away_from_working(count: int, size: int, far: int) -> None:
    reader = Reader(count, size=size)
    found = read(reader)
    next(found)
    assert not reader.reached[far].wait(0.3)
    assert len(list(found)) == count - 1


@pytest.mark.parametrize(
    "failure,seen",
    [
        (Unreachable("gone."), Unreachable),
        (KeyError("a bug"), PluginError),
        (SystemExit(0), PluginError),
        (Panic("a library written in Rust"), PluginError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (GeneratorExit(), GeneratorExit),
    ],
)
def test_whatever_is_raised_comes_after_the_pages_before_it(
    failure: BaseException, seen: Any
) -> None:
    found = read(Reader(2, failure))
    assert [page.next_position for page in (next(found), next(found))] == [1, 2]
    with pytest.raises(seen):
        next(found)


def test_who_stops_early_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    reader = Reader(50)
    found = read(reader)
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
