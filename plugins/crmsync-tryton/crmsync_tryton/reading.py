"""Reads a stream page by page: rows that changed themselves, then those whose children did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from crmsync.http.reading import by_id, ids_of, in_turn
from crmsync.model.stream import Page, Window
from crmsync_tryton.codec import version, wrapped
from crmsync_tryton.faults import Refused
from crmsync_tryton.rows import Rows
from crmsync_tryton.rpc import Domain, Row, Rpc
from crmsync_tryton.streams import Source

MANY = 5000
"""How many ids a page of mere ids takes."""


class Reading:
    """One stream within one window.

    Within a part rows come in the order of their ids, so that nothing that changes meanwhile can
    shift a page.
    """

    def __init__(
        self, rpc: Rpc, source: Source, window: Window, *, only: Domain, page_size: int
    ) -> None:
        self._rpc, self._source, self._window = rpc, source, window
        self._only, self._size, self._rows = only, page_size, Rows(rpc, source)

    def pages(self, position: Any) -> Iterator[Page]:
        """The pages from `position` on; a full reading meets every parent anyway."""
        if not self._rows.are_there:
            return iter(())
        parts: dict[str, Callable[[Any], Iterator[Page]]] = {"own": self._own}
        if self._window.since is not None:
            parts |= {model: partial(self._of, model) for model in self._source.children}
        return in_turn(position, **parts)

    def ids(self) -> Iterator[Sequence[str]]:
        """Every id of the model that is neither archived nor merged away, in chunks."""
        alive = [["active", "=", True]] if self._source.archives else []
        if not self._rows.are_there:
            return iter(())
        return ids_of(self._numbers(self._source.model, [*self._only, *alive]))

    def _own(self, at: Any) -> Iterator[Page]:
        for page in self._walk([*stamped(self._window), *self._only], at):
            yield replace(self._page(page.records), next_position=page.next_position)

    def _of(self, child: str, at: Any) -> Iterator[Page]:
        """The rows with a changed child that the reading of the rows themselves has not met."""
        path, domain = self._source.children[child], stamped(self._window)
        try:
            for page in self._numbers(child, domain, at, size=self._size):
                ids = [row["id"] for row in page.records]
                wanted = [[path, "in", ids], *unstamped(self._window), *self._only]
                found = [row for part in self._walk(wanted, None) for row in part.records]
                yield replace(self._page(found), next_position=page.next_position)
        except Refused:  # children that the user may not see are not read with their parents
            return

    def _walk(self, domain: Domain, at: Any) -> Iterator[Page]:
        def fetch(after: Any) -> list[Row]:
            return self._rows.read([_behind(after), *domain], limit=self._size)

        return by_id(fetch, at, size=self._size)

    def _numbers(
        self, model: str, domain: Domain, at: Any = None, *, size: int = MANY
    ) -> Iterator[Page]:
        def fetch(after: Any) -> list[Row]:
            found = self._rpc.search(model, [_behind(after), *domain], limit=size)
            return [{"id": one} for one in found]

        return by_id(fetch, at, size=size)

    def _page(self, rows: Sequence[Row]) -> Page:
        merged = [(str(row["id"]), str(row["replaced_by"])) for row in rows if _is_merged(row)]
        archived = [row for row in rows if self._source.archives and _is_archived(row)]
        return Page(
            records=[self._told(row) for row in rows if not _is_merged(row)],
            deleted=[str(row["id"]) for row in archived],
            merged=merged,
            source=self._source.model,
        )

    def _told(self, row: Row) -> Row:
        """The row with its version; of an archived one only that it is there, for its sales name
        it."""
        if self._source.archives and _is_archived(row):
            return {"id": row["id"], "active": False}
        return {**row, "version": version(row)} if "_timestamp" in row else row


def _behind(after: Any) -> Domain:
    return ["id", ">", after or 0]


def _is_merged(row: Row) -> bool:
    winner = row.get("replaced_by")
    return isinstance(winner, int) and bool(winner)


def _is_archived(row: Row) -> bool:
    return row.get("active") in (False, 0) and not _is_merged(row)


def stamped(window: Window) -> Domain:
    """The search for rows that were written within a window, or created and never written."""
    written = _within("write_date", window)
    created = [["write_date", "=", None], *_within("create_date", window)]
    if not written:
        return []
    if window.since is None:  # an import by SQL may have left both stamps empty
        without = [["write_date", "=", None], ["create_date", "=", None]]
        return [["OR", written, created, without]]
    return [["OR", written, created]]


def unstamped(window: Window) -> Domain:
    """The search for all other rows."""
    written, created = _without("write_date", window), _without("create_date", window)
    never = [["write_date", "=", None], ["OR", *created, [["create_date", "=", None]]]]
    return [["OR", *written, never]]


def _within(field: str, window: Window) -> Domain:
    bounds = ((">=", window.since), ("<", window.until))
    return [[field, sign, wrapped(bound)] for sign, bound in bounds if bound is not None]


def _without(field: str, window: Window) -> list[Domain]:
    bounds = (("<", window.since), (">=", window.until))
    return [[[field, sign, wrapped(bound)]] for sign, bound in bounds if bound is not None]
