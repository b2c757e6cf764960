"""What a vendor's dialect is made of: lists in pages, filters on stamps, tokens, operations."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from crmsync.testing._asked import Answer, Asked, Refused
from crmsync.testing._tables import Row, Tables

Order = Literal["id", "stamp", "version"]


class Rows(list[Row]):
    """The rows of a question in their order; `cap` is how many of them it lists at most."""

    order: Order = "id"
    cap: int | None = None


@dataclass(frozen=True)
class Listed:
    """One page of a list: its rows, how many there are in all, and how to go on.

    `next` is the number, offset or cursor of the next page, None at the end.
    """

    rows: Sequence[Row]
    total: int
    next: Any
    pages: int = 1

    @property
    def data(self) -> list[dict[str, Any]]:
        """The rows as the vendor answers them."""
        return [row.data for row in self.rows]


class Dialect(Tables):
    """Tables, and what answers are made of."""

    page: ClassVar[int] = 3
    """How many rows an answer holds at most; `settings` must say so to the connector."""
    over_cap: ClassVar[Literal["refuse", "cut"]] = "refuse"
    """What the vendor does beyond its cap: an error, or an empty page as if there were no more."""

    capped: ClassVar[Mapping[str, int]] = {}
    """Streams of which one question lists no more than so many rows, in however many pages."""

    def __init__(self) -> None:
        super().__init__()
        self.empty = self.locked = self.gave_cursors = False
        self.secrets: dict[str, str] = {}
        self.tokens: dict[str, datetime | None] = {}
        self.refreshers: set[str] = set()
        self.private: set[str] = set()
        self._cursors: dict[str, Any] = {}

    # lists

    def rows(
        self,
        stream: str,
        *,
        since: Any = None,
        above: Any = None,
        until: Any = None,
        upto: Any = None,
        after: Any = None,
        order: Order = "id",
        deleted: bool | None = False,
    ) -> Rows:
        """The rows of a list in its order; `since` <= stamp, `above` < stamp, stamp < `until`,
        stamp <= `upto`, each a moment or the vendor's text, and version > `after`. A row without
        a stamp meets no filter on stamps.

        `deleted`: only what is there, only what is gone, or None for both.
        """
        if self.empty:
            return Rows()
        kept = [row for row in self.kept[stream].values() if deleted in (None, row.deleted)]
        if after not in (None, ""):
            kept = [row for row in kept if row.version > int(after)]
        low, over, high, top = map(self._bound, (since, above, until, upto))
        if any((low, over, high, top)):
            kept = [
                row
                for row in kept
                if row.stamp is not None
                and (low is None or row.stamp >= low)
                and (over is None or row.stamp > over)
                and (high is None or row.stamp < high)
                and (top is None or row.stamp <= top)
            ]
        return self.listed(stream, kept, order=order)

    def listed(self, stream: str, rows: Iterable[Row], *, order: Order = "id") -> Rows:
        """These rows in an order, under the cap of their stream."""
        found = Rows(sorted(rows, key=_KEYS[order]))
        found.order, found.cap = order, self.capped.get(stream)
        return found

    def _bound(self, told: Any) -> datetime | None:
        if told is None or told == "":
            return None
        return told if isinstance(told, datetime) else self.moment(told)

    def by_number(self, rows: Rows, number: Any, size: Any = None, *, first: int = 1) -> Listed:
        """The page of this number (None: the first)."""
        take, place = self._size(size), int(number or first) - first
        listed = self.by_offset(rows, place * take, take)
        pages = -(-listed.total // take)
        after = place + first + 1 if place + 1 < pages else None
        return Listed(listed.rows, listed.total, after, pages)

    def by_offset(self, rows: Rows, offset: Any, size: Any = None) -> Listed:
        """The page that begins after `offset` rows (None: the first)."""
        take, start = self._size(size), int(offset or 0)
        found = self._capped(rows, rows[start : start + take], start)
        after = start + take
        return Listed(found, len(rows), after if after < len(rows) else None)

    def by_cursor(self, rows: Rows, cursor: str | None, size: Any = None) -> Listed:
        """The page behind `cursor` (None or "": the first).

        The vendor's answer to a cursor that is unknown, or has ended, is `cursor_gone`.
        """
        key, rest = _KEYS[rows.order], list(rows)
        if cursor:
            if cursor not in self._cursors:
                raise Refused(self.cursor_gone())
            rest = [row for row in rows if key(row) > self._cursors[cursor]]
        take = self._size(size)
        found = self._capped(rows, rest[:take], len(rows) - len(rest))
        if len(rest) <= take or len(found) < take:
            return Listed(found, len(rows), None)
        token = secrets.token_urlsafe(12)
        self._cursors[token] = key(found[-1])
        self.gave_cursors = True
        return Listed(found, len(rows), token)

    def _size(self, asked: Any) -> int:
        return min(int(asked or self.page), self.page)

    def _capped(self, rows: Rows, page: Sequence[Row], start: int) -> Sequence[Row]:
        """The rows of a page that begins after `start`, as far as the cap lets one see."""
        if rows.cap is None or start + len(page) <= rows.cap:
            return page
        if self.over_cap == "refuse":
            raise Refused(self.beyond_cap())
        return page[: max(0, rows.cap - start)]

    def beyond_cap(self) -> Answer:
        """The vendor's answer to a page beyond its cap."""
        return Answer(status=400, data={"error": "no more than the first results can be listed"})

    def cursor_gone(self) -> Answer:
        """The vendor's answer to a page cursor that is unknown or has ended."""
        return Answer(status=400, data={"error": "unknown cursor"})

    def end_cursors(self) -> None:
        """From now on no page cursor given out until now is known."""
        self._cursors.clear()

    # who asks

    def is_secret(self, name: str, told: str) -> bool:
        """Whether somebody told the secret called `name`."""
        if self.locked:
            return False
        return bool(told) and secrets.compare_digest(told.encode(), self.secrets[name].encode())

    def grant(
        self,
        asked: Asked,
        *,
        secret: str,
        seconds: int = 3600,
        field: str = "client_secret",
        rotating: bool = False,
    ) -> Answer:
        """An OAuth token for whoever tells `secret` (in the form's `field`, or as Basic password),
        or a refresh token that was given out; 401 for anybody else.

        With `rotating` each grant gives a new refresh token, and the used one has ended.
        """
        told = asked.form.get(field) or asked.basic[1]
        refresh = asked.form.get("refresh_token", "")
        if refresh in self.refreshers:
            if rotating:
                self.refreshers.discard(refresh)
        elif not (self.is_secret(secret, told) or self.is_secret(secret, refresh)):
            return Answer(status=401, data={"error": "invalid_client"})
        given: dict[str, Any] = {"access_token": self.new_token(seconds), "token_type": "Bearer",
                                 "expires_in": seconds}  # fmt: skip
        if rotating or refresh:
            given["refresh_token"] = self.new_refresher() if rotating else refresh
        return Answer(data=given)

    def new_token(self, seconds: int | None = None) -> str:
        """A token that ends after so many seconds of the backend's clock."""
        token = f"tok-{secrets.token_urlsafe(18)}"
        self.tokens[token] = None if seconds is None else self.now + timedelta(seconds=seconds)
        self.private.add(token)
        return token

    def new_refresher(self) -> str:
        """A refresh token."""
        token = f"ref-{secrets.token_urlsafe(18)}"
        self.refreshers.add(token)
        self.private.add(token)
        return token

    def knows(self, token: str) -> bool:
        """Whether a token was given out and has not ended."""
        if token not in self.tokens:
            return False
        end = self.tokens[token]
        return end is None or self.now < end

    def end_tokens(self) -> None:
        """From now on no access token given out until now is worth anything."""
        self.tokens.clear()

    def lock_out(self, *, locked: bool = True) -> None:
        """From now on no secret and no token is worth anything, or those told are again."""
        self.locked = locked
        if locked:
            self.tokens.clear()
            self.refreshers.clear()

    # questions in one document

    def operation(self, asked: Asked) -> tuple[str, dict[str, Any]]:
        """The name of a GraphQL operation and its variables.

        One without a name is called like the first field it asks for.
        """
        document = str(asked.json.get("query", ""))
        named = re.search(r"\b(?:query|mutation)\s+(\w+)", document)
        first = re.search(r"\{\s*(?:\w+\s*:\s*)?(\w+)", document)
        found = named or first
        return (found[1] if found else ""), dict(asked.json.get("variables") or {})


def _by_id(row: Row) -> Any:
    return row.made


def _by_stamp(row: Row) -> Any:
    return row.stamp.timestamp() if row.stamp else 0.0, row.made


def _by_version(row: Row) -> Any:
    return row.version


_KEYS: dict[Order, Callable[[Row], Any]] = {
    "id": _by_id,
    "stamp": _by_stamp,
    "version": _by_version,
}
