"""Real purchases: a hundred households of a grocer, against the slow oracle."""

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
from tests.profile import bought, oracle

HOUSEHOLDS = 100
DENIED = ("ADULT INCONTINENCE", "FAMILY PLANNING", "HOME HEALTH CARE", "PHARMACY")
"""What of the grocer's 303 categories everybody denies."""


@pytest.mark.slow
def test_habits_of_real_households_equal_the_oracle(store: Store) -> None:
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
        expected, _ = oracle.habits(
            person, catalogue[name], date.fromisoformat(journey.LAST_DAY), DENIED
        )
        plain = asdict(found[name])
        for other in ("abc", "rfm", "own"):
            del plain[other]
        assert plain == expected
    graded = [(one.key, found[name].orders, found[name].revenue_net)
              for name, one in people.items()]  # fmt: skip
    assert [found[name].abc for name in people] == oracle.grades(graded)
    last_days = [date.fromisoformat(found[name].last_order_on or "") for name in people]
    ranked = [(day, *rest) for day, (_, *rest) in zip(last_days, graded, strict=True)]
    fifths = [(one.r, one.f, one.m) for name in people if (one := found[name].rfm)]
    assert fifths == oracle.rfm(ranked)
    assert sum(len(one.replenish) for one in found.values()) > 300


def people_of(work: Work) -> dict[str, bought.Person]:
    """The households as the oracle wants them, read row by row."""
    items: dict[int, list[bought.Item]] = defaultdict(list)
    for row in work.all(t.order_line.select()):
        one = bought.Item(
            row.sku, quantity=row.quantity, gross=row.gross, net=row.net, discount=row.discount
        )
        items[row.record_id].append(one)
    people: dict[str, bought.Person] = {}
    for row in work.all(t.orders.select()):
        name = f"h{row.source_id}"
        person = people.setdefault(name, bought.Person(f"till/customers/{row.source_id}"))
        person.receipts.append(bought.Receipt(
            f"till/orders/{row.number}", date.fromisoformat(row.day),
            tuple(items[row.record_id]), journey.CONNECTION, row.kind, row.status, row.channel,
            row.store, row.hour, row.currency, past=row.placed_at[14:19],
        ))  # fmt: skip
    return people


def wares_of(work: Work) -> dict[str, list[Any]]:
    """The products each household bought."""
    wares = {
        row.sku: bought.Ware(
            row.connection, row.sku, "", row.name, row.category, row.brand, row.size
        )
        for row in work.all(t.product.select())
    }
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    owner = {row.record_id: f"h{row.source_id}" for row in work.all(t.orders.select())}
    for row in work.all(t.order_line.select()):
        if row.sku in wares:
            found[owner[row.record_id]][row.sku] = wares[row.sku]
    return {name: list(wares.values()) for name, wares in found.items()}
