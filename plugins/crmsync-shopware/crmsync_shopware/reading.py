"""Reads what changed: records by their stamps, those never changed, and those with changed parts.

Nothing is read by page number: a record that changes moves to the end of its list, and all others
move up. Every question is for what comes behind the last record instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from crmsync.http.reading import After, by_id, by_stamp, ids_of, in_turn
from crmsync.model.stream import Page, Window
from crmsync_shopware.api import Api
from crmsync_shopware.criteria import (
    KINDS,
    Filter,
    Kind,
    among,
    ascending,
    behind,
    between,
    but_not,
    equals,
    same,
    some,
    within,
)
from crmsync_shopware.settings import ShopwareSettings

NEVER = equals("updatedAt", None)
EVER = but_not(NEVER)
LEFT = ("shipped", "shipped_partially")


class Reading:
    """Walks the lists of one shop."""

    def __init__(self, api: Api, own: ShopwareSettings) -> None:
        self._api, self._own = api, own

    def changed(self, stream: str, window: Window, position: Any) -> Iterator[Page]:
        """What changed in a window: by its own stamp, as new, or in its parts."""
        kind = KINDS[stream]
        parts: dict[str, Callable[[Any], Iterator[Page]]] = {
            "changed": partial(self._stamped, kind, "updatedAt", [EVER], window),
            "new": partial(self._stamped, kind, "createdAt", [NEVER], window),
        }
        if kind.children and window.since is not None:
            parts["parts"] = partial(self._with_changed_parts, kind, window)
        pages = in_turn(position, **parts)
        return map(self._with_times, pages) if stream == "orders" else pages

    def ids(self, stream: str) -> Iterator[Sequence[str]]:
        """The id of every record, in the order in which they were made."""
        kind = KINDS[stream]
        slim = kind._replace(fields={_alias(kind): ("id", "createdAt", kind.number or "id")},
                             associations={})  # fmt: skip
        if kind.number:
            return ids_of(self._numbered(slim, [], None))
        return ids_of(self._stamped(slim, "createdAt", [], Window(), None))

    def _stamped(
        self,
        kind: Kind,
        field: str,
        base: Sequence[Filter],
        window: Window,
        position: Any,
    ) -> Iterator[Page]:
        """The records with a stamp in a window, behind one another."""
        wanted = [*base, *within(field, window)]
        order = ascending(field, kind.number or "id")

        def fetch(after: After | None) -> Any:
            return self._page(kind, [*wanted, *behind(field, kind.number, after)], order)

        def ties(after: After) -> Any:
            return self._tied(kind, field, wanted, after)

        return by_stamp(fetch, position, stamp=field, key=kind.number or "id", records="data",
                        ties=None if kind.number else ties)  # fmt: skip

    def _tied(self, kind: Kind, field: str, base: Sequence[Filter], after: After) -> Any:
        """The records of one stamp with a higher id: where there is no number, page by page."""
        at, number = same(after.stamp), 1
        alike = [*base, between(field, gte=at, lte=at)]
        while True:
            answer = self._page(kind, alike, ascending("id"), page=number)
            rows = answer.data["data"] if isinstance(answer.data, dict) else answer.data
            found = [row for row in rows if str(row.get("id")) > str(after.id)]
            if found or not rows:
                return {"data": found}
            number += 1

    def _with_changed_parts(self, kind: Kind, window: Window, position: Any) -> Iterator[Page]:
        """The records of which a part was changed or added in a window."""
        stamps = [f"{part}.{field}" for part in kind.children for field in STAMPS]
        moved = some(*(one for stamp in stamps for one in within(stamp, window)))
        return self._numbered(kind, [moved], position)

    def _numbered(self, kind: Kind, base: Sequence[Filter], position: Any) -> Iterator[Page]:
        """The records behind one another in the order of their numbers."""

        def fetch(after: Any) -> Any:
            rest = [] if after is None else [between(kind.number, gt=after)]
            return self._page(kind, [*base, *rest], ascending(kind.number))

        return by_id(fetch, position, key=kind.number, records="data")

    def _page(
        self,
        kind: Kind,
        filters: Sequence[Filter],
        order: Sequence[Mapping[str, str]],
        *,
        page: int = 1,
    ) -> Any:
        criteria = {
            "page": page,
            "limit": self._own.page_size,
            "filter": [*kind.only, *filters],
            "sort": list(order),
            "associations": kind.associations,
            "includes": kind.fields,
            "total-count-mode": 0,
        }
        stay = "data" if kind is KINDS["customers"] else ""
        return self._api.search(kind.entity, criteria, undecoded=stay)

    # when parcels left

    def _with_times(self, page: Page) -> Page:
        """The orders of a page, with when their deliveries left: only their history knows."""
        deliveries = [one["id"] for order in page.records for one in _gone(order)]
        if not self._own.ship_times or not deliveries:
            return page
        times: dict[str, str] = {}
        for start in range(0, len(deliveries), self._own.page_size):
            for row in self._history(deliveries[start : start + self._own.page_size]):
                times.setdefault(str(row.get("referencedId")), str(row.get("createdAt")))
        return replace(page, records=[_timed(order, times) for order in page.records])

    def _history(self, deliveries: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        criteria = {
            "filter": [among("referencedId", deliveries),
                       among("toStateMachineState.technicalName", LEFT)],
            "sort": ascending("createdAt", "id"),
            "includes": {"state_machine_history": ["referencedId", "createdAt"]},
        }  # fmt: skip
        return self._api.every("state-machine-history", criteria, size=self._own.page_size)


STAMPS = ("updatedAt", "createdAt")


def _alias(kind: Kind) -> str:
    return kind.entity.replace("-", "_")


def _gone(order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The deliveries of an order that have left, as far as they can be read."""
    rows = order.get("deliveries")
    found = rows if isinstance(rows, list) else []
    return [row for row in found if isinstance(row, Mapping) and isinstance(row.get("id"), str)
            and _state(row) in LEFT]  # fmt: skip


def _state(row: Mapping[str, Any]) -> Any:
    found = row.get("stateMachineState")
    return found.get("technicalName") if isinstance(found, Mapping) else None


def _timed(order: Mapping[str, Any], times: Mapping[str, str]) -> Mapping[str, Any]:
    if not _gone(order):
        return order
    deliveries = [
        {**row, "shippedAt": times[row["id"]]}
        if isinstance(row, Mapping) and row.get("id") in times
        else row
        for row in order["deliveries"]
    ]
    return {**order, "deliveries": deliveries}
