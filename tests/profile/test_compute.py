"""The habits query against the oracle, to the last digit, on thousands of histories."""

from __future__ import annotations

import random
from dataclasses import asdict, fields
from datetime import date, timedelta
from typing import Any

import pytest

from crmsync.model.habit import Habits
from crmsync.profile.compute import Computed, compute
from tests.profile import bought, oracle
from tests.profile.people import TODAY, columns, person, wares

DENY = ("nadeln",)
DENIED = ("Drogerie > Diabetes", "Nadeln")


def told(one: Computed) -> tuple[dict[str, Any] | None, dict[str, str]]:
    if one.habits is None:
        return None, one.due
    found = asdict(one.habits)
    for other in ("abc", "rfm", "own"):
        del found[other]
    return found, one.due


@pytest.mark.parametrize("seed", range(6))
def test_the_query_equals_the_oracle(seed: int) -> None:
    rng = random.Random(seed)
    catalogue = wares(rng)
    people = {f"c{number:04d}": person(rng, f"c{number:04d}") for number in range(700)}
    as_of = TODAY + timedelta(rng.choice([-9, 0, 0, 3, 40]))
    deny, denied = (DENY, DENIED) if seed % 2 else ((), oracle.ALWAYS)
    computed = compute(
        columns(list(people.values()), catalogue), as_of=as_of.isoformat(), deny=deny
    )
    found = {one.customer_id: told(one) for one in computed}
    for key, one in people.items():
        expected = oracle.habits(one, catalogue, as_of, denied)
        assert found.get(key, (None, {})) == expected, key
    assert sum(habits is not None for habits, _ in found.values()) > 400


def test_every_habit_is_known_of_some_and_unknown_of_others() -> None:
    rng = random.Random(300)
    facts = columns([person(rng, f"c{number:03d}") for number in range(400)], wares(rng))
    known = [one.habits for one in compute(facts, as_of=TODAY.isoformat()) if one.habits]
    for name in (one.name for one in fields(Habits)):
        told = [bool(getattr(one, name)) for one in known]
        if name not in ("abc", "rfm", "own"):  # what others, or plugins, add
            assert sum(told) > 5, name
        if name != "as_of":
            assert not all(told), name
    products = [again for one in known for again in one.replenish]
    assert {again.due_on is None for again in products} == {True, False}
    assert {len(one.replenish) for one in known} >= {0, 1, 2, 7, 8}


@pytest.mark.parametrize("seed", range(3))
def test_one_customer_alone_gives_what_everybody_together_gives(seed: int) -> None:
    rng = random.Random(100 + seed)
    catalogue = wares(rng)
    people = [person(rng, f"c{number:02d}") for number in range(25)]
    together = compute(columns(people, catalogue), as_of=TODAY.isoformat())
    rng.shuffle(people)
    alone = [
        row for one in people for row in compute(columns([one], catalogue), as_of=TODAY.isoformat())
    ]
    assert sorted(alone, key=lambda row: row.customer_id) == together


def test_habits_hold_from_their_day_until_a_due_day_wakes_them() -> None:
    rng = random.Random(200)
    facts = columns([person(rng, f"c{number:03d}") for number in range(150)], wares(rng))
    held: dict[str, Computed] = {}
    for day in (TODAY + timedelta(plus) for plus in range(45)):
        for one in compute(facts, as_of=day.isoformat()):
            before = held.get(one.customer_id)
            woken = before is None or min(before.due.values(), default="9") <= day.isoformat()
            assert woken or before == one, (one.customer_id, day)
            assert one.habits is None or one.habits.as_of <= day.isoformat()
            held[one.customer_id] = one
    assert len(held) > 100


def test_the_calendar_of_the_query_is_the_calendar() -> None:
    rng = random.Random(7)
    old = bought.Receipt("shop/orders/1", date(1969, 12, 31), (bought.Item(gross=1),))
    leap = bought.Receipt("shop/orders/2", date(2024, 2, 29), (bought.Item(gross=1),))
    one = bought.Person("c1", [old, leap])
    [found] = compute(columns([one], wares(rng)), as_of="2024-03-01")
    assert found.habits is not None
    assert (found.habits.first_order_on, found.habits.last_order_on) == ("1969-12-31", "2024-02-29")
