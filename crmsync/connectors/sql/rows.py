"""Selects the rows of a stream page by page, in the order of their key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from crmsync.connectors.sql.settings import SqlStream

Key = tuple[Any, ...]
Column = sa.ColumnClause[Any]
FIRST, LAST = "1", ":"
"""Every year of four digits lies between these texts."""


class Rows:
    """The rows of a table or query, and the statements that read them.

    Pages follow the key alone: within a window whose bounds stand fixed that misses nothing, needs
    no index beyond the key's, and rows with the same stamp or none need no care.
    """

    def __init__(self, settings: SqlStream) -> None:
        self._source = _source(settings)
        self._keys: list[Column] = [sa.column(key) for key in settings.keys]
        self.cursor: Column | None = sa.column(settings.cursor) if settings.cursor else None

    def page(self, after: Key | None, where: Sequence[Any], *, limit: int) -> sa.Select[Any]:
        """The first `limit` rows after the key `after` that meet every condition."""
        chosen = sa.select(sa.text("*")).select_from(self._source).where(*where)
        return self._in_order(chosen, after).limit(limit)

    def ids(self, after: Key | None, *, limit: int) -> sa.Select[Any]:
        """The first `limit` keys after `after`."""
        chosen = sa.select(*self._keys).select_from(self._source)
        return self._in_order(chosen, after).limit(limit)

    def without_key(self) -> sa.Select[Any]:
        """How many rows have no key and are therefore in no page."""
        empty = sa.or_(*(key.is_(None) for key in self._keys))
        return sa.select(sa.func.count()).select_from(self._source).where(empty)

    def sample(self, *, digits: bool = False) -> sa.Select[Any]:
        """One value of the cursor column; with `digits` one that begins with a digit above 0."""
        assert self.cursor is not None
        where = [self.cursor >= FIRST, self.cursor < LAST] if digits else []
        chosen = sa.select(self.cursor).select_from(self._source)
        return chosen.where(self.cursor.is_not(None), *where).limit(1)

    def ahead(self, far: Any) -> sa.Select[Any]:
        """How many rows have a cursor from `far` on."""
        assert self.cursor is not None
        chosen = sa.select(sa.func.count()).select_from(self._source)
        return chosen.where(self.cursor >= far)

    def highest(self) -> sa.Select[Any]:
        """The highest value of the cursor column."""
        assert self.cursor is not None
        return sa.select(sa.func.max(self.cursor)).select_from(self._source)

    def between(self, low: Any, high: Any, *, closed: bool = False, far: Any = None) -> list[Any]:
        """The conditions for a cursor from `low` to below `high`, or up to it; None leaves out.

        Rows without a stamp are always among them, and those with one from `far` on: nobody knows
        when they change. Of texts, what is below the years 1000 to 9999 is no stamp.
        """
        assert self.cursor is not None
        bounds = [] if low is None else [self.cursor >= low]
        if high is not None:
            bounds.append(self.cursor <= high if closed else self.cursor < high)
        if not bounds:
            return []
        ways = [self.cursor.is_(None), sa.and_(*bounds)]
        if far is not None:
            ways.append(self.cursor >= far)
        if isinstance(low, str):
            ways.append(self.cursor < FIRST)
        return [sa.or_(*ways)]

    def _in_order(self, chosen: sa.Select[Any], after: Key | None) -> sa.Select[Any]:
        filled = [key.is_not(None) for key in self._keys]
        beyond = filled if after is None else [_beyond(self._keys, after)]
        return chosen.where(*beyond).order_by(*self._keys)


def _source(settings: SqlStream) -> sa.FromClause:
    if settings.query is not None:
        return sa.text(settings.query.strip().rstrip(";")).columns().subquery("q")
    schema, _, name = str(settings.table).rpartition(".")
    return sa.table(name, schema=schema or None)


def _beyond(keys: Sequence[Column], after: Key) -> sa.ColumnElement[bool]:
    """The condition for a key that comes after `after`, column by column."""
    ways = []
    for number, (key, value) in enumerate(zip(keys, after, strict=True)):
        same = [one == old for one, old in zip(keys[:number], after, strict=False)]
        ways.append(sa.and_(*same, key > value))
    return sa.or_(*ways)


_NAMED: dict[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "uuid": UUID,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "hex": bytes.fromhex,
}


def pack_key(key: Key) -> list[Any]:
    """A key as JSON from which `unpack_key` makes the same key."""
    return [_pack(value) for value in key]


def unpack_key(packed: Sequence[Any]) -> Key:
    """The key that `pack_key` packed."""
    return tuple(_NAMED[part[0]](part[1]) if isinstance(part, list) else part for part in packed)


def _pack(value: Any) -> Any:
    match value:
        case Decimal():
            return ["decimal", str(value)]
        case UUID():
            return ["uuid", str(value)]
        case datetime():
            return ["datetime", value.isoformat()]
        case date():
            return ["date", value.isoformat()]
        case bytes():
            return ["hex", value.hex()]
    return value
