"""The stage: incremental equals full, due days wake, repeating changes nothing, classes add up."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crmsync.model.document import write_document
from crmsync.model.habit import Habits, Rfm
from crmsync.profile.habits import TOPICS, habits, load_habits, wake
from crmsync.store import Store, Work, open_store
from crmsync.store import tables as t
from tests.profile import oracle
from tests.profile.books import Books, line, post, rows, stock
from tests.profile.people import TODAY, person, wares

DAY = TODAY.isoformat()


def run(store: Store, day: str = DAY, *, deny: Collection[str] = (), limit: int = 40) -> list[int]:
    """What the engine does: wake, then the stage until nothing is left; gives what was taken."""
    with store.work() as work:
        wake(work, as_of=day, deny=deny)
    taken = []
    while True:
        with store.work() as work:
            changes = work.changes("habits", TOPICS, limit)
            if not changes:
                return taken
            counts = habits(work, changes, as_of=day, deny=deny)
            assert counts["taken"] == sum(counts.values()) - counts["taken"]
            work.advance("habits", changes[-1].seq)
            taken.append(counts["changed"] + counts["removed"])


def stored(store: Store) -> tuple[Any, Any]:
    """Habits and due days by customer key, without ids."""
    with store.read() as work:
        found = {row.customer_id: tuple(row)[2:] for row in work.all(t.habit.select())}
        due = [(found.get(name, (name,))[0], *rest) for name, *rest in rows(work, t.due)]
    return sorted(found.values()), sorted(due)


def logged(store: Store) -> list[str]:
    with store.read() as work:
        return [change.customer_id or "" for change in work.changes("look", ["habits"], 10_000)]


def regular(books: Books, customer_id: str = "c1", number: str = "4711") -> int:
    """Somebody who buys every four weeks, the last time on 2026-10-26."""
    source = books.source(customer_id, "shop", number)
    for place, day in enumerate(("2026-08-03", "2026-08-31", "2026-09-28", "2026-10-26")):
        books.order(source, f"{number}-{place}", day, [line("S1", 1190, category="Wolle")])
    books.work.log_records("facts", [source])
    return source


def test_habits_are_written_for_whoever_has_facts(store: Store) -> None:
    with store.work() as work:
        books = Books(work)
        regular(books)
        quiet = books.source("c2", "shop", "4712")
        work.log_records("facts", [quiet])
    run(store)
    with store.read() as work:
        found = load_habits(work, ["c1", "c2"])
        [row] = work.all(t.habit.select())
    assert set(found) == {"c1"}
    assert found["c1"].next_expected_on == "2026-11-23"
    assert (found["c1"].abc, found["c1"].regular, found["c1"].first_order) == ("A", True, False)
    assert (row.orders, row.revenue_net, row.last_order_on) == (4, 4000, "2026-10-26")
    assert logged(store) == ["c1"]


def test_repeating_changes_nothing(store: Store) -> None:
    with store.work() as work:
        source = regular(Books(work))
    run(store)
    before = stored(store)
    with store.work() as work:
        work.log_records("facts", [source])
        work.log_customers("customer", ["c1"])
    assert run(store) == [0]
    assert stored(store) == before
    assert logged(store) == ["c1"]


def test_a_quiet_day_touches_nothing(store: Store) -> None:
    with store.work() as work:
        regular(Books(work))
    run(store)
    with store.read() as work:
        before = [rows(work, table) for table in (t.change, t.habit, t.due, t.watermark)]
    assert run(store, "2026-11-22") == []
    with store.read() as work:
        assert [rows(work, table) for table in (t.change, t.habit, t.due, t.watermark)] == before


def test_the_calendar_alone_wakes_a_customer(store: Store) -> None:
    with store.work() as work:
        regular(Books(work))
    run(store)
    with store.read() as work:
        assert rows(work, t.due) == [
            ("c1", "at_risk_from", "2026-12-22"), ("c1", "next_expected_on", "2026-11-24"),
            ("c1", "replenish_due_on", "2026-11-24"),
        ]  # fmt: skip
    assert run(store, "2026-11-24") == [1]
    with store.read() as work:
        found = load_habits(work, ["c1"])["c1"]
        assert rows(work, t.due) == [("c1", "at_risk_from", "2026-12-22")]
    assert (found.next_expected_on, found.overdue_since) == (None, "2026-11-23")
    assert (found.at_risk, found.at_risk_from, found.as_of) == ((), "2026-12-22", "2026-11-24")
    assert run(store, "2026-12-30") == [1]
    with store.read() as work:
        assert load_habits(work, ["c1"])["c1"].at_risk == ("silent",)


def test_a_calendar_turned_back_and_a_new_denied_category_compute_everybody(store: Store) -> None:
    with store.work() as work:
        regular(Books(work))
    run(store)
    before = stored(store)
    assert run(store, "2026-12-30") == [1]
    assert run(store) == [1]
    assert stored(store) == before
    assert run(store, deny=["wolle"]) == [1]
    assert stored(store) == ([], [])
    assert run(store, deny=["wolle"]) == []
    assert run(store) == [1]
    assert stored(store) == before


def test_a_merge_moves_habits_and_an_unmerge_moves_them_back(store: Store) -> None:
    with store.work() as work:
        books = Books(work)
        source = regular(books, "c1", "4711")
        regular(books, "c2", "0815")
    run(store)
    before = stored(store)
    with store.work() as work:
        Books(work).link(source, "c2")
        work.log_customers("customer", ["c1", "c2"])
    assert run(store) == [2]
    with store.read() as work:
        found = load_habits(work, ["c1", "c2"])
    assert set(found) == {"c2"}
    assert (found["c2"].orders, found["c2"].purchase_days) == (8, 4)
    with store.work() as work:
        Books(work).link(source, "c1")
        work.log_customers("customer", ["c1", "c2"])
    run(store)
    assert stored(store) == before


def test_gone_customers_lose_their_habits_and_the_others_are_graded_again(store: Store) -> None:
    with store.work() as work:
        books = Books(work)
        for number, gross in enumerate((800_00, 150_00, 50_00)):
            source = books.source(f"c{number}", "shop", f"{number}")
            lines = [line("S1", gross, net=gross)]
            books.order(source, f"o{number}", "2026-11-02", lines)
            work.log_records("facts", [source])
    run(store)
    assert classes(store) == {"c0": "A", "c1": "B", "c2": "C"}
    with store.work() as work:
        work.upsert(t.customer, [("c0", "moden", "gone", None)])
        work.log_customers("customer", ["c0"])
    run(store)
    assert classes(store) == {"c1": "A", "c2": "A"}
    assert sorted(logged(store)) == ["c0", "c0", "c1", "c1", "c2", "c2"]


def classes(store: Store) -> dict[str, str | None]:
    with store.read() as work:
        return {row.customer_id: row.abc for row in work.all(t.habit.select())}


@pytest.mark.parametrize("seed", range(2))
def test_classes_equal_the_oracle(store: Store, seed: int) -> None:
    rng = random.Random(seed)
    people = [
        (f"shop/customers/{name}", rng.choice([0, 1, 1, 2]), rng.choice([-5, 0, 7, 7, 100, 999]))
        for name in rng.sample(["Ä1", "a1", "B1", "Z9", *map(str, range(40))], 30)
    ]
    people = [(key, orders, revenue if orders else 0) for key, orders, revenue in people]
    with store.work() as work:
        for place, (key, orders, revenue) in enumerate(rng.sample(people, len(people))):
            for currency in ("EUR", "CHF"):
                row = (f"{place}{currency}", "moden", key, DAY, b"", orders, currency, revenue,
                       None, rng.choice([None, "A"]), "")  # fmt: skip
                work.upsert(t.habit, [row])
        work.upsert(t.abc_due, [("moden",)])
        habits(work, (), as_of=DAY)
    expected = dict(zip((key for key, _, _ in people), oracle.grades(people), strict=True))
    with store.read() as work:
        found = [(row.customer_key, row.abc) for row in work.all(t.habit.select())]
    assert sorted(found, key=str) == sorted([*expected.items()] * 2, key=str)
    assert len(set(expected.values())) == 4


@pytest.mark.parametrize("seed", range(3))
def test_fifths_equal_the_oracle(store: Store, seed: int) -> None:
    rng = random.Random(seed)
    days = ["2026-11-02", "2026-11-02", "2026-10-01", "2025-01-31", "2024-12-24", "2026-11-20"]
    people = [
        (rng.choice(days), rng.choice([1, 1, 1, 2, 3, 9]), rng.choice([-5, 0, 700, 9999, 10_000]))
        for _ in range([19, 20, 57][seed])
    ]
    with store.work() as work:
        for place, (day, orders, revenue) in enumerate(people):
            for currency in ("EUR", "CHF"):
                add(work, f"{place}{currency}", currency, orders, revenue, day)
        add(work, "nobody", "", 0, 0, None)
        work.upsert(t.abc_due, [("moden",)])
        habits(work, (), as_of=DAY)
    expected = oracle.rfm([(date.fromisoformat(day), *rest) for day, *rest in people])
    with store.read() as work:
        names = [f"{place}EUR" for place in range(len(people))]
        found = load_habits(work, [*names, "nobody"])
    placed = [one and (one.r, one.f, one.m) for one in (found[name].rfm for name in names)]
    assert placed == expected
    assert found["nobody"].rfm == Rfm("prospects")
    assert {one is None for one in placed} == {seed == 0}


def add(work: Work, name: str, currency: str, orders: int, revenue: int, day: str | None) -> None:
    told = Habits(DAY, orders=orders, currency=currency, revenue_net=revenue, last_order_on=day)
    row = (name, "moden", name, DAY, b"", orders, currency, revenue, day, None,
           write_document(told).decode())  # fmt: skip
    work.upsert(t.habit, [row])


def test_a_product_that_runs_out_wakes_its_customer(store: Store) -> None:
    with store.work() as work:
        books = Books(work)
        source = books.source("c1", "shop", "4711")
        for place, day in enumerate(("2026-11-01", "2026-11-11", "2026-11-21")):
            books.order(source, f"{place}", day, [line("S1", 1190, title="Socken")])
        work.log_records("facts", [source])
    run(store)
    with store.read() as work:
        assert rows(work, t.due) == [("c1", "replenish_due_on", "2026-12-02")]
        [one] = load_habits(work, ["c1"])["c1"].replenish
    assert (one.due_on, one.overdue_since) == ("2026-12-01", None)
    assert run(store, "2026-12-01") == []
    assert run(store, "2026-12-02") == [1]
    with store.read() as work:
        found = load_habits(work, ["c1"])["c1"]
    assert found.as_of == "2026-12-02"
    assert (found.replenish[0].due_on, found.replenish[0].overdue_since) == (None, "2026-12-01")


@pytest.mark.parametrize("seed", range(3))
def test_incremental_equals_full_in_any_order(store: Store, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    catalogue = wares(rng)
    people = [person(rng, f"p{number:02d}") for number in range(9)]
    owner = {one.key: f"c{rng.randrange(6)}" for one in people}
    steps = [(one, owner[one.key]) for one in people]
    with store.work() as work:
        stock(Books(work), catalogue)
    for step, (one, name) in enumerate(rng.sample(steps, len(steps))):
        with store.work() as work:
            books = Books(work, first=(step + 1) * 10_000, step=rng.choice([1, -1]))
            first = rng.choice([name, f"lost{step}"])
            source = books.source(first, f"b{step}-{one.key}", one.key)
            post(books, source, one)
            work.log_records("facts", [source])
            books.link(source, first)
        if rng.random() < 0.7:
            run(store, rng.choice(["2026-11-01", DAY, "2026-12-24"]), limit=rng.choice([2, 6]))
        with store.work() as work:
            work.upsert(t.customer, [(name, "moden", "alive", None)])
            Books(work).link(source, name)
            work.log_customers("customer", {first, name})
    run(store, DAY)
    full = open_store(f"sqlite:///{tmp_path / 'full.db'}")
    with store.read() as read, full.work() as work:
        copy(read, work)
        names = [row.customer_id for row in work.all(t.customer.select())]
        work.log_customers("customer", names)
    run(full, DAY, limit=1000)
    assert stored(store) == stored(full)
    assert len(stored(full)[0]) > 2
    full.close()


def copy(read: Work, work: Work) -> None:
    """Copy everything that habits are computed from."""
    for table in (t.stream, t.record, t.source_customer, t.customer, t.link, t.orders,
                  t.delivery, t.interaction, t.product):  # fmt: skip
        work.upsert(table, rows(read, table))


def test_the_store_hands_over_what_the_oracle_expects(store: Store) -> None:
    rng = random.Random(11)
    catalogue = wares(rng)
    people = [person(rng, f"c{number:02d}") for number in range(40)]
    with store.work() as work:
        books = Books(work)
        stock(books, catalogue)
        for one in people:
            source = books.source(one.key, "crm", one.key)
            post(books, source, one)
            work.log_records("facts", [source])
    run(store)
    with store.read() as work:
        found = load_habits(work, [one.key for one in people])
    for one in people:
        expected, _ = oracle.habits(one, catalogue, TODAY)
        if expected is None:
            assert one.key not in found
        else:
            plain = asdict(found[one.key])
            for other in ("abc", "rfm", "own"):
                del plain[other]
            assert plain == expected
