"""What a fake backend keeps: rows with ids, stamps by its own clock, deletes and merges."""

from __future__ import annotations

import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from crmsync.model.ref import id_text
from crmsync.model.stream import reach
from crmsync.testing._people import Person, person

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Where the rows of a stream have what the suite must know; dots reach into objects.

    `id`, `stamp` and `version` are written by the fake whenever it touches a row ("" where the
    vendor has none). `name` is a text that `map` brings into the store (of a customer the family
    name, of an order its number), `email` the e-mail address, `amount` what an order came to,
    `placed` when it was placed, `customer` whose it is (the external id). `hidden` are the fields
    that a lack of rights hides, and `hides` how: left out, or null. `optional` are the fields that
    may be missing, None: all but the id.
    """

    id: str = "id"
    stamp: str = ""
    version: str = ""
    name: str = ""
    email: str = ""
    amount: str = ""
    placed: str = ""
    customer: str = ""
    hidden: tuple[str, ...] = ()
    hides: Literal["absent", "null"] = "absent"
    optional: tuple[str, ...] | None = None


@dataclass
class Row:
    """One row: its data as the vendor answers it, and what the fake knows of it."""

    id: str
    data: dict[str, Any]
    stamp: datetime | None
    version: int
    made: int
    deleted: bool = False
    merged_into: str | None = None
    shown_from: datetime | None = field(default=None)


class Tables:
    """Rows by stream, changed at the moment the fake's own clock shows."""

    tables: ClassVar[Mapping[str, Table]]
    precision: ClassVar[timedelta] = timedelta(milliseconds=1)
    """The fraction of a second that the vendor's stamps still show."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Row]] = {stream: {} for stream in self.tables}
        self.people: dict[int, Person] = {}
        self.changes = 0
        self._moved = timedelta(0)
        self._numbers = 0

    @property
    def now(self) -> datetime:
        """The backend's clock; it stands still until somebody moves it, waits, or changes a row."""
        return START + self._moved

    @property
    def moved(self) -> float:
        """The seconds by which the clock was moved until now."""
        return self._moved.total_seconds()

    @property
    def ticks(self) -> float:
        """Seconds by which rates and pauses are measured: those that pass, and those moved."""
        return time.monotonic() + self.moved

    def advance(self, **span: float) -> None:
        """Move the clock: `advance(hours=1)`."""
        self._moved += timedelta(**span)

    def person(self, number: int) -> Person:
        """The invented person of this number; what is told of him must be found in no log."""
        return self.people.setdefault(number, person(number))

    def customer(self, n: int) -> dict[str, Any]:
        """The n-th customer as the vendor answers it; made of `self.person(n)`."""
        raise NotImplementedError

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        """The n-th order as the vendor answers it, of the customer that has this row."""
        raise NotImplementedError

    def row(self, stream: str, n: int) -> dict[str, Any]:
        """The n-th row of a stream; of any but customers and orders a dialect says it itself."""
        if stream == "customers":
            return self.customer(n)
        if stream == "orders":
            customers = [one.data for one in self.living("customers")]
            return self.order(n, customers[n % len(customers)])
        raise NotImplementedError(f"row() must make the rows of {stream}")

    def add(self, stream: str, n: int, *, at: datetime | None = None, stamped: bool = True) -> Row:
        """Put the n-th row there, stamped `at` a moment or now, or with no stamp at all."""
        return self.make(stream, self.row(stream, n), at=at, stamped=stamped)

    def make(
        self,
        stream: str,
        data: Mapping[str, Any],
        *,
        at: datetime | None = None,
        stamped: bool = True,
    ) -> Row:
        """Put a row there; one without an id gets the next free number."""
        table, own = self.tables[stream], deepcopy(dict(data))
        if id_text(reach(own, table.id)) is None:
            put(own, table.id, self.new_id(stream))
        self._numbers += 1
        row = Row(str(id_text(reach(own, table.id))), own, None, 0, self._numbers)
        self.kept[stream][row.id] = row
        self.bump(stream, row, at=at, stamped=stamped)
        return row

    def new_id(self, _stream: str) -> Any:
        """An id that no row has; a dialect whose ids are no numbers says another."""
        return 90_000 + self._numbers

    def change(
        self, stream: str, identity: Any, data: Mapping[str, Any], *, at: datetime | None = None
    ) -> Row:
        """Set fields of a row by their paths."""
        row = self.kept[stream][str(identity)]
        for path, value in data.items():
            put(row.data, path, value)
        self.bump(stream, row, at=at)
        return row

    def bump(
        self, stream: str, row: Row, *, at: datetime | None = None, stamped: bool = True
    ) -> None:
        """Give a row its stamp and version; each change moves the clock by its precision."""
        table = self.tables[stream]
        self.changes += 1
        self._moved += self.precision
        row.version = self.changes
        row.stamp = self.rounded(at or self.now) if stamped else None
        if table.stamp:
            put(row.data, table.stamp, None if row.stamp is None else self.stamped(row.stamp))
        if table.version:
            put(row.data, table.version, row.version)

    def rounded(self, moment: datetime) -> datetime:
        """A moment as precisely as the vendor's stamps say it."""
        return moment - (moment - START) % self.precision

    def stamped(self, moment: datetime) -> Any:
        """A moment as the vendor writes it; ISO 8601 in UTC unless a dialect says otherwise."""
        spec = "seconds" if self.precision >= timedelta(seconds=1) else "milliseconds"
        text = moment.astimezone(UTC).isoformat(timespec=spec)
        return text.replace("+00:00", "Z")

    def moment(self, told: Any) -> datetime:
        """The moment that the vendor's way of writing says; a text without zone is UTC."""
        found = datetime.fromisoformat(str(told))
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def delete(self, stream: str, identity: Any) -> None:
        """Delete a row, as the vendor does it: it is kept, marked and stamped."""
        row = self.kept[stream][str(identity)]
        row.deleted = True
        self.bump(stream, row)

    def restore(self, stream: str, identity: Any) -> None:
        """Undo a delete."""
        row = self.kept[stream][str(identity)]
        row.deleted, row.merged_into = False, None
        self.bump(stream, row)

    def merge(self, stream: str, loser: Any, winner: Any) -> None:
        """Merge a row into another: the loser is gone, the winner stamped."""
        row = self.kept[stream][str(loser)]
        row.deleted, row.merged_into = True, str(winner)
        self.bump(stream, row)
        self.bump(stream, self.kept[stream][str(winner)])

    def living(self, stream: str) -> list[Row]:
        """The rows that are there, in the order they were made."""
        return [row for row in self.kept[stream].values() if not row.deleted]

    def gone(self, stream: str) -> list[Row]:
        """The rows that were deleted or merged away, in the order they were made."""
        return [row for row in self.kept[stream].values() if row.deleted]

    def get(self, stream: str, identity: Any) -> Row | None:
        """The row with this id, None where it is not there."""
        row = self.kept[stream].get(str(identity))
        return None if row is None or row.deleted else row

    def find(self, stream: str, path: str, value: Any) -> list[Row]:
        """The rows that say `value` at `path`; texts are compared without their case."""
        return [row for row in self.living(stream) if _folded(reach(row.data, path)) ==
                _folded(value)]  # fmt: skip


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def put(data: Any, path: str, value: Any) -> None:
    """Set what stands at `path`; objects on the way are made where they are missing."""
    *way, last = path.split(".") if path not in data else [path]
    for part in way:
        if isinstance(data, list):
            data = data[int(part)]
        else:
            if not isinstance(data.get(part), dict | list):
                data[part] = {}
            data = data[part]
    if isinstance(data, list):
        data[int(last)] = value
    else:
        data[last] = value


def drop(data: Any, path: str) -> None:
    """Take out what stands at `path`, if it stands there."""
    *way, last = path.split(".") if path not in data else [path]
    for part in way:
        data = data[int(part)] if isinstance(data, list) else data.get(part, {})
    if isinstance(data, dict):
        data.pop(last, None)
