"""What to read for each stream: everything that is there, or what may have changed in a window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from crmsync.model.stream import Page, Window
from crmsync_vendure import queries
from crmsync_vendure.graphql import AdminApi
from crmsync_vendure.walking import START, Row, walk

MANY = 1000
"""How many rows a lean page takes: what Vendure allows unless told otherwise."""

SECOND = timedelta(seconds=1)
FINAL = ["Delivered", "Cancelled"]
PLACED = {"orderPlacedAt": {"isNull": False}}
"""Carts and drafts are no orders."""


class Reading:
    """The lists of one shop."""

    def __init__(self, api: AdminApi, *, page_size: int, watch: timedelta) -> None:
        self._api, self._size, self._watch = api, page_size, watch

    def products(self, place: Any) -> Iterator[Page]:
        """Every variant."""
        yield from self._pages(queries.PRODUCTS, {}, place)

    def customers(self, window: Window, place: Any) -> Iterator[Page]:
        """Every customer, or those that changed in the window, they or what belongs to them."""
        if window.since is None:
            yield from self._pages(queries.CUSTOMERS, {}, place)
            return
        if not place or place["of"] == "own":
            yield from self._pages(queries.CUSTOMERS, updated(window), place)
            place = None
        yield from self._moved(window, place)

    def orders(self, window: Window, place: Any) -> Iterator[Page]:
        """Every placed order, or those that may have changed in the window.

        A new state, a delivery or a refund does not move an order's stamp: orders that are not
        final, and all that were placed not long ago, are read again each time.
        """
        if window.since is None:
            yield from self._pages(queries.ORDERS, PLACED, place)
            return
        recent = {"orderPlacedAt": {"after": _text(window.since - self._watch)}}
        unfinished = {"state": {"notIn": FINAL}}
        maybe = {"_or": [updated(window), unfinished, recent]}
        yield from self._pages(queries.ORDERS, {"_and": [PLACED, maybe]}, place)

    def ids(self, document: str, where: Mapping[str, Any]) -> Iterator[list[str]]:
        """Every id of a list, in chunks."""
        for rows, _ in walk(self._fetch(document), take=MANY, where=where):
            yield [str(row["id"]) for row in rows]

    def _pages(self, document: str, where: Mapping[str, Any], place: Any) -> Iterator[Page]:
        begin = place["at"] if place else START
        for rows, at in walk(self._fetch(document), take=self._size, where=where, place=begin):
            yield Page(records=rows, next_position={"of": "own", "at": at})

    def _moved(self, window: Window, place: Any) -> Iterator[Page]:
        """The customers with an address written, or an event of their history, in the window.

        Vendure has no list of addresses, and an address does not move its customer's stamp; that
        one was removed, or a group left, only the history tells. A lean walk over everybody finds
        them.
        """
        begin = place["at"] if place else START
        stamps = walk(self._fetch(queries.ADDRESS_STAMPS), take=MANY, where={}, place=begin)
        for rows, at in stamps:
            moved = [str(row["id"]) for row in rows if _has_moved(row, window)]
            yield Page(records=self._whole(moved), next_position={"of": "addresses", "at": at})

    def _whole(self, ids: Sequence[str]) -> list[Row]:
        found: list[Row] = []
        for start in range(0, len(ids), self._size):
            where = {"id": {"in": ids[start : start + self._size]}}
            for rows, _ in walk(self._fetch(queries.CUSTOMERS), take=self._size, where=where):
                found += rows
        return found

    def _fetch(self, document: str) -> Any:
        def fetch(options: dict[str, Any]) -> Sequence[Row]:
            found: Sequence[Row] = self._api.ask(document, options=options)["found"]["items"]
            return found

        return fetch


def updated(window: Window) -> dict[str, Any]:
    """The filter for a window of stamps.

    Vendure's `after` leaves out the given moment and stamps may be whole seconds, so it starts a
    second early; reading a row twice does no harm.
    """
    bounds = {}
    if window.since is not None:
        bounds["after"] = _text(window.since - SECOND)
    if window.until is not None:
        bounds["before"] = _text(window.until)
    return {"updatedAt": bounds}


def _has_moved(customer: Row, window: Window) -> bool:
    since = (window.since or datetime.min.replace(tzinfo=UTC)) - SECOND
    stamps = [row["updatedAt"] for row in customer["addresses"] or ()]
    stamps += [entry["createdAt"] for entry in customer["history"]["items"]]
    return any(datetime.fromisoformat(stamp) >= since for stamp in stamps)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
