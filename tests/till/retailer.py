"""An invented retailer: fills a store with customers and runs the till feed over what changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from msgspec import structs

from crmsync.model.customer import Address, ContactPoint, Profile, SourceCustomer
from crmsync.model.document import write_document
from crmsync.model.habit import Favourite, Habits
from crmsync.model.name import PersonName
from crmsync.outreach.ledger import Statement, record
from crmsync.store import Change, Store
from crmsync.store import tables as t
from crmsync.store.cards import CardRow, cards
from crmsync.till.build import Counts, build
from crmsync.till.card import Card, load
from crmsync.till.feed import TillFeed
from crmsync.till.keys import Keys, load_keys
from crmsync.till.settings import TillSettings
from crmsync.till.tillfile import Now, TillFile

AS_OF = "2026-11-21"
EXPIRES = "2026-11-24"
OPEN = TillSettings(basis="legitimate_interest", note="Abwägung vom 3.11.2026, Ordner 7")


def often(name: str) -> Favourite:
    """A favourite that was bought often enough."""
    return Favourite(name, 500, 8)


def person(salutation: Any = None, given: str = "", family: str = "", **more: Any) -> Any:
    """A customer; keys of the name go into the name, the others into the customer.

    `phone`, `email` (with `verified`, `role`), `city`, `plz` are short for contacts and address.
    """
    parts = {key: more.pop(key) for key in list(more) if key in PersonName.__struct_fields__}
    name = PersonName(salutation=salutation, given=given, family=family, **parts)
    told = {"verified": more.pop("verified", True), "role": more.pop("role", False)}
    points = (("mobile", more.pop("phone", "")), ("email", more.pop("email", "")))
    contacts = tuple(ContactPoint(kind, value, **told) for kind, value in points if value)  # type: ignore[arg-type]
    place = Address(city=more.pop("city", ""), postal_code=more.pop("plz", ""))
    addresses = (place,) if place.city or place.postal_code else ()
    customer = SourceCustomer(name=name, contacts=contacts, addresses=addresses)
    return structs.replace(customer, **more)


@dataclass
class Retailer:
    """Fills one store; every method opens its own unit of work."""

    store: Store
    feed: TillFeed = field(default_factory=lambda: TillFeed({"kaufhaus": OPEN}))
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def put(
        self,
        customer_id: str,
        customer: SourceCustomer,
        *,
        controller: str = "kaufhaus",
        orders: int = 0,
        last_order_on: str | None = None,
        **habits: Any,
    ) -> None:
        """Write a customer with its source, profile and habits, and log that they changed."""
        number = next(self.numbers)
        ref = f"crm/customers/{customer_id}"
        golden = Profile(customer_id, controller, customer, (ref,), {})
        doc = write_document(customer).decode()
        with self.store.work() as work:
            work.upsert(t.stream, [(1, "crm", "customers", "customers", "", "{}")])
            name = f"{customer_id}-{number}"
            row = (number, 1, name, b"h", "mapped", False, None, "run", b"\x00{}")
            work.upsert(t.record, [row])
            work.upsert(t.source_customer, [(number, 1, controller, doc)])
            work.upsert(t.customer, [(customer_id, controller, "alive", None)])
            work.upsert(t.link, [(number, customer_id, "test")])
            text = write_document(golden).decode()
            work.upsert(t.profile, [(customer_id, controller, b"h", text)])
            told = Habits(AS_OF, orders=orders, last_order_on=last_order_on, **habits)
            facts = orjson.dumps(told).decode()
            kept = {"customer_id": customer_id, "controller": controller, "customer_key": ref,
                    "as_of": AS_OF, "hash": b"h", "orders": orders, "currency": "EUR",
                    "revenue_net": 0, "last_order_on": last_order_on, "doc": facts}  # fmt: skip
            work.upsert(t.habit, [[kept.get(column.name) for column in t.habit.columns]])
            work.log_customers("profile", [customer_id])

    def merge(self, loser: str, winner: str) -> None:
        """Make one customer the alias of another, as identity does."""
        with self.store.work() as work:
            work.upsert(t.customer, [(loser, "kaufhaus", "merged", winner)])
            work.delete(t.profile.c.customer_id, [loser])
            work.log_customers("customer", [loser, winner])

    def buy(self, customer_id: str, store: str, day: str) -> None:
        """An order of the customer in a store."""
        number = next(self.numbers)
        with self.store.work() as work:
            (row,) = work.all(t.link.select().where(t.link.c.customer_id == customer_id))
            order = (number, "order", "sale", row.source_id, None, "", "pos", store,
                     f"{day}T10:00:00Z", day, 11, 1, "completed", "EUR", 100, 84, 0, 0, 0, 0,
                     True, "[]")  # fmt: skip
            work.upsert(t.orders, [order])

    def shop(self, key: str, name: str, postal_code: str = "") -> None:
        """A store of the retailer."""
        with self.store.work() as work:
            row = (next(self.numbers), "store", "pos", key, name, "", postal_code, "", "")
            work.upsert(t.shop, [row])

    def says(self, customer_id: str, state: str, *, at: str, **more: Any) -> None:
        """What the customer tells us at the till about being greeted."""
        about = {"purpose": "greeting", "evidence": "Formular Kasse v2", **more}
        told = Statement(channel="till_greeting", state=state, origin="till", at=at, **about)
        with self.store.work() as work:
            record(work, customer_id, told, as_of=at[:10], token_bytes=lambda size: bytes(size))

    def sync(self, *, as_of: str = AS_OF) -> Mapping[str, int]:
        """Run the feed over what changed behind its watermark, as the engine does."""
        with self.store.work() as work:
            changes = work.changes(self.feed.name, self.feed.topics, 10_000)
            once: dict[Any, Change] = {(one.topic, one.customer_id): one for one in changes}
            counts = self.feed.take(work, list(once.values()), as_of=as_of)
            if changes:
                work.advance(self.feed.name, changes[-1].seq)
        assert counts["taken"] == sum(counts.values()) - counts["taken"]
        return counts

    def row(self, customer_id: str) -> CardRow | None:
        """The card row of a customer."""
        with self.store.read() as work:
            return cards(work, [customer_id]).get(customer_id)

    def due(self, customer_id: str) -> dict[str, str]:
        """The days that wake a customer, by reason."""
        with self.store.read() as work:
            rows = work.all(t.due.select().where(t.due.c.customer_id == customer_id))
        return {row.reason: row.on_day for row in rows}

    def card(self, customer_id: str) -> Card | None:
        """The living card of a customer."""
        row = self.row(customer_id)
        return load(row.doc) if row and row.doc else None

    def keys(self, customer_id: str) -> Keys:
        """The look-up keys of a customer's card."""
        row = self.row(customer_id)
        assert row is not None
        assert row.keys is not None
        return load_keys(row.keys)

    def build(self, path: Path, **more: Any) -> Counts:
        """Sync and build a till file."""
        self.sync()
        return build(
            self.store, path, built_at="2026-11-21T06:00:00.000000Z", expires_on=EXPIRES, **more
        )


def noon() -> Now:
    """Noon of the day of every test."""
    return Now(AS_OF, 12)


def opened(path: Path) -> TillFile:
    """The till file at `path`, at noon."""
    return TillFile(path, clock=noon)
