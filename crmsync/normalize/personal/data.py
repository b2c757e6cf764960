"""CLDR's data of person names, read when the first name is written (tools/person_names.py)."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Literal, NamedTuple

import orjson

Order = Literal["givenFirst", "surnameFirst", "sorting"]
Length = Literal["long", "medium", "short"]
Usage = Literal["referring", "addressing", "monogram"]
Formality = Literal["formal", "informal"]

_ORDERS: tuple[Order, ...] = ("givenFirst", "surnameFirst")
_LENGTHS: tuple[Length, ...] = ("long", "medium", "short")
_USAGES: tuple[Usage, ...] = ("referring", "addressing", "monogram")
_FORMALITIES: tuple[Formality, ...] = ("formal", "informal")
_SORTING = len(_ORDERS) * len(_LENGTHS) * len(_USAGES) * len(_FORMALITIES)


class Customs(NamedTuple):
    """What a locale says of person names; the orders hold locales parted by blanks."""

    given_first: str
    surname_first: str
    native_space: str
    foreign_space: str
    initial: str
    initial_sequence: str
    length: Length
    formality: Formality
    table: int


class Data(NamedTuple):
    """All of it. A table holds, for each place, the number of a pattern or of several."""

    cldr: str
    patterns: list[str]
    tables: list[list[int | list[int]]]
    locales: dict[str, Customs]
    parents: dict[str, str]
    likely: dict[str, str]


@lru_cache(maxsize=1)
def data() -> Data:
    """The data."""
    file = resources.files("crmsync.normalize.personal") / "person_names.json"
    told = orjson.loads(file.read_bytes())
    locales = {locale: Customs(*row) for locale, row in told["locales"].items()}
    return Data(**{**told, "locales": locales})


def _place(order: Order, length: Length, usage: Usage, formality: Formality) -> int:
    size, form = _LENGTHS.index(length), _FORMALITIES.index(formality)
    if order == "sorting":
        return _SORTING + size * len(_FORMALITIES) + form
    rows = _ORDERS.index(order) * len(_LENGTHS) + size
    return (rows * len(_USAGES) + _USAGES.index(usage)) * len(_FORMALITIES) + form


def patterns(
    customs: Customs, order: Order, length: Length, usage: Usage, formality: Formality
) -> list[str]:
    """The patterns for this use; there is one at least. Sorting knows but one usage."""
    found = data().tables[customs.table][_place(order, length, usage, formality)]
    return [data().patterns[number] for number in ([found] if isinstance(found, int) else found)]
