"""Lets the writers of one SQLite file write in turn.

SQLite admits one writer and knows no queue. Who waits looks again after up to a tenth of a second,
so a writer that commits again and again is always quicker, and the others may wait until they give
up. Here only one of those who wait asks SQLite, and often; whoever comes later, the last writer
too, first stands in line behind it. The line is a courtesy: it protects nothing, and who stood in
it in vain asks all the same.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crmsync.store import locks

BUSY_SECONDS = 30.0
"""So long one writer waits for another; a commit on a slow disk takes many seconds."""
PAUSE = 0.001
"""Seconds between two looks; a look takes a hundredth of that."""


def begin(connection: sa.Connection, seconds: float | None = None) -> None:
    """Begin a writing transaction when it is our turn.

    The driver's OperationalError ("database is locked") when it is not within `seconds`, by default
    BUSY_SECONDS.
    """
    patience = BUSY_SECONDS if seconds is None else seconds
    deadline = time.monotonic() + patience
    with _in_line(connection.engine.url.database, deadline - patience / 2):
        _ask(connection.connection.driver_connection, deadline)
    connection.begin()


@contextmanager
def _in_line(database: str | None, deadline: float) -> Iterator[None]:
    """Be the first of the line in this block, or go without the line from `deadline` on."""
    if not database or database == ":memory:":
        yield
        return
    descriptor = None
    with suppress(OSError):  # where no file can be made, SQLite itself says what is wrong
        descriptor = locks.open_lock(Path(f"{database}.line"), point="store/line")
    if descriptor is None:
        yield
        return
    try:
        while not locks.take(descriptor) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        yield
    finally:
        os.close(descriptor)


def _ask(driver: Any, deadline: float) -> None:
    """Ask SQLite for its one writer's place until it gives it."""
    driver.execute("PRAGMA busy_timeout = 0").close()
    try:
        while not _is_given(driver, deadline):
            time.sleep(PAUSE)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}").close()


def _is_given(driver: Any, deadline: float) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE").close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
            raise
        return False
    return True
