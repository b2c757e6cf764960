"""One stream of a database: its windows, its pages, and the rows that belong to a record."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import orjson
import sqlalchemy as sa

from crmsync.connectors.sql.database import Database
from crmsync.connectors.sql.rows import Key, Rows, pack_key, unpack_key
from crmsync.connectors.sql.settings import Child, SqlStream
from crmsync.connectors.sql.stamps import bounds, find_zone
from crmsync.errors import ConfigError, CursorError
from crmsync.mapping import (
    Mapper,
    Record,
    key_teller,
    require_columns,
    stream_key,
    to_json,
    with_key,
)
from crmsync.model.stream import CursorKind, Json, Notice, Page, Stream, Unreadable, Window

CHUNK = 2_000
"""Rows asked for at once."""
PAGE = 500
"""Records on a page."""
IDS = 5_000
OVERLAP = {"timestamp": 300, "number": 1_000}
"""What is read again each time: seconds, or numbers."""

DAY = timedelta(days=1)
"""How far a stamp may be ahead of the database's clock before it is of no window."""

_KINDS: dict[str, CursorKind] = {"timestamp": "timestamp", "number": "version"}


@dataclass(frozen=True, slots=True)
class Span:
    """What one read covers: its conditions, what its positions carry, where the next one begins.

    Stamps from `far` on are of no window: they lie beyond what clocks may differ by.
    """

    conditions: Sequence[Any] = ()
    start: Mapping[str, Json] = field(default_factory=dict)
    end: Json = None
    far: Any = None


def _how(settings: SqlStream) -> str:
    """A hash of what decides which rows are read in which order; a position is of one such."""
    how = settings.model_dump_json(include={"table", "query", "key", "cursor", "cursor_type"})
    return hashlib.sha256(how.encode()).hexdigest()[:16]


def _known(position: Json, how: str) -> tuple[Mapping[str, Any], Key | None]:
    """A position and the key in it; nothing for None and for one of other settings.

    CursorError when it is no position of ours.
    """
    if position is None:
        return {}, None
    try:
        if position["how"] != how:
            return {}, None
        numbers = [position[name] for name in ("from", "to") if position.get(name) is not None]
        if any(type(number) is not int for number in numbers):
            raise TypeError("no number")
        return position, unpack_key(position["after"]) if "after" in position else None
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        raise CursorError("the place to read on in these rows is damaged.") from None


class Source:
    """The rows of one stream."""

    def __init__(self, settings: SqlStream, database: Database) -> None:
        self.where = f"{database.name}, {settings.name}"
        self._settings, self._database = settings, database
        self._rows = Rows(settings)
        self._zone = find_zone(settings.stamps_in, where=self.where)
        self._tell = key_teller(settings.keys)
        self.mapper = Mapper(settings.kind, settings.map, settings.lines, where=self.where)
        self._how = _how(settings)
        given, usual = settings.overlap, OVERLAP[settings.cursor_type]
        self._overlap = usual if given is None else given
        timed = settings.cursor is not None and settings.cursor_type == "timestamp"
        self.stream = Stream(
            name=settings.name,
            kind=settings.kind,
            key=stream_key(settings.keys),
            cursor=_KINDS[settings.cursor_type] if settings.cursor else "snapshot",
            deletes=settings.deletes,
            overlap=timedelta(seconds=self._overlap if timed else 0),
        )

    def check(self) -> None:
        """Return when the rows can be read and mapped; else the error that reading would raise."""
        self._span(Window(), {})
        self._ask(None, [], limit=1)

    def read(self, window: Window, position: Json) -> Iterator[Page]:
        """The pages within `window`, or above the number in `position`, in the order of the key."""
        known, after = _known(position, self._how)
        span = self._span(window, known)
        unreadable, notices = self._without_key(), [] if after else self._ahead(span)
        if unreadable or notices:
            yield self._page([], known or None, unreadable=unreadable, notices=notices)
        while True:
            records, keys, more = self._ask(after, span.conditions, limit=CHUNK)
            for start in range(0, len(records), PAGE):
                some = keys[start : start + PAGE]
                last = not more and start + PAGE >= len(records)
                place = span.end if last else self._place(span, some[-1])
                yield self._page(records[start : start + PAGE], place)
            if not more:
                return
            after = keys[-1]

    def ids(self) -> Iterator[Sequence[str]]:
        """Every external id, in chunks."""
        after: Key | None = None
        while True:
            names, rows = self._database.rows(self._rows.ids(after, limit=IDS))
            if not rows:
                return
            records = [dict(zip(names, map(to_json, row), strict=True)) for row in rows]
            yield [key for record in records if (key := self._tell(record)) is not None]
            after = tuple(rows[-1])

    def _ask(
        self, after: Key | None, conditions: Sequence[Any], *, limit: int
    ) -> tuple[list[Record], list[Key], bool]:
        """The next records with their keys, and whether there are more."""
        statement = self._rows.page(after, conditions, limit=limit + 1)
        names, rows = self._database.rows(statement)
        self._check_columns(names)
        places = [names.index(key) for key in self._settings.keys]
        keys = [tuple(row[place] for place in places) for row in rows]
        self._check_unique(keys)
        records = [dict(zip(names, map(to_json, row), strict=True)) for row in rows[:limit]]
        self._add_children(records, keys)
        found = [self._with_key(record) for record in records]
        return found, keys[:limit], len(rows) > limit

    def _place(self, span: Span, key: Key) -> Json:
        return {**span.start, "how": self._how, "after": pack_key(key)}

    def _span(self, window: Window, position: Mapping[str, Any]) -> Span:
        """What is to be read now."""
        if self._settings.cursor is None:
            return Span()
        if self._settings.cursor_type == "number":
            return self._numbers(position)
        sample = self._sample()
        if sample is None:
            return Span()
        where = f"{self.where}, cursor {self._settings.cursor}"
        low, high = bounds(sample, window, self._zone, where=where)
        beyond = Window(None, window.until and window.until + DAY)
        _, far = bounds(sample, beyond, self._zone, where=where)
        return Span(self._rows.between(low, high, far=far), far=far)

    def _sample(self) -> Any:
        """One stamp of the cursor column, None where no row has any; of texts one with a year."""
        sample = self._database.value(self._rows.sample())
        if not isinstance(sample, str):
            return sample
        dated = self._database.value(self._rows.sample(digits=True))
        return dated or sample.strip() or None

    def _ahead(self, span: Span) -> list[Notice]:
        """What to say of rows whose stamps cannot be right; they are read nevertheless."""
        count = 0 if span.far is None else self._database.value(self._rows.ahead(span.far))
        if not count:
            return []
        column = self._settings.cursor
        return [
            Notice(
                f"{count} rows have a time in {column!r} that is more than a day ahead of the "
                "database's clock, or is none; every run reads them.",
                "Whoever looks after the database: correct these times.",
            )
        ]

    def _numbers(self, position: Mapping[str, Any]) -> Span:
        """From what was read last to the highest number there is now; both stay in the position."""
        low, high = position.get("from"), position.get("to")
        if "after" not in position:
            high = self._highest()
            if low is not None:  # numbers that fell begin anew: nobody knows what was read of them
                low = None if high is not None and high < low else low - self._overlap
        end = {"how": self._how, "from": low if high is None else high}
        conditions = self._rows.between(low, high, closed=True)
        return Span(conditions, {"from": low, "to": high}, end)

    def _highest(self) -> int | None:
        value = self._database.value(self._rows.highest())
        if value is None or (not isinstance(value, (str, bytes)) and value == int(value)):
            return None if value is None else int(value)
        raise ConfigError(
            f"{self.where}, cursor {self._settings.cursor}: the column holds no whole numbers.",
            hint="For times leave cursor_type out.",
        )

    def _page(
        self,
        records: Sequence[Record],
        position: Json,
        *,
        unreadable: Sequence[Unreadable] = (),
        notices: Sequence[Notice] = (),
    ) -> Page:
        return Page(
            records=records,
            unreadable=unreadable,
            next_position=position,
            source=self.stream.name,
            notices=notices,
        )

    def _with_key(self, record: Record) -> Record:
        key = self._tell(record)
        return record if key is None else with_key(record, key, self._settings.keys)

    def _without_key(self) -> list[Unreadable]:
        """One complaint about all rows that no page can hold."""
        count = self._database.value(self._rows.without_key())
        if not count:
            return []
        keys = ", ".join(self._settings.keys)
        return [
            Unreadable(f"{self.stream.name}: no key", f"{count} rows have no value in {keys!r}")
        ]

    def _check_columns(self, names: Sequence[str]) -> None:
        known = [*names, *(child.name for child in self._settings.children)]
        place = self._settings.table or "the query"
        require_columns(self._settings.keys, known, where=f"{self.where}, key", place=place)
        self.mapper.check_columns(known, place=place)

    def _check_unique(self, keys: Sequence[Key]) -> None:
        if any(one == other for one, other in pairwise(keys)):
            raise ConfigError(
                f"{self.where}: several rows have the same {', '.join(self._settings.keys)!r}.",
                hint="Name all columns that make the key; rows that belong to it are 'children'.",
            )

    def _add_children(self, records: Sequence[dict[str, Any]], keys: Sequence[Key]) -> None:
        for child in self._settings.children:
            found = self._children(child, [key[0] for key in keys]) if records else {}
            for record, key in zip(records, keys, strict=False):
                record[child.name] = found.get(key[0], [])

    def _children(self, child: Child, keys: Sequence[Any]) -> dict[Any, list[Record]]:
        """The rows of `child` by the key they belong to, in the query's order or else a fixed one.

        A database may answer in any order; a record must not look changed because of that.
        """
        asked = sa.text(child.query.strip().rstrip(";"))
        names, rows = self._database.rows(
            asked.bindparams(sa.bindparam("keys", expanding=True)), keys=list(keys)
        )
        require_columns(
            [child.key], names, where=f"{self.where}, children {child.name}", place="the query"
        )
        place = names.index(child.key)
        found: dict[Any, list[Record]] = defaultdict(list)
        for row in rows:
            found[row[place]].append(dict(zip(names, map(to_json, row), strict=True)))
        if "order by" not in " ".join(child.query.lower().split()):
            for some in found.values():
                some.sort(key=lambda one: orjson.dumps(one, option=orjson.OPT_SORT_KEYS))
        return found
