"""Whose order, whose complaint: finds the records that others name, or says what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crmsync.engine.answers import Answers, Group
from crmsync.model.ref import Ref
from crmsync.model.stream import Connection
from crmsync.model.told import (
    Told,
    ToldConsentEvent,
    ToldDelivery,
    ToldInteraction,
    ToldOrder,
    ToldReturn,
)
from crmsync.store import Work, keys, models, records

Named = tuple[str, str]
"""A stream's name and an external id in it."""
Fresh = Mapping[str, Mapping[str, int]]
"""Records that land at this moment: their ids by stream, then by external id."""


@dataclass(frozen=True, slots=True)
class Parents:
    """The record ids behind the names a page uses, and the source customer of each order.

    `ids` holds them by stream, then by external id; `complete` says that nothing named is missing.
    `records` are customers' records of other connections, by the text of their Ref.
    """

    ids: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    records: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[int, int | None] = field(default_factory=dict)
    complete: bool = True

    def number(self, name: Named) -> int | None:
        """The record id of what is named; None where it has not landed yet."""
        return self.ids.get(name[0], {}).get(name[1])

    def missing(self, answers: Answers) -> dict[int, Named]:
        """The first record that each of the others names and that has not landed yet."""
        found: dict[int, Named] = {}
        if not self.complete:
            for number, name in _names(answers):
                if self.number(name) is None:
                    found.setdefault(number, name)
        return found

    def customers(self, orders: Group) -> list[int | None]:
        """The source customer that each of these orders names, None where it names none."""
        streams, names = _named(orders)
        if len(set(streams)) == 1:
            return list(map(self.ids.get(streams[0], {}).get, names))
        return [self.number(name) for name in zip(streams, names, strict=True)]

    def customer(self, told: Told) -> int | None:
        """The source customer `told` names, directly or through its order."""
        if record := getattr(told, "record", None):
            return self.records.get(record)
        name = _customer(told)
        if name is not None:
            return self.number(name)
        order = self.order(told)
        return self.sources.get(order) if order is not None else None

    def order(self, told: Told) -> int | None:
        """The record id of the order `told` names."""
        name = _order(told)
        return None if name is None else self.number(name)


def _named(orders: Group) -> tuple[list[str], list[str]]:
    """The stream and the external id of the customer each order names; "" for none."""
    columns = orders.columns
    names = [name or "" for name in columns.column("customer")]
    return columns.column("customer_stream", "customers"), names


def _names(answers: Answers) -> Iterator[tuple[int, Named]]:
    """Everything that is named, with the record that names it."""
    for group in answers.of(ToldOrder):
        for number, stream, name in zip(group.ids, *_named(group), strict=True):
            if name:
                yield number, (stream, name)
    for number, told in answers.others:
        for parent in (_customer(told), _order(told)):
            if parent is not None:
                yield number, parent


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


def find(work: Work, about: Connection, answers: Answers, fresh: Fresh) -> Parents:
    """The parents of a page, one query for each stream that is named."""
    connection = about.name
    wanted = _wanted(answers)
    ids = {
        stream: _ids(work, connection, stream, names) | _among(fresh.get(stream, {}), names)
        for stream, names in wanted.items()
    }
    complete = all(len(ids[stream]) == len(names) for stream, names in wanted.items())
    orders = {name for _, told in answers.others if (name := _order(told))}
    present = {ids[stream][name] for stream, name in orders if name in ids[stream]}
    sources = models.order_sources(work, present)
    return Parents(ids, _elsewhere(work, about.controller, answers), sources, complete)


def _elsewhere(work: Work, controller: str, answers: Answers) -> Mapping[str, int]:
    """The customers' records that are named by their Refs; never those of another controller."""
    told = {getattr(told, "record", None) for _, told in answers.others} - {None, ""}
    refs = [Ref.parse(one) for one in told if one and one.count("/") >= 2]
    ids = keys.record_ids(work, refs) if refs else {}
    owners = keys.controllers_of(work, ids.values())
    return {str(ref): n for ref, n in ids.items() if owners.get(n, controller) == controller}


def _among(fresh: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    return {name: fresh[name] for name in names if name in fresh} if fresh else {}


def _wanted(answers: Answers) -> dict[str, set[str]]:
    """The external ids that are named, by stream."""
    wanted: dict[str, set[str]] = {}
    for group in answers.of(ToldOrder):
        streams, names = _named(group)
        for stream in set(streams):
            mine = names if len(set(streams)) == 1 else _only(stream, streams, names)
            wanted.setdefault(stream, set()).update(filter(None, mine))
    for _, told in answers.others:
        for parent in (_customer(told), _order(told)):
            if parent is not None:
                wanted.setdefault(parent[0], set()).add(parent[1])
    return wanted


def _only(stream: str, streams: Iterable[str], names: Iterable[str]) -> list[str]:
    return [name for other, name in zip(streams, names, strict=True) if other == stream]


def _ids(work: Work, connection: str, stream: str, names: set[str]) -> dict[str, int]:
    row = records.find_stream(work, connection, stream) if names else None
    return records.numbers_of(work, row.id, names) if row is not None else {}
