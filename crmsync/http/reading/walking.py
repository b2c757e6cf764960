"""Walks lists that are asked for by offset or page number, without missing a row that stays.

A row that vanishes meanwhile moves the later ones forward, past the next page's beginning; one
that appears moves them back. So rows come in the order of an id that never changes, and each page
begins one row early, with the last row of the page before; when it does not, the walk goes back
until it meets known ground.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from crmsync.errors import BackendError
from crmsync.http.reading.rows import Found, Guard, Rows, behind, keys_of, number_in, rows_of
from crmsync.model.stream import Page

Fetch = Callable[[int, int], Any]

SMALLEST = 20
"""Pages by number overlap where their sizes may be chosen, from this on up."""

TURNS = 20
"""So many times a walk goes back without having met a new row."""

ORDER = (
    "Whoever looks after the backend: does a proxy or a plugin answer in its place, or does it "
    "write ids that sort otherwise than its database does?"
)


def by_offset(
    fetch: Fetch,
    position: Any = None,
    *,
    size: int,
    key: str | None = "id",
    records: str = ".",
    total: Found = "",
    fills: bool = False,
) -> Iterator[Page]:
    """The pages of a list of which `fetch(start, count)` gives the rows from `start` on.

    The rows must come in ascending order of `key` (numbers by size, else as text); every row that
    is there all the time then comes, whatever vanishes or appears between two pages. With `key`
    None the list must not change meanwhile. `total` is where an answer says how many rows there
    are; `fills` says that a page shorter than asked for is surely the last. The position is
    {"skip": rows to leave out, "last": key of the last row, "size": of a page, where it is smaller
    than asked for}. BackendError when the list heeds neither start nor order.
    """
    if key is None:
        return _plain(fetch, position, size=size, records=records, total=total, fills=fills)
    if size < 2:
        raise ValueError("pages overlap by one row: a page takes at least two")
    return _Walk(_Offsets(fetch, size), key=key, records=records, total=total, fills=fills).pages(
        position
    )


def by_number(
    fetch: Fetch,
    position: Any = None,
    *,
    size: int,
    key: str | None = "id",
    records: str = ".",
    total: Found = "",
    first: int = 1,
    fills: bool = False,
) -> Iterator[Page]:
    """The pages of a list of which `fetch(number, size)` gives the page `number` of that size.

    As `by_offset`: a page begins early enough to hold the last row of the one before, for which
    its size is chosen a little below `size` (at least 20). Where a list knows one size only, or
    another order than `key`'s, say `key=None`; such a list must not change meanwhile. Past the end
    may come an empty page, an error, or the last page once more.
    """
    if key is None:
        return _numbered(fetch, position, size=size, records=records, total=total, first=first,
                         fills=fills)  # fmt: skip
    if size < SMALLEST:
        raise ValueError(f"pages by number that overlap take at least {SMALLEST} rows")
    cuts = _Numbers(fetch, size, first)
    return _Walk(cuts, key=key, records=records, total=total, fills=fills).pages(position)


def by_range(
    fetch: Callable[[str], Any],
    position: Any = None,
    *,
    size: int,
    unit: str = "items",
    key: str | None = "id",
    records: str = ".",
) -> Iterator[Page]:
    """The pages of a list of which `fetch` gives the rows for a Range header ("items=0-99").

    As `by_offset`; that a range past the end is refused does no harm, and no total is needed.
    """

    def cut(start: int, count: int) -> Any:
        return fetch(f"{unit}={start}-{start + count - 1}")

    return by_offset(cut, position, size=size, key=key, records=records)


class _Cut(NamedTuple):
    """What a request brought: its rows and their keys, where it began, how many were asked for,
    and whether more rows follow (None: the answer does not tell)."""

    rows: Rows
    keys: list[Any]
    start: int
    asked: int
    more: bool | None


class _Offsets:
    """A list asked for by where to begin."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch, self.size = fetch, size

    def ask(self, skip: int) -> tuple[Any, int, int]:
        """The answer that holds the row `skip`, where it begins, and how many it was to hold."""
        return self._fetch(skip, self.size), skip, self.size

    def got(self, rows: Rows, start: int, count: int) -> None:
        """Note what came of a request."""

    def known(self) -> dict[str, int]:
        """What of the list a later walk must know."""
        return {}


class _Numbers(_Offsets):
    """A list asked for by page number: its size is chosen so that a page begins where it should.

    Of all sizes, that one is best whose page holds the wanted row and reaches farthest behind it.
    """

    def __init__(self, fetch: Fetch, size: int, first: int) -> None:
        super().__init__(fetch, size)
        self._first, self._asked = first, size

    def ask(self, skip: int) -> tuple[Any, int, int]:
        """The answer that holds the row `skip`, where it begins, and how many it was to hold."""
        best = max(range(1, self.size + 1), key=lambda size: (size - skip % size, size))
        number = skip // best
        return self._fetch(self._first + number, best), number * best, best

    def got(self, rows: Rows, start: int, count: int) -> None:
        """Note how many rows the backend gives at most, where it gives fewer than asked for."""
        if len(rows) > count:
            raise BackendError("the list heeds no size of a page.", hint="Read it with key=None.")
        if not start and SMALLEST <= len(rows) < count:
            self.size = len(rows)

    def known(self) -> dict[str, int]:
        """The size, where the backend gives fewer rows than were asked for."""
        return {"size": self.size} if self.size < self._asked else {}


class _Walk:
    """One walk over a list in the order of its key."""

    def __init__(
        self, cuts: _Offsets, *, key: str, records: str, total: Found, fills: bool
    ) -> None:
        self._cuts, self._key, self._records = cuts, key, records
        self._total, self._fills = total, fills
        self._turns, self._refusals, self._same = 0, 0, 0
        self._before: tuple[int, Any] = (0, None)

    def pages(self, position: Any) -> Iterator[Page]:
        """The pages from `position` on."""
        skip, last = (position["skip"], position["last"]) if position else (0, None)
        self._cuts.size = (position or {}).get("size", self._cuts.size)
        while True:
            cut = self._ask(skip)
            if self._repeats(cut):
                return
            if cut.start and (not cut.rows or _order(cut.keys[0]) > _order(last)):
                skip = self._back(cut)
                continue
            known = 0 if last is None else sum(_order(key) <= _order(last) for key in cut.keys)
            fresh = behind(cut.rows, known) if known else cut.rows
            skip = cut.start + max(0, len(cut.rows) - 1)
            if fresh:
                last, self._turns, self._refusals = cut.keys[-1], 0, 0
                place = {"skip": skip, "last": last, **self._cuts.known()}
                yield Page(records=fresh, next_position=place)
            elif cut.more:  # some rows are not shown to us
                skip = cut.start + cut.asked - 1
            if cut.more is False or not (fresh or cut.more or len(cut.rows) >= cut.asked):
                return

    def _ask(self, skip: int) -> _Cut:
        """The page that holds the row `skip`, or one before where that is past the end."""
        step = self._cuts.size
        while True:
            try:
                asked = self._cuts.ask(skip)
                break
            except BackendError as error:
                if type(error) is not BackendError or not skip or self._refusals > TURNS:
                    raise
                skip, step = max(0, skip - step), step * 2
        self._refusals += step > self._cuts.size
        return self._read(*asked)

    def _read(self, answer: Any, start: int, count: int) -> _Cut:
        rows = rows_of(answer, self._records)
        total = number_in(answer, self._total)
        self._cuts.got(rows, start, count)
        keys = keys_of(rows, self._key)
        _require_order(keys)
        more = None if total is None else start + len(rows) < total
        if self._fills and len(rows) < count:
            more = False
        return _Cut(rows, keys, start, count, more)

    def _back(self, cut: _Cut) -> int:
        """Where to begin instead, when the rows before a page are not known."""
        self._turns += 1
        if self._turns > TURNS:
            raise BackendError(
                "the list changes faster than it can be read, or hides some of its rows.",
                hint=ORDER,
            )
        return max(0, cut.start - (self._cuts.size << (self._turns - 1)))

    def _repeats(self, cut: _Cut) -> bool:
        """Whether this is the last page once more; BackendError when any page is the first one."""
        first = _order(cut.keys[0]) if cut.rows else None
        start, before = self._before
        repeated = first is not None and first == before and cut.start > start
        self._same = self._same + 1 if repeated else 0
        self._before = (cut.start, first)
        if self._same < 2:
            return False
        if self._first_at(0) == first:
            raise BackendError("the list begins anew whatever is skipped.", hint=ORDER)
        self._same = 0
        return bool(self._first_at((cut.start + cut.asked) * 1000) == first)

    def _first_at(self, skip: int) -> Any:
        """The place in the order of the row that comes first when so many are left out."""
        try:
            rows = rows_of(self._cuts.ask(skip)[0], self._records)
        except BackendError:
            return None
        return _order(keys_of(rows, self._key)[0]) if rows else None


def _require_order(keys: list[Any]) -> None:
    orders = list(map(_order, keys))
    if any(one >= other for one, other in pairwise(orders)):
        raise BackendError("the list does not come in the order of its ids.", hint=ORDER)


def _order(identity: Any) -> tuple[int, int, str]:
    """How ids stand in a list: numbers by size, everything else (UUIDs) as text."""
    text = str(identity)
    return (0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text)


def _plain(
    fetch: Fetch, position: Any, *, size: int, records: str, total: Found, fills: bool
) -> Iterator[Page]:
    """The pages of a list that does not change, by offset."""
    skip, guard = (position or {}).get("skip", 0), Guard()
    while True:
        answer = fetch(skip, size)
        rows, count = rows_of(answer, records), number_in(answer, total)
        guard.see(rows, skip)
        skip += len(rows)
        if rows:
            yield Page(records=rows, next_position={"skip": skip})
        whole = count is not None and skip >= count
        if whole or not rows or (fills and len(rows) < size):
            return


def _numbered(
    fetch: Fetch,
    position: Any,
    *,
    size: int,
    records: str,
    total: Found,
    first: int,
    fills: bool,
) -> Iterator[Page]:
    """The pages of a list that does not change, by number; its size may be smaller than asked."""
    place = position or {"page": first, "seen": 0}
    number, seen, before = place["page"], place["seen"], None
    while True:
        answer = fetch(number, size)
        rows, count = rows_of(answer, records), number_in(answer, total)
        if not rows or (count is not None and seen >= count) or list(rows) == before:
            return
        number, seen, before = number + 1, seen + len(rows), list(rows)
        yield Page(records=rows, next_position={"page": number, "seen": seen})
        if (count is not None and seen >= count) or (fills and len(rows) < size):
            return
