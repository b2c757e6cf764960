"""Real purchases: a hundred households of a grocer, against the slow reference."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest

from bench import journey
from crmsync.profile.habits import TOPICS, habits, load_habits
from crmsync.store import Store, Work
from crmsync.store import tables as t
from tests.profile import reference

HOUSEHOLDS = 100


@pytest.mark.slow
def test_habits_of_real_households_equal_the_reference(store: Store) -> None:
    with store.work() as work:
        lines = journey.load(work, HOUSEHOLDS)
    assert lines > 30_000
    with store.work() as work:
        changes = work.changes("habits", TOPICS, 1_000)
        counts = habits(work, changes, as_of=journey.LAST_DAY)
    assert (counts["taken"] - counts["regraded"], counts["changed"]) == (HOUSEHOLDS, HOUSEHOLDS)
    with store.read() as work:
        people, catalogue = people_of(work), wares_of(work)
        found = load_habits(work, people)
    assert len(found) == HOUSEHOLDS
    for name, person in people.items():
        expected, _ = reference.habits(
            person, catalogue[name], date.fromisoformat(journey.LAST_DAY)
        )
        plain = asdict(found[name])
        del plain["abc"]
        assert plain == expected
    graded = [(one.key, found[name].orders, found[name].revenue_net)
              for name, one in people.items()]  # fmt: skip
    assert [found[name].abc for name in people] == reference.grades(graded)


def people_of(work: Work) -> dict[str, reference.Person]:
    """The households as the reference wants them, read row by row."""
    items: dict[int, list[reference.Item]] = defaultdict(list)
    for row in work.all(t.order_line.select()):
        one = reference.Item(row.sku, gross=row.gross, net=row.net, discount=row.discount)
        items[row.record_id].append(one)
    people: dict[str, reference.Person] = {}
    for row in work.all(t.orders.select()):
        name = f"h{row.source_id}"
        person = people.setdefault(name, reference.Person(f"till/customers/{row.source_id}"))
        person.receipts.append(reference.Receipt(
            f"till/orders/{row.number}", date.fromisoformat(row.day),
            tuple(items[row.record_id]), journey.CONNECTION, row.kind, row.status, row.channel,
            row.store, row.hour, row.currency, past=row.placed_at[14:19],
        ))  # fmt: skip
    return people


def wares_of(work: Work) -> dict[str, list[Any]]:
    """The products each household bought."""
    wares = {
        row.sku: reference.Ware(
            row.connection, row.sku, "", row.name, row.category, row.brand, row.size
        )
        for row in work.all(t.product.select())
    }
    bought: dict[str, dict[str, Any]] = defaultdict(dict)
    owner = {row.record_id: f"h{row.source_id}" for row in work.all(t.orders.select())}
    for row in work.all(t.order_line.select()):
        if row.sku in wares:
            bought[owner[row.record_id]][row.sku] = wares[row.sku]
    return {name: list(found.values()) for name, found in bought.items()}
