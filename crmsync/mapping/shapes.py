"""A compiled told model: its values from a raw record, and the column of a complaint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from crmsync.errors import RecordError
from crmsync.mapping.cells import Cell, Plain
from crmsync.mapping.paths import MISSING, Get, Raw, walk
from crmsync.model.ref import whole
from crmsync.model.told import Told

Values = dict[str, Any]
Traced = tuple[Values, "Shape", Raw]


@dataclass(frozen=True, slots=True)
class Shape:
    """How one told model is filled. `need` must have a value, or there is no such item at all."""

    model: type[Told]
    cells: Mapping[str, Cell]
    plain: tuple[tuple[str, Plain], ...] = ()
    made: tuple[tuple[str, Get], ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    lists: tuple[tuple[str, Parts], ...] = ()
    inner: tuple[tuple[str, Shape], ...] = ()
    need: str | None = None

    def full(self, raw: Raw) -> Values:
        """The values `raw` tells and the fixed ones; fields it does not show are left out.

        One loop without calls of our own: it runs for every cell of every record.
        """
        told = {**self.fixed}
        get, way, inner = raw.get, None, None
        for name, (column, parent, leaf, convert, empty) in self.plain:
            if not parent or column in raw:
                value = get(column, MISSING)
            else:
                if parent is not way:
                    way, inner = parent, walk(raw, parent)
                value = inner.get(leaf[0], MISSING) if type(inner) is dict else walk(inner, (leaf,))
            if value.__class__ is str:
                value = value.strip() or None
            elif value.__class__ is float:
                value = whole(value)
            if value is None:
                value = empty
            elif convert is not None and value is not MISSING:
                value = convert(value)
            if value is not MISSING:
                told[name] = value
        for name, read in self.made:
            value = read(raw)
            if value is not MISSING:
                told[name] = value
        if self.lists or self.inner:
            self._add_inner(told, raw)
        return told

    def item(self, raw: Raw) -> Values | None:
        """As `full`; None when `raw` tells nothing of this item, {} when it tells it is empty."""
        told = self.full(raw)
        if self.need is not None and told.get(self.need) is not None:
            return told
        shown = [value for name, value in told.items() if name not in self.fixed]
        if not shown:
            return None
        filled = self.need is None and any(value is not None for value in shown)
        return told if filled else {}

    def _add_inner(self, told: Values, raw: Raw) -> None:
        for name, parts in self.lists:
            traced = parts.trace(raw)
            if traced is not None:
                told[name] = [values for values, _, _ in traced]
        for name, shape in self.inner:
            values = shape.item(raw)
            if values:
                told[name] = values

    def columns(self) -> Iterator[str]:
        """The columns every table must have for this shape."""
        for cell in self.cells.values():
            yield from cell.columns
        for _, parts in self.lists:
            yield from parts.columns()
        for _, shape in self.inner:
            yield from shape.columns()

    def locate(self, loc: Sequence[int | str], raw: Raw) -> tuple[str, str]:
        """The field and the column a complaint at `loc` is about: ("addresses.0.city", "Ort")."""
        name, rest = str(loc[0]) if loc else "", loc[1:]
        if name in self.cells:
            return name, self.cells[name].label
        for inner_name, shape in self.inner:
            if inner_name == name:
                field, column = shape.locate(rest, raw)
                return f"{name}.{field}", column
        return self._locate_item(name, rest, raw)

    def _locate_item(self, name: str, rest: Sequence[int | str], raw: Raw) -> tuple[str, str]:
        parts = dict(self.lists).get(name)
        if parts is None or not rest or not isinstance(rest[0], int):
            return name, ""
        _, shape, inner = (parts.trace(raw) or [])[rest[0]]
        field, column = shape.locate(rest[1:], inner)
        return f"{name}.{rest[0]}.{field}", column


def _parsed(text: str) -> Any:
    """The JSON in a text, as databases without a JSON type hand it over; the text if it is none."""
    try:
        return orjson.loads(text) if text.strip() else None
    except orjson.JSONDecodeError:
        return text


@dataclass(frozen=True, slots=True)
class Nested:
    """The items of a list inside the record; `read` finds the list, `path` names it for people.

    An empty path means the rows of the record itself.
    """

    path: str
    read: Get
    shape: Shape

    def trace(self, rows: Sequence[Any]) -> Iterator[Traced]:
        """The items of a list, each with the shape and the raw part it came from."""
        shape, need = self.shape, self.shape.need
        for row in rows:
            inner = row if row.__class__ is dict or isinstance(row, Mapping) else {".": row}
            values = shape.full(inner)
            if need is None or values.get(need) is not None:
                yield values, shape, inner


@dataclass(frozen=True, slots=True)
class Parts:
    """What fills a list field: items put together of columns, and lists inside the record."""

    name: str
    items: tuple[Shape, ...] = ()
    nested: tuple[Nested, ...] = ()

    def trace(self, raw: Raw) -> list[Traced] | None:
        """The items with the shape and the raw part each came from; None: nothing is visible."""
        found: list[Traced] | None = None
        for shape in self.items:
            values = shape.item(raw)
            if values is not None:
                found = [] if found is None else found
                if values:
                    found.append((values, shape, raw))
        for nested in self.nested:
            rows = nested.read(raw)
            if rows is not MISSING:
                found = [] if found is None else found
                found += nested.trace(self.listed(nested, rows))
        return found

    def listed(self, nested: Nested, rows: Any) -> list[Any]:
        """The rows of a list as it was found; RecordError when it is none."""
        if rows.__class__ is str:
            rows = _parsed(rows)
        if rows.__class__ is list:
            return rows
        if rows is None:
            return []
        if isinstance(rows, Mapping):
            return [rows]
        raise RecordError(f"is not a list (column {nested.path!r})", field=self.name)

    def columns(self) -> Iterator[str]:
        """The columns every table must have for this list."""
        for shape in self.items:
            yield from shape.columns()
        for nested in self.nested:
            yield from (nested.path,) if nested.path else nested.shape.columns()
