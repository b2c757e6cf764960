"""The ERP of the sample: a SQLite database with capitals only, older addresses and every sale."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from crmsync.demo.goods import ARTICLES
from crmsync.demo.person import Person
from crmsync.demo.places import CITIES
from crmsync.demo.purchases import Purchase
from crmsync.demo.spelling import ascii_name, phone_of_erp

SCHEMA = """
CREATE TABLE branches (
  code TEXT PRIMARY KEY, name TEXT, zone TEXT, postal_code TEXT, city TEXT);
CREATE TABLE articles (
  sku TEXT PRIMARY KEY, name TEXT, category TEXT, brand TEXT, tax_rate INTEGER, cost TEXT);
CREATE TABLE customers (
  id INTEGER PRIMARY KEY, title_code TEXT, first_name TEXT, last_name TEXT, company TEXT,
  vat_id TEXT, street TEXT, postal_code TEXT, city TEXT, country TEXT, phone TEXT, mobile TEXT,
  email TEXT, loyalty_card TEXT, branch TEXT, blocked INTEGER, changed_at TEXT);
CREATE TABLE privileges (customer_id INTEGER, privilege TEXT);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY, customer_id INTEGER, kind TEXT, branch TEXT, ordered_at TEXT,
  status TEXT, changed_at TEXT);
CREATE TABLE order_items (
  order_id INTEGER, position INTEGER, sku TEXT, pieces INTEGER, amount TEXT, discount TEXT,
  PRIMARY KEY (order_id, position)) WITHOUT ROWID;
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY, order_id INTEGER, promised_on TEXT, shipped_on TEXT, delivered_on TEXT,
  carrier TEXT, changed_at TEXT);
CREATE TABLE returns (
  id INTEGER PRIMARY KEY, order_id INTEGER, customer_id INTEGER, branch TEXT, returned_at TEXT,
  reason TEXT, changed_at TEXT);
CREATE TABLE return_items (
  return_id INTEGER, position INTEGER, sku TEXT, pieces INTEGER, amount TEXT,
  PRIMARY KEY (return_id, position)) WITHOUT ROWID;
"""
CODES = {"Herr": "1", "Frau": "2", "Eheleute": "3"}
SALES = ("orders", "order_items", "deliveries", "returns", "return_items")
ANONYMOUS = 0.04
"""The share of sales at the counter where nobody said who they are."""

Row = tuple[object, ...]


def customer_numbers(people: Iterable[Person]) -> dict[str, int]:
    """The ERP's customer number of everyone it knows, by truth key."""
    known = (person.key for person in people if "erp" in person.systems)
    return {key: 20_001 + 3 * place for place, key in enumerate(known)}


def write_erp(
    path: Path,
    people: Iterable[Person],
    sales: Iterable[Purchase],
    *,
    numbers: Mapping[str, int],
    seed: int,
    as_of: date,
) -> None:
    """Write the database; `sales` are the purchases made in branches and by phone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    known = [person for person in people if person.key in numbers]
    with closing(sqlite3.connect(path)) as base:
        base.executescript(SCHEMA)
        _fill(base, "branches", _branches())
        _fill(base, "articles", (
            (a.sku, a.name, a.category, a.brand, a.tax, euros(a.cost)) for a in ARTICLES
        ))  # fmt: skip
        _fill(base, "customers", (_customer(p, numbers[p.key], seed, as_of) for p in known))
        _fill(base, "privileges", ((numbers[p.key], o) for p in known for o in p.privileges))
        _fill_sales(base, sales, numbers, Random(f"{seed}/erp"))
        base.commit()


def _fill(base: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    kept = list(rows)
    if kept:
        marks = ", ".join("?" * len(kept[0]))
        base.executemany(f"INSERT INTO {table} VALUES ({marks})", kept)


def _branches() -> Iterator[Row]:
    for city in CITIES:
        name = f"Beispiel Feinkost {city.name}"
        yield city.branch, name, "Europe/Berlin", city.postal_codes[0], city.name


def _customer(person: Person, number: int, seed: int, as_of: date) -> Row:
    random = Random(f"{seed}/erp/{person.key}")
    home = person.before or person.home
    changed = as_of - timedelta(days=random.randint(1, 600))
    family = f"{person.nobility} {person.born or person.family} {person.suffix}".strip()
    return (
        number,
        "4" if person.kind == "firm" else CODES.get(person.salutation, ""),
        _capitals(person.given),
        _capitals(family),
        _capitals(person.company),
        person.vat_id,
        f"{_capitals(home.street.replace('straße', 'str.'))} {home.number}",
        home.postal_code,
        _capitals(home.city),
        "DE",
        phone_of_erp(person.phone) if person.case or random.random() < 0.8 else "",
        phone_of_erp(person.mobile) if random.random() < 0.7 else "",
        person.email.upper() if person.case or random.random() < 0.55 else "",
        person.card,
        random.choice(CITIES).branch if random.random() < 0.03 else _branch_of(person),
        0,
        f"{changed.isoformat()} 03:15:00",
    )


def _branch_of(person: Person) -> str:
    return next(city.branch for city in CITIES if city.name == person.home.city)


def _capitals(name: str) -> str:
    return ascii_name(name).upper()


def _fill_sales(
    base: sqlite3.Connection,
    sales: Iterable[Purchase],
    numbers: Mapping[str, int],
    random: Random,
) -> None:
    rows: dict[str, list[Row]] = {name: [] for name in SALES}
    for order, sale in enumerate(sales, start=500_001):
        customer = numbers[sale.person.key]
        shown = None if _nobody(sale, random) else customer
        rows["orders"].append(_order(order, shown, sale))
        rows["order_items"] += _items(order, sale)
        if sale.delivery:
            rows["deliveries"].append(_delivery(order, sale))
        back = _return_items(order, sale)
        if back and shown:
            rows["returns"].append(_return(order, shown, sale, random))
            rows["return_items"] += back
    for table, kept in rows.items():
        _fill(base, table, kept)


def _nobody(sale: Purchase, random: Random) -> bool:
    chance = random.random()
    return chance < ANONYMOUS and sale.place != "phone" and not sale.person.case


def _order(number: int, customer: int | None, sale: Purchase) -> Row:
    kind = "phone" if sale.place == "phone" else "pos"
    branch = _branch_of(sale.person) if kind == "phone" else sale.place
    status = "open" if sale.delivery and sale.delivery.delivered is None else "completed"
    return number, customer, kind, branch, _stamp(sale.at), status, _stamp(sale.at)


def _items(order: int, sale: Purchase) -> Iterator[Row]:
    for position, line in enumerate(sale.lines, start=1):
        yield (
            order, position, line.article.sku, line.pieces, euros(line.amount),
            euros(line.discount),
        )  # fmt: skip


def _delivery(order: int, sale: Purchase) -> Row:
    promised, shipped, delivered, carrier = sale.delivery or (None, None, None, "")
    changed = f"{delivered or shipped} 18:00:00"
    return order, order, str(promised), str(shipped), delivered and str(delivered), carrier, changed


def _return_items(order: int, sale: Purchase) -> list[Row]:
    back = [line for line in sale.lines if line.returned]
    return [
        (order, position, line.article.sku, line.returned, euros(line.amount))
        for position, line in enumerate(back, start=1)
    ]


def _return(order: int, customer: int, sale: Purchase, random: Random) -> Row:
    at = sale.at + timedelta(days=random.randint(1, 7))
    reason = random.choice(("schmeckt nicht", "beschädigt", "falsch bestellt"))
    branch = _branch_of(sale.person) if sale.place == "phone" else sale.place
    return order, order, customer, branch, _stamp(at), reason, _stamp(at)


def _stamp(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds")


def euros(cents: int) -> str:
    """1290 as "12.90"."""
    return f"{cents // 100}.{cents % 100:02d}"
