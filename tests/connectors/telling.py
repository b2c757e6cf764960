"""Compares a page mapped at once with what its records tell one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import Mapper
from crmsync.model.columns import Columns, Items
from crmsync.model.told import Told

Raw = dict[str, Any]


def plain(columns: Columns) -> tuple[Any, ...]:
    """Everything the columns hold, types and all; items in the order of their owners."""
    cells = {name: [typed(value) for value in values] for name, values in columns.cells.items()}
    lists = {name: plain_items(items) for name, items in columns.lists.items()}
    return columns.model, columns.size, cells, lists


def plain_items(items: Items) -> tuple[Any, ...]:
    order = sorted(range(len(items.owners)), key=items.owners.__getitem__)
    owners = [items.owners[place] for place in order]
    return owners, plain(items.columns.take(order)), items.hidden


def typed(value: Any) -> tuple[type, str]:
    return type(value), repr(value)


def one_by_one(tell: Callable[[Raw], Iterable[Told]], raws: Sequence[Raw]) -> Columns | None:
    """What the records tell one by one; None where one is refused or does not tell one thing."""
    try:
        answers = [list(tell(raw)) for raw in raws]
    except RecordError:
        return None
    if not all(len(answer) == 1 for answer in answers):
        return None
    told = [one for (one,) in answers]
    return Columns.of(type(told[0]) if told else Told, told)


def same(page: Columns | None, tell: Callable[[Raw], Iterable[Told]], raws: Sequence[Raw]) -> None:
    """The page is mapped at once, and is what its records are."""
    expected = one_by_one(tell, raws)
    assert page is not None
    assert expected is not None
    assert plain(page) == plain(expected)


def customers(fields: dict[str, Any]) -> Mapper:
    return Mapper("customers", fields, where="crm, customers")
