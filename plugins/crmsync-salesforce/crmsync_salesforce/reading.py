"""Reads a stream: rows that changed, those whose children did, and what was deleted for good.

Rows are asked for in the order of (SystemModstamp, Id), each page behind the last row of the other:
a bulk load may stamp thousands of rows with one second, and no query locator can end meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from crmsync.http.reading import After, Capped, bisected, by_id, by_stamp, ids_of, in_turn
from crmsync.http.reading import with_gone as told_gone
from crmsync.model.stream import Notice, Page, Window
from crmsync_salesforce.api import Api, Refused, Row, quoted, written
from crmsync_salesforce.jobs import by_bulk
from crmsync_salesforce.settings import SalesforceSettings
from crmsync_salesforce.sources import Child, Source

STAMP = "SystemModstamp"
KEPT = timedelta(days=14)
"""The log of deleted records and the recycle bin hold 15 days."""
SHORTEST = timedelta(minutes=2)
"""Between the two bounds of a question for deleted records lies more than a minute."""

TOO_LATE = Notice(
    "Salesforce keeps what was deleted for 15 days, and the last run was earlier.",
    "Whoever runs crmsync: set compare = true for one run, and run it daily.",
)


class Reading:
    """One stream within one window."""

    def __init__(
        self, api: Api, source: Source, window: Window, *, own: SalesforceSettings
    ) -> None:
        self._api, self._source, self._window, self._own = api, source, window, own

    def pages(self, position: Any) -> Iterator[Page]:
        """The pages from `position` on; a first load meets every parent anyway."""
        parts: dict[str, Any] = {"own": self._rows}
        if self._window.since is not None:
            for child in self._source.children:
                parts[child.name] = self._part(child)
            parts["deleted"] = self._deleted
        return in_turn(position, **parts)

    def ids(self) -> Iterator[Sequence[str]]:
        """Every id that is there, in chunks."""

        def fetch(after: str | None) -> list[Row]:
            behind = f" WHERE Id > {quoted(after)}" if after else ""
            soql = f"SELECT Id FROM {self._source.kind}{behind} ORDER BY Id LIMIT 2000"
            return self._api.query(soql, ["Id"])

        return ids_of(by_id(fetch, key="Id"), key="Id")

    # rows

    def _rows(self, at: Any) -> Iterator[Page]:
        """A first load goes by a job where there are many rows, and stays with what it began."""
        kind, fields = self._source.kind, self._fields
        first = self._window.since is None
        many = first and at is None and self._api.count(kind) >= self._own.bulk
        if many or (at and "job" in at):
            until = f" WHERE {within(Window(None, self._window.until))}"
            soql = f"SELECT {', '.join(fields)} FROM {kind}" + (until if self._window.until else "")
            types = {name: self._api.type_of(kind, name) or "" for name in fields}
            pages = by_bulk(self._api, soql, at, types=types)
        else:
            pages = self._walk(kind, fields, at, gone=not first)
        for page in told_gone(pages, key="Id", deleted=_is_gone, into=_winner):
            yield replace(page, records=self._joined(page.records))

    def _walk(
        self, kind: str, fields: Sequence[str], at: Any, *, gone: bool = True
    ) -> Iterator[Page]:
        def fetch(after: After | None) -> list[Row]:
            where = " AND ".join(filter(None, (_behind(after), self._bounds(after))))
            soql = f"SELECT {', '.join(fields)} FROM {kind}" + (f" WHERE {where}" if where else "")
            soql += f" ORDER BY {STAMP}, Id LIMIT {self._own.page_size}"
            return self._api.query(soql, fields, gone=gone)

        return by_stamp(fetch, at, stamp=STAMP, key="Id")

    def _bounds(self, after: After | None) -> str:
        return within(self._window if after is None else Window(None, self._window.until))

    # what belongs to them

    def _part(self, child: Child) -> Any:
        return lambda at: self._by_child(child, at)

    def _by_child(self, child: Child, at: Any) -> Iterator[Page]:
        """The rows with a child that changed or went, which the rows' own reading has not met."""
        if child.ours not in self._fields:
            return
        names = list(dict.fromkeys(("Id", STAMP, child.theirs)))
        for page in self._walk(child.kind, names, at):
            keys = [row.get(child.theirs) for row in page.records]
            rows = self._api.alike(self._source.kind, self._fields, child.ours, keys)
            fresh = [row for row in rows if self._is_unmet(row)]
            yield replace(page, records=self._joined(fresh))

    def _is_unmet(self, row: Row) -> bool:
        """Whether its own stamp lies before the window; a later one is read with its own."""
        since = self._window.since
        return since is None or str(row.get(STAMP)) < written(since)

    def _joined(self, rows: Sequence[Row]) -> Sequence[Row]:
        found = [dict(row) for row in rows]
        for child in self._source.children:
            if child.ours not in self._fields or not found:
                continue
            fields = self._api.visible(child.kind, ("Id", child.theirs, *child.fields))
            keys = [row.get(child.ours) for row in found]
            grouped: defaultdict[Any, list[Row]] = defaultdict(list)
            for one in self._api.alike(child.kind, fields, child.theirs, keys):
                grouped[one.get(child.theirs)].append(one)
            for row in found:
                key = row.get(child.ours)
                row[child.name] = grouped[key] if isinstance(key, str) else []
        return found

    # what is gone for good

    def _deleted(self, at: Any) -> Iterator[Page]:
        """Who is no longer in the recycle bin either; who still is was read as a row."""
        since, until = self._window.since, self._window.until
        if not self._api.describe(self._source.kind).get("replicateable") or not (since and until):
            return
        begin = max(min(since, until - SHORTEST), until - KEPT)
        late = [TOO_LATE] if begin > since and not self._own.compare else []
        if late:
            yield Page(notices=late, next_position=at)
        window = Window(begin, until)
        yield from bisected(self._log, window, at, grain=SHORTEST)

    def _log(self, window: Window, _at: Any) -> Iterator[Page]:
        try:
            gone = self._api.deleted(self._source.kind, *_both(window))
        except Refused as error:
            if error.word == "EXCEEDED_ID_LIMIT":
                raise Capped from None
            raise
        kept = self._api.alike(self._source.kind, ["Id"], "Id", gone, gone=True)
        there = {row["Id"] for row in kept}
        yield Page(deleted=[one for one in gone if one not in there])

    @property
    def _fields(self) -> list[str]:
        return self._api.visible(self._source.kind, self._source.fields)


def within(window: Window) -> str:
    """The condition for a window."""
    bounds = ((">=", window.since), ("<", window.until))
    return " AND ".join(f"{STAMP} {sign} {written(at)}" for sign, at in bounds if at)


def _behind(after: After | None) -> str:
    """The rows behind one; its stamp as a lower bound lets the index be used."""
    if after is None:
        return ""
    stamp, identity = after
    return f"{STAMP} >= {stamp} AND ({STAMP} > {stamp} OR Id > {quoted(str(identity))})"


def _both(window: Window) -> tuple[datetime, datetime]:
    assert window.since is not None
    assert window.until is not None
    return window.since, window.until


def _is_gone(row: Row) -> bool:
    return row.get("IsDeleted") is True


def _winner(row: Row) -> str | None:
    found = row.get("MasterRecordId")
    return found if isinstance(found, str) and found and _is_gone(row) else None
