"""From what a mapper says to what the store keeps: each raw record's model records as a set."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crmsync.engine.answers import Answers, Group
from crmsync.engine.parents import Parents
from crmsync.errors import RecordError
from crmsync.model.columns import Columns
from crmsync.model.customer import SourceCustomer
from crmsync.model.document import read_document, write_document
from crmsync.model.order import ConsentClaim, Delivery, Interaction, Order, Row
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
from crmsync.store.models import Customer

Fact = tuple[str, Row]
"""A row with the name of its table."""


@dataclass(slots=True)
class Yield:
    """What records yield: at most one customer each, and rows by the names of models.FACTS.

    A customer is a document already: it is written while its parts are at hand. The first value
    of a row is its record's id. `orders` are the records that are orders, each with its source
    customer.
    """

    ids: list[int] = field(default_factory=list)
    customers: dict[int, str] = field(default_factory=dict)
    orders: dict[int, int | None] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows to a table."""
        self.rows.setdefault(table, []).extend(rows)

    def extend(self, other: Yield) -> None:
        """Take in what other records yield."""
        self.ids += other.ids
        self.customers |= other.customers
        self.orders |= other.orders
        for table, rows in other.rows.items():
            self.add(table, rows)

    def without(self, ids: Collection[int]) -> dict[str, list[Row]]:
        """The rows of all records but these."""
        if not ids:
            return self.rows
        return {
            table: [row for row in rows if row[0] not in ids] for table, rows in self.rows.items()
        }

    def facts(self, ids: Collection[int]) -> dict[int, set[Fact]]:
        """The rows of each of these records that has any."""
        found: dict[int, set[Fact]] = {}
        if ids:
            for table, rows in self.rows.items():
                for row in rows:
                    if row[0] in ids:
                        found.setdefault(row[0], set()).add((table, tuple(row)))
        return found


_SOURCE = {
    "orders": Order._fields.index("source_id"),
    "deliveries": Delivery._fields.index("source_id"),
    "interactions": Interaction._fields.index("source_id"),
    "claims": ConsentClaim._fields.index("source_id"),
}


def concerned(rows: Mapping[str, Sequence[Row]], tables: Iterable[str]) -> dict[int, None]:
    """The source customers that rows of these tables are about, in their order."""
    found = (row[_SOURCE[table]] for table in tables for row in rows.get(table, ()))
    return dict.fromkeys(source for source in found if source is not None)


@dataclass(frozen=True, slots=True)
class Context:
    """What the outcome of records depends on beside them: also the customers they were before."""

    connection: Connection
    zones: Mapping[str, str]
    before: Mapping[int, Customer] = field(default_factory=dict)

    def zone(self, store: str | None) -> str | None:
        """The zone of a store that names one."""
        return self.zones.get(store) if store else None


def outcome(answers: Answers, parents: Parents, context: Context) -> Yield:
    """What the records of a page yield; RecordError when a value in one of them cannot be used."""
    result = Yield(answers.ids)
    for group in answers.of(ToldCustomer):
        _take_customers(result, group, context)
    for group in answers.of(ToldOrder):
        _take_orders(result, group, parents, context)
    for number, told in answers.others:
        _TAKE[type(told)](result, number, told, parents, context)
    return result


def _take_customers(result: Yield, group: Group, context: Context, *, guest: bool = False) -> None:
    ids, columns = group
    found = clean.clean_customers(columns, connection=context.connection, guest=guest)
    if context.before:
        found = [
            _carried(one, context.before.get(id_)) for id_, one in zip(ids, found, strict=True)
        ]
    documents = [write_document(one).decode() for one in found]
    result.customers.update(zip(ids, documents, strict=True))
    told = columns.lists.get("consents")
    result.add("claims", clean.clean_consents(told, connection=context.connection, record_ids=ids))


def _carried(customer: SourceCustomer, old: Customer | None) -> SourceCustomer:
    """The customer; what the backend hides now keeps its old value."""
    if old is None:
        return customer
    return clean.carry_hidden(customer, read_document(SourceCustomer, old.doc))


def _take_orders(result: Yield, group: Group, parents: Parents, context: Context) -> None:
    sources = parents.customers(group)
    if "guest" in group.columns.cells:
        sources = _take_guests(result, group, sources, context)
    orders = clean.clean_orders(
        group.columns,
        connection=context.connection,
        record_ids=group.ids,
        source_ids=sources,
        zones=context.zones,
    )
    result.orders.update(zip(group.ids, sources, strict=True))
    result.add("orders", orders)


def _take_guests(
    result: Yield, group: Group, sources: Sequence[int | None], context: Context
) -> list[int | None]:
    """The source customers of these orders, where a guest's own order is his source."""
    told = group.columns.column("guest")
    rows = [row for row, guest in enumerate(told) if guest is not None and sources[row] is None]
    ids = [group.ids[row] for row in rows]
    guests = Columns.of(ToldCustomer, [told[row] for row in rows])
    _take_customers(result, Group(ids, guests), context, guest=True)
    found = list(sources)
    for row in rows:
        found[row] = group.ids[row]
    return found


def _return(
    result: Yield, number: int, told: ToldReturn, parents: Parents, context: Context
) -> None:
    own = number in result.orders
    order = clean.clean_return(
        told,
        connection=context.connection,
        record_id=number,
        source_id=result.orders[number] if own else parents.customer(told),
        order_record_id=number if own else parents.order(told),
        zone=context.zone(told.store),
    )
    result.add("orders", (tuple(order),))


def _delivery(
    result: Yield, number: int, told: ToldDelivery, parents: Parents, context: Context
) -> None:
    own = told.order is None and number in result.orders
    order_id = number if own else parents.order(told)
    if order_id is None:
        raise RecordError("a delivery needs its order", field="order")
    row = clean.clean_delivery(
        told,
        connection=context.connection,
        record_id=number,
        source_id=result.orders[number] if own else parents.customer(told),
        order_record_id=order_id,
    )
    result.add("deliveries", (tuple(row),))


def _interaction(
    result: Yield, number: int, told: ToldInteraction, parents: Parents, context: Context
) -> None:
    row = clean.clean_interaction(
        told,
        connection=context.connection,
        record_id=number,
        source_id=parents.customer(told),
        zone=context.zone(told.store),
    )
    result.add("interactions", (tuple(row),))


def _consent(
    result: Yield, number: int, told: ToldConsentEvent, parents: Parents, context: Context
) -> None:
    source = parents.customer(told)
    if source is None:
        raise RecordError("a consent needs its customer", field="customer")
    claims = clean.clean_consent_event(
        told, record_id=number, source_id=source, connection=context.connection
    )
    result.add("claims", map(tuple, claims))


def _product(
    result: Yield, number: int, told: ToldProduct, _parents: Parents, context: Context
) -> None:
    row = clean.clean_product(told, connection=context.connection, record_id=number)
    result.add("products", (tuple(row),))


def _store(
    result: Yield, number: int, told: ToldStore, _parents: Parents, context: Context
) -> None:
    row = clean.clean_store(told, connection=context.connection, record_id=number)
    result.add("shops", (tuple(row),))


_TAKE: dict[type[Told], Any] = {
    ToldReturn: _return,
    ToldDelivery: _delivery,
    ToldInteraction: _interaction,
    ToldConsentEvent: _consent,
    ToldProduct: _product,
    ToldStore: _store,
}
