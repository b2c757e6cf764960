"""Reads a stream page by page: rows that changed themselves, then those whose children did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from crmsync.http.reading import by_id, ids_of, in_turn
from crmsync.model.stream import Page, Window
from crmsync_odoo.api import Api, Domain, Row
from crmsync_odoo.sources import Source
from crmsync_odoo.values import text_of

Joins = Callable[[Api, list[Row]], None]
"""Puts into rows what belongs to them and stands in other models."""

MANY = 5000
"""How many rows a page of mere ids takes."""


class Reading:
    """One stream within one window.

    Within a part, rows come in the order of their ids, so that nothing that changes meanwhile can
    shift a page.
    """

    def __init__(
        self, api: Api, source: Source, window: Window, *, only: Domain, size: int, joins: Joins
    ) -> None:
        self._api, self._source, self._window = api, source, window
        self._more, self._size, self._joins = only, size, joins

    def pages(self, position: Any) -> Iterator[Page]:
        """The pages from `position` on; a full reading meets every parent anyway."""
        parts = {"own": self._own}
        if self._window.since is not None:
            for child in self._source.children:
                parts[child] = self._part(self._by_child, child)
            for model in self._source.lists:
                parts[model] = self._part(self._by_list, model)
        return in_turn(position, **parts)

    def ids(self) -> Iterator[Sequence[str]]:
        """Every id that is there and not archived, in chunks."""
        if not self._offered:
            return iter(())
        alive = [["active", "=", True]] if self._source.archives else []
        return ids_of(self._walk(self._source.model, [*self._only, *alive], ["id"], size=MANY))

    def _own(self, at: Any) -> Iterator[Page]:
        return self._rows([*self._only, *stamped(self._window)], at)

    def _part(self, read: Callable[[str, Any], Iterator[Page]], name: str) -> Any:
        return lambda at: read(name, at)

    def _by_child(self, child: str, at: Any) -> Iterator[Page]:
        """The rows with a changed child that the reading of the rows themselves has not met."""
        if child not in self._offered:
            return iter(())
        changed = stamped(self._window, f"{child}.write_date")
        return self._rows([*self._only, *changed, *self._unmet], at)

    def _by_list(self, model: str, at: Any) -> Iterator[Page]:
        """The rows that a list names which changed: somebody was put on it, or let off."""
        theirs, ours = self._source.lists[model]
        if ours not in self._offered or theirs not in self._api.fields(model):
            return
        for page in self._walk(model, stamped(self._window), ["id", theirs], at=at):
            values = [row[theirs] for row in page.records if row.get(theirs)]
            domain = [*self._only, [ours, "in", values], *self._unmet]
            found = self._api.search_read(self._source.model, domain, self._fields)
            yield replace(self._page(found), next_position=page.next_position)

    def _rows(self, domain: Domain, at: Any) -> Iterator[Page]:
        if not self._offered:
            return
        for page in self._walk(self._source.model, domain, self._fields, at=at):
            rows = [dict(row) for row in page.records]
            yield replace(self._page(rows), next_position=page.next_position)

    def _walk(
        self, model: str, domain: Domain, fields: Sequence[str], *, at: Any = None, size: int = 0
    ) -> Iterator[Page]:
        size = size or self._size

        def fetch(after: Any) -> list[Row]:
            behind = [] if after is None else [["id", ">", after]]
            return self._api.search_read(model, [*behind, *domain], fields, limit=size)

        return by_id(fetch, at, size=size)

    def _page(self, rows: list[Row]) -> Page:
        """The rows with what belongs to them; of an archived one only that it is there, for its
        orders name it."""
        gone = [row for row in rows if self._source.archives and row.get("active") is False]
        there = [row for row in rows if row not in gone] if gone else rows
        if there:
            self._joins(self._api, there)
        stubs = [{"id": row["id"], "active": False} for row in gone]
        return Page(records=[*there, *stubs], deleted=[str(row["id"]) for row in gone],
                    source=self._source.model)  # fmt: skip

    @cached_property
    def _offered(self) -> dict[str, str]:
        return self._api.fields(self._source.model)

    @cached_property
    def _fields(self) -> list[str]:
        return [name for name in ("id", *self._source.fields) if name in self._offered]

    @cached_property
    def _only(self) -> Domain:
        unless = self._source.unless.items()
        more = [leaf for name, leaf in unless if name in self._offered]
        return [*self._source.only, *more, *self._more]

    @property
    def _unmet(self) -> Domain:
        """Without the rows whose own stamp lies in the window."""
        since, until = self._window.since, self._window.until
        low = [["write_date", "<", text_of(since)]] if since else []
        high = [["write_date", ">=", text_of(until, up=True)]] if until else []
        return [*(["|"] if low and high else []), *low, *high]


def stamped(window: Window, field: str = "write_date") -> Domain:
    """The search for rows that were written within a window."""
    low = [[field, ">=", text_of(window.since)]] if window.since else []
    high = [[field, "<", text_of(window.until, up=True)]] if window.until else []
    return [*low, *high]
