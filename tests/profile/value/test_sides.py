"""Both sides of a customer: against a slow count, and by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from crmsync.profile.value.sides import Standing, Terms, proportion, sides
from tests.profile.bought import Item, Person, Receipt, Talk, Ware
from tests.profile.people import TODAY, columns, person, wares
from tests.profile.value import oracle

FREE = Terms(None, "EUR", 0, 0, 0)
COSTS = Terms(30, "EUR", 450, 700, 390)


def weighed(
    people: list[Person], catalogue: list[Ware], standing: list[Standing],
    privileges: dict[str, int], terms: Terms, *, portions: int = 1,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    told = []
    for start in range(portions):
        some = people[start::portions]
        names = {one.key for one in some}
        mine = sorted(one for one in standing if one[0] in names)
        told.append(sides(columns(some, catalogue), mine, privileges, as_of=TODAY.isoformat()))
    return {row.pop("customer_id"): row for row in proportion(pa.concat_tables(told), terms)}


def priced(rng: random.Random, people: list[Person], catalogue: list[Ware], share: float) -> None:
    """Give lines and products costs, and customers enquiries."""
    for place, ware in enumerate(catalogue):
        if rng.random() < share:
            cost, currency = rng.randint(0, 900), rng.choice(["EUR", "EUR", "CHF"])
            catalogue[place] = replace(ware, cost=cost, currency=currency)
    for one in people:
        for place, receipt in enumerate(one.receipts):
            items = tuple(
                replace(item, cost=rng.randint(0, 5000)) if rng.random() < share else item
                for item in receipt.items
            )
            one.receipts[place] = replace(receipt, items=items)
        for kind in rng.sample(["enquiry", "call", "visit", "missed_call"], rng.randint(0, 2)):
            day = TODAY - timedelta(rng.choice([-1, 0, 30, 364, 365]))
            one.talks.append(Talk(kind, "done", day, direction=rng.choice(["in", "in", "out"])))


@pytest.mark.parametrize("share", [0.0, 0.6, 0.97, 1.0])
@pytest.mark.parametrize("terms", [FREE, COSTS, COSTS._replace(margin=None)])
def test_both_sides_are_what_a_slow_count_says(share: float, terms: Terms) -> None:
    rng = random.Random(f"{share} {terms.margin}")
    catalogue = wares(rng)
    people = [person(rng, f"c{number:03d}") for number in range(170)]
    priced(rng, people, catalogue, share)
    standing = [
        (one.key, rng.choice(["EUR", "EUR", "EUR", "CHF"]), rng.choice(["A", "B", "B", "C"]))
        for one in people
    ]
    privileges = {one.key: rng.choice([0, 0, 1, 2, 5]) for one in people if rng.random() < 0.7}
    found = weighed(people, catalogue, standing, privileges, terms, portions=3)
    classes = {name: place for name, *place in standing}
    told = {one.key: oracle.one_side(one, catalogue, classes[one.key][0], TODAY) for one in people}
    wanted = oracle.both_sides(told, classes, privileges, terms)  # type: ignore[arg-type]
    for name, one in wanted.items():
        currency, abc = classes[name]
        assert found[name] == one | {"currency": currency, "abc": abc}
    assert set(found) == set(wanted)
    assert {"even", "unknown"} < {one["verdict"] for one in wanted.values()}


def buyer(name: str, *items: Item, day: date = TODAY, talks: int = 0) -> Person:
    receipt = Receipt(f"shop/orders/{name}", day, items)
    told = [Talk("enquiry", "done", day) for _ in range(talks)]
    return Person(name, [receipt], [], told)


def test_a_discount_is_in_the_revenue_already_and_taken_off_once() -> None:
    hemd = Item("H", gross=5950, net=5000, discount=1190, cost=2000)
    found = weighed([buyer("a", hemd, talks=2)], [], [("a", "EUR", "A")], {}, COSTS)["a"]
    assert (found["revenue_net"], found["margin"], found["discount"]) == (5000, 3000, 1000)
    assert (found["handling"], found["cost_to_serve"]) == (1400, 2400)
    assert found["contribution"] == 3000 - 1400
    assert found["serve_rate"] == 400


def test_what_comes_back_brings_its_cost_back_and_costs_handling() -> None:
    hemd = Item("H", gross=1190, net=1000, cost=600)
    found = weighed(
        [buyer("a", hemd, replace(hemd, returned=True))], [], [("a", "EUR", "A")], {}, COSTS
    )["a"]
    assert (found["revenue_net"], found["margin"], found["returned_lines"]) == (0, 0, 1)
    assert (found["contribution"], found["serve_rate"]) == (-450, None)


def test_a_line_knows_its_cost_better_than_its_product_does() -> None:
    catalogue = [Ware("shop", "S", "shop/products/1#", cost=250, currency="EUR")]
    of_product = Item("S", quantity=2500, gross=1190, net=1000)
    of_line = replace(of_product, cost=700)
    found = weighed([buyer("a", of_product), buyer("b", of_line)], catalogue,
                    [("a", "EUR", "A"), ("b", "EUR", "A")], {}, FREE)  # fmt: skip
    assert (found["a"]["margin"], found["b"]["margin"]) == (1000 - 625, 300)


def test_a_cost_in_another_currency_is_none() -> None:
    catalogue = [Ware("shop", "S", "shop/products/1#", cost=250, currency="CHF")]
    sold = buyer("a", Item("S", gross=1190, net=1000))
    found = weighed([sold], catalogue, [("a", "EUR", "A")], {}, FREE)["a"]
    assert (found["margin"], found["costed"]) == (None, 0)


def test_the_year_has_365_days_and_today_is_one_of_them() -> None:
    hemd = Item("H", gross=1190, net=1000)
    people = [buyer("a", hemd, day=TODAY - timedelta(364), talks=1),
              buyer("b", hemd, day=TODAY - timedelta(365), talks=1)]  # fmt: skip
    found = weighed(people, [], [("a", "EUR", "A"), ("b", "EUR", "A")], {}, FREE)
    assert [(one["revenue_net"], one["contacts"]) for one in found.values()] == [(1000, 1), (0, 0)]


def regulars(count: int) -> list[Person]:
    """Customers of one class, each bringing more than the one before."""
    return [
        buyer(f"c{number:02d}", Item("H", gross=1190 * number, net=1000 * number, cost=0))
        for number in range(1, count + 1)
    ]


def verdicts(privileges: dict[str, int], count: int = 40) -> dict[str, str]:
    people = regulars(count)
    standing = [(one.key, "EUR", "A") for one in people]
    found = weighed(people, [], standing, privileges, FREE)
    return {name: one["verdict"] for name, one in found.items() if one["verdict"] != "even"}


def test_who_has_most_privileges_and_brings_little_is_given_more() -> None:
    assert verdicts({"c01": 2, "c30": 2, "c25": 1}) == {"c01": "more"}


def test_who_brings_most_and_has_less_than_others_is_given_less() -> None:
    most = {f"c{number:02d}": 1 for number in range(1, 40)}
    assert verdicts(most) == {"c40": "less"}


def test_a_class_of_few_tells_nothing() -> None:
    assert set(verdicts({"c01": 3}, count=19).values()) == {"unknown"}
