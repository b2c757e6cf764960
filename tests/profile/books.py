"""Fills a store's tables for the tests of this room: customers, their purchases and their talks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import orjson
import sqlalchemy as sa

from crmsync.model.customer import SourceCustomer
from crmsync.model.document import write_document
from crmsync.model.order import LINE, Delivery, Interaction, Order, OrderLine, Product
from crmsync.store import Work
from crmsync.store import tables as t
from tests.profile.bought import Person, Ware


class Books:
    """Writes rows of one store; numbers are given out as they come."""

    def __init__(self, work: Work, *, first: int | None = None, step: int = 1) -> None:
        self.work = work
        known = work.all(t.stream.select())
        highest = work.scalar(sa.select(sa.func.max(t.record.c.id))) or 0
        self._numbers = itertools.count(highest + len(known) + 1 if first is None else first, step)
        self._streams = {(row.connection, row.name): row.id for row in known}

    def record(self, connection: str, stream: str, external_id: str) -> int:
        """The id of a new record."""
        key = connection, stream
        if key not in self._streams:
            self._streams[key] = next(self._numbers)
            self.work.upsert(t.stream, [(self._streams[key], *key, stream, "", "{}")])
        number = next(self._numbers)
        row = (number, self._streams[key], external_id, b"", "mapped", False, None, "", b"")
        self.work.upsert(t.record, [row])
        return number

    def source(
        self, customer_id: str, connection: str, external_id: str, *,
        controller: str = "moden", told: SourceCustomer | None = None,
    ) -> int:  # fmt: skip
        """A new source customer, linked to `customer_id`; gives its id."""
        number = self.record(connection, "customers", external_id)
        doc = write_document(told or SourceCustomer()).decode()
        self.work.upsert(t.source_customer, [(number, 1, controller, doc)])
        self.work.upsert(t.customer, [(customer_id, controller, "alive", None)])
        self.link(number, customer_id)
        return number

    def link(self, source_id: int, customer_id: str) -> None:
        """Link a source customer to a customer."""
        self.work.upsert(t.link, [(source_id, customer_id, "test")])

    def order(
        self, source_id: int | None, external_id: str, day: str, lines: Iterable[OrderLine], *,
        connection: str = "shop", kind: str = "sale", hour: int = 10, store: str = "",
        channel: str = "web", status: str = "completed", currency: str = "EUR",
        counts: bool = True, past: str = "00:01", record: int | None = None,
    ) -> int:  # fmt: skip
        """A new order or return with its lines, or another content of `record`; gives its id."""
        number = record or self.record(connection, f"{kind}s", external_id)
        weekday = date.fromisoformat(day).isoweekday()
        placed_at = f"{day}T{max(hour, 0):02d}:{past}.000000Z"
        self.work.upsert(t.orders, [Order(
            number, "", kind, source_id, None, external_id, channel, store, placed_at, day, hour,
            weekday, status, currency, 0, 0, 0, 0, 0, 0, counts,
            orjson.dumps([one[-len(LINE) :] for one in lines]).decode(),
        )])  # fmt: skip
        return number

    def delivery(
        self, source_id: int, order: int, promised: str | None, delivered: str | None, *,
        shipped: str | None = None, evidence: str = "exact", method: str = "ship",
    ) -> int:  # fmt: skip
        """A new delivery of an order."""
        number = self.record("shop", "deliveries", f"d{next(self._numbers)}")
        row = Delivery(
            number, "", order, source_id, method, promised, shipped, delivered, "DHL", evidence
        )
        self.work.upsert(t.delivery, [row])
        return number

    def talk(
        self, source_id: int, day: str, kind: str, *, status: str = "open",
        due_on: str | None = None, resolved_on: str | None = None, channel: str = "phone",
        direction: str = "in",
    ) -> int:  # fmt: skip
        """A new interaction."""
        number = self.record("crm", "interactions", f"i{next(self._numbers)}")
        self.work.upsert(t.interaction, [Interaction(
            number, "", source_id, f"{day}T09:00:00.000000Z", day, channel, kind, direction,
            status,
            "", "", due_on, resolved_on, "",
        )])  # fmt: skip
        return number

    def product(
        self, sku: str, name: str, *, external_id: str = "", category: str = "",
        brand: str = "", size: str = "", connection: str = "shop", cost: int | None = None,
        currency: str = "",
    ) -> int:  # fmt: skip
        """A new product."""
        number = self.record(connection, "products", external_id or sku)
        row = Product(number, "", connection, sku, name, "", category, brand, size, cost,
                      currency)  # fmt: skip
        self.work.upsert(t.product, [row])
        return number


def line(sku: str = "", gross: int = 0, net: int | None = None, **fields: Any) -> OrderLine:
    """A line; `net` is what is left of `gross` without 19 % tax unless given."""
    values: dict[str, Any] = {
        "title": "", "category": "", "brand": "", "size": "", "quantity": 1000, "discount": 0,
        "returned": False, "gift_card": False, "cost": None,
    }  # fmt: skip
    untaxed = gross * 100 // 119 if net is None else net
    return OrderLine(
        record_id=0, part="", line_no=0, sku=sku, gross=gross, net=untaxed, **values | fields
    )


def rows(work: Work, table: Any) -> Sequence[tuple[Any, ...]]:
    """Every row of a table, sorted."""
    return sorted(tuple(row) for row in work.all(table.select()))


def post(books: Books, source_id: int, person: Person) -> None:
    """Write a person's whole history under one source customer."""
    numbers = {}
    for one in person.receipts:
        items = [line(**asdict(item)) for item in one.items]
        numbers[one.ref] = books.order(
            source_id, one.ref.rpartition("/")[2], one.day.isoformat(), items,
            connection=one.connection, kind=one.kind, hour=one.hour, store=one.store,
            channel=one.channel, status=one.status, currency=one.currency, counts=one.counts,
            past=one.past,
        )  # fmt: skip
    for parcel in person.parcels:
        promised, shipped, delivered = map(
            _iso, (parcel.promised, parcel.shipped, parcel.delivered)
        )
        books.delivery(
            source_id, numbers[parcel.receipt], promised, delivered, shipped=shipped,
            evidence=parcel.evidence, method=parcel.method,
        )  # fmt: skip
    for talk in person.talks:
        day, due_on, resolved_on = map(_iso, (talk.day, talk.due, talk.resolved))
        books.talk(
            source_id, day or "", talk.kind, status=talk.status, due_on=due_on,
            resolved_on=resolved_on, channel=talk.channel, direction=talk.direction,
        )  # fmt: skip


def stock(books: Books, wares: Iterable[Ware]) -> None:
    """Write a catalogue."""
    for ware in wares:
        external_id = ware.ref.rpartition("/")[2].removesuffix("#")
        books.product(
            ware.sku, ware.name, external_id=external_id, category=ware.category,
            brand=ware.brand, size=ware.size, connection=ware.connection, cost=ware.cost,
            currency=ware.currency,
        )  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
