"""Works the habits out in a folder of Parquet files, beside the store: by Spark, or by DuckDB.

What the folder holds: crmsync.engine.exchange. The results go into its folder `results`, a folder
of Parquet files for each of the queries: a row for each customer (habits), or for each customer
and product (replenish).
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from crmsync.errors import ConfigError
from crmsync.profile.compute import CONFIG, Queries, hold, text
from crmsync.store.facts import Facts

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Engine = Literal["duckdb", "spark"]
RELATIONS = (*Facts._fields, "asked", "denied")
"""The folders that the queries read; what they hold stands in goods.sql."""

ALONE = {
    "spark.master": "local[*]", "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false", "spark.sql.shuffle.partitions": "4",
}  # fmt: skip
"""Spark on one machine; a cluster's settings come with spark-submit."""

WHOLE = "all.parquet"
"""The one file of a relation that is not cut into buckets."""


def work_out(folder: Path, engine: Engine) -> None:
    """Work out every query over the folder; an older result is replaced.

    ConfigError when the engine is not installed.
    """
    results = folder / "results"
    shutil.rmtree(results, ignore_errors=True)
    if engine == "spark":
        _by_spark(folder, results)
    else:
        _by_duckdb(folder, results)


def _by_duckdb(folder: Path, results: Path) -> None:
    """Bucket by bucket: memory is that of one bucket, and time goes with their number."""
    import duckdb

    for name in get_args(Queries):
        (results / name).mkdir(parents=True)
    for bucket in sorted(one.name for one in (folder / "orders").iterdir()):
        with duckdb.connect(":memory:", config=CONFIG) as engine:
            for name in RELATIONS:
                place = folder / name / bucket
                told = place if place.exists() else folder / name / WHOLE
                engine.execute(f"CREATE VIEW {name} AS FROM read_parquet('{_quoted(told)}')")
            hold(engine)
            for name in get_args(Queries):
                _write(engine, name, results / name / bucket)


def _write(engine: Any, name: Queries, path: Path) -> None:
    """One result as Parquet; sums of whole numbers stay whole (Parquet knows no HUGEINT)."""
    query = f"(WITH {text(name)})"
    columns = [
        f"CAST({column} AS BIGINT) AS {column}" if kind == "HUGEINT" else column
        for column, kind, *_ in engine.execute(f"DESCRIBE SELECT * FROM {query}").fetchall()
    ]
    told = f"SELECT {', '.join(columns)} FROM {query}"
    engine.execute(f"COPY ({told}) TO '{_quoted(path)}' (FORMAT parquet)").fetchall()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _by_spark(folder: Path, results: Path) -> None:
    """All at once, in the session that spark-submit made, or in one of this machine."""
    from crmsync.profile.spark import answer

    spark = _session()
    try:
        for name in RELATIONS:
            spark.read.parquet(str(folder / name)).createOrReplaceTempView(name)
        for name in get_args(Queries):
            answer(spark, name).write.parquet(str(results / name))
            spark.catalog.clearCache()
    finally:
        spark.stop()


def _session() -> SparkSession:
    try:
        from pyspark import SparkConf
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise ConfigError(
            "pyspark is missing.", hint="IT: pip install 'crmsync[spark]'; it needs Java 17."
        ) from error
    if shutil.which("java") is None:
        raise ConfigError("Spark finds no Java.", hint="IT: install Java 17.")
    builder: Any = SparkSession.builder.appName("crmsync habits")
    if not SparkConf().contains("spark.master"):  # no spark-submit: this machine alone
        for key, value in ALONE.items():
            builder = builder.config(key, value)
    made: SparkSession = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made
