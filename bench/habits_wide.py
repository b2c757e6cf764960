"""Measures every habit of a million customers (20 million lines) beside a scan of what is read.

    python -m bench.habits_wide            # 1,000,000 customers
    python -m bench.habits_wide 100000     # fewer

The purchases are made up and lie as Parquet, sorted by customer; the queries go over a slice of
the customers at a time, so that memory does not grow with their number. The floors are sums over
the columns that the research's habits need (7), and over every column that the queries read.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import duckdb

from crmsync.profile.compute import CONFIG, Queries, ask, hold
from crmsync.store.facts import SHAPES

CUSTOMERS = 1_000_000
ORDERS, LINES = 10, 2
"""Orders a customer and lines an order, on the average."""
SLICE = 50_000
"""Customers at once."""
AS_OF = 20_778
"""2026-11-21 as a day number."""

MADE = {
    "orders": """
        SELECT FORMAT('{{:08d}}', customer) AS customer_id, n AS record_id, '' AS part,
            'shop/orders/' || n AS ref, 'shop' AS connection, 'sale' AS kind,
            'completed' AS status, 'web' AS channel, 'Laden ' || (HASH(n) % 40) AS store,
            '2026-01-01T10:07:00Z' AS placed_at,
            {as_of} - CAST(HASH(n, 1) % 900 AS BIGINT) AS day,
            CAST(8 + HASH(n, 2) % 12 AS BIGINT) AS hour,
            CAST(1 + HASH(n, 3) % 7 AS BIGINT) AS weekday, 'EUR' AS currency, TRUE AS counts
        FROM (SELECT n, n // {orders} AS customer FROM RANGE({total}) AS made (n))
    """,
    "lines": """
        SELECT n // {lines} AS record_id, '' AS part, 'S' || (HASH(n) % 5000) AS sku, '' AS title,
            '' AS category, '' AS brand, '' AS size, 1000 AS quantity,
            CAST(100 + HASH(n, 1) % 9900 AS BIGINT) AS gross,
            CAST(84 + HASH(n, 1) % 8300 AS BIGINT) AS net,
            CAST(HASH(n, 2) % 500 AS BIGINT) AS discount, HASH(n, 3) % 20 = 0 AS returned,
            FALSE AS gift_card, CAST(NULL AS BIGINT) AS cost
        FROM RANGE({total} * {lines}) AS made (n)
    """,
    "products": """
        SELECT 'shop' AS connection, 'S' || n AS sku, 'shop/products/' || n AS ref,
            'Artikel ' || n AS name, 'Gruppe ' || (n % 60) AS category,
            'Marke ' || (n % 90) AS brand, 'M' AS size, CAST(400 AS BIGINT) AS cost,
            'EUR' AS currency
        FROM RANGE(5000) AS made (n)
    """,
}
NARROW = {
    "orders": ("customer_id", "record_id", "day", "hour"),
    "lines": ("sku", "gross", "returned"),
}
WIDE = {
    "orders": ("customer_id", "record_id", "part", "ref", "connection", "kind", "status", "channel",
               "store", "placed_at", "day", "hour", "weekday", "currency", "counts"),
    "lines": ("record_id", "part", "sku", "title", "category", "brand", "size", "quantity", "gross",
              "net", "discount", "returned", "gift_card", "cost"),
}  # fmt: skip


def measure(what: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the wall, CPU seconds of all threads, and what it gives."""
    wall, cpu = time.perf_counter(), time.process_time()
    given = what()
    return time.perf_counter() - wall, time.process_time() - cpu, given


def make(folder: Path, customers: int) -> None:
    """Write the purchases."""
    with duckdb.connect(":memory:", config={"threads": 2}) as engine:
        for name, text in MADE.items():
            made = text.format(as_of=AS_OF, orders=ORDERS, lines=LINES, total=customers * ORDERS)
            engine.execute(f"COPY ({made}) TO '{folder / name}.parquet' (COMPRESSION zstd)")


def scan(folder: Path, columns: dict[str, tuple[str, ...]]) -> None:
    """The floor: read these columns, and do next to nothing with them."""
    with duckdb.connect(":memory:", config=CONFIG) as engine:
        for name, wanted in columns.items():
            sums = ", ".join(f"MAX({column})" for column in wanted)
            engine.execute(f"SELECT {sums} FROM '{folder / name}.parquet'").fetchall()


def habits(folder: Path, customers: int) -> int:
    """Every habit of everybody, slice by slice; gives how many rows came of it."""
    return sum(one_slice(folder, start) for start in range(0, customers, SLICE))


def one_slice(folder: Path, start: int) -> int:
    """The habits of the customers from `start` on."""
    first, last = start * ORDERS, (start + SLICE) * ORDERS
    with duckdb.connect(":memory:", config=CONFIG) as engine:
        engine.execute(f"CREATE VIEW asked AS SELECT CAST({AS_OF} AS BIGINT) AS as_of")
        engine.execute("CREATE TABLE denied (category TEXT)")
        for name in ("deliveries", "interactions"):
            kinds = {"text": "TEXT", "flag": "BOOLEAN"}
            told = [f"{one} {kinds.get(kind, 'BIGINT')}" for one, kind in SHAPES[name].items()]
            engine.execute(f"CREATE TABLE {name} ({', '.join(told)})")
        engine.execute(f"CREATE VIEW products AS FROM '{folder}/products.parquet'")
        for name in ("orders", "lines"):
            engine.execute(
                f"CREATE VIEW {name} AS SELECT * FROM '{folder / name}.parquet' "
                f"WHERE record_id >= {first} AND record_id < {last}"
            )
        hold(engine)
        told = {name: _rows(engine, name) for name in get_args(Queries)}
    return told["habits"]


def _rows(engine: Any, name: Any) -> int:
    """How many rows one of the queries gives, all of them made."""
    return sum(batch.num_rows for batch in ask(engine, name).to_arrow_reader(100_000))


def main(customers: int) -> None:
    """Make, scan, compute, print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, customers)
        scan(folder, WIDE)
        _, narrow, _ = measure(lambda: scan(folder, NARROW))
        _, wide, _ = measure(lambda: scan(folder, WIDE))
        wall, cpu, rows = measure(lambda: habits(folder, customers))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    lines = customers * ORDERS * LINES
    print(f"{rows:,} customers, {lines:,} lines, {wall:.1f} s ({cpu:.1f} CPU s), peak {peak:,} MB")
    print(f"scan of 7 columns {narrow:.2f} CPU s: {cpu / narrow:.1f} x")
    print(f"scan of what is read {wide:.2f} CPU s: {cpu / wide:.1f} x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS)
