"""The stage normalize: raw records become model records, compared with what they yielded before.

Of the ids taken each ends in exactly one state: mapped, ignored (the mapper says it is of no
interest), pending (it names a record that has not landed), parked (it cannot be used, the last
good version stays), withdrawn (the backend deleted it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crmsync.engine.answers import Answers, ask
from crmsync.engine.calls import Refusal
from crmsync.engine.clock import Clock
from crmsync.engine.outcome import Context, Yield, outcome
from crmsync.engine.parents import Fresh, Parents, find
from crmsync.errors import RecordError
from crmsync.hookspecs import Connector
from crmsync.model.ref import LONGEST
from crmsync.model.stream import Connection, Stream
from crmsync.store import Store, models
from crmsync.store.models import Told
from crmsync.store.records import Payload, Raws, StreamRow

PAGE = 500
"""Records that are mapped and cleaned together."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection at work: its connector and its streams, by the store's stream id."""

    connector: Connector
    connection: Connection
    streams: Mapping[int, tuple[StreamRow, Stream]]
    clock: Clock = field(default_factory=Clock)


@dataclass(slots=True)
class Normalized:
    """Records sorted by what becomes of each, beside what they yielded `before`.

    `pending` holds the stream's name and the external id of the record that each waits for; `known`
    are the records that something became of before.
    """

    raws: Sequence[Raws]
    before: Told = field(default_factory=lambda: Told({}, {}))
    yields: Yield = field(default_factory=Yield)
    refusals: dict[int, Refusal] = field(default_factory=dict)
    pending: dict[int, tuple[str, str]] = field(default_factory=dict)
    withdrawn: list[int] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)
    known: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        self.known = frozenset(
            number
            for some in self.raws
            if any(some.states)
            for number, state in zip(some.ids, some.states, strict=True)
            if state
        )

    @property
    def taken(self) -> int:
        """How many records there are."""
        return sum(len(some.ids) for some in self.raws)

    def counts(self) -> dict[str, int]:
        """How many: taken = mapped + ignored + pending + parked + withdrawn."""
        return {
            "taken": self.taken,
            "mapped": len(self.yields.ids),
            "ignored": len(self.ignored),
            "pending": len(self.pending),
            "parked": len(self.refusals),
            "withdrawn": len(self.withdrawn),
        }

    def states(self) -> dict[int, str]:
        """The state of each record that is not mapped."""
        return (
            dict.fromkeys(self.ignored, "ignored")
            | dict.fromkeys(self.pending, "pending")
            | dict.fromkeys(self.refusals, "parked")
            | dict.fromkeys(self.withdrawn, "withdrawn")
        )

    def changed_states(self) -> dict[int, str]:
        """The state of each record that had another before."""
        now = self.states()
        return {
            number: now.get(number, "mapped")
            for some in self.raws
            for number, state in zip(some.ids, some.states, strict=True)
            if now.get(number, "mapped") != state
        }


def normalize(
    store: Store, connected: Connected, raws: Sequence[Raws], fresh: Fresh | None = None
) -> Normalized:
    """Map and clean records; nothing is written.

    `fresh` are the records that land with these, by stream and external id: the store does not
    know them yet, and others may name them.
    """
    result, clock = Normalized(raws), connected.clock
    if not result.taken:
        return result
    name = connected.connection.name
    with store.read() as look:
        result.before = models.load_told(look, sorted(result.known))
        zones = models.shop_zones(look, name)
        context = Context(connected.connection, zones, result.before.customers)
        for page in _pages(connected, raws, result):
            with clock.on("map"):
                answers = _ask(connected, *page, result)
            with clock.on("find parents"):
                parents = find(look, connected.connection, answers, fresh or {})
            with clock.on("clean"):
                _judge(_present(answers, parents, result), parents, context, result)
    return result


def _pages(
    connected: Connected, raws: Iterable[Raws], result: Normalized
) -> Iterator[tuple[Stream, Sequence[int], Sequence[Payload]]]:
    """The living records of each stream, a few at a time: their numbers and what they say."""
    for some in raws:
        if some.stream_id not in connected.streams:
            result.withdrawn += some.ids
            continue
        stream = connected.streams[some.stream_id][1]
        for start in range(0, len(some.ids), PAGE):
            ids, payloads = some.ids[start : start + PAGE], some.payloads[start : start + PAGE]
            alive = [payload for payload in payloads if payload is not None]
            if len(alive) < len(ids):
                pairs = list(zip(ids, payloads, strict=True))
                result.withdrawn += [number for number, payload in pairs if payload is None]
                ids = [number for number, payload in pairs if payload is not None]
            if ids:
                yield stream, ids, alive


def _ask(
    connected: Connected,
    stream: Stream,
    ids: Sequence[int],
    payloads: Sequence[Payload],
    result: Normalized,
) -> Answers:
    answers, refusals, ignored = ask(connected.connector, stream, ids, payloads)
    result.refusals |= refusals
    result.ignored += ignored
    return answers


def _present(answers: Answers, parents: Parents, result: Normalized) -> Answers:
    """The answers whose parents have landed; the others wait."""
    missing = parents.missing(answers)
    if not missing:
        return answers
    for number, named in missing.items():
        if len(named[1]) > LONGEST:
            reason = f"it names a record by more than {LONGEST} signs"
            result.refusals[number] = Refusal("record", "", reason)
        else:
            result.pending[number] = named
    return answers.take([number for number in answers.ids if number not in missing])


def _judge(answers: Answers, parents: Parents, context: Context, result: Normalized) -> None:
    """Clean a page; one with an error in halves, until the record that has it stands alone."""
    try:
        result.yields.extend(outcome(answers, parents, context))
    except RecordError as error:
        if len(answers.ids) == 1:
            refusal = Refusal(error.code, error.field, error.reason)
            result.refusals[answers.ids[0]] = refusal
            return
        for half in answers.halves():
            _judge(half, parents, context, result)
