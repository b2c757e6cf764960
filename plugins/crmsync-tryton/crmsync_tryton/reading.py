"""Reads a stream page by page: rows that changed themselves, then those whose children did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from crmsync.model.stream import Page, Window
from crmsync_tryton.codec import wrapped
from crmsync_tryton.rpc import Domain, Row, Rpc
from crmsync_tryton.streams import Source


class Reading:
    """One stream within one window.

    A position is {"of": model, "after": id}: within a model, rows come in the order of their ids,
    so that nothing that changes meanwhile can shift a page.
    """

    def __init__(
        self, rpc: Rpc, source: Source, window: Window, *, only: Domain, page_size: int
    ) -> None:
        self._rpc, self._source, self._window = rpc, source, window
        self._only, self._size = only, page_size
        self._met: set[int] = set()

    def pages(self, position: Any) -> Iterator[Page]:
        """The pages from `position` on."""
        models = [self._source.model]
        if self._window.since is not None:  # a full reading meets every parent anyway
            models += self._source.children
        place = position or {"of": models[0], "after": 0}
        for model in models[models.index(place["of"]) :]:
            after = place["after"] if model == place["of"] else 0
            own = model == self._source.model
            yield from self._own(after) if own else self._children(model, after)

    def _own(self, after: int) -> Iterator[Page]:
        domain = [*stamped(self._window), *self._only]
        while True:
            rows = self._search_read([["id", ">", after], *domain])
            if rows:
                after = int(rows[-1]["id"])
                yield self._page(rows, self._source.model, after)
            if len(rows) < self._size:
                return

    def _children(self, model: str, after: int) -> Iterator[Page]:
        path, domain = self._source.children[model], stamped(self._window)
        for ids in id_chunks(self._rpc, model, domain, after=after, size=self._size):
            rows = self._parents([[path, "in", ids], *self._only])
            yield self._page(rows, model, ids[-1])

    def _parents(self, domain: Domain) -> list[Row]:
        """The rows of the domain that this reading has not met yet."""
        chunks = id_chunks(self._rpc, self._source.model, domain)
        fresh = [number for ids in chunks for number in ids if number not in self._met]
        parts = (fresh[start : start + self._size] for start in range(0, len(fresh), self._size))
        return [row for part in parts for row in self._search_read([["id", "in", part]])]

    def _search_read(self, domain: Domain) -> list[Row]:
        return self._rpc.search_read(self._source.model, domain, self._fields, limit=self._size)

    @cached_property
    def _fields(self) -> list[str]:
        if not self._source.optional:
            return list(self._source.fields)
        offered = self._rpc.fields(self._source.model)
        return [*self._source.fields, *(name for name in self._source.optional if name in offered)]

    def _page(self, rows: Sequence[Row], model: str, after: int) -> Page:
        self._met.update(int(row["id"]) for row in rows)
        merged = [(str(row["id"]), str(row["replaced_by"])) for row in rows if _is_merged(row)]
        gone = [str(row["id"]) for row in rows if _is_archived(row)]
        return Page(
            records=[_told(row) for row in rows if not _is_merged(row)],
            deleted=gone,
            merged=merged,
            next_position={"of": model, "after": after},
            source=self._source.model,
        )


def _is_merged(row: Row) -> bool:
    return bool(row.get("replaced_by"))


def _told(row: Row) -> Row:
    """The row; of an archived one only that it is there, for its sales name it."""
    return {"id": row["id"], "active": False} if _is_archived(row) else row


def _is_archived(row: Row) -> bool:
    return not row.get("active", True) and not _is_merged(row)


def stamped(window: Window) -> Domain:
    """The search for rows that were written within a window, or created and never written."""
    written = _within("write_date", window)
    created = [["write_date", "=", None], *_within("create_date", window)]
    if not written:
        return []
    if window.since is None:  # an import by SQL may have left both stamps empty
        unstamped = [["write_date", "=", None], ["create_date", "=", None]]
        return [["OR", written, created, unstamped]]
    return [["OR", written, created]]


def _within(field: str, window: Window) -> Domain:
    bounds = ((">=", window.since), ("<", window.until))
    return [[field, sign, wrapped(bound)] for sign, bound in bounds if bound is not None]


def id_chunks(
    rpc: Rpc, model: str, domain: Domain, *, after: int = 0, size: int = 5000
) -> Iterator[list[int]]:
    """Every id of a domain behind `after`, ascending, in chunks."""
    while True:
        ids = rpc.search(model, [["id", ">", after], *domain], limit=size)
        if ids:
            after = ids[-1]
            yield ids
        if len(ids) < size:
            return


def living_ids(rpc: Rpc, source: Source, *, only: Domain) -> Iterator[list[str]]:
    """Every id of the model that is neither archived nor merged away, in chunks."""
    alive: Domain = [*only, ["active", "=", True]] if "active" in source.fields else [*only]
    for ids in id_chunks(rpc, source.model, alive):
        yield [str(number) for number in ids]
