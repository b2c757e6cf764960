"""Where to read on: windows bounded by the backend's clock, positions inside them.

The cursor never follows a record's own stamp: a date in the future cannot move it past the
window's upper bound, which is the backend's clock minus the stream's lag.
"""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from typing import Any

from crmsync.engine.calls import blamed
from crmsync.errors import CrmsyncError, CursorError, PluginError
from crmsync.hookspecs import Connector, TellsTime
from crmsync.model.clock import moment, stamp
from crmsync.model.stream import Stream, Window
from crmsync.store.records import RUBBISH, StreamRow

State = dict[str, Any]
KEYS = {"cursor", "asks", "since", "until", "position", "start", "runs", "done", "from"}
"""What a state may hold.

`cursor` is the kind of stream it was written for, `asks` a digest of what was asked for. Of a
reading under way: the window `since` to `until` of a timestamp, the position at the `start` of a
version, the `position` that it has come to, and the `runs` that took part. Of the last one: up to
where it was `done`, or its `position`, and where it began (`from`).
"""
FRESH = 1.0
"""Seconds for which the backend's time is not asked for again."""
AGAIN = (
    "`crmsync sync --again {}/{}` forgets where it stood and reads it from its start; "
    "nothing is lost by that, and nothing doubled."
)


class BackendTime:
    """The time at a connector's backend; `now` where it does not tell it.

    What it told within the last second is not asked for again: a window that ends a little earlier
    misses nothing.
    """

    def __init__(self, connector: Connector, now: datetime) -> None:
        self._connector, self._now = connector, now
        self._told: tuple[float, datetime] | None = None

    def __call__(self) -> datetime:
        """The time, with zone."""
        if not isinstance(self._connector, TellsTime):
            return self._now
        if self._told is None or monotonic() - self._told[0] > FRESH:
            asked = monotonic()
            with blamed(self._connector.name, "telling the time"):
                self._told = asked, self._connector.server_time()
        return self._told[1]


def begin(
    state: State,
    stream: Stream,
    time: BackendTime,
    *,
    asks: str = "",
    again: bool = False,
    whole: bool = False,
) -> State:
    """The state to read with: a reading under way is gone on with, else a new one is begun.

    `again` is said as long as something cannot be read that an earlier reading met: the new one
    then begins where that one began, so that what is mended meanwhile comes in, whatever its
    stamp. `whole` begins at the beginning of everything, wherever the last one stood. A clock that
    was set back since the last window has everything read again, and so has a stream that is read
    in another way than before, or asked for something else. CursorError when the state is damaged.
    """
    if whole:
        state = {}
    _require_sound(state, stream)
    if state.get("cursor", stream.cursor) != stream.cursor or state.get("asks", asks) != asks:
        state = {}
    mark = {"asks": asks} if asks else {}
    return {**_begin(state, stream, time, again=again), "cursor": stream.cursor, **mark}


def _begin(state: State, stream: Stream, time: BackendTime, *, again: bool) -> State:
    if stream.cursor == "timestamp":
        return state if state.get("until") else _open(state, stream, time, again=again)
    if stream.deletes == "missing":
        return {"position": None}
    if stream.cursor == "version":
        if "start" in state:
            return state
        start = state.get("from" if again else "position")
        return {"position": start, "start": start}
    return {**state, "position": state.get("position")}


def _open(state: State, stream: Stream, time: BackendTime, *, again: bool) -> State:
    """A new window up to the backend's clock."""
    until, done, held = time() - stream.lag, state.get("done"), state.get("from")
    since = moment(done) - stream.overlap if done else None
    if again:
        since = moment(held) if held else None
    if since and since > until:  # the clock was ahead: nobody knows how far was really read
        since = None
    start = stamp(since) if since else None
    return {"since": start, "until": stamp(until), "position": None}


def _require_sound(state: State, stream: Stream) -> None:
    """Return when this is a state as we write it; a wrong one would skip what changed since.

    Where a timestamp's last window began is a stamp, where a version's reading began a position.
    """
    if RUBBISH in state or not KEYS.issuperset(state) or not _names_runs(state.get("runs", [])):
        raise CursorError("the store's note of where to read on is damaged.")
    windows = [("since", "until")]
    if state.get("cursor", stream.cursor) == "timestamp":
        windows.append(("from", "done"))
    for low, high in windows:
        begin, end = _moment(state.get(low)), _moment(state.get(high))
        if begin and not (end and begin <= end):
            raise CursorError("the store's note of where to read on has a window without an end.")


def _names_runs(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _moment(value: Any) -> datetime | None:
    """The moment of a stamp, None where there is none; CursorError when it is no stamp."""
    if value is None:
        return None
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


def met_in(state: State, run_id: str) -> State:
    """The state of a reading in which the run `run_id` takes part."""
    return {**state, "runs": list(dict.fromkeys([*state.get("runs", ()), run_id]))}


def finish(state: State, stream: Stream) -> State:
    """The state after the last page: the window is done, the next one starts where it ended.

    A snapshot is read from its start again; a version or log is gone on with.
    """
    if stream.cursor == "timestamp":
        done = {"done": state["until"], "from": state.get("since")}
    elif stream.cursor == "version":
        done = {"position": state.get("position"), "from": state.get("start")}
    else:
        done = {"position": None if stream.cursor == "snapshot" else state.get("position")}
    mark = {"asks": state["asks"]} if "asks" in state else {}
    return {**done, "cursor": stream.cursor, **mark}
