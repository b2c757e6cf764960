"""Has streams read from their start again: where they stood is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from crmsync.engine.newid import new_id
from crmsync.engine.project import Project, require_connections
from crmsync.errors import ConfigError
from crmsync.store import Work, records
from crmsync.store.records import StreamRow


def forget(project: Project, names: Sequence[str]) -> None:
    """Forget the cursors of these streams: CONNECTION/STREAM, or CONNECTION for all of its own.

    No record is touched: the next reading compares every one with what the store holds.
    ConfigError for a name that is none, before anything is forgotten; LeaseHeld while a run is at
    work on one of them.
    """
    wanted = [name.partition("/") for name in names]
    require_connections(project.settings, (connection for connection, _, _ in wanted))
    with project.store.read() as work:
        for connection, _, stream in wanted:
            _named(work, connection, stream)
    for connection, _, stream in wanted:
        with (
            project.store.lease(
                f"connection:{connection}", holder=new_id(datetime.now(UTC))
            ) as lease,
            project.store.work("sync/again", lease=lease) as work,
        ):
            for row in _named(work, connection, stream):
                records.save_stream(work, row._replace(state={}))


def _named(work: Work, connection: str, stream: str) -> Iterable[StreamRow]:
    """The rows of one stream, or of all that a connection has had so far."""
    own = records.streams_of(work, connection)
    found = [row for row in own if stream in ("", row.name)]
    if stream and not found:
        raise ConfigError(
            f"'{connection}' has read no stream '{stream}'.",
            hint=f"Known: {', '.join(row.name for row in own) or 'none'}.",
        )
    return found
