"""Where to read on: windows bounded by the backend's clock, positions inside them.

The cursor never follows a record's own stamp: a date in the future cannot move it past the
window's upper bound, which is the backend's clock minus the stream's lag.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crmsync.engine.calls import blamed
from crmsync.errors import CrmsyncError, CursorError, PluginError
from crmsync.hookspecs import Connector, TellsTime
from crmsync.model.clock import moment, stamp
from crmsync.model.stream import Stream, Window
from crmsync.store.records import RUBBISH, StreamRow

State = dict[str, Any]
STAMPS = ("done", "since", "until")
KEYS = {*STAMPS, "position", "cursor"}
"""What a state may hold."""
AGAIN = (
    "`crmsync sync --again {}/{}` forgets where it stood and reads it from its start; "
    "nothing is lost by that, and nothing doubled."
)


def begin(state: State, stream: Stream, connector: Connector, now: datetime) -> State:
    """The state to read with: a window under way is gone on with, else a new one is opened.

    A clock that was set back since the last window has everything read again, and so has a stream
    that is read in another way than before. CursorError when the state is damaged.
    """
    _require_sound(state)
    if state.get("cursor", stream.cursor) != stream.cursor:
        state = {}
    state = {**state, "cursor": stream.cursor}
    if stream.cursor != "timestamp":
        again = stream.deletes == "missing"
        return {**state, "position": None if again else state.get("position")}
    if state.get("until"):
        return state
    clock = now
    if isinstance(connector, TellsTime):
        with blamed(connector.name, "telling the time"):
            clock = connector.server_time()
    until, done = clock - stream.lag, state.get("done")
    since = moment(done) - stream.overlap if done else None
    if since and since > until:  # the clock was ahead: nobody knows how far was really read
        since = None
    start = stamp(since) if since else None
    return {**state, "since": start, "until": stamp(until), "position": None}


def _require_sound(state: State) -> None:
    """Return when this is a state as we write it; a wrong one would skip what changed since."""
    if RUBBISH in state or not KEYS.issuperset(state):
        raise CursorError("the store's note of where to read on is damaged.")
    stamps = {name: _moment(state[name]) for name in STAMPS if state.get(name) is not None}
    if "since" in stamps and not ("until" in stamps and stamps["since"] <= stamps["until"]):
        raise CursorError("the store's note of where to read on has a window without an end.")


def _moment(value: Any) -> datetime:
    try:
        if (found := moment(value)).tzinfo is not None:
            return found
    except (TypeError, ValueError):
        pass
    raise CursorError("the store's note of where to read on has a time that is none.")


def heal(error: CrmsyncError, row: StreamRow) -> None:
    """Tell with an error the command that has the stream read from its start, if that may help."""
    told = AGAIN.format(row.connection, row.name)
    if isinstance(error, CursorError):
        error.hint = f"IT: {told}"
    elif isinstance(error, PluginError) and row.state.get("position") is not None:
        error.hint += f" Where it stood may be the reason, too: {told}"


def window(state: State) -> Window:
    """The window of a state."""
    since, until = state.get("since"), state.get("until")
    return Window(moment(since) if since else None, moment(until) if until else None)


def move(state: State, position: Any) -> State:
    """The state after a page."""
    return {**state, "position": position}


def finish(state: State, stream: Stream) -> State:
    """The state after the last page: the window is done, the next one starts where it ended.

    A snapshot is read from its start again; a version or log is gone on with.
    """
    if stream.cursor == "timestamp":
        return {"done": state["until"], "cursor": stream.cursor}
    return {**state, "position": None} if stream.cursor == "snapshot" else state
