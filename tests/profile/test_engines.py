"""One definition on several engines: Spark gives the rows of DuckDB, to the last digit.

Spark is asked where pyspark (the extra `spark`) and Java are installed. Snowflake and BigQuery
cannot be asked here: what they would be sent is compared with what was sent when it was last read.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import duckdb
import pytest
from pyarrow import parquet

from bench import journey
from crmsync.errors import ConfigError
from crmsync.profile.compute import Queries, ask, compute, goods, query, relations
from crmsync.profile.dialects import Dialect, translate, translated
from crmsync.profile.spark import answer
from crmsync.store.facts import Facts
from tests.profile.people import TODAY, columns, person, wares

NAMES = get_args(Queries)
GOLDEN = Path(__file__).parent / "golden"
Rows = list[tuple[Any, ...]]
Ask = Callable[[Facts, str, str], Rows]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A session of Spark on this machine; the test is skipped where there can be none."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is missing: crmsync[spark]")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not installed")
    builder = sql.SparkSession.builder.master("local[2]")
    for key in ("spark.driver.host", "spark.driver.bindAddress"):
        builder = builder.config(key, "127.0.0.1")
    builder = builder.config("spark.sql.shuffle.partitions", "4")
    session = builder.config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def on_spark(spark: Any, tmp_path: Path) -> Ask:
    """Asks Spark one of the queries over these facts, as of a day."""

    def ask(facts: Facts, name: Any, as_of: str) -> Rows:
        for table, told in relations(facts, as_of, ()):
            parquet.write_table(told, tmp_path / f"{table}.parquet")
            spark.read.parquet(str(tmp_path / f"{table}.parquet")).createOrReplaceTempView(table)
        rows = [tuple(row) for row in answer(spark, name).collect()]
        spark.catalog.clearCache()
        return rows

    return ask


def on_duckdb(facts: Facts, name: Any, as_of: str) -> Rows:
    """The same of DuckDB: the query as one statement, as any engine is given it."""
    with duckdb.connect(":memory:") as engine:
        for table, told in relations(facts, as_of, ()):
            engine.register(table, told)
        return engine.execute(query(name)).fetchall()


def generated(seed: int) -> Facts:
    rng = random.Random(seed)
    return columns([person(rng, f"c{number:04d}") for number in range(800)], wares(rng))


def exact(rows: Rows) -> list[list[str]]:
    """Every digit of every value; a whole number is one, however wide its type is."""
    return [[repr(int(one)) if isinstance(one, Decimal) else repr(one) for one in row]
            for row in rows]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(2))
def test_spark_gives_the_rows_of_duckdb(on_spark: Ask, name: Queries, seed: int) -> None:
    facts = generated(seed)
    day = (TODAY + timedelta(30 * seed)).isoformat()
    expected = on_duckdb(facts, name, day)
    assert len(expected) > 200
    assert exact(on_spark(facts, name, day)) == exact(expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_spark_gives_the_rows_of_duckdb_for_real_households(on_spark: Ask, name: Queries) -> None:
    facts = journey.columns()
    assert facts.lines.num_rows == 1_469_307
    expected = on_duckdb(facts, name, journey.LAST_DAY)
    assert len({row[0] for row in expected}) > 2_000
    assert exact(on_spark(facts, name, journey.LAST_DAY)) == exact(expected)


@pytest.mark.parametrize("name", NAMES)
def test_the_query_as_one_statement_gives_what_the_stage_computes(name: Queries) -> None:
    facts, day = generated(7), TODAY.isoformat()
    with goods(facts, as_of=day, deny=()) as engine:
        expected = ask(engine, name).fetchall()
    assert on_duckdb(facts, name, day) == expected
    assert len(compute(facts, as_of=day)) > 400


@pytest.mark.parametrize("dialect", ["snowflake", "bigquery"])
@pytest.mark.parametrize("name", NAMES)
def test_what_other_engines_are_sent_is_what_was_read(name: Queries, dialect: Dialect) -> None:
    golden = GOLDEN / f"{name}.{dialect}.sql"
    assert golden.read_text(encoding="utf-8") == translate(name, dialect) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT MODE(a) FROM t", "SELECT LIST(a ORDER BY b) FROM t", "SELECT ANY_VALUE(a) FROM t",
        "SELECT ARG_MAX(a, b) FROM t", "SELECT unheard_of(a) FROM t", "SELECT a / b FROM t",
        "SELECT DATE_TRUNC('week', d) FROM t", "SELECT EXTRACT(ISODOW FROM d) FROM t",
        "SELECT ROW_NUMBER() OVER (PARTITION BY a) FROM t", "SELECT LAG(a) OVER () FROM t",
        "SELECT CAST(a AS INTEGER) FROM t", "SELECT CAST(a AS DECIMAL(9, 2)) FROM t",
        "SELECT TRY_CAST(a AS BIGINT) FROM t", "SELECT a FROM t LIMIT 3", "SELECT a || b FROM t",
        "SELECT a FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY a) = 1", "SELECT {'a': 1}",
        "SELECT x[1] FROM t", "SELECT a % 2 FROM t", "SELECT a FROM t WHERE b LIKE 'x'",
        "SELECT * EXCLUDE (a) FROM t", "SELECT SUM(a) FILTER (WHERE b) FROM t", "DELETE FROM t",
        "SELECT ROW(a, b) FROM t", "SELECT ROW_NUMBER() OVER (ORDER BY ROW(MODE(a), b)) FROM t",
        "SELECT 1; SELECT 2", "SELEC", "SELECT FROM WHERE", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_what_might_change_its_meaning_is_refused(text: str, dialect: Dialect) -> None:
    with pytest.raises(ConfigError):
        translated(text, dialect)


def test_a_dialect_that_nobody_speaks_is_named() -> None:
    with pytest.raises(ConfigError, match="There are spark, snowflake, bigquery") as error:
        translated("SELECT 1", "oracle")  # type: ignore[arg-type]
    assert "oracle" in error.value.message


def test_what_they_would_say_otherwise_is_written_exactly() -> None:
    """Snowflake's division rounds; BigQuery has no median and no GREATEST that passes null by."""
    text = "SELECT a // b, MEDIAN(c), GREATEST(d, e) FROM t GROUP BY a, b, d, e"
    snowflake = " ".join(translated(text, "snowflake").split())
    assert "TRUNC" not in snowflake
    assert "GREATEST_IGNORE_NULLS(d, e)" in snowflake
    bigquery = " ".join(translated(text, "bigquery").split())
    assert "DIV(a, b)" in bigquery
    assert "MEDIAN" not in bigquery
    assert "GREATEST(COALESCE(d, e), COALESCE(e, d))" in bigquery
    assert "a DIV b" in translated("SELECT a // b FROM t", "spark")


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_an_order_by_a_row_is_an_order_by_its_parts(dialect: Dialect) -> None:
    head = "SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY "
    row = translated(f"{head}ROW(-b, c) DESC, d) AS place FROM t", dialect)
    assert row == translated(f"{head}-b DESC, c DESC, d) AS place FROM t", dialect)
    assert "ROW(" not in row
