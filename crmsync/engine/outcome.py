"""From what a mapper says to what the store keeps: one raw record's model records as a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain
from typing import Any

import orjson

from crmsync.engine.parents import Parents
from crmsync.errors import RecordError
from crmsync.model.customer import SourceCustomer
from crmsync.model.stream import Connection
from crmsync.model.told import (
    Told,
    ToldConsentEvent,
    ToldCustomer,
    ToldDelivery,
    ToldInteraction,
    ToldOrder,
    ToldProduct,
    ToldReturn,
    ToldStore,
)
from crmsync.normalize import clean


@dataclass(slots=True)
class Yield:
    """What one raw record yields: at most one customer, and rows by the names of models.FACTS."""

    record_id: int
    customer: SourceCustomer | None = None
    facts: dict[str, list[Any]] = field(default_factory=dict)
    sources: set[int] = field(default_factory=set)
    claimants: set[int] = field(default_factory=set)

    def add(self, table: str, rows: Sequence[Any]) -> None:
        """Add rows to a table."""
        known = self.facts.get(table)
        self.facts[table] = [*known, *rows] if known else list(rows)

    def facts_hash(self) -> bytes:
        """A digest of the rows; b"" without any."""
        if not self.facts:
            return b""
        cells = {table: [*chain.from_iterable(rows)] for table, rows in self.facts.items()}
        return digest(orjson.dumps(cells))


def digest(payload: bytes) -> bytes:
    """The output hash: 16 bytes of BLAKE2b."""
    return blake2b(payload, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Context:
    """What the outcome of a record depends on beside the record."""

    connection: Connection
    zones: Mapping[str, str]

    def zone(self, store: str | None) -> str | None:
        """The zone of a store that names one."""
        return self.zones.get(store) if store else None


def outcome(record_id: int, told: Sequence[Told], parents: Parents, context: Context) -> Yield:
    """What a record yields; RecordError when a value in it cannot be used."""
    result = Yield(record_id)
    for item in told:
        _TAKE[type(item)](result, item, parents, context)
    return result


def _customer(result: Yield, told: ToldCustomer, _parents: Parents, context: Context) -> None:
    _take_customer(result, told, context, guest=False)


def _take_customer(result: Yield, told: ToldCustomer, context: Context, *, guest: bool) -> None:
    if result.customer is not None:
        raise RecordError("the mapper gave two customers for one record")
    result.customer = clean.clean_customer(told, connection=context.connection, guest=guest)
    if told.consents:
        claims = clean.clean_consents(
            told.consents,
            record_id=result.record_id,
            source_id=result.record_id,
            connection=context.connection,
        )
        result.add("claims", claims)
        result.claimants.add(result.record_id)


def _order(result: Yield, told: ToldOrder, parents: Parents, context: Context) -> None:
    if "orders" in result.facts:
        raise RecordError("the mapper gave two orders for one record")
    source = parents.customer(told)
    if told.guest is not None and source is None:
        _take_customer(result, told.guest, context, guest=True)
        source = result.record_id
    order, lines = clean.clean_order(
        told,
        connection=context.connection,
        record_id=result.record_id,
        source_id=source,
        zone=context.zone(told.store),
    )
    _take_order(result, order, lines)


def _take_order(result: Yield, order: Any, lines: Sequence[Any]) -> None:
    result.add("orders", (order,))
    result.add("lines", lines)
    _concern(result, order.source_id)


def _concern(result: Yield, source: int | None) -> None:
    if source is not None:
        result.sources.add(source)


def _return(result: Yield, told: ToldReturn, parents: Parents, context: Context) -> None:
    own = _own_order(result)
    order, lines = clean.clean_return(
        told,
        connection=context.connection,
        record_id=result.record_id,
        source_id=own.source_id if own else parents.customer(told),
        order_record_id=result.record_id if own else parents.order(told),
        zone=context.zone(told.store),
    )
    _take_order(result, order, lines)


def _own_order(result: Yield) -> Any:
    """The order of the same record, to which a return or delivery without a name belongs."""
    return next((row for row in result.facts.get("orders", ()) if row.part == "order"), None)


def _delivery(result: Yield, told: ToldDelivery, parents: Parents, context: Context) -> None:
    own = _own_order(result) if told.order is None else None
    order_id = result.record_id if own else parents.order(told)
    if order_id is None:
        raise RecordError("a delivery needs its order", field="order")
    source = own.source_id if own else parents.customer(told)
    row = clean.clean_delivery(
        told,
        connection=context.connection,
        record_id=result.record_id,
        source_id=source,
        order_record_id=order_id,
    )
    result.add("deliveries", (row,))
    _concern(result, source)


def _interaction(result: Yield, told: ToldInteraction, parents: Parents, context: Context) -> None:
    source = parents.customer(told)
    row = clean.clean_interaction(
        told,
        connection=context.connection,
        record_id=result.record_id,
        source_id=source,
        zone=context.zone(told.store),
    )
    result.add("interactions", (row,))
    _concern(result, source)


def _consent(result: Yield, told: ToldConsentEvent, parents: Parents, context: Context) -> None:
    source = parents.customer(told)
    if source is None:
        raise RecordError("a consent needs its customer", field="customer")
    claims = clean.clean_consent_event(
        told, record_id=result.record_id, source_id=source, connection=context.connection
    )
    result.add("claims", claims)
    result.claimants.add(source)


def _product(result: Yield, told: ToldProduct, _parents: Parents, context: Context) -> None:
    row = clean.clean_product(told, connection=context.connection, record_id=result.record_id)
    result.add("products", (row,))


def _store(result: Yield, told: ToldStore, _parents: Parents, context: Context) -> None:
    row = clean.clean_store(told, connection=context.connection, record_id=result.record_id)
    result.add("shops", (row,))


_TAKE: dict[type[Told], Any] = {
    ToldCustomer: _customer,
    ToldOrder: _order,
    ToldReturn: _return,
    ToldDelivery: _delivery,
    ToldInteraction: _interaction,
    ToldConsentEvent: _consent,
    ToldProduct: _product,
    ToldStore: _store,
}
