"""A book of source customers on a real store, to write people into and to ask who is who."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from crmsync.identity.house import Ask
from crmsync.identity.read import decide
from crmsync.identity.resolve import resolve
from crmsync.identity.study import read_traits
from crmsync.model.customer import Address, ContactPoint, SourceCustomer
from crmsync.model.document import write_document
from crmsync.model.ids import uuid7
from crmsync.model.name import PersonName
from crmsync.model.ref import Ref
from crmsync.store import Change, Store, Work, open_store
from crmsync.store import keys as key_store
from crmsync.store import links as link_store
from crmsync.store.tables import link_event, pair, record, source_customer, stream

NUMBERS = {"crm": "main", "erp": "main"}
Parts = dict[str, Any]


def make_customer(
    name: str = "", *, email: str = "", phone: str = "", at: str = "", role: bool = False,
    suffix: str = "", salutation: Any = None, **fields: Any,
) -> SourceCustomer:  # fmt: skip
    """A customer named "Given Family" (the last word is the family name), living at `at`."""
    given, nobility, family = re.fullmatch(r"(?:(.*?) )?(?:(von(?: der)?) )?(\S*)", name).groups("")
    contacts = [ContactPoint("email", one, role=role) for one in email.split()]
    contacts += [ContactPoint("phone", one) for one in phone.split()]
    whole = PersonName(salutation, given=given, nobility=nobility, family=family, suffix=suffix)
    fields.setdefault("addresses", (Address(key=at),) if at else ())
    return SourceCustomer(
        name=whole if name or salutation else None, contacts=tuple(contacts), **fields
    )


class Book:
    """Source customers by the text of their Ref ("crm/customers/1", short "crm/1")."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ask: Ask | None = None
        self.ids: dict[str, int] = {}
        self._streams: dict[tuple[str, str], int] = {}
        self._moments, self._runs = itertools.count(1), itertools.count(1)

    def ref(self, short: str) -> Ref:
        """The Ref behind "crm/1"."""
        connection, _, name = short.partition("/")
        return Ref(connection, "customers", name)

    def put(self, short: str, name: str = "", *, controller: str = "Muster", **parts: Any) -> None:
        """Write a source customer, new or changed, as normalize would."""
        self.put_all({short: (controller, make_customer(name, **parts))})

    def put_all(self, people: dict[str, tuple[str, SourceCustomer]]) -> None:
        """Write many at once."""
        with self.store.work() as work:
            rows = []
            for short, (controller, person) in people.items():
                number = self._record(work, self.ref(short))
                doc = write_document(person).decode()
                rows.append((number, self._stream(work, self.ref(short)), controller, doc))
            work.upsert(source_customer, rows)
            work.log_records("source", [row[0] for row in rows])

    def withdraw(self, *shorts: str) -> None:
        """Take source customers out, as normalize does when a backend deletes them."""
        with self.store.work() as work:
            ids = [self.ids[short] for short in shorts]
            work.delete(source_customer.c.record_id, ids)
            work.log_records("source", ids)

    def decide(self, a: str, b: str, band: Any, *, at: str = "2026-11-21T09:00:00Z") -> None:
        """Record what a human decided."""
        with self.store.work() as work:
            decide(work, self.ref(a), self.ref(b), band, by="anja", at=at, note="")

    def resolve(self, *, batch: int = 10_000, numbers: dict[str, str] | None = None) -> Parts:
        """Run the stage over what changed, in batches, as a run of the engine; the last counts."""
        counts: Parts = {}
        run = f"r{next(self._runs)}"
        while True:
            with self.store.work(run_id=run) as work:
                changes = work.changes("resolve", ["source"], batch)
                if not changes:
                    return counts
                counts = self.take(work, changes, numbers=numbers)
                work.advance("resolve", changes[-1].seq)

    def take(
        self, work: Work, changes: Sequence[Change], *, numbers: dict[str, str] | None = None
    ) -> Parts:
        """One call of the stage; its counts add up."""
        names = NUMBERS if numbers is None else numbers
        counts = resolve(work, changes, numbers=names, new_id=self.new_id, ask=self.ask)
        assert counts["taken"] == sum(n for word, n in counts.items() if word != "taken")
        return counts

    def new_id(self) -> str:
        """The next id; each is later than the one before."""
        return uuid7(next(self._moments), bytes(10))

    def customer(self, short: str) -> str | None:
        """The customer that a source customer is linked to."""
        with self.store.read() as work:
            links = link_store.links_of(work, [self.ids[short]])
        return next((link.customer_id for link in links.values()), None)

    def groups(self) -> set[frozenset[str]]:
        """Who is with whom."""
        names = {number: short for short, number in self.ids.items()}
        found: dict[str, set[str]] = {}
        with self.store.read() as work:
            for link in link_store.links_of(work, names).values():
                found.setdefault(link.customer_id, set()).add(names[link.source_id])
        return {frozenset(group) for group in found.values()}

    def together(self, *shorts: str) -> bool:
        """Whether these are one customer."""
        homes = {self.customer(short) for short in shorts}
        return len(homes) == 1 and None not in homes

    def pairs(self) -> dict[frozenset[str], tuple[str, str]]:
        """Band and rule of every pair that was written."""
        names = {number: short for short, number in self.ids.items()}
        with self.store.read() as work:
            rows = work.all(pair.select())
        return {frozenset((names[row[0]], names[row[1]])): (row[2], row[3]) for row in rows}

    def pair(self, a: str, b: str) -> tuple[str, str] | None:
        """Band and rule of one pair."""
        return self.pairs().get(frozenset((a, b)))

    def state(self, customer_id: str | None) -> tuple[str, str | None]:
        """State and alias of a customer."""
        assert customer_id is not None
        with self.store.read() as work:
            row = link_store.load_customers(work, [customer_id])[customer_id]
        return row.state, row.alias_of

    def events(self) -> list[tuple[str, str | None, str | None]]:
        """The history of links: source, from, to."""
        names = {number: short for short, number in self.ids.items()}
        with self.store.read() as work:
            rows = work.all(link_event.select().order_by(link_event.c.seq))
        return [(names[row[1]], row[2], row[3]) for row in rows]

    def logged(self) -> set[str | None]:
        """The customers logged as changed since the last call."""
        with self.store.work() as work:
            changes = work.changes("test", ["customer"], 100_000)
            if changes:
                work.advance("test", changes[-1].seq)
        return {change.customer_id for change in changes}

    def keys(self, short: str) -> set[str]:
        """The strong keys a source customer holds in the index."""
        with self.store.read() as work:
            rows = key_store.keys_of(work, [self.ids[short]])
        return {row.key for row in rows if not row.key.startswith("h:")}

    def traits(self, short: str) -> Any:
        """What is compared of a source customer."""
        with self.store.read() as work:
            return read_traits(key_store.load_sources(work, [self.ids[short]])[0], NUMBERS)

    def _record(self, work: Work, ref: Ref) -> int:
        short = f"{ref.connection}/{ref.external_id}"
        if short not in self.ids:
            self.ids[short] = work.numbers("record", 1)[0]
            row = (self.ids[short], self._stream(work, ref), ref.external_id, b"", "mapped", False)
            work.upsert(record, [(*row, None, "r1", b"")])
        return self.ids[short]

    def _stream(self, work: Work, ref: Ref) -> int:
        place = ref.connection, ref.stream
        if place not in self._streams:
            self._streams[place] = work.numbers("stream", 1)[0]
            row = (self._streams[place], *place, "customers", "", "{}")
            work.upsert(stream, [row])
        return self._streams[place]


@pytest.fixture
def book(store: Store) -> Book:
    """An empty book, once on SQLite and once on PostgreSQL."""
    return Book(store)


@pytest.fixture(scope="session")
def new_book(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Callable[[], Book]]:
    """Makes empty books on SQLite, for tests that need many; the last four of them are open."""
    folder: Path = tmp_path_factory.mktemp("books")
    open_store(f"sqlite:///{folder / 'empty.db'}").close()
    numbers, opened = itertools.count(), list[Store]()

    def make() -> Book:
        path = folder / f"{next(numbers)}.db"
        shutil.copy(folder / "empty.db", path)
        opened.append(open_store(f"sqlite:///{path}"))
        if len(opened) > 4:
            opened.pop(0).close()
        return Book(opened[-1])

    yield make
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def person() -> Callable[..., SourceCustomer]:
    """Makes a source customer (see make_customer)."""
    return make_customer
