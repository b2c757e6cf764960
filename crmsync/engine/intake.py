"""Takes in one connection: each stream read, landed and normalized, under the lease."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from crmsync.engine import cursor, extract, reconcile
from crmsync.engine.calls import blamed, read_ids
from crmsync.engine.doubled import warn_of_doubled
from crmsync.engine.fingerprint import asks, fingerprint
from crmsync.engine.gather import Batch
from crmsync.engine.land import Landing, delete
from crmsync.engine.project import Project, about, connect
from crmsync.engine.report import Progress, Report
from crmsync.engine.stages import BATCH, each_once
from crmsync.engine.taking import Intake
from crmsync.errors import CrmsyncError, SumsError
from crmsync.hookspecs import ListsIds
from crmsync.model.stream import Page, Stream
from crmsync.store import parking, points, records
from crmsync.store.records import StreamRow

SECONDS = 1.0
"""A commit waits no longer than this for more pages."""
SOME = 1_000
"""As many records are enough for a commit while nothing else is to be done."""


def take_in(
    project: Project,
    name: str,
    *,
    report: Report,
    now: datetime,
    progress: Progress,
    read: bool = True,
    accept_deletes: bool = False,
    whole: bool = False,
) -> None:
    """Read, land and normalize a connection; without `read` only what is in the store already.

    `whole` reads every stream from its beginning, also what lies before its window.

    Raises what ends the whole connection; a stream that fails leaves its cursor where it was,
    and the streams after it are still read.
    """
    with project.store.lease(f"connection:{name}", holder=report.run_id) as lease:
        connector = connect(project, name)
        time = cursor.BackendTime(connector, now)
        try:
            intake = Intake(project, name, report, time, progress, lease, connector,
                            accept_deletes, whole)  # fmt: skip
            prepare(intake)
            _map_again(intake, retry=True)
            if read:
                _read_all(intake)
                _warn(intake)
        finally:
            connector.close()


def prepare(intake: Intake) -> None:
    """Load the streams; one whose mapping changed is asked for again, from raw."""
    with blamed(intake.connector.name, "naming its streams"):
        streams = list(intake.connector.streams())
    for stream in streams:
        with intake.work("intake/prepare") as work:
            row = records.load_stream(work, intake.name, stream.name, stream.kind)
            mark = fingerprint(
                intake.connector, stream, about(intake.project.settings, intake.name)
            )
            if row.fingerprint != mark:
                if row.fingerprint:
                    records.enqueue_stream(work, row)
                row = row._replace(fingerprint=mark, kind=stream.kind)
                records.save_stream(work, row)
        intake.rows[row.id] = (row, stream)


def _read_all(intake: Intake) -> None:
    for row, stream in list(intake.rows.values()):
        try:
            _read(intake, row, stream)
        except SumsError:
            raise
        except CrmsyncError as error:
            cursor.heal(error, row)
            intake.report.fail(f"{intake.name}/{stream.name}", error)
            if not _others_may_go_on(error):
                return


def _warn(intake: Intake) -> None:
    """Say what went in, though somebody should look at it."""
    for _, stream in intake.rows.values():
        found = intake.doubled.get(stream.name, Counter())
        warn_of_doubled(intake.report, f"{intake.name}/{stream.name}", stream, found)


def _others_may_go_on(error: CrmsyncError) -> bool:
    """A wrong secret or a spent budget stops the connection, not only one stream."""
    return error.code not in ("credentials", "quota", "rate-limited", "lease", "store")


def _read(intake: Intake, row: StreamRow, stream: Stream) -> None:
    before = _count(intake, row)
    state = _begin(intake, row, stream)
    seen = None
    if stream.deletes == "missing" and state.get("position") is None:
        seen = reconcile.Seen()
    places, wholes = dict[str, set[str]](), set[str]()
    for batch in _batches(intake, stream, state):
        state = cursor.move(state, batch.pages[-1].next_position)
        landing = _land(intake, row._replace(state=state), stream, batch)
        if seen is not None:
            seen.add(landing.met)
        wholes |= landing.wholes
        for source, met in landing.places.items():
            places.setdefault(source, set()).update(met)
        _map_again(intake)
    _finish(intake, row, stream, state, {source: places[source] for source in wholes})
    if not _any_place(intake, row):  # what cannot be read may be the very record that seems gone
        _delete_missing(intake, row, stream, seen)
    _check_count(intake, row, stream, before)


def _land(intake: Intake, row: StreamRow, stream: Stream, batch: Batch) -> Landing:
    from crmsync.engine.batches import land_batch  # much of a run's start, see _pages

    return land_batch(intake, row, stream, batch)


def _map_again(intake: Intake, *, retry: bool = False) -> None:
    """Normalize what is to be mapped again; with `retry` also what is parked, once."""
    stage, topic = f"normalize/{intake.name}", records.topic(intake.name)
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
        from crmsync.engine.batches import map_some

        map_some(intake, stage, raws, changes)
        again = []


def _begin(intake: Intake, row: StreamRow, stream: Stream) -> cursor.State:
    """Where this reading stands, and that this run takes part in it."""
    state = cursor.begin(
        row.state,
        stream,
        intake.time,
        asks=asks(intake.connector, stream),
        again=_any_place(intake, row),
        whole=intake.whole,
    )
    return cursor.met_in(state, intake.report.run_id)


def _any_place(intake: Intake, row: StreamRow) -> bool:
    """Whether something of the stream is parked that could not be read."""
    with intake.store.read() as work:
        return parking.any_place(work, row.id)


def _batches(intake: Intake, stream: Stream, state: cursor.State) -> Iterable[Batch]:
    """Pages gathered until a commit is due; what came before an error is kept.

    While the next page is on its way a smaller commit costs no time.
    """
    batch, began = Batch(), time.monotonic()
    failed: CrmsyncError | None = None
    try:
        for page in _pages(intake, stream, state):
            if page is not None:
                batch.add(page)
            enough = SOME if page is None else BATCH
            if batch.size >= enough or (batch.pages and time.monotonic() - began >= SECONDS):
                yield batch
                batch, began = Batch(), time.monotonic()
    except CrmsyncError as error:
        failed = error
    if batch.pages:
        yield batch
    if failed is not None:
        raise failed


def _pages(intake: Intake, stream: Stream, state: cursor.State) -> Iterable[Page | None]:
    window, position = cursor.window(state), state.get("position")
    points.reach("extract/page")
    for page in extract.pages(intake.connector, stream, window, position, intake.clock(stream)):
        if page is None:
            import crmsync.engine.batches  # noqa: F401  (while the first page is on its way)

            yield None
            continue
        intake.progress("read", f"{intake.name}/{stream.name}", len(page.records))
        yield page
        points.reach("extract/page")


def _finish(
    intake: Intake,
    row: StreamRow,
    stream: Stream,
    state: cursor.State,
    wholes: dict[str, set[str]],
) -> None:
    """The stream was read to its end: close the window, release what can be read again.

    A window was begun no later than that of everything that is parked, so what it did not meet is
    mended or gone. A log goes on where it ended: only a source that was read whole tells that.
    """
    with intake.work("intake/finish") as work:
        records.save_stream(work, row._replace(state=cursor.finish(state, stream)))
        if stream.cursor != "log":
            parking.release_unmet(work, row.id, state["runs"])
            return
        for source, met in wholes.items():
            parking.release_places(work, row.id, source, met)


def _delete_missing(
    intake: Intake, row: StreamRow, stream: Stream, seen: reconcile.Seen | None
) -> None:
    if stream.deletes == "reconcile" and isinstance(intake.connector, ListsIds):
        seen = reconcile.Seen()
        for chunk in read_ids(intake.connector, intake.connector.name, stream):
            reconcile.see(intake.store, row, seen, chunk)
    if seen is None:
        return
    share = intake.project.settings.crmsync.brake_share
    gone = reconcile.vanished(intake.store, row, seen, share=share, accept=intake.accept_deletes)
    if gone:
        with intake.work("intake/delete") as work:
            deleted = delete(work, row, gone)
        intake.report.land(f"{intake.name}/{stream.name}", {"deleted": deleted})
        _map_again(intake)


def _count(intake: Intake, row: StreamRow) -> int:
    with intake.store.read() as work:
        return records.count(work, row.id)


def _check_count(intake: Intake, row: StreamRow, stream: Stream, before: int) -> None:
    """SumsError unless the store holds as many records more as the report calls new."""
    name = f"{intake.name}/{stream.name}"
    new = intake.report.lands[name]["new"] if name in intake.report.lands else 0
    after = _count(intake, row)
    if after - before != new:
        raise SumsError(
            f"{name}: {new} records were counted as new, the store holds {after - before} more."
        )
