"""What to read for each stream: windows walked whole, orders by ten locations, deletes and merges.

A page cursor lives for five minutes; one that has ended has its window begun anew. Searches have no
upper bound: what changes meanwhile stays in the list then, and reading too much does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crmsync.http.reading import by_cursor, ids_of, in_turn
from crmsync.model.stream import Page, Window, reach
from crmsync_square.api import Api
from crmsync_square.settings import SquareSettings

Row = Mapping[str, Any]

LOCATIONS = 10
"""How many locations a search of orders takes."""

BEGIN = datetime(2009, 1, 1, tzinfo=UTC)
"""Square is not older."""

REMEMBERED = timedelta(days=28)
"""How long the Events API remembers."""

STATES = ["OPEN", "COMPLETED", "CANCELED"]
"""Drafts are no orders."""


class Reading:
    """The lists of one seller."""

    def __init__(self, api: Api, own: SquareSettings) -> None:
        self._api, self._own = api, own

    def locations(self, place: Any) -> Iterator[Page]:
        """Every location, in one page; Square cuts this list into no more."""
        if not place:
            yield Page(records=self._api.locations(), next_position={"read": True})

    def products(self, place: Any) -> Iterator[Page]:
        """Every item with its variations and the name of its category.

        Read whole: a category's new name does not move the stamps of its items.
        """
        names = {row["id"]: reach(row, "category_data.name") for row in self._categories()}
        for page in self._catalog(["ITEM"], place):
            rows = [{**row, "category_name": names.get(_category(row))} for row in page.records]
            yield replace(page, records=rows)

    def customers(self, window: Window, place: Any) -> Iterator[Page]:
        """Who changed in the window; before that, who was deleted or merged."""
        if window.since is None or not self._own.events:
            return in_turn(place, own=lambda at: self._changed(window, at))
        return in_turn(
            place,
            gone=lambda at: self._gone(window, at),
            own=lambda at: self._changed(window, at),
        )

    def ids(self) -> Iterator[Sequence[str]]:
        """Every customer's id."""
        return ids_of(self._changed(Window(), None))

    def orders(self, window: Window, place: Any) -> Iterator[Page]:
        """The orders that changed in the window, ten locations at a time.

        The position is {"places": the locations, "from": the first of the ten, "at": the cursor's}.
        """
        places = place["places"] if place else [row["id"] for row in self._api.locations()]
        begun, at = (place["from"], place["at"]) if place else (0, None)
        for first in range(begun, len(places), LOCATIONS):
            some = places[first : first + LOCATIONS]
            for page in self._orders_of(some, window, at if first == begun else None):
                position = {"places": places, "from": first, "at": page.next_position}
                yield replace(page, next_position=position)

    def _orders_of(self, places: Sequence[str], window: Window, at: Any) -> Iterator[Page]:
        since = {"updated_at": {"start_at": _text(window.since or BEGIN)}}
        query = {
            "filter": {"state_filter": {"states": STATES}, "date_time_filter": since},
            "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"},
        }
        body = {"location_ids": places, "query": query, "limit": self._own.order_page_size}
        return self._pages("orders/search", "orders", body, at)

    def _changed(self, window: Window, at: Any) -> Iterator[Page]:
        """Customers by when they were created, which never changes; nothing can move them."""
        query: dict[str, Any] = {"sort": {"field": "CREATED_AT", "order": "ASC"}}
        if window.since is not None:
            query["filter"] = {"updated_at": {"start_at": _text(window.since)}}
        body = {"query": query, "limit": self._own.page_size}
        return self._pages("customers/search", "customers", body, at)

    def _gone(self, window: Window, at: Any) -> Iterator[Page]:
        """The deletes and merges that the Events API tells of the window."""
        since = window.since
        if since is not None and window.until is not None:
            since = max(since, window.until - REMEMBERED)
        bounds = {
            "start_at": since and _text(since),
            "end_at": window.until and _text(window.until),
        }
        wanted = {
            "event_types": ["customer.deleted", "customer.created"],
            "created_at": {name: bound for name, bound in bounds.items() if bound},
        }
        query = {"filter": wanted, "sort": {"field": "DEFAULT", "order": "ASC"}}
        body = {"query": query, "limit": self._own.page_size}
        for page in self._pages("events", "events", body, at):
            yield told_gone(page)

    def _categories(self) -> Iterator[Row]:
        for page in self._catalog(["CATEGORY"], None):
            yield from page.records

    def _catalog(self, kinds: Sequence[str], at: Any) -> Iterator[Page]:
        body = {"object_types": kinds, "limit": self._own.page_size}
        return self._pages("catalog/search", "objects", body, at)

    def _pages(self, path: str, records: str, body: Row, at: Any) -> Iterator[Page]:
        def fetch(cursor: Any) -> Any:
            return self._api.search(path, {**body, "cursor": cursor})

        return by_cursor(fetch, at, records=f"{records}?", cursor="cursor")


def told_gone(page: Page) -> Page:
    """A page of events as what it says: who is gone, and who went into whom."""
    gone: list[str] = []
    merged: list[tuple[str, str]] = []
    for event in page.records:
        winner = reach(event, "data.object.event_context.merge.to_customer_id")
        losers = reach(event, "data.object.event_context.merge.from_customer_ids") or ()
        if winner:
            merged += [(str(one), str(winner)) for one in losers if one != winner]
        elif event.get("type") == "customer.deleted":
            gone.append(str(reach(event, "data.id")))
    return replace(page, records=(), deleted=gone, merged=list(dict.fromkeys(merged)))


def _category(item: Row) -> Any:
    return (
        reach(item, "item_data.reporting_category.id")
        or reach(item, "item_data.categories.0.id")
        or reach(item, "item_data.category_id")
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
