"""For any history: the query equals the oracle, and any order of events ends as one full run.

Events come late, twice, corrected and taken back; customers are merged and taken apart again.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmsync.profile.compute import compute
from crmsync.profile.habits import load_habits
from crmsync.store import Store, Work, open_store
from crmsync.store import tables as t
from tests.profile import oracle
from tests.profile.books import Books, line, stock
from tests.profile.bought import Item, Parcel, Person, Receipt, Talk, Ware
from tests.profile.people import columns
from tests.profile.test_habits import copy, run, stored

TODAY = date(2026, 11, 21)
CALM = {"deadline": None, "derandomize": True, "database": None}
FEW = [HealthCheck.too_slow, HealthCheck.data_too_large]

days = st.integers(-40, 12).map(lambda plus: TODAY + timedelta(plus))
words = st.sampled_from(["", "", "Wolle", "Ärmel", "wolle"])
items = st.builds(
    Item,
    sku=st.sampled_from(["", "S1", "S1", "S2"]),
    title=words,
    category=st.sampled_from(["", "Wolle", "Stoffe", "Drogerie > Diabetes"]),
    brand=words,
    size=st.sampled_from(["", "M", "L"]),
    quantity=st.sampled_from([0, 1, 500, 1000, 1000, 2000, 10**9]),
    gross=st.sampled_from([-190, 0, 1, 1190, 1190, 10**12]),
    net=st.sampled_from([-160, 0, 1, 1000, 10**12]),
    discount=st.sampled_from([0, 0, 100, -50]),
    returned=st.sampled_from([False, False, False, True]),
    gift_card=st.sampled_from([False, False, False, True]),
)
receipts = st.builds(
    Receipt,
    ref=st.just(""),
    day=days,
    items=st.lists(items, max_size=3).map(tuple),
    kind=st.sampled_from(["sale", "sale", "sale", "return"]),
    status=st.sampled_from(["completed", "open"]),
    channel=st.sampled_from(["web", "pos"]),
    store=st.sampled_from(["", "Köln", "Bonn"]),
    hour=st.sampled_from([-1, 0, 10, 10, 23]),
    currency=st.sampled_from(["EUR", "EUR", "CHF"]),
    counts=st.sampled_from([True, True, True, False]),
    past=st.sampled_from(["00:00", "30:00", "00:01"]),
)
talks = st.builds(
    Talk,
    kind=st.sampled_from(["complaint", "call_back", "campaign"]),
    status=st.sampled_from(["open", "done"]),
    day=days,
    due=st.none() | days,
    resolved=st.none() | days,
    channel=st.sampled_from(["email", "letter", ""]),
    direction=st.sampled_from(["in", "out", "out"]),
)
ware = st.builds(
    Ware,
    connection=st.just("shop"),
    sku=st.sampled_from(["S1", "S2"]),
    ref=st.just(""),
    name=words,
    category=st.sampled_from(["", "Stoffe", "Drogerie > Diabetes"]),
    brand=words,
    size=words,
)
wares = st.lists(ware, max_size=3).map(
    lambda told: [replace(one, ref=f"shop/products/{place}#") for place, one in enumerate(told)]
)


@st.composite
def people(draw: Any) -> Person:
    """Somebody with some receipts, deliveries of some of them, and talks.

    Every other buys the same things again and again: else nothing would ever run out.
    """
    often = draw(st.booleans())
    staples = st.tuples(*[st.sampled_from([250, 1000, 1000, 3000]) for _ in range(2 * often)])
    told = [
        replace(one, ref=f"shop/{one.kind}s/{place}", items=(*one.items, *_again(draw(staples))))
        for place, one in enumerate(draw(st.lists(receipts, min_size=4 * often, max_size=10)))
    ]
    parcels = [
        Parcel(
            one.ref, draw(st.none() | days), draw(st.none() | days), draw(st.none() | days),
            draw(st.sampled_from(["exact", "ship_date_only", "none"])),
            draw(st.sampled_from(["ship", "pickup"])),
        )
        for one in told
        if draw(st.booleans())
    ]  # fmt: skip
    return Person("c1", told, parcels, draw(st.lists(talks, max_size=4)))


def _again(quantities: tuple[int, ...]) -> list[Item]:
    return [
        Item(f"A{place}", quantity=quantity, gross=595, net=500)
        for place, quantity in enumerate(quantities)
    ]


def plain(found: Any) -> dict[str, Any]:
    """Habits as the oracle tells them: without what others, or plugins, add."""
    told = asdict(found)
    return {name: value for name, value in told.items() if name not in ("abc", "rfm", "own")}


@settings(max_examples=60, suppress_health_check=FEW, **CALM)
@given(st.lists(people(), min_size=3, max_size=5), wares, st.integers(-5, 100))
def test_the_query_equals_the_oracle(told: list[Person], catalogue: list[Ware], plus: int) -> None:
    as_of = TODAY + timedelta(plus)
    everybody = [_named(place, one) for place, one in enumerate(told)]
    computed = compute(columns(everybody, catalogue), as_of=as_of.isoformat())
    found = {one.customer_id: (one.habits and plain(one.habits), one.due) for one in computed}
    for one in everybody:
        assert found.get(one.key, (None, {})) == oracle.habits(one, catalogue, as_of)


def _named(place: int, one: Person) -> Person:
    """One of several: with a key, and Refs, of his own."""
    return Person(
        f"c{place}",
        [replace(told, ref=f"{told.ref}-{place}") for told in one.receipts],
        [replace(told, receipt=f"{told.receipt}-{place}") for told in one.parcels],
        one.talks,
    )


SOURCES = range(4)
events = st.one_of(
    st.tuples(st.just("buy"), st.sampled_from(SOURCES), receipts),
    st.tuples(st.just("buy"), st.sampled_from(SOURCES), receipts),
    st.tuples(st.just("correct"), st.integers(0, 20), receipts),
    st.tuples(st.just("take back"), st.integers(0, 20), st.none()),
    st.tuples(st.just("repeat"), st.sampled_from(SOURCES), st.none()),
    st.tuples(st.just("talk"), st.sampled_from(SOURCES), talks),
    st.tuples(st.just("link"), st.sampled_from(SOURCES), st.sampled_from(SOURCES)),
    st.tuples(st.just("run"), days, st.sampled_from([1, 3, 40])),
)


@dataclass
class Shop:
    """A store, and beside it what the oracle must know of it."""

    store: Store
    sources: list[int] = field(default_factory=list)
    owner: list[int] = field(default_factory=lambda: list(SOURCES))
    sold: dict[int, tuple[int, Receipt]] = field(default_factory=dict)
    talked: list[tuple[int, Talk]] = field(default_factory=list)

    def open(self, catalogue: list[Ware]) -> None:
        with self.store.work() as work:
            books = Books(work)
            stock(books, catalogue)
            self.sources += [books.source(f"c{one}", "shop", f"k{one}") for one in SOURCES]

    def happen(self, what: str, which: Any, told: Any) -> None:
        if what == "run":
            run(self.store, which.isoformat(), limit=told)
            return
        with self.store.work() as work:
            if what == "link":
                self.link(work, which, told)
            elif what == "talk":
                self.talked.append((which, told))
                Books(work).talk(
                    self.sources[which], told.day.isoformat(), told.kind, status=told.status,
                    due_on=told.due and told.due.isoformat(), channel=told.channel,
                    resolved_on=told.resolved and told.resolved.isoformat(),
                    direction=told.direction,
                )  # fmt: skip
                self.touched(work, which)
            elif what == "repeat":
                self.touched(work, which)
            elif what == "buy":
                self.sell(work, which, told)
            elif self.sold:
                self.change(work, sorted(self.sold)[which % len(self.sold)], told)

    def link(self, work: Work, source: int, owner: int) -> None:
        """A merge, or the end of one."""
        before, self.owner[source] = self.owner[source], owner
        Books(work).link(self.sources[source], f"c{owner}")
        work.log_customers("customer", {f"c{before}", f"c{owner}"})

    def sell(self, work: Work, source: int, told: Receipt, record: int | None = None) -> None:
        """A receipt that comes, or comes again with another content."""
        name = self.sold[record][1].ref.rpartition("/")[2] if record else f"r{len(self.sold)}"
        kind = self.sold[record][1].kind if record else told.kind
        number = Books(work).order(
            self.sources[source], name, told.day.isoformat(),
            [line(**asdict(one)) for one in told.items], kind=kind, hour=told.hour,
            store=told.store, channel=told.channel, status=told.status, currency=told.currency,
            counts=told.counts, past=told.past, record=record,
        )  # fmt: skip
        self.sold[number] = source, replace(told, ref=f"shop/{kind}s/{name}", kind=kind)
        self.touched(work, source)

    def change(self, work: Work, record: int, told: Receipt | None) -> None:
        """A correction; without anything told the receipt is taken back: it is empty then."""
        source, before = self.sold[record]
        self.sell(work, source, told or replace(before, items=(), counts=False), record)

    def touched(self, work: Work, source: int) -> None:
        work.log_records("facts", [self.sources[source]])

    def people(self) -> list[Person]:
        """Everybody as he is now."""
        return [
            Person(
                f"c{owner}",
                [told for source, told in self.sold.values() if self.owner[source] == owner],
                talks=[told for source, told in self.talked if self.owner[source] == owner],
            )
            for owner in SOURCES
        ]


@settings(max_examples=30, suppress_health_check=FEW, **CALM)
@given(wares, st.lists(events, min_size=4, max_size=25))
def test_any_order_of_events_ends_as_one_full_run(
    catalogue: list[Ware], told: list[tuple[str, Any, Any]]
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(f"sqlite:///{Path(folder) / 'step.db'}")) as store,
        closing(open_store(f"sqlite:///{Path(folder) / 'full.db'}")) as full,
    ):
        shop = Shop(store)
        shop.open(catalogue)
        for event in told:
            shop.happen(*event)
        run(store, TODAY.isoformat())
        with store.read() as read, full.work() as work:
            copy(read, work)
            work.log_customers("customer", [f"c{one}" for one in SOURCES])
        run(full, TODAY.isoformat(), limit=1000)
        assert stored(store) == stored(full)
        with store.read() as work:
            found = load_habits(work, [f"c{one}" for one in SOURCES])
            assert not work.all(t.abc_due.select())
        for person in shop.people():
            expected, _ = oracle.habits(person, catalogue, TODAY)
            got = found.get(person.key)
            assert (plain(got) if got else None) == expected
