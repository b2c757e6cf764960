"""A backend's list for tests of reading: rows change, vanish and appear between two requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from crmsync.errors import CrmsyncError
from crmsync.model.stream import Page

Row = dict[str, Any]


class Listed:
    """Rows by id; before each request the next of `changes` happens."""

    def __init__(self, ids: list[int], changes: list[tuple[str, int]] = ()) -> None:  # type: ignore[assignment]
        self.rows = {one: self.row(one, one) for one in ids}
        self.stayed = set(ids)
        self.untouched = set(ids)
        self.asked = 0
        self._changes, self._clock = list(changes), 10_000

    def row(self, identity: int, stamp: int) -> Row:
        return {"id": identity, "at": stamp}

    def happen(self) -> None:
        """What somebody else does to the list meanwhile."""
        self.asked += 1
        if self._changes:
            self._change(*self._changes.pop(0))

    def _change(self, what: str, number: int) -> None:
        self._clock += 1
        if what == "vanish" and self.rows:
            gone = sorted(self.rows)[number % len(self.rows)]
            del self.rows[gone]
            self.stayed.discard(gone)
            self.untouched.discard(gone)
        elif what == "appear":
            self.rows.setdefault(number, self.row(number, self._clock))
        elif what == "change" and self.rows:
            changed = sorted(self.rows)[number % len(self.rows)]
            self.rows[changed] = self.row(changed, self._clock)
            self.untouched.discard(changed)

    def by(self, key: Callable[[Row], Any] = lambda row: row["id"]) -> list[Row]:
        """The rows as they are now, in order."""
        self.happen()
        return sorted(self.rows.values(), key=key)


CHANGES = st.lists(
    st.tuples(st.sampled_from(["vanish", "vanish", "appear", "change"]), st.integers(1, 400)),
    max_size=30,
)
IDS = st.lists(st.integers(1, 300), unique=True, max_size=120)
KILLS = st.lists(st.integers(0, 6), max_size=5)


def read(walk: Callable[[Any], Iterator[Page]], kills: list[int] = ()) -> list[Row]:  # type: ignore[assignment]
    """Every row of a walk that is killed after so many pages, and goes on from JSON each time."""
    met: list[Row] = []
    position: Any = None
    for pages in [*kills, None]:
        for number, page in enumerate(walk(position)):
            if number == pages:
                break
            met += page.records
            position = json.loads(json.dumps(page.next_position))
        else:
            return met
    return met


def ids(rows: list[Row]) -> list[int]:
    """The ids of rows."""
    return [row["id"] for row in rows]


__all__ = ["CHANGES", "IDS", "KILLS", "CrmsyncError", "Listed", "Row", "ids", "read"]
