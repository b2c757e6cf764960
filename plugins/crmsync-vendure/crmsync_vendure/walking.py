"""Walks a list that is only to be had by skip and take, without missing a row when rows vanish.

Rows come in the order of their ids, which never change. A row deleted meanwhile moves the later
ones forward, past the next page's beginning. So each page begins one row early, with the last row
of the page before; when it does not, the walk goes back until it meets known ground.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from crmsync.errors import BackendError

Row = Mapping[str, Any]
Fetch = Callable[[dict[str, Any]], Sequence[Row]]
Place = Mapping[str, Any]

PROXY = (
    "Whoever looks after the shop: does a proxy or a plugin answer in its place, or does its "
    "EntityIdStrategy write ids that sort otherwise than its database does?"
)

START: Place = {"skip": 0, "last": None}


def walk(
    fetch: Fetch, *, take: int, where: Mapping[str, Any], place: Place = START
) -> Iterator[tuple[list[Row], Place]]:
    """The rows of a list in pages, each with the place from which to go on.

    `fetch` gives the rows for list options; `take` is at least 2, since pages overlap by one.
    BackendError when the list heeds neither `skip` nor the order, for then rows would be missed.
    """
    skip, last = int(place["skip"]), place["last"]
    before, first = skip, None
    while True:
        rows = fetch({"skip": skip, "take": take, "sort": {"id": "ASC"}, "filter": dict(where)})
        _check_order(rows)
        if skip > before and rows and rows[0]["id"] == first:
            raise BackendError("the shop begins its list anew whatever is skipped.", hint=PROXY)
        before, first = skip, rows[0]["id"] if rows else None
        if skip and (not rows or _order(rows[0]["id"]) > _order(last)):
            skip = max(0, skip - take)
            continue
        fresh = [row for row in rows if last is None or _order(row["id"]) > _order(last)]
        if fresh:
            last = fresh[-1]["id"]
            yield fresh, {"skip": skip + len(rows) - 1, "last": last}
        if len(rows) < take:
            return
        skip += len(rows) - 1


def _check_order(rows: Sequence[Row]) -> None:
    places = [_order(row["id"]) for row in rows]
    if any(one >= other for one, other in pairwise(places)):
        raise BackendError("the shop's list does not come in the order of its ids.", hint=PROXY)


def _order(identity: Any) -> tuple[int, int, str]:
    """How ids stand in the list: numbers by size, everything else (UUIDs) as text."""
    text = str(identity)
    return (0, int(text), "") if text.isdigit() else (1, 0, text)
