"""Takes in several connections at once (`--jobs`), each in a process of its own.

A process that is done with one connection takes the next, for to start one takes longer than many
a run has to do. It tells through its pipe what it does, and the parent puts that together in the
order of the connections, never in that of arrival: report, hooks and exit code are those of one
process.
"""

from __future__ import annotations

import logging
import signal
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from threading import Thread

from crmsync.engine import child
from crmsync.engine.child import Batch, Ended, Step, Task
from crmsync.engine.connections import Terms
from crmsync.engine.project import Project
from crmsync.engine.report import Progress, Report
from crmsync.engine.spawning import SPAWN, log_levels, stops_blocked, without_program
from crmsync.errors import ProcessLost
from crmsync.manner import Manner

CRASHES = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGABRT", "SIGSYS", "SIGTRAP"}
"""The signals by which a process ends through its own fault."""


@dataclass(slots=True)
class Job:
    """One connection, and what the process that takes it in has told up to now.

    `over` says that nothing more is told, `lost` why it ended before it was done.
    """

    name: str
    part: Report
    batches: deque[Batch] = field(default_factory=deque)
    begun: bool = False
    over: bool = False
    ended: Ended | None = None
    lost: ProcessLost | None = None

    def is_ours(self) -> bool:
        """Whether no other run has it."""
        return self.begun and (self.ended is None or self.ended.ours)


@dataclass(slots=True)
class Worker:
    """A process, and the connection that it takes in. A thread notes what it tells."""

    process: SpawnProcess
    pipe: Connection
    job: Job
    listener: Thread | None = None

    def end(self) -> None:
        """Wait until the process has ended and all that it told is known."""
        if self.listener is not None:
            self.listener.join()
        if self.process.pid is not None:
            self.process.join()


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
    return any(job.is_ours() for job in crew.jobs)


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
        self._waiting, self._workers = deque(self.jobs), list[Worker]()
        self._news: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._told, self._stopped = 0, False

    def run(self) -> None:
        """Take in every connection; whatever ends this ends the processes too."""
        try:
            while self._waiting or self._workers:
                while self._waiting and len(self._workers) < self._limit:
                    self._start(self._waiting.popleft())
                self._news.get()()
                self._tell()
        except BaseException:
            self._stop()
            raise

    def hand_over(self) -> None:
        """Put what the processes counted into the report, in the order of the connections."""
        for job in self.jobs:
            job.over = True
        self._tell()
        for job in self.jobs:
            self.report.add(job.part)
            if job.lost and not self._stopped:
                self.report.fail(job.name, job.lost)

    def _start(self, job: Job) -> None:
        """Start one more process, with this connection as its first."""
        pipe, other = SPAWN.Pipe()
        manner = Manner.of_parent(log_levels())
        process = SPAWN.Process(target=child.work, args=(other, manner), name="crmsync")
        worker = Worker(process, pipe, job)
        self._workers.append(worker)  # known before it lives, so that none is forgotten
        with other, stops_blocked(), without_program():
            try:
                process.start()
            except OSError as error:
                job.lost = _refused(error)
            worker.listener = Thread(target=self._listen, args=(worker,), daemon=True)
            worker.listener.start()
        self._give(worker, job)

    def _give(self, worker: Worker, job: Job) -> None:
        task = Task(self.project.settings, job.name, self._terms, self.report.run_id,
                    self.report.as_of)  # fmt: skip
        job.begun, worker.job = True, job
        with suppress(OSError):  # it has died; its listener says so
            worker.pipe.send(task)

    def _listen(self, worker: Worker) -> None:
        """Runs in a thread, which no interrupt reaches: note everything a process tells."""
        try:
            with suppress(EOFError, OSError):
                while True:
                    self._note(worker, worker.pipe.recv())
        finally:
            self._news.put(partial(self._leave, worker))

    def _note(self, worker: Worker, message: object) -> None:
        """Keep what is told, and put into the news what the main thread is to do about it."""
        job = worker.job
        if isinstance(message, Step):
            self._news.put(partial(self.progress, message.what, message.where, message.more))
        elif isinstance(message, Batch):
            job.part = message.part
            job.batches.append(message)
            self._news.put(self._tell)
        elif isinstance(message, Ended):
            job.part, job.ended, job.over = message.part, message, True
            self._news.put(partial(self._go_on, worker, message))
        elif isinstance(message, logging.LogRecord):
            logging.getLogger(message.name).handle(message)

    def _go_on(self, worker: Worker, ended: Ended) -> None:
        """Give a process that is done the next connection; without one it ends."""
        if ended.raised:
            self._waiting.clear()
        if ended.interrupted:
            return
        if self._waiting:
            self._give(worker, self._waiting.popleft())
            return
        with suppress(OSError):
            worker.pipe.send(None)

    def _leave(self, worker: Worker) -> None:
        """Take leave of a process that has ended, in the middle of its work or not."""
        worker.end()
        worker.pipe.close()
        self._workers.remove(worker)
        job = worker.job
        if job.ended is None or job.ended.interrupted:
            job.over = True
            job.lost = job.lost or self._lost(job, worker.process.exitcode or 0)

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
        for worker in self._workers:
            if worker.process.pid is not None:
                getattr(worker.process, how)()
        for worker in self._workers:
            worker.end()
            worker.pipe.close()

    def _lost(self, job: Job, code: int) -> ProcessLost:
        configured = self.project.settings.connections.get(job.name)
        return _lost(job, code, configured.connector if configured else "")


def _refused(error: OSError) -> ProcessLost:
    return ProcessLost(
        f"the system started no process for it: {error.strerror or type(error).__name__}.",
        hint="IT: see whether memory or processes have run out; fewer jobs at once need less.",
    )


def _lost(job: Job, code: int, connector: str) -> ProcessLost:
    """Who must act when a process died; SIGTERM to it alone is an end from outside, too."""
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
