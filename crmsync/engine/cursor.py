"""Where to read on: windows bounded by the backend's clock, positions inside them.

The cursor never follows a record's own stamp: a date in the future cannot move it past the
window's upper bound, which is the backend's clock minus the stream's lag.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crmsync.engine.calls import blamed
from crmsync.hookspecs import Connector, TellsTime
from crmsync.model.clock import moment, stamp
from crmsync.model.stream import Stream, Window

State = dict[str, Any]


def begin(state: State, stream: Stream, connector: Connector, now: datetime) -> State:
    """The state to read with: a window under way is gone on with, else a new one is opened.

    A clock that was set back since the last window has everything read again.
    """
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
        return {"done": state["until"]}
    return {**state, "position": None} if stream.cursor == "snapshot" else state
