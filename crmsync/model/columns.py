"""What a page of records tells of one kind, column by column: a list a field, a cell a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, pairwise, repeat
from typing import Any, Final, TypeVar, get_args

from crmsync.model.told import Told

T = TypeVar("T")


class _Hidden:
    """The one value that says: this record does not show the field."""

    def __repr__(self) -> str:
        return "HIDDEN"


HIDDEN: Final = _Hidden()


@dataclass(slots=True)
class Columns:
    """`size` told things of one `model`, as columns of validated values.

    `cells` holds a list of `size` values for each field that any of them shows, HIDDEN where one
    does not; a field that none shows has no column. `lists` holds the fields that are lists of
    told things (addresses, contacts, consents, lines). Who knows in which columns HIDDEN stands
    says so by `known_partly`.
    """

    model: type[Told]
    size: int
    cells: dict[str, list[Any]] = field(default_factory=dict)
    lists: dict[str, Items] = field(default_factory=dict)
    known_partly: frozenset[str] | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, model: type[Told], told: Sequence[Told]) -> Columns:
        """The columns of told objects, all of them of `model`."""
        made = cls(model, len(told))
        shown = [one.model_fields_set for one in told]
        for name in frozenset().union(*shown):
            values = [
                getattr(one, name) if name in those else HIDDEN
                for one, those in zip(told, shown, strict=True)
            ]
            inner = _inner(model, name)
            if inner is None:
                made.cells[name] = values
            else:
                made.lists[name] = Items.of(inner, values)
        return made

    def column(self, name: str, default: Any = None) -> list[Any]:
        """The values of a field, `default` where it is not shown."""
        found = self.cells.get(name)
        if found is None:
            return [default] * self.size
        if name in self.partly():
            return [default if value is HIDDEN else value for value in found]
        return found

    def texts(self, name: str) -> list[str]:
        """The texts of a field without the blanks around them, '' where there is none."""
        found = self.cells.get(name)
        if found is None:
            return [""] * self.size
        try:
            return list(map(str.strip, found))
        except TypeError:  # one is not shown or empty
            return [value.strip() if value else "" for value in self.column(name)]

    def partly(self) -> frozenset[str]:
        """The columns in which HIDDEN stands; kinds are compared, for that is quicker."""
        if self.known_partly is None:
            cells = self.cells.items()
            hiding = frozenset(name for name, found in cells if _Hidden in set(map(type, found)))
            self.known_partly = hiding
        return self.known_partly

    def shown(self) -> list[frozenset[str]]:
        """The fields that each of them shows."""
        partly = self.partly() | {name for name, items in self.lists.items() if items.hidden}
        always = frozenset({*self.cells, *self.lists} - partly)
        if not partly:
            return [always] * self.size
        found = [set(always) for _ in range(self.size)]
        for name in partly:
            for row in self._rows_that_show(name):
                found[row].add(name)
        return [frozenset(one) for one in found]

    def _rows_that_show(self, name: str) -> list[int]:
        if name in self.lists:
            hidden = self.lists[name].hidden
            return [row for row in range(self.size) if row not in hidden]
        return [row for row, value in enumerate(self.cells[name]) if value is not HIDDEN]

    def take(self, rows: Sequence[int]) -> Columns:
        """Only these rows, in this order; each at most once."""
        cells = {name: [values[row] for row in rows] for name, values in self.cells.items()}
        lists = {name: items.take(rows) for name, items in self.lists.items()}
        return Columns(self.model, len(rows), cells, lists)


@dataclass(slots=True)
class Items:
    """The items of a list field: whose each is (`owners`: rows of the page) and what it tells.

    The items of one record stand in its order. `hidden` are the records that do not show the list:
    it is not empty, it is not known.
    """

    owners: list[int]
    columns: Columns
    hidden: frozenset[int] = frozenset()

    @classmethod
    def of(cls, model: type[Told], values: Sequence[Any]) -> Items:
        """The items of a column that holds tuples of told objects, or HIDDEN."""
        hidden = frozenset(row for row, value in enumerate(values) if value is HIDDEN)
        told = [
            (row, one) for row, value in enumerate(values) if row not in hidden for one in value
        ]
        return cls([row for row, _ in told], Columns.of(model, [one for _, one in told]), hidden)

    def numbers(self) -> list[int]:
        """The place of each item in the list of its record, from 0."""
        taken: dict[int, int] = {}
        places = []
        for owner in self.owners:
            place = taken.get(owner, 0)
            taken[owner] = place + 1
            places.append(place)
        return places

    def bounds(self, size: int) -> list[int] | None:
        """Where the items of each of `size` records begin, and where the last end.

        None where they do not stand one record after the other.
        """
        if self.owners != sorted(self.owners):
            return None
        counts = Counter(self.owners)
        return list(accumulate(map(counts.get, range(size), repeat(0)), initial=0))

    def by_owner(self, values: Sequence[T], size: int) -> list[Sequence[T]]:
        """`values` (one an item) in a list for each of `size` records."""
        bounds = self.bounds(size)
        if bounds is not None:
            return [values[start:end] for start, end in pairwise(bounds)]
        found: list[list[T]] = [[] for _ in range(size)]
        for owner, value in zip(self.owners, values, strict=True):
            found[owner].append(value)
        return list(found)

    def take(self, rows: Sequence[int]) -> Items:
        """The items of these rows alone, whose numbers become their places in `rows`."""
        place = {row: number for number, row in enumerate(rows)}
        kept = [number for number, owner in enumerate(self.owners) if owner in place]
        owners = [place[self.owners[number]] for number in kept]
        hidden = frozenset(place[row] for row in self.hidden if row in place)
        return Items(owners, self.columns.take(kept), hidden)


@cache
def _inner(model: type[Told], name: str) -> type[Told] | None:
    """The model of a list field's items, None for any other field."""
    inner = [part for part in get_args(model.model_fields[name].annotation) if part is not ...]
    listed = len(inner) == 1 and isinstance(inner[0], type) and issubclass(inner[0], Told)
    return inner[0] if listed else None
