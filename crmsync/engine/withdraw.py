"""Takes a connection out of use that is configured no more: what it told is withdrawn.

It is done as a delete in the backend is: each record becomes a tombstone and what it yielded goes,
so that the stages behind see it. The ledger stays, and what it restricts stays restricted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from crmsync.config import FILE
from crmsync.engine.newid import new_id
from crmsync.engine.project import Project
from crmsync.engine.report import Progress
from crmsync.engine.stages import BATCH
from crmsync.engine.write import withdraw as withdraw_records
from crmsync.errors import ConfigError
from crmsync.store import Store, parking, records
from crmsync.store.leases import Lease
from crmsync.store.leftover import leftover
from crmsync.store.records import StreamRow


def left(project: Project, name: str) -> int:
    """How many records of a connection are still in use.

    ConfigError when it is configured, and when the store knows none of this name.
    """
    if name in project.settings.connections:
        raise ConfigError(
            f"'{name}' is configured; what it tells would come back.",
            hint=f"Take connections.{name} out of {FILE} first.",
        )
    with project.store.read() as work:
        if not records.streams_of(work, name):
            known = {row.connection for row in records.all_streams(work).values()}
            gone = ", ".join(sorted(known - set(project.settings.connections))) or "none"
            raise ConfigError(
                f"the store knows no connection '{name}'.", hint=f"Configured no more: {gone}."
            )
        return leftover(work, project.settings.connections).get(name, 0)


def withdraw(
    project: Project, name: str, *, progress: Progress, now: datetime | None = None
) -> int:
    """Withdraw every record of a connection, batch by batch; gives how many.

    After a kill the next call goes on. LeaseHeld when a run has the connection; what is behind
    normalize follows with the next run.
    """
    run_id, done = new_id(now or datetime.now(UTC)), 0
    with project.store.lease(f"connection:{name}", holder=run_id) as lease:
        with project.store.read() as work:
            streams = records.streams_of(work, name)
        for row in streams:
            for count in _batches(project.store, lease, row, run_id):
                done += count
                progress("withdraw", f"{name}/{row.name}", count)
        _finish(project.store, lease, streams, run_id)
    return done


def _batches(store: Store, lease: Lease, row: StreamRow, run_id: str) -> Iterator[int]:
    """Withdraw a stream's records; gives the number of each commit."""
    with store.read() as look:
        living = records.living(look, row.id)
    for start in range(0, len(living), BATCH):
        ids = living[start : start + BATCH]
        with store.work("withdraw/batch", lease=lease, run_id=run_id) as work:
            records.tombstone(work, ids)
            withdraw_records(work, ids)
        yield len(ids)


def _finish(store: Store, lease: Lease, streams: list[StreamRow], run_id: str) -> None:
    """Forget where to read on, what could not be read, and what was still to be mapped."""
    with store.work("withdraw/finish", lease=lease, run_id=run_id) as work:
        for row in streams:
            records.save_stream(work, row._replace(state={}))
            parking.release_unmet(work, row.id, ())
            stage = f"normalize/{row.connection}"
            while changes := work.changes(stage, [records.topic(row.connection)], BATCH):
                work.advance(stage, changes[-1].seq)
