"""What to read for each stream: everything that is there, or what may have changed in a window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crmsync.errors import NotReadable
from crmsync.http.reading import by_offset, earlier, ids_of, in_turn
from crmsync.http.reading.stamps import moment_in
from crmsync.model.stream import Page, Window
from crmsync_vendure import queries
from crmsync_vendure.customers import rows, version
from crmsync_vendure.graphql import AdminApi

Row = Mapping[str, Any]

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
        return in_turn(place, own=self._own(queries.PRODUCTS, {}))

    def customers(self, window: Window, place: Any) -> Iterator[Page]:
        """Every customer, or those that changed in the window, they or what belongs to them."""
        if window.since is None:
            return in_turn(place, own=self._own(queries.CUSTOMERS, {}))
        return in_turn(
            place,
            own=self._own(queries.CUSTOMERS, updated(window)),
            addresses=lambda at: self._moved(window, at),
        )

    def orders(self, window: Window, place: Any) -> Iterator[Page]:
        """Every placed order, or those that may have changed in the window.

        A new state, a delivery or a refund does not move an order's stamp: orders that are not
        final, and all that were placed not long ago, are read again each time.
        """
        if window.since is None:
            return in_turn(place, own=self._own(queries.ORDERS, PLACED))
        recent = {"orderPlacedAt": {"after": _text(window.since - self._watch)}}
        unfinished = {"state": {"notIn": FINAL}}
        maybe = {"_or": [updated(window), unfinished, recent]}
        return in_turn(place, own=self._own(queries.ORDERS, {"_and": [PLACED, maybe]}))

    def some(self, where: Mapping[str, Any], *, take: int = MANY) -> Sequence[Row]:
        """The first customers that a filter finds, with all that is read of them."""
        return self._rows(queries.CUSTOMERS, skip=0, take=take, where=where)

    def ids(self, document: str, where: Mapping[str, Any]) -> Iterator[Sequence[str]]:
        """Every id of a list, in chunks."""
        return ids_of(self._list(document, where, None, take=MANY))

    def _own(self, document: str, where: Mapping[str, Any]) -> Any:
        return lambda at: self._list(document, where, at, take=self._size)

    def _list(
        self, document: str, where: Mapping[str, Any], at: Any, *, take: int
    ) -> Iterator[Page]:
        """A list in the order of its ids, which never change."""

        def fetch(skip: int, take: int) -> Any:
            return self._rows(document, skip=skip, take=take, where=where)

        return by_offset(fetch, at, size=take, fills=True)

    def _rows(
        self, document: str, *, skip: int, take: int, where: Mapping[str, Any]
    ) -> Sequence[Row]:
        order = {"id": "ASC"}
        options = {"skip": skip, "take": take, "sort": order, "filter": dict(where)}
        found = _items(self._api.ask(document, options=options))
        if document is not queries.CUSTOMERS:
            return found
        return [{**row, "version": version(row)} for row in found]

    def _moved(self, window: Window, at: Any) -> Iterator[Page]:
        """The customers with an address written, or an event of their history, in the window.

        Vendure has no list of addresses, and an address does not move its customer's stamp; that
        one was removed, or a group left, only the history tells. A lean walk over everybody finds
        them.
        """
        for page in self._list(queries.ADDRESS_STAMPS, {}, at, take=MANY):
            moved = [str(row["id"]) for row in page.records if _has_moved(row, window)]
            yield replace(page, records=self._whole(moved))

    def _whole(self, ids: Sequence[str]) -> list[Row]:
        found: list[Row] = []
        for start in range(0, len(ids), self._size):
            where = {"id": {"in": ids[start : start + self._size]}}
            found += self._rows(queries.CUSTOMERS, skip=0, take=self._size, where=where)
        return found


def _items(data: Mapping[str, Any]) -> Sequence[Row]:
    found = data.get("found")
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list) or not all(isinstance(row, dict) for row in items):
        raise NotReadable("Vendure's answer holds no list.")
    return items


def updated(window: Window) -> dict[str, Any]:
    """The filter for a window of stamps.

    Vendure's `after` leaves out the given moment and stamps may be whole seconds, so it starts a
    second early; reading a row twice does no harm.
    """
    since, until = earlier(window).since, window.until
    bounds = {"after": since, "before": until}
    return {"updatedAt": {name: _text(at) for name, at in bounds.items() if at is not None}}


def _has_moved(customer: Row, window: Window) -> bool:
    since = (window.since or datetime.min.replace(tzinfo=UTC)) - SECOND
    stamps = [row.get("updatedAt") for row in rows(customer)]
    stamps += [entry.get("createdAt") for entry in rows(customer.get("history"), "items")]
    found = (moment_in(stamp) for stamp in stamps)
    return any(at is not None and at >= since for at in found)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
