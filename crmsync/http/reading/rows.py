"""What an answer brings: the rows of a page, and the guard against lists that never end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmsync.errors import BackendError, NotReadable
from crmsync.http._asked import Answer
from crmsync.model.stream import reach
from crmsync.model.undecoded import Undecoded, read_keys

Row = Mapping[str, Any]
Rows = Sequence[Row]
Found = str | Callable[[Any], Any]
"""Where something stands in an answer: a path (dots reach into objects), or what finds it."""

EMPTY = 1000
"""So many pages without a row may follow each other."""


class Expired(BackendError):
    """The backend no longer knows a page token or a job; raised by an author's `fetch`.

    What was read with it is begun anew: the window, not the stream.
    """

    code = "expired"


def data_of(answer: Any) -> Any:
    """The JSON of an answer; what is no `Answer` is taken for JSON."""
    return answer.data if isinstance(answer, Answer) else answer


def found_in(answer: Any, where: Found) -> Any:
    """What stands at `where` in an answer; None where there is nothing."""
    if not isinstance(where, str):
        return where(answer)
    data = data_of(answer)
    return reach(data, where) if isinstance(data, Mapping) else None


def rows_of(answer: Any, records: str) -> Rows:
    """The rows at the path `records` of an answer, "." being the answer itself.

    NotReadable where no list of objects is there. A path that ends in "?" may be missing: some
    backends leave out a list that is empty.
    """
    data = data_of(answer)
    found = data if records == "." else found_in(answer, records.removesuffix("?"))
    if found is None and records.endswith("?") and isinstance(data, Mapping):
        return []
    if isinstance(found, Undecoded):
        return found
    if isinstance(found, list) and all(isinstance(row, Mapping) for row in found):
        return found
    raise NotReadable(
        f"an answer has no list of records at '{records}'.",
        hint="The backend's version does not fit the connector, or it answers with an error.",
    )


def keys_of(rows: Rows, key: str) -> list[Any]:
    """What stands at the path `key` of each row; undecoded rows stay so where that can be."""
    if isinstance(rows, Undecoded):
        found = read_keys(rows.payloads, key) if "." not in key else None
        if found is not None:
            return list(found)
    return [reach(row, key) for row in rows]


def behind(rows: Rows, count: int) -> Rows:
    """The rows without the first `count`, in the form in which they came."""
    if isinstance(rows, Undecoded):
        return Undecoded(rows.payloads[count:])
    return rows[count:]


def number_in(answer: Any, where: Found) -> int | None:
    """The whole number at `where`, also where it is written as text; None where there is none."""
    value = found_in(answer, where) if where else None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def header(name: str) -> Callable[[Any], str | None]:
    """What finds the header `name` of an answer: for instance `total=header("X-WP-Total")`."""

    def of(answer: Answer) -> str | None:
        found: str | None = answer.headers.get(name)
        return found

    return of


class Guard:
    """Sees to it that a walk ends: the same page, or a place it was at before, is a BackendError.

    It remembers one page and one place only. After Brent (1980), the place kept moves on at every
    power of two, so that a circle of any length is met.
    """

    def __init__(self) -> None:
        self._page: Any = None
        self._kept: Any = None
        self._steps, self._limit, self._empty = 0, 1, 0

    def see(self, rows: Rows, place: Any) -> None:
        """Note a page and the place at which the next one begins (None: there is none)."""
        self._empty = 0 if rows else self._empty + 1
        page = _mark(rows)
        if place is not None and ((page and page == self._page) or self._been_at(place)):
            raise circling()
        if self._empty > EMPTY:
            raise BackendError("the list goes on and on without a record.", hint=_HINT)
        self._page = page

    def _been_at(self, place: Any) -> bool:
        if self._steps and place == self._kept:
            return True
        self._steps += 1
        if self._steps == self._limit:
            self._kept, self._steps, self._limit = place, 1, self._limit * 2
        return False


_HINT = "Whoever runs the backend, or a proxy before it: it must heed what a page is asked with."


def circling() -> BackendError:
    """The error for a list that gives again what it had given already."""
    return BackendError("the list comes back to a page that it had given already.", hint=_HINT)


def _mark(rows: Rows) -> Any:
    """What tells a page from another, without decoding it."""
    whole: Sequence[Any] = rows.payloads if isinstance(rows, Undecoded) else rows
    return (len(whole), whole[0], whole[-1]) if whole else None
