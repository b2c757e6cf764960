"""Seeded customers and orders of the size that the load benchmark is defined on.

A customer has 27 fields, about 1 kB of JSON, 1 or 2 addresses, 2 consents; an order has 10 fields
and 3 lines, about 560 bytes. Everybody is invented.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

GIVEN = ("Anna", "Jürgen", "Käthe", "Mehmet", "Łukasz", "Sören", "Björn", "Ayşe", "Ute", "Kim")
FAMILY = ("Müller", "Schröder", "Weiß", "Yılmaz", "Kowalski", "von der Heide", "Groß", "Jäger",
          "Lüdenscheid", "Strauß", "Maier", "Köhler")  # fmt: skip
STREETS = ("Hauptstraße", "Lindenweg", "Am Markt", "Gartenstr.", "Ringstraße")
CITIES = (("50823", "Köln"), ("10115", "Berlin"), ("80331", "München"), ("20095", "Hamburg"))
SKUS = tuple(f"ART-{number:05d}" for number in range(4000))


def write(folder: Path, customers: int, orders: int, *, seed: int = 7) -> None:
    """Write customers.jsonl and orders.jsonl into `folder`."""
    noise = random.Random(seed)
    _write(folder / "customers.jsonl", (customer(noise, n) for n in range(customers)))
    _write(folder / "orders.jsonl", (order(noise, n, customers) for n in range(orders)))


def _write(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    with path.open("wb") as file:
        for row in rows:
            file.write(orjson.dumps(row) + b"\n")


def customer(noise: random.Random, number: int) -> dict[str, Any]:
    """One customer as a shop would tell it."""
    given, family = noise.choice(GIVEN), noise.choice(FAMILY)
    return {
        "id": number,
        "customer_number": f"K{number:07d}",
        "salutation": noise.choice(("Herr", "Frau", None)),
        "title": noise.choice((None, None, None, "Dr.")),
        "first_name": given,
        "last_name": family,
        "company": None,
        "vat_id": None,
        "email": f"kunde{number}@example{number % 50}.org",
        "phone": f"0{noise.choice((30, 40, 89, 221))} 23125{noise.randrange(1000):03d}",
        "mobile": f"0151 {noise.randrange(10**8):08d}",
        "fax": None,
        "birth_date": f"19{noise.randrange(40, 99)}-0{noise.randrange(1, 9)}-1{noise.randrange(9)}",
        "language": "de",
        "currency": "EUR",
        "created_at": "2024-03-01T09:00:00+01:00",
        "updated_at": f"2026-1{noise.randrange(2)}-0{noise.randrange(1, 9)}T10:00:00+01:00",
        "store": f"F{noise.randrange(20):02d}",
        "segment": noise.choice(("neu", "stamm", "firma")),
        "tags": noise.sample(("kaffee", "tee", "wein", "käse"), noise.randrange(1, 3)),
        "orders_count": noise.randrange(40),
        "total_spent": f"{noise.randrange(10**6) / 100:.2f}",
        "newsletter": noise.choice(("ja", "nein")),
        "addresses": [_address(noise, kind) for kind in ("billing", "shipping")[: 1 + number % 2]],
        "consents": [{"channel": "email", "state": "granted", "at": "2025-01-02T10:00:00+01:00"},
                     {"channel": "letter", "state": "denied", "at": "2025-01-02T10:00:00+01:00"}],
        "note": "Bitte vormittags anrufen. " * 3,
        "external_ids": {"crm": f"C-{number}", "erp": number * 7},
    }  # fmt: skip


def _address(noise: random.Random, kind: str) -> dict[str, Any]:
    code, city = noise.choice(CITIES)
    street = f"{noise.choice(STREETS)} {noise.randrange(1, 200)}"
    return {"type": kind, "street": street, "postal_code": code, "city": city, "country": "DE"}


def order(noise: random.Random, number: int, customers: int) -> dict[str, Any]:
    """One order with three lines."""
    lines = [_line(noise, position) for position in range(3)]
    return {
        "id": number,
        "number": f"B{number:08d}",
        "customer": noise.randrange(customers),
        "placed_at": f"2026-0{noise.randrange(1, 9)}-1{noise.randrange(9)}T10:05:00+02:00",
        "channel": noise.choice(("web", "pos")),
        "store": f"F{noise.randrange(20):02d}",
        "status": "completed",
        "currency": "EUR",
        "shipping": "4.90",
        "items": lines,
    }


def _line(noise: random.Random, position: int) -> dict[str, Any]:
    cents = noise.randrange(100, 9000)
    return {
        "position": position,
        "sku": noise.choice(SKUS),
        "title": "Kaffeebohnen Hausmischung 500 g",
        "category": noise.choice(("Kaffee", "Tee", "Wein")),
        "quantity": noise.randrange(1, 4),
        "amount": f"{cents / 100:.2f}",
        "tax_rate": "7",
    }
