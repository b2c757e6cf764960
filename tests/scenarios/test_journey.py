"""Real purchases, loaded as files: what comes out as habits equals a count made on the files."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from bench import journey_files
from bench.journey import LAST_DAY
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.identity.read import customer_of
from crmsync.profile.habits import load_habits

HOUSEHOLDS = 60

SENSITIVE = ("ADULT INCONTINENCE", "FAMILY PLANNING", "HOME HEALTH CARE", "PHARMACY")
"""The categories of these files that enter no habit, read off their list by hand."""

COUNTS = """
    SELECT household_id, count(DISTINCT basket_id), count(DISTINCT left("at", 10)),
        min(left("at", 10)), max(left("at", 10)),
        sum(CAST(CAST(amount AS DECIMAL(10,2)) * 100 AS BIGINT))
    FROM read_parquet('{folder}/lines.parquet')
    LEFT JOIN read_parquet('{folder}/products.parquet') USING (product_id)
    WHERE left("at", 10) <= '{last}'
        AND coalesce(product_category, '') NOT IN {sensitive}
    GROUP BY household_id
"""
"""What was bought until the day the habits are counted from, but for what is sensitive."""


@pytest.mark.slow
def test_habits_of_real_households_equal_a_count_of_the_files(tmp_path: Path) -> None:
    lines = journey_files.write(tmp_path, HOUSEHOLDS)
    counted = duckdb.sql(
        COUNTS.format(folder=tmp_path, last=LAST_DAY, sensitive=SENSITIVE)
    ).fetchall()
    assert len(counted) == HOUSEHOLDS
    with open_project(tmp_path) as project:
        report = sync(project, as_of=LAST_DAY)
        assert report.exit_code() == 0, report.as_json()
        assert report.lands["till/orders"]["new"] >= sum(row[1] for row in counted)
        with project.store.read() as work:
            for household, orders, days, first, last, cents in counted:
                name = customer_of(work, f"till/customers/{household}")
                assert name is not None
                found = load_habits(work, [name])[name]
                assert (found.orders, found.purchase_days) == (orders, days)
                assert (found.first_order_on, found.last_order_on) == (first, last)
                assert (found.revenue_gross, found.currency) == (cents, "USD")
                assert found.top_category is not None
                assert found.abc in ("A", "B", "C")
    assert lines > 10_000
