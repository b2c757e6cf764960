"""One connection being taken in, and its batches: each landed and normalized in one commit."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from crmsync.engine import land
from crmsync.engine.clock import Clock
from crmsync.engine.cursor import BackendTime
from crmsync.engine.differ import differ
from crmsync.engine.doubled import doubled
from crmsync.engine.gather import Batch
from crmsync.engine.land import Landing
from crmsync.engine.normalize import Connected, Normalized, normalize
from crmsync.engine.project import Project, about
from crmsync.engine.report import Progress, Report
from crmsync.engine.stages import BATCH, each_once
from crmsync.engine.write import write
from crmsync.hookspecs import Connector
from crmsync.model.stream import Stream
from crmsync.normalize.remembered import weigh
from crmsync.store import Store, Work, parking, points, records
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

    def connected(self, clock: Clock) -> Connected:
        """What normalize needs of this connection."""
        connection = about(self.project.settings, self.name)
        return Connected(self.connector, connection, self.rows, clock)

    def clock(self, stream: Stream) -> Clock:
        """The clock of a stream."""
        return self.report.clock(f"{self.name}/{stream.name}")


def land_batch(intake: Intake, row: StreamRow, stream: Stream, batch: Batch) -> Landing:
    """Land and normalize a batch in one commit, together with the cursor in `row`.

    Whatever needs no writing comes before that commit, so that it is short.
    """
    clock, connected = intake.clock(stream), intake.connected(intake.clock(stream))
    with clock.on_batch():
        with clock.on("land"):
            landing = _compare(intake, row, stream, batch)
            raws = [land.raws(row, landing)]
        weigh(landing.payloads())
        points.reach("intake/numbered")
        normalized = normalize(intake.store, connected, raws, {stream.name: landing.new})
        with clock.on("compare"):
            difference = differ(normalized, connected.connection.controller)
        with intake.work("intake/land") as work:
            with clock.on("land"):
                land.write(work, row, landing, normalized.states())
            with clock.on("write"):
                write(work, connected, normalized, difference)
            records.save_stream(work, row)
    _report_landing(intake, row, landing)
    if normalized.taken:
        _report_normalized(intake, normalized)
    if landing.counts["repeated"]:
        intake.doubled.setdefault(stream.name, Counter()).update(doubled(batch, stream))
    return landing


def _compare(intake: Intake, row: StreamRow, stream: Stream, batch: Batch) -> Landing:
    """What of a batch is new or changed, with numbers for what is new."""
    with intake.store.read() as look:
        landing = land.compare(look, row, stream, batch)
    if landing.new or landing.changed:
        with intake.work("intake/number") as work:
            land.number(work, row, landing)
    return landing


def map_again(intake: Intake, *, retry: bool = False) -> None:
    """Normalize what is to be mapped again; with `retry` also what is parked, once."""
    stage, topic = f"normalize/{intake.name}", records.topic(intake.name)
    connected = intake.connected(intake.report.clock(stage))
    again: list[int] = []
    if retry:
        with intake.store.read() as look:
            again = parking.parked_records(look, intake.name)
    while True:
        with intake.store.read() as look:
            changes = look.changes(stage, [topic], BATCH)
            ids = [one.record_id for one in each_once(changes) if one.record_id is not None]
            raws = records.load_raw(look, {*ids, *again})
        if not changes and not again:
            return
        weigh(payload for some in raws for payload in some.payloads)
        normalized = normalize(intake.store, connected, raws)
        difference = differ(normalized, connected.connection.controller)
        with intake.work("intake/normalize") as work:
            records.save_states(work, normalized.changed_states())
            write(work, connected, normalized, difference)
            if changes:
                work.advance(stage, changes[-1].seq)
        again = []
        _report_normalized(intake, normalized)


def _report_landing(intake: Intake, row: StreamRow, landing: Landing) -> None:
    intake.report.land(f"{intake.name}/{row.name}", landing.counts)
    for notice in (notice for page in landing.batch.pages for notice in page.notices):
        intake.report.warn(f"{intake.name}/{row.name}", notice.message, hint=notice.hint)
    intake.report.tell(intake.project, f"land/{intake.name}", landing.counts)


def _report_normalized(intake: Intake, normalized: Normalized) -> None:
    stage, counts = f"normalize/{intake.name}", normalized.counts()
    intake.report.stage(stage, counts)
    intake.report.tell(intake.project, stage, counts)
