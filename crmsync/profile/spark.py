"""Runs the habits queries on Spark, for a chain whose purchases outgrow one machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmsync.profile.compute import Queries
from crmsync.profile.dialects import steps

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def answer(spark: SparkSession, name: Queries) -> DataFrame:
    """The rows of one of the queries, over the relations that goods.sql names as views of `spark`.

    Every definition of the query becomes a view. Spark would work a definition out anew for each
    that reads it; one with two readers or more is kept in memory, or on the workers' disks, until
    the session forgets it (`spark.catalog.clearCache()`).
    """
    *defined, last = steps(name, "spark")
    for step in defined:
        frame = spark.sql(step.text)
        kept = frame.persist() if step.readers > 1 else frame
        kept.createOrReplaceTempView(step.name)
    return spark.sql(last.text)
