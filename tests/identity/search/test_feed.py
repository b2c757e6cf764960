"""The store's index follows its customers: listed, changed, gone without a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import orjson
import pytest

from crmsync.engine.finding import find_people
from crmsync.identity.search.feed import SearchFeed
from crmsync.identity.search.stored import find_customers
from crmsync.model.customer import Address, ContactPoint, Profile, SourceCustomer
from crmsync.model.document import write_document
from crmsync.model.habit import Habits
from crmsync.model.name import PersonName
from crmsync.store import Store, open_store
from crmsync.store import tables as t
from crmsync.till.feed import TillFeed

INDEX = (t.search_person, t.search_term, t.search_cut, t.search_sound, t.search_posting)
AS_OF = "2026-11-21"


def person(given: str, family: str, **more: str) -> SourceCustomer:
    """A customer; `phone`, `plz` and `city` are short for contact and address."""
    phone, plz = more.pop("phone", ""), more.pop("plz", "")
    contacts = (ContactPoint("mobile", phone, verified=True),) if phone else ()
    addresses = (Address(postal_code=plz, city=more.pop("city", "")),) if plz else ()
    name = PersonName(given=given, family=family)
    return SourceCustomer(name=name, contacts=contacts, addresses=addresses, **more)  # type: ignore[arg-type]


class Book:
    """Writes profiles into a store and runs the feed over what changed."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.feed = SearchFeed()

    def put(self, customers: Mapping[str, SourceCustomer], *, orders: int = 0) -> None:
        """Write the profiles of these customers, who have so many orders."""
        with self.store.work() as work:
            for name, customer in customers.items():
                profile = Profile(name, "k", customer, (f"crm/c/{name}", f"erp/c/{name}"), {})
                doc = write_document(profile).decode()
                work.upsert(t.customer, [(name, "k", "alive", None)])
                work.upsert(t.profile, [(name, "k", b"", doc)])
                kept = {"customer_id": name, "controller": "k", "customer_key": f"crm/c/{name}",
                        "as_of": AS_OF, "hash": b"h", "orders": orders, "currency": "EUR",
                        "revenue_net": 0, "doc": orjson.dumps(Habits(AS_OF)).decode()}  # fmt: skip
                work.upsert(t.habit, [[kept.get(column.name) for column in t.habit.columns]])
            work.log_customers("profile", list(customers))

    def erase(self, *ids: str) -> None:
        """Take the profiles of these customers away."""
        with self.store.work() as work:
            work.delete(t.profile.c.customer_id, ids)
            work.log_customers("customer", ids)

    def sync(self) -> Mapping[str, int]:
        """Run the feed over what changed."""
        with self.store.work() as work:
            changes = work.changes(self.feed.name, self.feed.topics, 10_000)
            counts = self.feed.take(work, changes, as_of=AS_OF)
            if changes:
                work.advance(self.feed.name, changes[-1].seq)
        assert counts["taken"] == sum(counts.values()) - counts["taken"]
        return counts

    def found(self, text: str) -> Sequence[str]:
        """The ids of the customers that a search brings."""
        with self.store.read() as work:
            return find_customers(work, text)

    def sizes(self) -> list[int]:
        """The rows of each table of the index."""
        with self.store.read() as work:
            return [len(work.all(table.select())) for table in INDEX]

    def lists(self) -> dict[str, list[str]]:
        """Who is listed under each term."""
        with self.store.read() as work:
            names = {row.id: row.text for row in work.all(t.search_term.select())}
            who = {row.slot: row.customer_id for row in work.all(t.search_person.select())}
            found: dict[str, list[str]] = {text: [] for text in names.values()}
            for row in work.all(t.search_posting.select()):
                places = memoryview(bytes(row.places)).cast("H")
                found[names[row.term]] += [who[row.block << 16 | place] for place in places]
        return {text: sorted(ids) for text, ids in found.items()}


@pytest.fixture
def book(store: Store) -> Book:
    """An empty store, SQLite and PostgreSQL."""
    return Book(store)


def test_who_is_new_is_found_and_who_changed_under_the_new_name_alone(book: Book) -> None:
    book.put({"a": person("Anna", "Weber", plz="50823"), "b": person("Lea", "Çelik")})
    assert book.sync() == {"taken": 2, "listed": 2, "unchanged": 0, "removed": 0, "absent": 0,
                           "repeated": 0}  # fmt: skip
    assert book.found("webber anna") == ["a"]
    assert book.found("celik") == ["b"]
    book.put({"a": person("Anna", "Jansen")})
    assert book.sync()["listed"] == 1
    assert book.found("weber") == []
    assert book.found("50823") == []
    assert book.found("Anna Janßen") == ["a"]


def test_the_same_again_changes_nothing(book: Book) -> None:
    book.put({"a": person("Anna", "Weber")})
    book.sync()
    before = book.lists()
    book.put({"a": person("Anna", "Weber")})
    assert book.sync()["unchanged"] == 1
    assert book.lists() == before


def test_who_is_gone_leaves_no_row(book: Book) -> None:
    book.put({"a": person("Xanthippe", "Zwölfender", phone="+491712345678", plz="50823")})
    book.sync()
    assert all(book.sizes())
    book.erase("a", "never")
    assert book.sync() | {"taken": 0} == {"taken": 0, "listed": 0, "unchanged": 0, "removed": 1,
                                          "absent": 1, "repeated": 0}  # fmt: skip
    assert book.sizes() == [0, 0, 0, 0, 0]


def test_who_is_merged_is_out_though_the_profile_is_still_there(book: Book) -> None:
    book.put({"a": person("Anna", "Weber"), "b": person("Anne", "Weber")})
    book.sync()
    with book.store.work() as work:
        work.upsert(t.customer, [("b", "k", "merged", "a")])
        work.log_customers("customer", ["a", "b"])
    assert book.sync()["removed"] == 1
    assert book.found("weber") == ["a"]


def test_no_byte_of_an_erased_name_stays_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(f"sqlite:///{path}")
    book = Book(store)
    others = {f"c{at}": person(f"Vera{at}", f"Beispiel{at}") for at in range(200)}
    book.put({"a": person("Xanthippe", "Zwölfender"), **others})
    book.sync()
    book.erase("a")
    book.sync()
    with store.work() as work:
        work.run(t.change.delete())
    store.close()
    content = path.read_bytes()
    assert b"beispiel7" in content
    for word in ("xanthippe", "zwolfender", "zwölfender", "xan*", "zwol*"):
        assert word.encode() not in content.lower()


def test_who_buys_more_comes_first(book: Book) -> None:
    book.put({"a": person("Eva", "Braun"), "b": person("Max", "Braun")}, orders=1)
    book.put({"c": person("Ida", "Braun")}, orders=12)
    book.sync()
    assert book.found("braun")[0] == "c"
    book.put({"b": person("Max", "Braun")}, orders=40)
    assert book.sync()["listed"] == 1
    assert book.found("braun") == ["b", "c", "a"]


def test_however_the_changes_came_the_lists_are_those_of_a_fresh_index(book: Book) -> None:
    random = Random(7)
    given, family = (
        ("Anna", "Jörg", "Văn Tú", "Lea-Sophie"),
        ("Weber", "Söğüt", "Bùi", "Maier-Lenz"),
    )
    alive: dict[str, SourceCustomer] = {}
    for _ in range(12):
        batch = {f"c{random.randrange(30)}": person(random.choice(given), random.choice(family),
                 plz=random.choice(("", "50823", "10115"))) for _ in range(8)}  # fmt: skip
        book.put(batch, orders=random.randrange(6))
        alive |= batch
        gone = random.sample(sorted(alive), 2)
        book.erase(*gone)
        alive = {name: one for name, one in alive.items() if name not in gone}
        if random.random() < 0.7:
            book.sync()
    book.sync()
    grown = book.lists()
    book.erase(*alive)
    book.sync()
    assert book.sizes() == [0, 0, 0, 0, 0]
    book.put(alive)
    book.sync()
    assert grown == book.lists()


def test_a_number_or_an_address_finds_before_a_name_does(book: Book) -> None:
    mail = ContactPoint("email", "anna@example.org", verified=True)
    customers = {
        "a": person("Anna", "Weber", phone="+491712345678", plz="50823", city="Köln",
                    loyalty_card="290000012345", customer_number="K-200417"),
        "b": SourceCustomer(kind="firm", company="Bäckerei Lenz KG", contacts=(mail,)),
    }  # fmt: skip
    book.put(customers)
    book.sync()
    with book.store.work() as work:
        changes = work.changes("till", TillFeed.topics, 100)
        TillFeed().take(work, changes, as_of=AS_OF)
    with book.store.read() as work:
        for text in ("0171 2345678", "2900 0001 2345", "K-200417", "5678", "50823", "weba anna"):
            (found,) = find_people(work, text)
            assert found == ("a", "k", "Anna Weber", "50823 Köln", 2)
        (firm,) = find_people(work, "anna@example.org")
        assert firm == ("b", "k", "Bäckerei Lenz KG", "", 2)
        assert find_people(work, "nobody@example.org") == []
