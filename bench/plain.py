"""The floor: pydantic and SQLite in a plain loop that normalizes nothing, one document a row."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter


class Address(BaseModel):
    type: str
    street: str
    postal_code: str
    city: str
    country: str


class Consent(BaseModel):
    channel: str
    state: str
    at: datetime


class Customer(BaseModel):
    id: int
    customer_number: str
    salutation: str | None
    title: str | None
    first_name: str
    last_name: str
    company: str | None
    vat_id: str | None
    email: str
    phone: str
    mobile: str
    fax: str | None
    birth_date: date
    language: str
    currency: str
    created_at: datetime
    updated_at: datetime
    store: str
    segment: str
    tags: list[str]
    orders_count: int
    total_spent: Decimal
    newsletter: str
    addresses: list[Address]
    consents: list[Consent]
    note: str
    external_ids: dict[str, str | int]


class Line(BaseModel):
    position: int
    sku: str
    title: str
    category: str
    quantity: int
    amount: Decimal
    tax_rate: Decimal


class Order(BaseModel):
    id: int
    number: str
    customer: int
    placed_at: datetime
    channel: str
    store: str
    status: str
    currency: str
    shipping: Decimal
    items: list[Line]


def pages(path: Path, size: int) -> Iterator[bytes]:
    """The file in JSON arrays of `size` records."""
    with path.open("rb") as file:
        while lines := list(islice(file, size)):
            yield b"[" + b",".join(lines) + b"]"


def load(folder: Path, database: Path, size: int) -> None:
    """Validate every record and upsert it as one document; `size` records are one commit."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    for name, model in (("customers", Customer), ("orders", Order)):
        connection.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, updated TEXT, doc TEXT)")
        adapter: TypeAdapter[Any] = TypeAdapter(list[model])  # type: ignore[valid-type]
        for page in pages(folder / f"{name}.jsonl", size):
            rows = [(row.id, "", row.model_dump_json()) for row in adapter.validate_json(page)]
            connection.executemany(
                f"INSERT INTO {name} VALUES (?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET doc = excluded.doc",
                rows,
            )
            connection.commit()
    connection.close()


if __name__ == "__main__":
    load(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
