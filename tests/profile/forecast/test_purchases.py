"""Columns in: every purchase day once, in order, whatever they come as; errors in words."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from crmsync.errors import ConfigError
from crmsync.profile.forecast.past import Past
from crmsync.profile.forecast.purchases import read
from crmsync.profile.forecast.seen import Seen


def test_days_of_a_customer_are_summed_and_sorted() -> None:
    told = read([7, 3, 7, 7, 3], [20, 5, 10, 20, 1], [100, 50, 30, 11, 2])
    assert told.customers.tolist() == [3, 7]
    assert told.starts.tolist() == [0, 2, 4]
    assert told.days.tolist() == [1, 5, 10, 20]
    assert told.money.tolist() == [2, 50, 30, 111]
    assert (told.first().tolist(), told.last().tolist()) == ([1, 10], [5, 20])


def test_arrow_and_dates_are_read_as_numbers_are() -> None:
    days = [date(1970, 1, 11), date(1970, 1, 3)]
    arrow = read(pa.array([1, 1]), pa.array(days), pa.array([5, 6]))
    chunked = read(pa.chunked_array([[1], [1]]), pa.chunked_array([days]), pa.array([5, 6]))
    plain = read(np.array([1, 1]), np.array(days, dtype="datetime64[D]"), [5, 6])
    for told in (arrow, chunked, plain):
        assert told.days.tolist() == [2, 10]
        assert told.money.tolist() == [6, 5]


@pytest.mark.parametrize(
    "columns, words",
    (
        (([1, 2], [1], [1, 2]), "different length"),
        (([1], [1.5], [1]), "column day is float64"),
        ((["a"], [1], [1]), "column customer"),
        ((pa.array([1, None]), [1, 2], [1, 2]), "column customer holds nulls"),
        (([1], [1], np.array([2.0])), "column money"),
    ),
)
def test_what_is_no_column_of_whole_numbers_is_refused(columns: tuple, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read(*columns)


def test_until_a_day_and_counts_after_it() -> None:
    told = read([1, 1, 1, 2, 2, 3], [0, 10, 20, 5, 15, 30], [1] * 6)
    known = told.until(10)
    assert known.customers.tolist() == [1, 2]
    assert known.days.tolist() == [0, 10, 5]
    assert told.counts(10, 20, known.customers).tolist() == [1, 1]
    assert told.counts(10, 15, np.array([2, 3])).tolist() == [1, 0]
    assert told.counts(0, 99, np.array([], dtype=np.int64)).tolist() == []
    assert told.take(np.array([0, 2])).days.tolist() == [0, 10, 20, 30]
    assert len(told.until(-1)) == 0


def test_what_is_seen_of_a_customer_on_a_day() -> None:
    seen = Seen.on(read([1, 1, 1, 2], [0, 7, 28, 14], [1] * 4), 35)
    past = seen.past
    assert past.repeats.tolist() == [2, 0]
    assert past.active.tolist() == [4, 0]
    assert past.age.tolist() == [5, 3]
    assert past.silent.tolist() == [1, 3]
    assert seen.at_last_purchase().past.age.tolist() == [4, 0]


def test_equal_customers_are_one_row() -> None:
    seen = Seen.on(read([1, 2, 3, 3], [0, 0, 0, 7], [1] * 4), 14)
    assert seen.rows.weight.tolist() == [2, 1]
    assert seen.place.tolist() == [0, 0, 1]
    assert len(Seen.on(seen.purchases, 14).every(2)) == 2
    assert Past.of([0, 1, 2], 0, 4).some(2).weight.sum() == 3


def test_importing_it_loads_neither_scipy_nor_a_store_and_crmsync_does_not_load_it() -> None:
    program = (
        "import sys, crmsync\nassert 'numpy' not in sys.modules\n"
        "import crmsync.profile.forecast\n"
        "print([m for m in ('scipy', 'duckdb', 'sqlalchemy', 'pyarrow') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
