"""Maps a page of raw records at once, column by column: what the shapes say of each, but quicker.

Whatever is not plainly good makes the whole page odd; it is then mapped record by record, where
errors are told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, compress, repeat
from operator import itemgetter
from typing import Any, NamedTuple

from crmsync.errors import RecordError
from crmsync.mapping.filling import fill, settle
from crmsync.mapping.paths import Raw
from crmsync.mapping.reading import (
    DICT,
    EMPTY,
    GONE,
    LIST,
    Column,
    OddPage,
    Raws,
    with_kinds,
)
from crmsync.mapping.shapes import Nested, Parts, Shape
from crmsync.mapping.targets import targets
from crmsync.model.columns import HIDDEN, Columns, Items
from crmsync.model.told import Told

Filled = dict[str, Column]
Cells = dict[str, list[Any]]


class Found(NamedTuple):
    """Items of one shape: whose each is, what it tells, and the records that show nothing of it.

    `partly` are the fields that some of the items do not show.
    """

    owners: list[int]
    cells: Cells
    partly: frozenset[str]
    hidden: set[int]


def map_page(shape: Shape, raws: Sequence[Raw], *, rows: str | None) -> Columns | None:
    """What `raws` tell by `shape`, one row each; None when one of them is not plainly good.

    `rows` is where a record made of several rows holds them, the first of which tells the head.
    """
    try:
        return _mapped(shape, Raws(raws if rows is None else _heads(raws, rows)))
    except (ValueError, RecordError):
        return None


def _heads(raws: Sequence[Raw], name: str) -> list[Raw]:
    """Each record's first row, together with all of them."""
    if not all(raw.__class__ is dict and raw.get(name).__class__ is list for raw in raws):
        raise OddPage
    rows = list(map(itemgetter(name), raws))
    if not all(rows) or not set(map(type, map(itemgetter(0), rows))) <= DICT:
        raise OddPage
    return [{**some[0], name: some} for some in rows]


def _mapped(shape: Shape, raws: Raws) -> Columns:
    if not set(map(type, raws.raws)) <= DICT:
        raise OddPage
    if not raws.size:
        return Columns(shape.model, 0)
    lists = {parts.name: _items(raws, parts) for _, parts in shape.lists}
    shown = {name: items for name, items in lists.items() if items is not None}
    cells, partly = _settled(_fill(raws, shape), shape.model)
    return Columns(shape.model, raws.size, cells, shown, partly)


def _fill(raws: Raws, shape: Shape) -> Filled:
    """The fields of a shape, as it tells them before they are judged."""
    filled = {name: fill(raws, cell.source) for name, cell in shape.cells.items() if cell.source}
    for name, value in shape.fixed.items():
        values, kinds = filled.get(name, ([value] * raws.size, {type(value)}))
        if GONE in kinds:
            values = [value if one is HIDDEN else one for one in values]
        filled[name] = with_kinds(values) if GONE in kinds else (values, kinds)
    return filled


def _settled(filled: Filled, model: type[Told]) -> tuple[Cells, frozenset[str]]:
    """The columns that anything shows, as the model holds them, and those with gaps.

    OddPage when the model may refuse one.
    """
    known = targets(model)
    lacking = (
        t.required and filled.get(name, _UNSEEN)[1] <= _UNSEEN[1] for name, t in known.items()
    )
    if any(lacking):
        raise OddPage
    shown = {name: column for name, column in filled.items() if column[1] != _UNSEEN[1]}
    cells = {name: settle(column, known[name]) for name, column in shown.items()}
    return cells, frozenset(name for name, column in shown.items() if GONE in column[1])


_UNSEEN: Column = ([], {GONE})


def _items(raws: Raws, parts: Parts) -> Items | None:
    """The items of a list field, those of a shape together; None when no record shows the list."""
    found = [_put_together(raws, shape) for shape in parts.items]
    found += [_nested(raws, parts, nested) for nested in parts.nested]
    hidden = frozenset.intersection(*(frozenset(one.hidden) for one in found))
    if len(hidden) == raws.size:
        return None
    model = (parts.items[0] if parts.items else parts.nested[0].shape).model
    filled = [one for one in found if one.owners]
    owners = list(chain.from_iterable(one.owners for one in filled))
    return Items(owners, Columns(model, len(owners), *_chained(filled)), hidden)


def _chained(found: Sequence[Found]) -> tuple[Cells, dict[str, Items], frozenset[str]]:
    """The columns of all of these, one after the other; no lists; and the columns with gaps."""
    names = dict.fromkeys(chain.from_iterable(one.cells for one in found))
    cells = {
        name: list(
            chain.from_iterable(
                one.cells.get(name) or repeat(HIDDEN, len(one.owners)) for one in found
            )
        )
        for name in names
    }
    gaps = (name for name in names for one in found if name in one.partly or name not in one.cells)
    return cells, {}, frozenset(gaps)


def _put_together(raws: Raws, shape: Shape) -> Found:
    """The items made of columns of the record: `Shape.item` for all of them."""
    filled = _fill(raws, shape)
    shown = [column for name, column in filled.items() if name not in shape.fixed]
    deciding = shown if shape.need is None else [filled[shape.need]]
    without = _rows_of(deciding, EMPTY, raws.size)
    unseen = _rows_of(shown, {GONE}, raws.size)
    hidden = set(unseen).intersection(without)
    return _found(range(raws.size), filled, shape, without, hidden)


def _nested(raws: Raws, parts: Parts, nested: Nested) -> Found:
    """The items of a list inside the record: `Nested.trace` for all of them."""
    lists = raws.read_path(nested.path) if nested.path else list(map(nested.read, raws.raws))
    hidden: set[int] = set()
    if not set(map(type, lists)) <= LIST:
        hidden = {row for row, one in enumerate(lists) if one is HIDDEN}
        lists = [[] if one is HIDDEN else parts.listed(nested, one) for one in lists]
    rows = list(chain.from_iterable(lists))
    owners = list(chain.from_iterable(map(repeat, range(raws.size), map(len, lists))))
    shape = nested.shape
    inner = Raws(_objects(rows))
    filled = _fill(inner, shape)
    without = [] if shape.need is None else _rows_of([filled[shape.need]], EMPTY, inner.size)
    return _found(owners, filled, shape, without, hidden)


def _objects(rows: list[Any]) -> list[Any]:
    """The items of lists as objects; what is none is the value of "."."""
    if set(map(type, rows)) <= DICT:
        return rows
    if any(isinstance(row, Mapping) and row.__class__ is not dict for row in rows):
        raise OddPage
    return [row if row.__class__ is dict else {".": row} for row in rows]


def _found(
    owners: Sequence[int], filled: Filled, shape: Shape, without: Sequence[int], hidden: set[int]
) -> Found:
    """The items, but for the rows `without` one."""
    if without:
        kept = bytearray(b"\1") * len(owners)
        for row in without:
            kept[row] = 0
        owners = list(compress(owners, kept))
        filled = {name: _kept(column, kept) for name, column in filled.items()}
    settled = _settled(filled, shape.model) if owners else ({}, frozenset())
    return Found(list(owners), *settled, hidden)


def _kept(column: Column, kept: bytearray) -> Column:
    values, kinds = list(compress(column[0], kept)), column[1]
    return (values, kinds) if kinds.isdisjoint(EMPTY) else with_kinds(values)


def _rows_of(columns: Sequence[Column], kinds: frozenset[type] | set[type], size: int) -> list[int]:
    """The rows in which every column holds a value of these kinds."""
    if any(kinds.isdisjoint(among) for _, among in columns):
        return []
    rows = list(range(size))
    for values, among in columns:
        if not among <= kinds:
            rows = [row for row in rows if values[row].__class__ in kinds]
    return rows
