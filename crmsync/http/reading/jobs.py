"""Reads what a backend prepares in the background: a job is begun, waited for, and its result read.

The job's id is part of the position from the moment it is known, so that a run that was killed
waits for the same job on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from crmsync.errors import BackendError, Unreachable
from crmsync.http.reading.rows import Expired
from crmsync.model.stream import Page


@dataclass(frozen=True, slots=True)
class Job:
    """How a job stands: `at` is where its result is (a url, a path), `reason` why it failed.

    A *failed* job may have a result too: as much as it had done.
    """

    state: Literal["running", "done", "failed"]
    at: Any = None
    reason: str = ""


def by_job(
    position: Any = None,
    *,
    begin: Callable[[], str],
    look: Callable[[str], Job],
    read: Callable[[Job, Any], Iterator[Page]],
    tries: int = 2,
    patience: float = 24 * 3600.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Page]:
    """The pages of a job's result, which `read` gives from a position of its own on.

    `begin` starts a job and gives its id; `look` says how a job stands, or raises `Expired` where
    it is no longer known: then another one is begun, as is for one that failed, `tries` in all.
    What a failed job had done is read first, if it has left anything. While one waits, empty pages
    tell the position; pauses grow from 1 to 30 seconds, and after `patience` seconds it is
    Unreachable: the next run waits on. The position is {"job": id, "at": the result's own}.
    """
    place = position or {"job": None, "at": None}
    for attempt in range(tries):
        if place["job"] is None:
            place = {"job": begin(), "at": None}
            yield Page(next_position=place)
        try:
            job = yield from _awaited(place, look, patience, sleep)
            if job.state == "done" or job.at is not None:
                yield from _result(place, job, read)
            if job.state == "done":
                return
            failure = BackendError(f"a job of the backend failed ({job.reason or 'no reason'}).",
                                   hint="Whoever runs the backend: it says why.")  # fmt: skip
        except Expired as error:
            failure = error
        place = {"job": None, "at": None}
        yield Page(next_position=None)
        if attempt == tries - 1:
            raise failure


def _awaited(
    place: Any, look: Callable[[str], Job], patience: float, sleep: Callable[[float], None]
) -> Generator[Page, None, Job]:
    """The job once it runs no longer; each look gives an empty page, so that its id is kept."""
    waited, pause = 0.0, 1.0
    while (job := look(place["job"])).state == "running":
        yield Page(next_position=place)
        if waited >= patience:
            raise Unreachable(
                "a job of the backend is not done yet.", hint="The next run waits on."
            )
        sleep(pause)
        waited, pause = waited + pause, min(30.0, pause * 1.5)
    return job


def _result(place: Any, job: Job, read: Callable[[Job, Any], Iterator[Page]]) -> Iterator[Page]:
    for page in read(job, place["at"]):
        yield replace(page, next_position={**place, "at": page.next_position})
