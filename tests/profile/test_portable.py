"""The habits queries stay in the part of SQL that Spark understands as well."""

import pytest
import sqlglot
from sqlglot import exp

from crmsync.profile.compute import Queries, query

SHARED = {
    "CASE", "CAST", "CEIL", "COALESCE", "COUNT", "FLOOR", "GREATEST", "IF", "LAG", "LEAST", "MAX",
    "MEDIAN", "MIN", "NULLIF", "ROW_NUMBER", "SUBSTRING", "SUM",
}  # fmt: skip
ROW = "ANONYMOUS"
"""ORDER BY ROW(a, b): what sqlglot calls a function that it does not know."""
RELATIONS = {"asked", "orders", "lines", "products", "denied"}
NAMES: tuple[Queries, ...] = ("habits", "replenish")


def test_only_functions_that_engines_share_are_used() -> None:
    trees = [sqlglot.parse_one(query(name), read="duckdb") for name in NAMES]
    used = {call.sql_name() for tree in trees for call in tree.find_all(exp.Func)}
    assert used - {"AND", "OR", ROW} == SHARED


def test_rows_are_only_ordered_by() -> None:
    for name in NAMES:
        tree = sqlglot.parse_one(query(name), read="duckdb")
        for call in tree.find_all(exp.Anonymous):
            assert call.name == "ROW"
            assert isinstance(call.parent, exp.Ordered)


@pytest.mark.parametrize("name, count", [("habits", 5), ("replenish", 4)])
def test_every_row_number_is_ordered_and_no_row_is_cut_by_chance(name: Queries, count: int) -> None:
    tree = sqlglot.parse_one(query(name), read="duckdb")
    numbered = [
        window for window in tree.find_all(exp.Window) if isinstance(window.this, exp.RowNumber)
    ]
    assert len(numbered) == count
    assert all(window.args.get("order") for window in numbered)
    assert not list(tree.find_all(exp.Limit, exp.Qualify))


@pytest.mark.parametrize(
    "name, more", [("habits", {"deliveries", "interactions"}), ("replenish", set())]
)
def test_each_query_is_one_statement_that_spark_can_be_given(name: Queries, more: set[str]) -> None:
    [text] = sqlglot.transpile(query(name), read="duckdb", write="spark")
    again = sqlglot.parse_one(text, read="spark")
    assert again.find(exp.IntDiv) is not None
    relations = {table.name for table in again.find_all(exp.Table)}
    named = {cte.alias for cte in again.find_all(exp.CTE)}
    assert relations - named == RELATIONS | more
