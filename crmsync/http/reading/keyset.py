"""Reads lists behind the last record that was met: by id, by version, by stamp and id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from crmsync.errors import BackendError, NotReadable
from crmsync.http.reading.rows import Guard, Rows, circling, number_in, rows_of
from crmsync.http.reading.stamps import moment_in
from crmsync.model.stream import Page, reach

UNORDERED = "Whoever writes the connector: the list must be asked for in ascending order."

TIES = "Whoever writes the connector: give `ties`, or ask for larger pages."
UNSTAMPED = "Whoever writes the connector: leave such records out, and read them `in_turn`."


class After(NamedTuple):
    """The last record that was met: its stamp as the backend writes it, and its id."""

    stamp: Any
    id: Any


def by_id(
    fetch: Callable[[Any], Any],
    position: Any = None,
    *,
    key: str = "id",
    records: str = ".",
    size: int = 0,
) -> Iterator[Page]:
    """The pages of a list of which `fetch(id)` gives the first rows behind that id, by id.

    None asks for the first ones of all. Nothing that changes meanwhile can shift a page. `size`
    says that a page of fewer rows is surely the last. The position is {"after": id}. BackendError
    when the list does not go on.
    """
    after, guard = (position or {}).get("after"), Guard()
    while True:
        rows = rows_of(fetch(after), records)
        if not rows or (len(rows) == 1 and after is not None and reach(rows[0], key) == after):
            return
        last = _key(rows, key)
        if last == after:
            raise circling()
        guard.see(rows, last)
        after = last
        yield Page(records=rows, next_position={"after": after})
        if len(rows) < size:
            return


def by_version(
    fetch: Callable[[Any], Any],
    position: Any = None,
    *,
    version: str = "version.max",
    records: str = "data",
) -> Iterator[Page]:
    """The pages of a list of which `fetch(version)` gives what changed behind that version.

    For streams of the kind *version*: the next run goes on at the last position, {"after":
    version}. It ends with a page without rows. BackendError when a version does not grow.
    """
    after = (position or {}).get("after")
    while True:
        answer = fetch(after)
        rows = rows_of(answer, records)
        if not rows:
            return
        highest = number_in(answer, version)
        if highest is None or (after is not None and highest <= after):
            raise BackendError("the list's version does not grow.", hint=UNORDERED)
        after = highest
        yield Page(records=rows, next_position={"after": after})


def by_stamp(
    fetch: Callable[[After | None], Any],
    position: Any = None,
    *,
    stamp: str,
    key: str = "id",
    records: str = ".",
    ties: Callable[[After], Any] | None = None,
) -> Iterator[Page]:
    """The pages of a list in ascending order of (stamp, id), each behind the last row of the other.

    `fetch(after)` gives the first rows behind that row, or from its stamp on. Where a backend
    cannot say "the same stamp and a higher id, or a higher stamp" in one question, `ties(after)`
    gives the rows of that very stamp with a higher id, and `fetch(after)` those of a higher stamp:
    records of one moment may then be more than a page holds. Stamps are ISO 8601 text or numbers.
    The position is {"stamp": …, "id": …}. BackendError when rows come in another order, or when
    more records share a stamp than a page holds and no `ties` is given.
    """
    walk = _Stamped(stamp, key, records)
    if position:
        walk.after = After(position["stamp"], position["id"])
    if ties is None:
        yield from walk.pages(fetch)
        return
    while True:
        if walk.after is not None:
            yield from walk.pages(ties)
        page = walk.next_page(fetch)
        if page is None:
            return
        yield page


class _Stamped:
    """Where a walk over (stamp, id) stands."""

    def __init__(self, stamp: str, key: str, records: str) -> None:
        self._stamp, self._key, self._records = stamp, key, records
        self.after: After | None = None
        self._guard = Guard()

    def pages(self, fetch: Callable[[Any], Any]) -> Iterator[Page]:
        """Page after page until there is nothing behind the last row."""
        while (page := self.next_page(fetch)) is not None:
            yield page

    def next_page(self, fetch: Callable[[Any], Any]) -> Page | None:
        """The next page, and the walk moves behind it; None where nothing is left."""
        rows = rows_of(fetch(self.after), self._records)
        if rows and self._of(rows[0]) == self.after:
            rows = rows[1:]
        if not rows:
            return None
        first, last = self._of(rows[0]), self._of(rows[-1])
        self._require_order(first, last)
        self._guard.see(rows, last)
        self.after = last
        return Page(records=rows, next_position={"stamp": last.stamp, "id": last.id})

    def _require_order(self, first: After, last: After) -> None:
        if last == self.after:
            raise BackendError("more records share a stamp than a page holds.", hint=TIES)
        low = first if self.after is None else self.after
        if not order_of(low.stamp) <= order_of(first.stamp) <= order_of(last.stamp):
            raise BackendError("the list does not come in the order of its stamps.", hint=UNORDERED)

    def _of(self, row: Any) -> After:
        found = After(reach(row, self._stamp), reach(row, self._key))
        if found.stamp is None or found.id is None:
            raise BackendError(f"a record has no '{self._stamp}'.", hint=UNSTAMPED)
        return found


def _key(rows: Rows, key: str) -> Any:
    found = reach(rows[-1], key)
    if found is None:
        raise NotReadable(f"a record has no '{key}'.", hint=UNORDERED)
    return found


def order_of(stamp: Any) -> tuple[float, str]:
    """What stamps are compared by: numbers and moments in time, else text."""
    if isinstance(stamp, (int, float)):
        return float(stamp), ""
    found = moment_in(stamp)
    return (found.timestamp(), "") if found else (0.0, str(stamp))
