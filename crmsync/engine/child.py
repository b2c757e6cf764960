"""The process that takes in connections for a run of `--jobs`, and tells its parent about it.

For each it opens the project anew, and writes through transactions of its own under its lease. It
ends as soon as its parent is gone, at whatever it is: that is no more than a kill, which the
store withstands.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
from threading import Thread
from types import FrameType
from typing import Any

from crmsync import registry
from crmsync.config import Settings
from crmsync.engine.connections import Terms, take_in_one
from crmsync.engine.project import Project, own_store
from crmsync.engine.report import Report
from crmsync.engine.spawning import STOPS
from crmsync.errors import CrmsyncError, SumsError, program_error
from crmsync.manner import Manner


@dataclass(frozen=True, slots=True)
class Task:
    """What a process is asked to do: take in `name` as a part of this run."""

    settings: Settings
    name: str
    terms: Terms
    run_id: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Step:
    """Progress: what is being done, where, and how many records more."""

    what: str
    where: str
    more: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A committed batch that plugins are to be told of, and all the numbers up to it."""

    stage: str
    counts: Mapping[str, int]
    part: Report


@dataclass(frozen=True, slots=True)
class Ended:
    """The connection's last word: its numbers, and whether another run had the lease.

    `raised` is what ends the whole run, `interrupted` says that the process was asked to stop.
    """

    part: Report
    ours: bool = True
    raised: CrmsyncError | None = None
    interrupted: bool = False


class Outbox:
    """Sends what is put into it to the parent, in order, from a thread of its own.

    So neither an interrupt nor another thread cuts a message in two, and nobody waits for the pipe.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._messages: SimpleQueue[Any] = SimpleQueue()
        self._thread = Thread(target=self._send, name="tell-parent", daemon=True)
        self._thread.start()

    def put(self, message: object) -> None:
        """Send a message as it is now."""
        self._messages.put(ForkingPickler.dumps(message))

    def close(self) -> None:
        """Wait until everything is sent."""
        self._messages.put(None)
        self._thread.join()

    def _send(self) -> None:
        try:
            while (message := self._messages.get()) is not None:
                self._pipe.send_bytes(message)
        except OSError:
            os._exit(1)  # the parent is gone


@dataclass(slots=True)
class Part(Report):
    """The report of one connection; its plugins are told by the parent, in the run's order."""

    outbox: Outbox | None = field(default=None, kw_only=True)

    def tell(self, project: Project, stage: str, counts: Mapping[str, int]) -> None:
        """Have the parent tell the plugins; the clocks may still be running, they come last."""
        assert self.outbox is not None
        numbers = self.numbers()
        numbers.clocks = {}
        self.outbox.put(Batch(stage, dict(counts), numbers))

    def numbers(self) -> Report:
        """What is known of the connection, as a plain report."""
        return Report(**{one.name: getattr(self, one.name) for one in fields(Report)})


PLAIN = frozenset(vars(logging.makeLogRecord({})))
"""What every log record has; anything else may be an object that the parent does not know."""


class Letters(QueueHandler):
    """Hands what is logged to the parent, whose handlers say where it goes."""

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(SimpleQueue())
        self.outbox = outbox

    def enqueue(self, record: logging.LogRecord) -> None:
        """Send a record whose text is complete."""
        plain = {name: value for name, value in vars(record).items() if name in PLAIN}
        self.outbox.put(logging.makeLogRecord(plain))


def work(pipe: Connection, manner: Manner) -> None:
    """Take in one connection after the other, until the parent has no more.

    Tasks come through the pipe, and everything that is to be known of them goes back through it.
    """
    Thread(target=_leave_with_parent, name="watch-parent", daemon=True).start()
    manner.take_on()
    outbox = Outbox(pipe)
    _log_to(outbox, manner.levels)
    with suppress(KeyboardInterrupt, EOFError, OSError):
        _heed_the_parent()
        while (task := pipe.recv()) is not None:
            multiprocessing.current_process().name = f"crmsync {task.name}"
            ended = _take_in(task, outbox)
            outbox.put(ended)
            if ended.interrupted:
                break
    outbox.close()
    gc.freeze()  # the memory goes back as a whole, so nobody needs to look for cycles in it


def _take_in(task: Task, outbox: Outbox) -> Ended:
    part, ours = Part(task.run_id, task.as_of, outbox=outbox), True
    raised: CrmsyncError | None = None
    try:
        ours = _open_and_take_in(task, part, outbox)
    except KeyboardInterrupt:
        return Ended(part.numbers(), interrupted=True)
    except SumsError as error:
        raised = error
    except CrmsyncError as error:
        part.fail(task.name, error)
    except (
        Exception,
        SystemExit,
    ) as error:  # a bug of ours: the parent says so, and only it knows --debug
        raised = program_error(error)
        raised.add_note("".join(traceback.format_exception(error)))
    return Ended(part.numbers(), ours, raised)


def _open_and_take_in(task: Task, part: Part, outbox: Outbox) -> bool:
    """Open the project as its parent did, and take in the connection; False: another run has it."""
    plugins = registry.load(base=task.settings.base)
    store = own_store(task.settings)
    try:
        return take_in_one(
            Project(task.settings, plugins, store),
            task.name,
            task.terms,
            report=part,
            progress=lambda *step: outbox.put(Step(*step)),
        )
    finally:
        store.close()


def _leave_with_parent() -> None:
    """End this process when its parent has ended, however that was."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _log_to(outbox: Outbox, levels: Mapping[str, int]) -> None:
    """Log what the parent would log; the libraries that it silences stay silent."""
    logging.getLogger().handlers[:] = [Letters(outbox)]
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def _heed_the_parent() -> None:
    """Be interrupted by SIGTERM, once, and by nothing else.

    The parent started this process with both signals blocked, so that none came too early. Their
    handlers are functions, for what is ignored would stay so in a program that a connector starts.
    """
    signal.signal(signal.SIGINT, _ignore)
    signal.signal(signal.SIGTERM, _interrupt)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """The answer to a signal that is the parent's business."""


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, _ignore)
    raise KeyboardInterrupt
