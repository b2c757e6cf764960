"""One stream of a tap: its messages as pages, its records in our words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crmsync.errors import CrmsyncError, CursorError, NotReadable, RecordError
from crmsync.mapping import key_teller, with_key, without_key
from crmsync.mapping.mapper import require_columns
from crmsync.model.columns import Columns
from crmsync.model.stream import Json, Page, Unreadable, reach
from crmsync.model.told import Told
from crmsync_singer.catalog import find, names_of, properties
from crmsync_singer.fit import UNFIT, misfit
from crmsync_singer.messages import Message, Rubbish, read_line, tidied
from crmsync_singer.plan import Plan
from crmsync_singer.tap import Tap, rubbish

PAGE = 500
"""Records on a page."""
HEAVY = 4 * 2**20
"""Bytes after which a page is full."""
KEPT = 65_536
"""Bytes that are kept of a line that cannot be read."""
ONE_ONLY = "BATCH"
"""A message that names files instead of records."""

Raw = Mapping[str, Json]


@dataclass
class Gathering:
    """A page that is being gathered: what came since the last one."""

    records: list[Raw] = field(default_factory=list)
    deleted: dict[str, None] = field(default_factory=dict)
    merged: list[tuple[str, str]] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    size: int = 0

    @property
    def count(self) -> int:
        """How much there is."""
        return len(self.records) + len(self.deleted) + len(self.unreadable)


class Source:
    """One stream."""

    def __init__(self, plan: Plan, tap: Tap, *, check_records: bool) -> None:
        self.plan, self.stream = plan, plan.stream
        self._tap, self._checks = tap, check_records
        self._tell = key_teller(plan.keys)
        chosen = plan.choice
        fields = None if chosen.fields is None else sorted(chosen.fields)
        how = f"{tap.name}\n{chosen.stream}\n{chosen.replication}\n{plan.keys}\n{fields}"
        self._how = hashlib.sha256(how.encode()).hexdigest()[:16]

    def check(self) -> None:
        """Return when the tap has the stream and the fields that crmsync.toml names in it."""
        where = self.plan.mapper.where
        entries = self._tap.catalog()
        entry = find(entries, self.plan.choice.stream, where=where)
        for other in self.plan.choice.others:
            find(entries, other, where=where)
        known = list(properties(entry))
        if known:
            needed = [*self.plan.keys, *self.plan.own]
            place = f"the tap's stream {self.plan.choice.stream}"
            require_columns(needed, known, where=where, place=place)

    # reading

    def read(self, position: Json) -> Iterator[Page]:
        """What the tap tells from `position` on; what it had told before an error comes first."""
        state = self._state(position)
        reading = Reading(self, position, whole=state is None)
        names = names_of(find(self._tap.catalog(), self.plan.choice.stream,
                              where=self.plan.mapper.where))  # fmt: skip
        with self._tap.reading(self.plan.choice, state) as lines:
            try:
                for number, line in enumerate(lines, start=1):
                    yield from reading.take(number, line, names)
            except CrmsyncError:
                yield reading.flush()
                raise
        reading.require_complete()
        yield reading.flush(end=True)

    def _state(self, position: Json) -> Json:
        """The tap's state in a position of ours; CursorError when it is none."""
        if position is None:
            return self._tap.first_state()
        if not isinstance(position, Mapping) or not {"how", "state"} <= position.keys():
            raise CursorError("the place to read on in this tap is damaged.")
        return position["state"] if position["how"] == self._how else None

    def position(self, state: Json) -> Json:
        """Where to go on: the tap's state, and the settings it belongs to."""
        return {"how": self._how, "state": state}

    def named(self, record: Raw) -> tuple[str | None, Raw]:
        """The external id of a record, None where it has none, and the record that holds it."""
        key = self._tell(record)
        return key, record if key is None else with_key(record, key, self.plan.keys)

    def fitting(self, record: Raw, schema: Mapping[str, Json]) -> Raw:
        """The record; with why it does not fit where records are compared with the schema."""
        wrong = misfit(record, schema) if self._checks else ""
        return {**record, UNFIT: wrong} if wrong else record

    @property
    def tap(self) -> str:
        """The tap's name."""
        return self._tap.name

    # mapping

    def map(self, raw: Raw) -> Iterable[Told]:
        """What a record says in our words; RecordError when it cannot be used."""
        prepared = self._prepared(raw)
        return [] if prepared is None else self.plan.mapper(prepared)

    def map_page(self, raws: Sequence[Raw]) -> Columns | None:
        """What `map` says of each record, as columns; None to be asked one by one."""
        try:
            prepared = [self._prepared(raw) for raw in raws]
        except (RecordError, TypeError, ValueError, AttributeError, ArithmeticError):
            return None
        found = [one for one in prepared if one is not None]
        return self.plan.mapper.page(found) if len(found) == len(prepared) else None

    def _prepared(self, raw: Raw) -> Raw | None:
        if UNFIT in raw:
            raise RecordError(f"does not fit the tap's schema ({raw[UNFIT]})")
        return raw if self.plan.prepare is None else self.plan.prepare(raw)


class Reading:
    """One run of a tap: the messages so far, the state behind them, and the page under way.

    A state speaks for all that came before it. So a page goes with the last state before its end,
    and records behind that state are told again after a crash.
    """

    def __init__(self, source: Source, position: Json, *, whole: bool) -> None:
        self.page = Gathering()
        self._source, self._plan = source, source.plan
        self._position, self._whole = position, whole
        self._schema: Mapping[str, Json] = {}
        self._versions: set[Json] = set()
        self._active: Json = None

    def take(self, number: int, line: bytes | None, names: set[str]) -> Iterator[Page]:
        """Take in a line; gives the pages that it fills.

        None means that the tap is silent: an empty page lets the engine see whether to go on.
        """
        if line is None:
            yield self.flush()
        elif line.strip():
            yield from self._line(number, line, names)

    def _line(self, number: int, line: bytes, names: set[str]) -> Iterator[Page]:
        message = read_line(line)
        if isinstance(message, Rubbish):
            self._put_aside(message, number, line)
        elif message.type == "STATE":
            self._stands(message)
        elif message.stream in names:
            yield from self._told(message, line)
        if self.page.count >= PAGE or self.page.size >= HEAVY:
            yield self.flush()

    def flush(self, *, end: bool = False) -> Page:
        """The page under way; `end` says that the tap has ended well."""
        page, self.page = self.page, Gathering()
        return Page(
            records=page.records,
            deleted=list(page.deleted),
            merged=page.merged,
            unreadable=page.unreadable,
            next_position=self._position,
            source=self._plan.choice.stream,
            whole=end and self._whole,
        )

    def require_complete(self) -> None:
        """Return unless records may be missing from a table that was read to see who is gone."""
        if self._plan.stream.deletes != "missing" or not (self._versions or self._active):
            return
        if self._versions - {self._active}:
            raise NotReadable(
                f"{self._source.tap} did not say that the table {self._plan.choice.stream} is "
                "complete (ACTIVATE_VERSION).",
                hint="Nothing was deleted; the next run reads it again. If it stays so, the "
                "tap's author must act.",
            )

    def _stands(self, message: Message) -> None:
        state = message.body.get("value")
        if state is not None:
            self._position = self._source.position(state)

    def _told(self, message: Message, line: bytes) -> Iterator[Page]:
        if message.type == "RECORD":
            yield from self._record(message, line)
        elif message.type == "SCHEMA":
            schema = message.body.get("schema")
            self._schema = schema if isinstance(schema, Mapping) else {}
        elif message.type == "ACTIVATE_VERSION":
            self._active = message.body.get("version")
        elif message.type == ONE_ONLY:
            raise NotReadable(
                f"{self._source.tap} tells of files instead of records (BATCH).",
                hint="The integrator: take `batch_config` out of the tap's config.",
            )

    def _record(self, message: Message, line: bytes) -> Iterator[Page]:
        told = message.body.get("record")
        if message.body.get("version") is not None:
            self._versions.add(message.body["version"])
        if not isinstance(told, Mapping):
            self._set_aside("a record that is no object", line)
            return
        key, record = self._source.named(tidied(told))
        self.page.size += len(line)
        gone = any(_filled(reach(record, name)) for name in self._plan.gone)
        if key is not None and gone:
            self._gone(key, record)
            return
        if key in self.page.deleted:  # it came back: what is deleted comes last on its page
            yield self.flush()
        if key is None and len(self._plan.keys) > 1:
            self._set_aside(without_key(record, self._plan.keys), line)
        else:
            self.page.records.append(self._source.fitting(record, self._schema))

    def _gone(self, key: str, record: Raw) -> None:
        into = reach(record, self._plan.merged_into) if self._plan.merged_into else None
        if into:
            self.page.merged.append((key, str(into)))
        self.page.deleted[key] = None

    def _put_aside(self, found: Rubbish, number: int, line: bytes) -> None:
        """What looks like a record is kept; anything else has no place there."""
        if not found.record:
            doing = f"reading {self._plan.choice.stream}"
            raise rubbish(self._source.tap, number, len(line), doing=doing)
        self._set_aside("a record that is no JSON", line)

    def _set_aside(self, reason: str, line: bytes) -> None:
        digest = hashlib.sha256(line).hexdigest()[:16]
        place = f"{self._plan.choice.stream}#{digest}"
        self.page.unreadable.append(Unreadable(place, reason, line[:KEPT]))


def _filled(value: Json) -> bool:
    """Whether a mark of being gone is set: true, a time, a text that is no "false"."""
    if isinstance(value, str):
        return value.strip().lower() not in ("", "false", "0", "no")
    return bool(value)
