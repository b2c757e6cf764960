"""Takes in several connections at once (`--jobs`), each in a process of its own.

A process tells through its pipe what it does, and the parent puts that together in the order of
the connections, never in that of arrival: report, hooks and exit code are those of one process.
The processes are started anew (spawn), on every system: who forks a process forks its threads'
locks and its database connections too.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from threading import Thread
from types import ModuleType

from crmsync.engine import child
from crmsync.engine.child import Batch, Ended, Step, Task
from crmsync.engine.connections import Terms
from crmsync.engine.project import Project
from crmsync.engine.report import Progress, Report
from crmsync.errors import ProcessLost

CRASHES = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGSYS", "SIGTRAP"}
"""The signals by which a process ends through its own fault."""


@dataclass(slots=True)
class Job:
    """One connection in a process of its own, and what that has told up to now.

    A thread writes what is told; `over` says that the process tells nothing more. `refused` is why
    the system gave us no process.
    """

    name: str
    part: Report
    batches: deque[Batch] = field(default_factory=deque)
    ended: Ended | None = None
    over: bool = False
    process: SpawnProcess | None = None
    listener: Thread | None = None
    exit_code: int | None = None
    refused: str = ""

    def begun(self) -> bool:
        """Whether it was its turn."""
        return self.process is not None

    def end(self) -> None:
        """Wait until the process has ended and all that it told is known."""
        if self.listener is not None:
            self.listener.join()
        if self.process is not None and self.process.pid is not None:
            self.process.join()
            self.exit_code = self.process.exitcode

    def lost(self) -> bool:
        """Whether the process ended before it was done."""
        return self.begun() and (self.ended is None or self.ended.interrupted)


def take_in_together(
    project: Project,
    names: Sequence[str],
    terms: Terms,
    *,
    jobs: int,
    report: Report,
    progress: Progress,
) -> bool:
    """Take in up to `jobs` connections at once; False when other runs have all of them.

    A process that dies is named in the report, the others go on. SumsError, and a CrmsyncError for
    a bug in one of them, ends the whole run when those at work are done.
    """
    crew = Crew(project, names, terms, jobs, report, progress)
    try:
        crew.run()
    finally:
        crew.hand_over()
    raised = [job.ended.raised for job in crew.jobs if job.ended and job.ended.raised]
    if raised:
        raise raised[0]
    return any(job.begun() and (job.ended is None or job.ended.ours) for job in crew.jobs)


class Crew:
    """The processes of one run."""

    def __init__(
        self,
        project: Project,
        names: Sequence[str],
        terms: Terms,
        jobs: int,
        report: Report,
        progress: Progress,
    ) -> None:
        self.project, self.report, self.progress = project, report, progress
        self.jobs = [Job(name, Report(report.run_id, report.as_of)) for name in names]
        self._terms, self._limit = terms, jobs
        self._waiting, self._at_work = deque(self.jobs), list[Job]()
        self._news: SimpleQueue[Step | Job | None] = SimpleQueue()
        self._told, self._stopped = 0, False

    def run(self) -> None:
        """Take in every connection; whatever ends this ends the processes too."""
        try:
            while self._waiting or self._at_work:
                while self._waiting and len(self._at_work) < self._limit:
                    self._start(self._waiting.popleft())
                self._hear(self._news.get())
        except BaseException:
            self._stop()
            raise

    def hand_over(self) -> None:
        """Put what the processes counted into the report, in the order of the connections."""
        self._tell()
        for job in self.jobs:
            self.report.add(job.part)
            if job.lost() and not self._stopped:
                self.report.fail(job.name, _lost(job, self._connector(job.name)))

    def _start(self, job: Job) -> None:
        reading, writing = multiprocessing.get_context("spawn").Pipe(duplex=False)
        task = Task(self.project.settings, job.name, self._terms, self.report.run_id,
                    self.report.as_of, _log_levels(), gc.get_threshold())  # fmt: skip
        self._at_work.append(job)  # known before there is a process, so that none is forgotten
        job.process = multiprocessing.get_context("spawn").Process(
            target=child.work, args=(task, writing), name=f"crmsync {job.name}"
        )
        with writing, _stops_blocked(), _without_program():
            try:
                job.process.start()
            except OSError as error:
                job.refused = error.strerror or type(error).__name__
            job.listener = Thread(target=self._listen, args=(job, reading), daemon=True)
            job.listener.start()

    def _listen(self, job: Job, pipe: Connection) -> None:
        """Runs in a thread, which no interrupt reaches: note everything a process tells."""
        try:
            with pipe, suppress(EOFError, OSError):
                while True:
                    self._note(job, pipe.recv())
        finally:
            job.over = True
            self._news.put(job)

    def _note(self, job: Job, message: object) -> None:
        if isinstance(message, Step):
            self._news.put(message)
        elif isinstance(message, Batch):
            job.part = message.part
            job.batches.append(message)
            self._news.put(None)
        elif isinstance(message, Ended):
            job.part, job.ended = message.part, message
        elif isinstance(message, logging.LogRecord):
            logging.getLogger(message.name).handle(message)

    def _hear(self, news: Step | Job | None) -> None:
        if isinstance(news, Step):
            self.progress(news.what, news.where, news.more)
            return
        if isinstance(news, Job):
            news.end()
            self._at_work.remove(news)
            if news.ended and news.ended.raised:
                self._waiting.clear()
        self._tell()

    def _tell(self) -> None:
        """Tell the plugins of what is committed, connection by connection, in their order."""
        for job in self.jobs[self._told :]:
            over = job.over
            while job.batches:
                batch = job.batches.popleft()
                self.report.tell(self.project, batch.stage, batch.counts)
            if not over:
                return
            self._told += 1

    def _stop(self) -> None:
        """Let every process end in order; who interrupts once more ends them at once."""
        self._stopped = True
        self._waiting.clear()
        try:
            self._end_all("terminate")
        except KeyboardInterrupt:
            self._end_all("kill")

    def _end_all(self, how: str) -> None:
        for job in self._at_work:
            if job.process is not None and job.process.pid is not None:
                getattr(job.process, how)()
        for job in self._at_work:
            job.end()

    def _connector(self, name: str) -> str:
        configured = self.project.settings.connections.get(name)
        return configured.connector if configured else ""


def _lost(job: Job, connector: str) -> ProcessLost:
    """Who must act when a process died; SIGTERM to it alone is an end from outside, too."""
    if job.refused:
        return ProcessLost(
            f"the system started no process for it: {job.refused}.",
            hint="IT: see whether memory or processes have run out; fewer jobs at once need less.",
        )
    code = job.exit_code or 0
    name = _signal_name(-code) if code < 0 else "SIGTERM" if job.ended else ""
    gone_on = "What was committed stays, the next run goes on."
    if name and name not in CRASHES:
        return ProcessLost(
            f"its process was ended from outside ({name}).",
            hint=f"IT: see whether the memory was full; fewer jobs at once need less. {gone_on}",
        )
    return ProcessLost(
        f"its process broke off ({name or f'exit code {code}'}).",
        hint=f"{gone_on} If it happens again, the author of the connector '{connector}', or of a "
        "library it uses, must act.",
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _log_levels() -> Mapping[str, int]:
    """The levels that were set in this process; "" is the root's."""
    loggers = logging.getLogger().manager.loggerDict.items()
    set_here = {name: one.level for name, one in loggers if isinstance(one, logging.Logger)}
    return {"": logging.getLogger().level} | {name: n for name, n in set_here.items() if n}


@contextmanager
def _stops_blocked() -> Iterator[None]:
    """What is started in this block is not interrupted before it is ready for it."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # it would unblock the signals again in the middle of the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, child.STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _without_program() -> Iterator[None]:
    """What is started in this block does not load the program that called us.

    It needs nothing of it, and a program without `if __name__ == "__main__"` would call us again.
    """
    program, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = program
