"""Makes the values of a field out of the columns of a page, and judges them as the model would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, Final

from crmsync.mapping.cells import Source
from crmsync.mapping.convert import clean, to_amount
from crmsync.mapping.reading import (
    EMPTY,
    GONE,
    NULL,
    Column,
    Kinds,
    OddPage,
    Raws,
    with_kinds,
)
from crmsync.mapping.targets import FieldType, Target
from crmsync.model.columns import HIDDEN

TEXT: Final[Kinds] = {str}
_TOLD_ALIKE = ({str, int, NULL, GONE}, {str, bool, NULL, GONE})
"""Types of which values that are equal are the same: True is 1, and 0.0 is -0.0."""


def fill(raws: Raws, source: Source) -> Column:
    """What the cell tells of each record, as `Source.take` says it; HIDDEN where it is not shown.

    RecordError when a converter cannot take a value.
    """
    values = _joined(raws, source) if source.joined else raws.read(*source.ways[0])
    kinds = set(map(type, values))
    if float in kinds:
        values, kinds = with_kinds(list(map(clean, values)))
    if source.convert is to_amount and float in kinds:
        values, kinds = with_kinds(list(map(to_amount, values)))
    if source.convert is None or source.convert is to_amount:
        return _cleaned(values, kinds, source)
    take = source.take
    if any(kinds <= alike for alike in _TOLD_ALIKE):
        table = {value: take(value) for value in set(values)}
        return list(map(table.__getitem__, values)), set(map(type, table.values()))
    return with_kinds(list(map(take, values)))


def _joined(raws: Raws, source: Source) -> list[Any]:
    """The values of several columns put together."""
    assert source.joined is not None
    parts = [raws.read(*way) for way in source.ways]
    return list(map(source.joined.value, zip(*parts, strict=True)))


def _cleaned(values: list[Any], kinds: Kinds, source: Source) -> Column:
    """Texts without the blanks around them; the constants of the cell where there is nothing."""
    empty, absent = source.empty, source.absent
    if kinds == TEXT:
        values = list(map(str.strip, values))
        return (values, kinds) if all(values) else with_kinds([one or empty for one in values])
    if kinds.isdisjoint(_TO_CLEAN):
        return values, kinds
    if kinds == _PERHAPS:
        return with_kinds([(one.strip() or empty) if one else empty for one in values])
    return with_kinds(
        [
            (one.strip() or empty)
            if one.__class__ is str
            else (empty if one is None else absent if one is HIDDEN else one)
            for one in values
        ]
    )


_PERHAPS = {str, NULL}
_TO_CLEAN = {str, NULL, GONE}


def settle(column: Column, target: Target) -> list[Any]:
    """The values as the model holds them; OddPage where it may refuse one or read it otherwise."""
    values, kinds = column
    if (NULL in kinds and not target.nullable) or (GONE in kinds and target.required):
        raise OddPage
    return _SETTLE[target.takes](values, kinds - EMPTY, target)


def _text(values: list[Any], kinds: Kinds, target: Target) -> list[Any]:
    if kinds <= TEXT:
        return values
    if not target.numbers or not kinds <= _NUMBERS:
        raise OddPage
    return [str(one) if one.__class__ in _NUMBERS else one for one in values]


_NUMBERS = {str, int, float}


def _word(values: list[Any], kinds: Kinds, target: Target) -> list[Any]:
    if kinds <= TEXT and {*target.words, None, HIDDEN}.issuperset(values):
        return values
    raise OddPage


def _bool(values: list[Any], kinds: Kinds, target: Target) -> list[Any]:
    if kinds <= {bool}:
        return values
    if kinds <= {bool, int} and {0, 1, HIDDEN}.issuperset(values):
        return [bool(one) if one.__class__ is int else one for one in values]
    raise OddPage


def _amount(values: list[Any], kinds: Kinds, target: Target) -> list[Any]:
    if kinds <= {str, int}:
        return values
    raise OddPage


def _texts(values: list[Any], kinds: Kinds, target: Target) -> list[Any]:
    lists = [one for one in values if one.__class__ in (list, tuple)]
    if kinds <= {list, tuple} and set(map(type, chain.from_iterable(lists))) <= TEXT:
        return [tuple(one) if one.__class__ is list else one for one in values]
    raise OddPage


_SETTLE: Mapping[FieldType, Callable[[list[Any], Kinds, Target], list[Any]]] = {
    "text": _text,
    "bool": _bool,
    "amount": _amount,
    "literal": _word,
    "texts": _texts,
}
