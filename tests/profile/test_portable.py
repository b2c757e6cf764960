"""The habits query stays in the part of SQL that Spark understands as well."""

import sqlglot
from sqlglot import exp

from crmsync.profile.compute import query

SHARED = {
    "CASE", "CAST", "CEIL", "COALESCE", "COUNT", "FLOOR", "GREATEST", "IF", "LAG", "LEAST", "MAX",
    "MEDIAN", "MIN", "NULLIF", "ROW_NUMBER", "SUBSTRING", "SUM",
}  # fmt: skip


def test_only_functions_that_engines_share_are_used() -> None:
    tree = sqlglot.parse_one(query(), read="duckdb")
    used = {call.sql_name() for call in tree.find_all(exp.Func)} - {"AND", "OR"}
    assert used == SHARED


def test_every_row_number_is_ordered_and_no_row_is_cut_by_chance() -> None:
    tree = sqlglot.parse_one(query(), read="duckdb")
    numbered = [
        window for window in tree.find_all(exp.Window) if isinstance(window.this, exp.RowNumber)
    ]
    assert len(numbered) == 5
    assert all(window.args.get("order") for window in numbered)
    assert not list(tree.find_all(exp.Limit, exp.Qualify))


def test_the_query_is_one_statement_that_spark_can_be_given() -> None:
    [text] = sqlglot.transpile(query(), read="duckdb", write="spark")
    again = sqlglot.parse_one(text, read="spark")
    assert again.find(exp.IntDiv) is not None
    relations = {table.name for table in again.find_all(exp.Table)}
    named = {cte.alias for cte in again.find_all(exp.CTE)}
    assert relations - named == {
        "asked", "orders", "lines", "products", "denied", "deliveries", "interactions",
    }  # fmt: skip
