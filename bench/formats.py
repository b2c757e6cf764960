"""Writes the benchmark's customers as flat tables: CSV, Parquet, Excel, JSON lines beside them."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

import orjson

from bench import data

Row = dict[str, Any]

CONFIG = """
[crmsync]
store = "{store}"
[controllers.bench]
name = "Bench GmbH"
[connections.crm]
connector = "files"
controller = "bench"
[[connections.crm.streams]]
name = "customers"
kind = "customers"
path = "{path}"
key = "id"
deletes = "{deletes}"
"""
MAP = """
[connections.crm.streams.map]
customer_number = "customer_number"
salutation = "salutation"
titles = "title"
given_name = "first_name"
family_name = "last_name"
company = "company"
birth_date = "birth_date"
language = "language"
store = "store"
"contacts.email" = "email"
"contacts.phone" = "phone"
"contacts.mobile" = "mobile"
"addresses.billing.street" = "street"
"addresses.billing.postal_code" = "postal_code"
"addresses.billing.city" = "city"
"addresses.billing.country" = "country"
"consents.email.marketing" = {{ field = "consent_email", at = "consent_at" }}
"""


def rows(customers: int, *, seed: int = 7) -> Iterator[Row]:
    """The customers of `bench.data`, one flat row each."""
    noise = random.Random(seed)
    return (flat(data.customer(noise, number)) for number in range(customers))


def flat(told: Row) -> Row:
    """A customer without what is nested, but with the first address and the first consent."""
    (address, *_), (consent, *_) = told["addresses"], told["consents"]
    plain = {name: value for name, value in told.items() if not isinstance(value, (list, dict))}
    place = {name: address[name] for name in ("street", "postal_code", "city", "country")}
    return plain | place | {"consent_email": consent["state"], "consent_at": consent["at"]}


def write_jsonl(path: Path, told: Iterator[Row]) -> None:
    """One object a line."""
    with path.open("wb") as file:
        file.writelines(orjson.dumps(row) + b"\n" for row in told)


def write_csv(path: Path, told: Iterator[Row]) -> None:
    """Separated by semicolons, with a head."""
    first = next(told)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(first), delimiter=";")
        table.writeheader()
        table.writerows(chain([first], told))


def write_parquet(path: Path, told: Iterator[Row]) -> None:
    """Numbers as numbers, dates and moments as such, the rest as texts; 50,000 rows a group."""
    import pyarrow as pa
    from pyarrow import parquet

    first = next(told)
    kinds = {"id": pa.int64(), "orders_count": pa.int32(), "total_spent": pa.decimal128(12, 2),
             "birth_date": pa.date32(), "updated_at": pa.timestamp("us", "UTC")}  # fmt: skip
    fields = [(name, pa.string()) for name in first]
    texts = pa.schema([(name, pa.int64() if name in ("id", "orders_count") else kind)
                       for name, kind in fields])  # fmt: skip
    schema = pa.schema([(name, kinds.get(name, kind)) for name, kind in fields])
    told = chain([first], told)
    with parquet.ParquetWriter(path, schema) as file:
        while some := list(islice(told, 50_000)):
            file.write_table(pa.Table.from_pylist(some, texts).cast(schema))


def write_excel(path: Path, told: Iterator[Row]) -> None:
    """One sheet with a head."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("customers")
    first = next(told)
    sheet.append(list(first))
    for row in chain([first], told):
        sheet.append(list(row.values()))
    book.save(path)


WRITERS: Mapping[str, Callable[[Path, Iterator[Row]], None]] = {
    "jsonl": write_jsonl, "csv": write_csv, "parquet": write_parquet, "xlsx": write_excel,
}  # fmt: skip
