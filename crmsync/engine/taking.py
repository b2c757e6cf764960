"""One connection being taken in: what each step of it needs at hand."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from crmsync.engine.clock import Clock
from crmsync.engine.cursor import BackendTime
from crmsync.engine.project import Project
from crmsync.engine.report import Progress, Report
from crmsync.hookspecs import Connector
from crmsync.model.stream import Stream
from crmsync.store import Store, Work
from crmsync.store.leases import Lease
from crmsync.store.records import StreamRow


@dataclass(slots=True)
class Intake:
    """One connection being taken in."""

    project: Project
    name: str
    report: Report
    time: BackendTime
    progress: Progress
    lease: Lease
    connector: Connector
    accept_deletes: bool = False
    whole: bool = False
    rows: dict[int, tuple[StreamRow, Stream]] = field(default_factory=dict)
    doubled: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The project's store."""
        return self.project.store

    def work(self, point: str) -> AbstractContextManager[Work]:
        """A writing transaction under the lease, whose commit is called `point`."""
        return self.store.work(point, lease=self.lease, run_id=self.report.run_id)

    def clock(self, stream: Stream) -> Clock:
        """The clock of a stream."""
        return self.report.clock(f"{self.name}/{stream.name}")
