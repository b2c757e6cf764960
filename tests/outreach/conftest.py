"""Builders that fill the store's tables directly with invented people."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from msgspec import structs

from crmsync.model.customer import Address, ContactPoint, Profile, SourceCustomer
from crmsync.model.document import write_document
from crmsync.model.habit import Habits
from crmsync.model.name import PersonName
from crmsync.model.ref import Ref
from crmsync.outreach.ledger import LedgerFeed
from crmsync.store import Change, Store
from crmsync.store import tables as t
from crmsync.store.ledger import consents_of

CONTROLLER = "wrobel"
AS_OF = "2026-11-21"


HOME = Address(
    "home", "", "", "Lindenstraße", "12", (), "10969", "Berlin", "", "DE", "10969|linden|12"
)


@dataclass
class Filler:
    """Fills one store; every method opens its own unit of work."""

    store: Store
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    streams: dict[tuple[str, str], int] = field(default_factory=dict)
    noise: random.Random = field(default_factory=lambda: random.Random(7))
    claims: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def person(
        self,
        given: str = "Käthe",
        family: str = "Müller",
        *,
        salutation: Any = "frau",
        titles: tuple[str, ...] = (),
        email: str = "",
        phone: str = "",
        address: Address | None = None,
        **more: Any,
    ) -> SourceCustomer:
        """An invented source customer, reachable by what is given."""
        points = [("email", email), ("mobile", phone)]
        contacts = tuple(ContactPoint(kind, value, value) for kind, value in points if value)
        name = PersonName(salutation, titles, given, family=family)
        addresses = (address,) if address else ()
        customer = SourceCustomer(name=name, contacts=contacts, addresses=addresses)
        return structs.replace(customer, **more)

    def record(self, ref: str) -> int:
        """A landed record with this Ref."""
        at, number = Ref.parse(ref), next(self.ids)
        with self.store.work() as work:
            stream = self.streams.setdefault(at[:2], len(self.streams) + 1)
            work.upsert(t.stream, [(stream, *at[:2], at.stream, "", "{}")])
            row = (number, stream, at.external_id, b"h", "mapped", False, None, "run", b"\x00{}")
            work.upsert(t.record, [row])
        return number

    def source(self, ref: str, customer: SourceCustomer, customer_id: str = "") -> int:
        """A source customer, linked to `customer_id` if given."""
        number = self.record(ref)
        self.change_source(number, customer)
        if customer_id:
            self.link(number, customer_id)
        return number

    def change_source(self, number: int, customer: SourceCustomer) -> None:
        """Write what a backend now tells of a source customer."""
        with self.store.work() as work:
            doc = write_document(customer).decode()
            work.upsert(t.source_customer, [(number, 1, CONTROLLER, doc)])

    def link(self, number: int, customer_id: str) -> None:
        """Link a source customer to a customer that is made if need be."""
        with self.store.work() as work:
            work.upsert(t.customer, [(customer_id, CONTROLLER, "alive", None)])
            work.upsert(t.link, [(number, customer_id, "test")])

    def claim(self, source: int, channel: str, state: str, **more: Any) -> int:
        """A consent claim of a source customer; gives the record id it came with."""
        number = more.pop("record_id", None) or 1000 + next(self.claims)
        row = {"purpose": "marketing", "contact": "", "at": None, "basis": "", "origin": "",
               "evidence": "", "expires_on": None, **more}  # fmt: skip
        with self.store.work() as work:
            work.upsert(
                t.consent_claim,
                [(number, "consent", source, channel, row["purpose"], state, row["contact"],
                  row["at"], row["basis"], row["origin"], row["evidence"], row["expires_on"])],
            )  # fmt: skip
        return number

    def profile(self, customer_id: str, customer: SourceCustomer, *refs: str) -> None:
        """A golden profile."""
        golden = Profile(customer_id, CONTROLLER, customer, tuple(sorted(refs)), {})
        with self.store.work() as work:
            doc = write_document(golden).decode()
            work.upsert(t.profile, [(customer_id, CONTROLLER, b"h", doc)])

    def regular(self, customer_id: str, ref: str, customer: SourceCustomer) -> int:
        """A source customer with its customer and profile."""
        number = self.source(ref, customer, customer_id)
        self.profile(customer_id, customer, ref)
        return number

    def order(self, source: int | None, ref: str, **more: Any) -> int:
        """An order of a source customer."""
        row = {"part": "order", "kind": "sale", "order": None, "number": "", "channel": "web",
               "store": "", "placed_at": "2026-11-01T10:00:00Z", "day": "2026-11-01", "hour": 11,
               "weekday": 7, "status": "open", "currency": "EUR", "gross": 4990, "net": 4193,
               "refund_gross": 0, "refund_net": 0, "discount": 0, "shipping": 0,
               "counts": True, "lines": "[]", **more}  # fmt: skip
        number = self.record(ref)
        values = list(row.values())
        with self.store.work() as work:
            work.upsert(t.orders, [(number, *values[:2], source, *values[2:])])
        return number

    def delivery(self, order: int, source: int | None, **more: Any) -> None:
        """A delivery of an order."""
        row = {"part": "delivery", "method": "ship", "promised_on": None, "shipped_on": None,
               "delivered_on": None, "carrier": "DHL", "evidence": "exact",
               "route": "", **more}  # fmt: skip
        values = list(row.values())
        with self.store.work() as work:
            work.upsert(t.delivery, [(order, values[0], order, source, *values[1:])])

    def interaction(self, source: int, day: str, **more: Any) -> None:
        """A touch with a source customer."""
        row = {"channel": "email", "kind": "complaint", "direction": "in", "status": "open",
               "subject": "", "reason": "", "due_on": None, "resolved_on": None, "store": "",
               "order_ref": "", "thread": "", "contact": "", "details": "", **more}  # fmt: skip
        number = self.record(f"crm/interactions/{next(self.claims)}")
        with self.store.work() as work:
            work.upsert(
                t.interaction,
                [(number, "interaction", source, f"{day}T09:00:00Z", day, *row.values())],
            )

    def habit(self, customer_id: str, orders: int, last_order_on: str | None, **doc: Any) -> None:
        """A customer's habits."""
        habits = Habits(AS_OF, orders=orders, last_order_on=last_order_on, **doc)
        row = {"customer_id": customer_id, "controller": CONTROLLER, "customer_key": customer_id,
               "as_of": AS_OF, "hash": b"h", "orders": orders, "currency": "EUR",
               "revenue_net": 10000, "last_order_on": last_order_on, "abc": None,
               "doc": orjson.dumps(habits).decode()}  # fmt: skip
        with self.store.work() as work:
            work.run(sa.insert(t.habit).values(row))

    def take(self, *source_ids: int, as_of: str = AS_OF) -> Mapping[str, int]:
        """Run the ledger feed over changed claims of these source customers."""
        changes = [Change(n, "consents", one, None) for n, one in enumerate(source_ids, 1)]
        with self.store.work() as work:
            return LedgerFeed(self.noise.randbytes).take(work, changes, as_of=as_of)

    def entries(self) -> list[Any]:
        """Every entry of the ledger with its payload."""
        joined = sa.outerjoin(t.ledger, t.ledger_payload, t.ledger.c.seq == t.ledger_payload.c.seq)
        statement = sa.select(t.ledger, t.ledger_payload.c.payload).select_from(joined)
        with self.store.read() as work:
            return list(work.all(statement.order_by(t.ledger.c.seq)))

    def state(self, customer_id: str, channel: str, purpose: str = "marketing", **more: Any) -> str:
        """The word for a customer's effective state."""
        contact, as_of = more.get("contact"), more.get("as_of", AS_OF)
        with self.store.read() as work:
            found = consents_of(work, [customer_id], as_of=as_of)[customer_id]
        return found.of(channel, purpose, contact).state


@pytest.fixture
def fill(store: Store) -> Filler:
    """A filler of the test's store."""
    return Filler(store)
