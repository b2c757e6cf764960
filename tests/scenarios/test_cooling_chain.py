"""Chilled goods complained of again and again, at the shops of one delivery route."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.profile.watch.patterns import Pattern, patterns
from crmsync.store import customers

AS_OF = date(2026, 6, 30)
SHOPS = {
    "F1": "Nord", "F2": "Nord", "F3": "Nord", "F4": "Süd", "F5": "Süd", "F6": "West", "F7": "West",
}  # fmt: skip
GOODS = {
    "milch": ("Vollmilch", "Kühlware > Molkerei"), "wurst": ("Leberwurst", "Kühlware > Wurst"),
    "brot": ("Graubrot", "Backwaren"), "wein": ("Riesling", "Getränke"),
    "test": ("Diabetes-Teststreifen", "Drogerie > Diabetes"),
}  # fmt: skip

CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.markt]
name = "Markt"
[connections.kasse]
connector = "files"
controller = "markt"
production = false
[[connections.kasse.streams]]
name = "customers"
kind = "customers"
path = "customers.csv"
key = "number"
map = { customer_number = "number", name = "name" }
[[connections.kasse.streams]]
name = "stores"
kind = "stores"
path = "stores.csv"
key = "key"
map = { key = "key", name = "key", route = "route" }
[[connections.kasse.streams]]
name = "products"
kind = "products"
path = "products.csv"
key = "sku"
map = { sku = "sku", name = "name", category = "category" }
[[connections.kasse.streams]]
name = "orders"
kind = "orders"
path = "orders.csv"
key = "number"
group = "number"
[connections.kasse.streams.map]
number = "number"
customer = "customer"
store = "store"
placed_at = "at"
channel = { const = "pos" }
[connections.kasse.streams.lines]
sku = "sku"
amount = "amount"
[[connections.kasse.streams]]
name = "complaints"
kind = "interactions"
path = "complaints.csv"
key = "number"
[connections.kasse.streams.map]
customer = "customer"
at = "at"
reason = "reason"
channel = { const = "in_person" }
kind = { const = "complaint" }
"""


def write(path: Path, head: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head.split(), *rows])


def market(folder: Path, *, broken: bool) -> None:
    """Half a year of a small chain; with `broken`, the lorry of route Nord does not cool."""
    rng = random.Random(7)
    (folder / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    write(folder / "stores.csv", "key route", SHOPS.items())
    write(folder / "products.csv", "sku name category", [(k, *v) for k, v in GOODS.items()])
    people = [f"k{number}" for number in range(300)]
    write(folder / "customers.csv", "number name", [(one, f"Kunde {one}") for one in people])
    orders, complaints = [], []
    for number in range(3_000):
        who, shop = rng.choice(people), rng.choice(list(SHOPS))
        day = AS_OF - timedelta(rng.randrange(1, 170))
        goods = rng.sample(list(GOODS), rng.randint(1, 3))
        orders += [(f"b{number}", who, shop, f"{day}T10:00:00", one, "2.50") for one in goods]
        chilled = any(GOODS[one][1].startswith("Kühl") for one in goods)
        spoilt = 0.15 if broken and chilled and SHOPS[shop] == "Nord" else 0.01
        if rng.random() < spoilt:
            at = day + timedelta(rng.randrange(2))
            complaints.append((f"c{number}", who, f"{at}T12:00:00", "verdorben"))
        elif rng.random() < 0.03:
            complaints.append((f"c{number}", who, f"{day}T12:00:00", "Wartezeit"))
    write(folder / "orders.csv", "number customer store at sku amount", orders)
    write(folder / "complaints.csv", "number customer at reason", complaints)


def told(folder: Path) -> list[Pattern]:
    with open_project(folder) as project:
        assert sync(project, as_of=str(AS_OF)).exit_code() == 0
        with project.store.read() as work:
            names = customers.alive(work)
            return patterns(work, names, as_of=str(AS_OF))


def test_the_lorry_that_does_not_cool_is_found_with_its_cases(tmp_path: Path) -> None:
    market(tmp_path, broken=True)
    first, *_ = found = told(tmp_path)
    print(found)
    assert (first.about, first.reason) == ("complaint", "verdorben")
    assert first.where == (("category", "Kühlware"), ("route", "Nord"))
    assert first.false_share < 0.001
    assert len(first.cases) >= 20
    assert {one.ref.split("/")[:2][1] for one in first.cases} == {"complaints"}
    assert not [one for one in found if one.reason == "wartezeit"]
    assert "Diabetes" not in str(found)


def test_the_same_market_with_a_lorry_that_cools_shows_nothing(tmp_path: Path) -> None:
    market(tmp_path, broken=False)
    assert told(tmp_path) == []
