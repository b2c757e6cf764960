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


def begin(
    state: State,
    stream: Stream,
    connector: Connector,
    now: datetime,
    *,
    again: bool = False,
    whole: bool = False,
) -> State:
    """The state to read with: a reading under way is gone on with, else a new one is begun.

    `again` is said as long as something cannot be read that an earlier reading met: the new one
    then begins where that one began, so that what is mended meanwhile comes in, whatever its
    stamp. `whole` begins at the beginning of everything. A clock that was set back since the last
    window has everything read again.
    """
    if whole:
        state = {}
    if stream.cursor == "timestamp":
        return state if state.get("until") else _open(state, stream, connector, now, again=again)
    if stream.cursor == "version":
        if "start" in state:
            return state
        start = state.get("from" if again else "position")
        return {"position": start, "start": start}
    if stream.deletes == "missing":
        return {"position": None}
    return {**state, "position": state.get("position")}


def _open(
    state: State, stream: Stream, connector: Connector, now: datetime, *, again: bool
) -> State:
    """A new window up to the backend's clock."""
    clock = now
    if isinstance(connector, TellsTime):
        with blamed(connector.name, "telling the time"):
            clock = connector.server_time()
    until, done, held = clock - stream.lag, state.get("done"), state.get("from")
    since = moment(done) - stream.overlap if done else None
    if again:
        since = moment(held) if held else None
    if since and since > until:  # the clock was ahead: nobody knows how far was really read
        since = None
    start = stamp(since) if since else None
    return {"since": start, "until": stamp(until), "position": None}


def window(state: State) -> Window:
    """The window of a state."""
    since, until = state.get("since"), state.get("until")
    return Window(moment(since) if since else None, moment(until) if until else None)


def move(state: State, position: Any) -> State:
    """The state after a page."""
    return {**state, "position": position}


def met_in(state: State, run_id: str) -> State:
    """The state of a reading in which the run `run_id` takes part."""
    return {**state, "runs": list(dict.fromkeys([*state.get("runs", ()), run_id]))}


def finish(state: State, stream: Stream) -> State:
    """The state after the last page: the window is done, the next one starts where it ended.

    A snapshot is read from its start again; a version or log is gone on with.
    """
    if stream.cursor == "timestamp":
        return {"done": state["until"], "from": state.get("since")}
    if stream.cursor == "version":
        return {"position": state.get("position"), "from": state.get("start")}
    return {"position": None if stream.cursor == "snapshot" else state.get("position")}
