"""Batches of a connection being taken in: each landed and normalized in one commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crmsync.engine import land
from crmsync.engine.clock import Clock
from crmsync.engine.differ import differ
from crmsync.engine.doubled import doubled
from crmsync.engine.gather import Batch
from crmsync.engine.land import Landing
from crmsync.engine.normalize import Connected, Normalized, normalize
from crmsync.engine.project import about
from crmsync.engine.taking import Intake
from crmsync.engine.write import write
from crmsync.model.stream import Stream
from crmsync.normalize.remembered import weigh
from crmsync.store import Change, points, records
from crmsync.store.records import Raws, StreamRow


def land_batch(intake: Intake, row: StreamRow, stream: Stream, batch: Batch) -> Landing:
    """Land and normalize a batch in one commit, together with the cursor in `row`.

    Whatever needs no writing comes before that commit, so that it is short.
    """
    clock, connected = intake.clock(stream), _connected(intake, intake.clock(stream))
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


def map_some(intake: Intake, stage: str, raws: Sequence[Raws], changes: Sequence[Change]) -> None:
    """Normalize records that landed before, in one commit with the watermark of `stage`."""
    connected = _connected(intake, intake.report.clock(stage))
    weigh(payload for some in raws for payload in some.payloads)
    normalized = normalize(intake.store, connected, raws)
    difference = differ(normalized, connected.connection.controller)
    with intake.work("intake/normalize") as work:
        records.save_states(work, normalized.changed_states())
        write(work, connected, normalized, difference)
        if changes:
            work.advance(stage, changes[-1].seq)
    _report_normalized(intake, normalized)


def _connected(intake: Intake, clock: Clock) -> Connected:
    """What normalize needs of the connection."""
    connection = about(intake.project.settings, intake.name)
    return Connected(intake.connector, connection, intake.rows, clock)


def _report_landing(intake: Intake, row: StreamRow, landing: Landing) -> None:
    intake.report.land(f"{intake.name}/{row.name}", landing.counts)
    for notice in (notice for page in landing.batch.pages for notice in page.notices):
        intake.report.warn(f"{intake.name}/{row.name}", notice.message, hint=notice.hint)
    intake.report.tell(intake.project, f"land/{intake.name}", landing.counts)


def _report_normalized(intake: Intake, normalized: Normalized) -> None:
    stage, counts = f"normalize/{intake.name}", normalized.counts()
    intake.report.stage(stage, counts)
    intake.report.tell(intake.project, stage, counts)
