"""What patterns count, against a slow count of the same receipts in plain Python."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest

from crmsync.profile.watch import patterns as looking
from crmsync.store.causes import SHAPES, Causes
from crmsync.store.facts import SHAPES as FACTS
from crmsync.store.facts import Facts, table

TODAY = date(2026, 6, 30)
SHOPS = {"F1": "Nord", "F2": "Nord", "F3": ""}
CATEGORIES = ("Kühlware > Molkerei", "Kühlware > Wurst", "Brot", "Drogerie > Diabetes", "")


class Sale(NamedTuple):
    number: int
    customer: str
    day: date
    store: str
    goods: tuple[str, ...]
    carrier: str
    promised: date | None
    came: date | None
    status: str = "completed"

    @property
    def there(self) -> date | None:
        """When it came; of an open order the first day too late, once that is over."""
        if self.came is None and self.status == "open" and self.promised and self.promised < TODAY:
            return self.promised + timedelta(1)
        return self.came


class Talk(NamedTuple):
    number: int
    customer: str
    day: date
    reason: str
    order: int | None


def books(seed: int) -> tuple[list[Sale], list[Talk]]:
    rng = random.Random(seed)
    people = [f"c{number:02d}" for number in range(25)]
    sales, talks = [], []
    for number in range(260):
        day = TODAY - timedelta(rng.randrange(-3, 220))
        promised = day + timedelta(3) if rng.random() < 0.5 else None
        came = day + timedelta(rng.randrange(1, 6)) if promised and rng.random() < 0.8 else None
        goods = tuple(rng.choice(CATEGORIES) for _ in range(rng.randint(1, 3)))
        sales.append(Sale(
            number, rng.choice(people), day, rng.choice(["", *SHOPS]), goods,
            rng.choice(["DHL", "Hermes"]) if promised else "", promised, came,
            "completed" if came else rng.choice(["open", "completed"]),
        ))  # fmt: skip
    for number in range(90):
        sale = rng.choice(sales)
        named = rng.random() < 0.4
        day = min(TODAY + timedelta(1), (sale.came or sale.day) + timedelta(rng.randrange(40)))
        talks.append(Talk(
            number, sale.customer, day, rng.choice(["Verdorben", "verdorben", "Bruch", ""]),
            sale.number if named else None,
        ))  # fmt: skip
    return sales, talks


def relations(sales: list[Sale], talks: list[Talk]) -> tuple[Facts, Causes]:
    def shaped(shapes: Any, name: str, rows: list[Any]) -> Any:
        return table(shapes[name], rows)

    orders = [
        (s.customer, s.number, "", f"shop/orders/{s.number}", "shop", "sale", s.status, "pos",
         s.store, f"{s.day}T10:00:00Z", str(s.day), 10, s.day.isoweekday(), "EUR", True)
        for s in sales
    ]  # fmt: skip
    lines = [
        (s.number, "", f"sku-{one}", "", one, "", "", 1000, 100, 90, 0, False, False, None)
        for s in sales for one in s.goods
    ]  # fmt: skip
    came = [
        (s.customer, s.number, f"shop/trips/{s.number}", "ship", str(s.promised), None,
         s.came and str(s.came), "exact" if s.came else "none", s.carrier, "",
         s.status)
        for s in sales if s.promised
    ]  # fmt: skip
    said = [
        (t.customer, f"shop/talks/{t.number}", "complaint", "done", str(t.day), None, t.reason, "",
         "" if t.order is None else f"shop/orders/{t.order}")
        for t in talks
    ]  # fmt: skip
    empty = {name: table(FACTS[name], []) for name in ("products", "deliveries", "interactions")}
    facts = Facts(
        orders=shaped(FACTS, "orders", orders), lines=shaped(FACTS, "lines", lines), **empty
    )
    shops = [("shop", key, route) for key, route in SHOPS.items()]
    return facts, Causes(
        shaped(SHAPES, "came", came), shaped(SHAPES, "said", said), shaped(SHAPES, "shops", shops)
    )


def circumstances(sale: Sale) -> set[tuple[str, str]]:
    day = sale.there or sale.day
    found = {("store", sale.store), ("route", SHOPS.get(sale.store, "")),
             ("weekday", str(day.isoweekday())), ("carrier", sale.carrier)}  # fmt: skip
    for one in sale.goods:
        if "Diabetes" not in one:
            found |= {("product", f"sku-{one}"), ("category", one)}
            found.add(("category", one.split(">", maxsplit=1)[0].strip()))
    found = {one for one in found if one[1]}
    pairs = {("category", "store"), ("category", "carrier"), ("category", "route"),
             ("category", "weekday"), ("carrier", "weekday"), ("route", "weekday")}  # fmt: skip
    return found | {
        (f"{a}, {b}", f"{x}\x1f{y}") for a, x in found for b, y in found if (a, b) in pairs
    }


def counted(sales: list[Sale], talks: list[Talk]) -> dict[Any, Any]:
    """(question, circumstance) to the orders under it and the Refs of its cases."""
    first = TODAY - timedelta(looking.DAYS - 1)
    known = [
        one for one in sales
        if one.day <= TODAY and first <= (one.there or one.day) <= TODAY
        and set(one.goods) != {"Drogerie > Diabetes"}
    ]  # fmt: skip
    cases: dict[Any, set[str]] = defaultdict(set)
    for talk in talks:
        mine = [one for one in known if one.customer == talk.customer]
        if talk.order is None:
            mine = [one for one in mine if 0 <= (talk.day - (one.there or one.day)).days <= 30]
        else:
            mine = [one for one in mine if one.number == talk.order]
        if mine and talk.reason and first <= talk.day <= TODAY:
            sale = max(mine, key=lambda one: (one.there or one.day, f"shop/orders/{one.number}"))
            for one in circumstances(sale):
                cases["complaint", talk.reason.casefold(), one].add(f"shop/talks/{talk.number}")
    for sale in known:
        if sale.promised and sale.there and sale.there > sale.promised:
            for one in circumstances(sale):
                cases["late", "", one].add(f"shop/trips/{sale.number}")
    found = {}
    for (about, reason, circumstance), refs in cases.items():
        base = [one for one in known if about == "complaint" or (one.promised and one.there)]
        exposed = sum(circumstance in circumstances(one) for one in base)
        found[(about, reason), circumstance] = exposed, refs
    return found


def seen(counts: looking.Counts) -> dict[Any, Any]:
    return {
        (question, circumstance): (
            counts.exposed[question[0], circumstance], {case.ref for _, case in told}
        )
        for (question, circumstance), told in counts.cases.items()
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_every_count_equals_that_of_plain_python(seed: int) -> None:
    sales, talks = books(seed)
    counts = looking.Counts()
    looking.count(counts, *relations(sales, talks), as_of=str(TODAY))
    expected = counted(sales, talks)
    assert len(expected) > 50
    assert seen(counts) == expected


def test_portions_of_the_customers_add_up() -> None:
    sales, talks = books(9)
    together, apart = looking.Counts(), looking.Counts()
    looking.count(together, *relations(sales, talks), as_of=str(TODAY))
    for half in (True, False):
        mine = [one for one in sales if (one.customer < "c12") is half]
        said = [one for one in talks if (one.customer < "c12") is half]
        looking.count(apart, *relations(mine, said), as_of=str(TODAY))
    assert seen(apart) == seen(together)
    assert apart.orders == together.orders
    assert {key: len(one) for key, one in apart.hit.items()} == {
        key: len(one) for key, one in together.hit.items()
    }


def test_what_is_bound_to_nothing_is_no_pattern() -> None:
    """Twenty small chains in which all happens by chance: hardly any shows a pattern."""
    shown = 0
    for seed in range(20):
        counts = looking.Counts()
        looking.count(counts, *relations(*books(100 + seed)), as_of=str(TODAY))
        shown += bool([one for one in looking.found(counts) if one.about == "complaint"])
    assert shown <= 2


def test_one_customer_who_complains_of_everything_is_no_pattern() -> None:
    sales = [
        Sale(number, f"c{number % 20}", TODAY - timedelta(9), "F1" if number % 20 < 2 else "F3",
             ("Brot",), "", None, None)
        for number in range(200)
    ]  # fmt: skip
    talks = [
        Talk(one.number, one.customer, TODAY - timedelta(8), "Bruch", one.number)
        for one in sales if one.customer in ("c0", "c1")
    ]  # fmt: skip
    counts = looking.Counts()
    looking.count(counts, *relations(sales, talks), as_of=str(TODAY))
    assert len(counts.hit["complaint", "bruch"]) == 20
    assert looking.found(counts) == []
