"""Whose order, whose complaint: finds the records that others name, or says what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
    """The record ids behind the names a batch uses, and the source customer of each order."""

    ids: Mapping[Named, int] = field(default_factory=dict)
    sources: Mapping[int, int | None] = field(default_factory=dict)

    def missing(self, told: Told) -> Named | None:
        """The first record that `told` names and that has not landed yet."""
        for name in (_customer(told), _order(told)):
            if name is not None and name not in self.ids:
                return name
        return None

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
    (ToldOrder, ToldReturn, ToldInteraction, ToldConsentEvent), _told_customer
)
_ORDER: dict[type[Told], Tell] = {
    ToldReturn: _told_order,
    ToldDelivery: _told_order,
    ToldInteraction: _told_plain_order,
}
"""By class: asking a pydantic class whether something is its instance costs more than the rest."""


def find(work: Work, connection: str, told: Iterable[Told]) -> Parents:
    """The parents of a batch, one query for each stream that is named."""
    wanted: dict[str, set[str]] = {}
    orders: set[Named] = set()
    for item in told:
        customer, order = _customer(item), _order(item)
        if customer is not None:
            wanted.setdefault(customer[0], set()).add(customer[1])
        if order is not None:
            wanted.setdefault(order[0], set()).add(order[1])
            orders.add(order)
    ids = _ids(work, connection, wanted)
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
