"""The purchases that predictions are judged by: CDNOW, Complete Journey, Online Retail."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench import journey
from crmsync.profile.forecast import Purchases, read

EPOCH = date(1970, 1, 1).toordinal()


class Set(NamedTuple):
    """Purchases, the last day of calibration and the last day of the holdout (day numbers)."""

    name: str
    purchases: Purchases
    calibrated: int
    end: int


def sets(cdnow: Path | None, retail: Path | None) -> Iterator[Set]:
    """Those that are there."""
    if cdnow:
        for name, file, column in (
            ("CDNOW sample", "CDNOW_sample.txt", 2), ("CDNOW", "CDNOW_master.txt", 1),
        ):  # fmt: skip
            told = read_cdnow(cdnow / file, column)
            yield Set(name, told, number("1997-09-30"), number("1998-06-30"))
    yield Set("Complete Journey", read_journey(), number("2017-09-30"), number("2017-12-31"))
    if retail:
        told = read_retail(retail)
        yield Set("Online Retail", told, number("2011-08-31"), number("2011-12-09"))


def datasets_of(python: str) -> Path:
    """The folder of data in the package lifetimes of that Python."""
    program = "import importlib.util as u; print(u.find_spec('lifetimes').origin)"
    found = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    return Path(found.stdout.strip()).parent / "datasets"


def read_cdnow(file: Path, column: int) -> Purchases:
    """Customer in the first column, the day as 19970101 in `column`, dollars in the last."""
    lines = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    rows = [(int(one[0]), _compact(one[column]), _cents(one[-1])) for one in lines if _counts(one)]
    return read(*np.array(rows, dtype=np.int64).T)


def read_journey() -> Purchases:
    """The grocery baskets of 2,469 households, by household and day."""
    return _query(f"""
        SELECT household_id,
            DATEDIFF('day', DATE '1970-01-01', CAST(transaction_timestamp AS DATE)),
            CAST(ROUND(SUM(sales_value) * 100) AS BIGINT)
        FROM read_parquet('{journey.folder()}/transactions.parquet') GROUP BY 1, 2
    """)


def read_retail(folder: Path) -> Purchases:
    """Lines with a customer, a positive quantity and a price; cancelled invoices left out."""
    return _query(f"""
        SELECT CAST(CAST(CustomerID AS DOUBLE) AS BIGINT),
            DATEDIFF('day', DATE '1970-01-01', CAST(InvoiceDate AS DATE)),
            CAST(ROUND(SUM(UnitPrice * Quantity) * 100) AS BIGINT)
        FROM read_csv('{folder}/*.csv', header = true)
        WHERE CustomerID IS NOT NULL AND Quantity > 0 AND UnitPrice > 0 AND InvoiceNo NOT LIKE 'C%'
        GROUP BY 1, 2
    """)


def number(text: str) -> int:
    """The day number of an ISO day."""
    return date.fromisoformat(text).toordinal() - EPOCH


def day(told: int) -> date:
    """The day of a number."""
    return date.fromordinal(told + EPOCH)


def _query(text: str) -> Purchases:
    import duckdb

    with duckdb.connect(":memory:") as engine:
        columns = list(engine.execute(text).fetchnumpy().values())
    return read(*(np.asarray(column, dtype=np.int64) for column in columns))


def _counts(words: list[str]) -> bool:
    return bool(words) and words[0].isdigit()


def _compact(text: str) -> int:
    return number(f"{text[:4]}-{text[4:6]}-{text[6:]}")


def _cents(text: str) -> int:
    return round(float(text) * 100)
