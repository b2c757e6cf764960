"""Hands intents to a connector, in batches, by as many threads as its backend bears.

Whatever the connector does, each intent gets exactly one result, and two intents of one record are
never under way at the same time: the later one waits for the earlier.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import chain

from crmsync.errors import NOBODYS_FAULT, CrmsyncError
from crmsync.hookspecs import Writes
from crmsync.model.intent import Intent, Result, again, refused, unknown
from crmsync.model.stream import Capabilities

AHEAD = 2
"""Batches made ready for each that is under way."""
STOPPING = ("credentials", "quota")
"""What one batch met, and every later one would."""
NAMED = ("erase", "audience")
"""Changes of a record that is there: without its id a backend might answer for another one."""


def push(
    connector: Writes, capabilities: Capabilities, intents: Iterable[Intent]
) -> Iterator[Result]:
    """The results of `intents`, one each, as they come.

    Up to `capabilities.at_once` calls of at most `capabilities.batch` intents at the same time.
    An error that concerns everybody (credentials, quota) ends the sending: what was not sent is to
    be tried *again*. A connector that breaks leaves its batch *unknown*.
    """
    line, stop = _Line(intents, capabilities.batch), None
    under_way: dict[Future[_Said], list[Intent]] = {}
    with ThreadPoolExecutor(capabilities.at_once, "push") as pool:
        while True:
            while stop is None and len(under_way) < capabilities.at_once:
                if not (batch := line.batch()):
                    break
                under_way[pool.submit(_write, connector, batch)] = batch
            if not under_way:
                break
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                line.free(under_way.pop(future))
                said = future.result()
                stop = stop or said.stop
                yield from said.results
    if stop is not None:
        yield from (_not_sent(one, stop) for one in line.rest())


@dataclass(frozen=True, slots=True)
class _Said:
    """The results of a batch, and the error that ends the sending."""

    results: list[Result]
    stop: CrmsyncError | None = None


class _Line:
    """The intents that wait, in their order; of a record that is under way none is given out."""

    def __init__(self, intents: Iterable[Intent], size: int) -> None:
        self._intents, self._size = iter(intents), size
        self._held: deque[Intent] = deque()
        self._busy: set[tuple[str, str]] = set()

    def batch(self) -> list[Intent]:
        """The next intents whose records are free; they are busy from now on."""
        found: list[Intent] = []
        waiting, self._held = self._held, deque()
        blocked = set(self._busy)
        source = chain(_taken_from(waiting), self._intents)
        while len(found) < self._size and len(self._held) < AHEAD * self._size:
            if (one := next(source, None)) is None:
                break
            name = _record(one)
            if name in blocked:
                self._held.append(one)
            else:
                found.append(one)
            blocked.add(name)
        self._held.extend(waiting)
        self._busy.update(map(_record, found))
        return found

    def free(self, batch: Iterable[Intent]) -> None:
        """These are done with."""
        self._busy.difference_update(map(_record, batch))

    def rest(self) -> Iterator[Intent]:
        """Everything that was not given out."""
        yield from self._held
        yield from self._intents


def _taken_from(waiting: deque[Intent]) -> Iterator[Intent]:
    while waiting:
        yield waiting.popleft()


def _record(intent: Intent) -> tuple[str, str]:
    """What two intents must not change at once: a record, or the customer that becomes one."""
    if intent.external_id is None:
        return "", intent.key
    return intent.stream, intent.external_id


def _write(connector: Writes, batch: list[Intent]) -> _Said:
    """What came of a batch; who is to be erased but is not named reaches no backend."""
    nobody = [one for one in batch if one.change in NAMED and not one.external_id]
    said = _sent(connector, [one for one in batch if one not in nobody])
    return _Said([*said.results, *(refused(one, "nobody is named") for one in nobody)], said.stop)


def _sent(connector: Writes, batch: list[Intent]) -> _Said:
    if not batch:
        return _Said([])
    try:
        results = list(connector.write(batch))
    except CrmsyncError as error:
        if not error.maybe_done and (error.retryable or error.code in STOPPING):
            stop = error if error.code in STOPPING else None
            return _Said([_not_sent(one, error) for one in batch], stop)
        return _Said([unknown(one, error.message) for one in batch])
    except NOBODYS_FAULT:
        raise
    except BaseException as error:  # a connector's bug: nobody knows how far it came
        reason = f"the connector failed with {type(error).__name__}"
        return _Said([unknown(one, reason) for one in batch])
    told = {one.id: one for one in results}
    silent = "the connector gave no result for it"
    return _Said([told.get(one.id) or unknown(one, silent) for one in batch])


def _not_sent(intent: Intent, error: CrmsyncError) -> Result:
    return again(intent, error.message, retry_after=getattr(error, "retry_after", None))
