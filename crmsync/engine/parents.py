"""Whose order, whose complaint: finds the records that others name, or says what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crmsync.engine.answers import Answers, Group
from crmsync.model.told import (
    Told,
    ToldConsentEvent,
    ToldDelivery,
    ToldInteraction,
    ToldOrder,
    ToldReturn,
)
from crmsync.store import Work, models, records

Named = tuple[str, str]
"""A stream's name and an external id in it."""


@dataclass(frozen=True, slots=True)
class Parents:
    """The record ids behind the names a page uses, and the source customer of each order."""

    ids: Mapping[Named, int] = field(default_factory=dict)
    sources: Mapping[int, int | None] = field(default_factory=dict)

    def missing(self, answers: Answers) -> dict[int, Named]:
        """The first record that each of the others names and that has not landed yet."""
        found: dict[int, Named] = {}
        for number, name in _names(answers):
            if name not in self.ids:
                found.setdefault(number, name)
        return found

    def customers(self, orders: Group) -> list[int | None]:
        """The source customer that each of these orders names, None where it names none."""
        return [self.ids[name] if name[1] else None for name in _customers(orders)]

    def customer(self, told: Told) -> int | None:
        """The source customer `told` names, directly or through its order."""
        name = _customer(told)
        if name is not None:
            return self.ids[name]
        order = self.order(told)
        return self.sources.get(order) if order is not None else None

    def order(self, told: Told) -> int | None:
        """The record id of the order `told` names."""
        name = _order(told)
        return None if name is None else self.ids[name]


def _customers(orders: Group) -> Iterator[Named]:
    """The customer each order names; "" for none."""
    columns = orders.columns
    names = [name or "" for name in columns.column("customer")]
    return zip(columns.column("customer_stream", "customers"), names, strict=True)


def _names(answers: Answers) -> Iterator[tuple[int, Named]]:
    """Everything that is named, with the record that names it."""
    for group in answers.of(ToldOrder):
        named = zip(group.ids, _customers(group), strict=True)
        yield from (pair for pair in named if pair[1][1])
    for number, told in answers.others:
        for name in (_customer(told), _order(told)):
            if name is not None:
                yield number, name


def _customer(told: Told) -> Named | None:
    tell = _CUSTOMER.get(type(told))
    return tell(told) if tell else None


def _order(told: Told) -> Named | None:
    tell = _ORDER.get(type(told))
    return tell(told) if tell else None


def _told_customer(told: Any) -> Named | None:
    return (told.customer_stream, told.customer) if told.customer else None


def _told_order(told: Any) -> Named | None:
    return (told.order_stream, told.order) if told.order else None


def _told_plain_order(told: ToldInteraction) -> Named | None:
    return ("orders", told.order) if told.order else None


Tell = Callable[[Any], Named | None]
_CUSTOMER: dict[type[Told], Tell] = dict.fromkeys(
    (ToldReturn, ToldInteraction, ToldConsentEvent), _told_customer
)
_ORDER: dict[type[Told], Tell] = {
    ToldReturn: _told_order,
    ToldDelivery: _told_order,
    ToldInteraction: _told_plain_order,
}
"""By class: asking a pydantic class whether something is its instance costs more than the rest."""


def find(work: Work, connection: str, answers: Answers) -> Parents:
    """The parents of a page, one query for each stream that is named."""
    wanted: dict[str, set[str]] = {}
    for _, (stream, name) in _names(answers):
        wanted.setdefault(stream, set()).add(name)
    ids = _ids(work, connection, wanted)
    orders = {_order(told) for _, told in answers.others}
    present = {ids[name] for name in orders if name in ids}
    return Parents(ids, models.order_sources(work, present))


def _ids(work: Work, connection: str, wanted: Mapping[str, set[str]]) -> dict[Named, int]:
    ids: dict[Named, int] = {}
    for name, external_ids in wanted.items():
        row = records.find_stream(work, connection, name)
        if row is not None:
            found = records.numbers_of(work, row.id, external_ids)
            ids.update({(name, external_id): number for external_id, number in found.items()})
    return ids
