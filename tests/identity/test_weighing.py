"""One query weighs pairs alike on every engine: SQLite, DuckDB, Spark, and numpy beside them.

Spark is asked where pyspark (the extra `spark`) and Java are installed.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyarrow import parquet

from bench.identity import ours
from crmsync.engine.project import open_project
from crmsync.identity.candidates import Rows, candidates
from crmsync.identity.faces import SINGLE, Columns, Faces, Words, hashed, row
from crmsync.identity.keys import key_numbers
from crmsync.identity.levels import NAMES, levels
from crmsync.identity.study import read_traits
from crmsync.identity.weighing import pairs, query
from crmsync.identity.weights import VERSION, Model, Weights, default, weights
from crmsync.store import keys as key_store

Table = Mapping[str, NDArray[np.generic]]
Answer = list[tuple[int, int, int | None, str | None]]
Engine = Callable[[str, pa.Table], Answer]

WORDS = [(), ("muller",), ("anna",), ("anna", "lena"), ("wrobel",)]
RARE = st.dictionaries(st.sampled_from(["", *(" ".join(word) for word in WORDS[1:])]),
                       st.integers(-300, 300))  # fmt: skip
CALM = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def on_sqlite(text: str, table: pa.Table) -> Answer:
    with sqlite3.connect(":memory:") as engine:
        engine.execute(f"CREATE TABLE pairs ({', '.join(table.column_names)})")
        marks = ", ".join("?" * table.num_columns)
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        engine.executemany(f"INSERT INTO pairs VALUES ({marks})", rows)
        found = engine.execute(text).fetchall()
    engine.close()
    return found


def on_duckdb(text: str, table: pa.Table) -> Answer:
    with duckdb.connect(":memory:") as engine:
        engine.register("pairs", table)
        return engine.execute(text).fetchall()


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A session of Spark on this machine; the test is skipped where there can be none."""
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is missing: crmsync[spark]")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not installed")
    builder = sql.SparkSession.builder.master("local[1]")
    for key in ("spark.driver.host", "spark.driver.bindAddress"):
        builder = builder.config(key, "127.0.0.1")
    session = builder.config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(params=["sqlite", "duckdb", "spark"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Each engine: gives its answer to a query over a table `pairs`, by `a` and `b`."""

    def on_spark(text: str, table: pa.Table) -> Answer:
        session = request.getfixturevalue("spark")
        parquet.write_table(table, tmp_path / "pairs.parquet")
        session.read.parquet(str(tmp_path / "pairs.parquet")).createOrReplaceTempView("pairs")
        return [tuple(row) for row in session.sql(text).collect()]

    if request.param == "spark":
        request.getfixturevalue("spark")
    engines: dict[str, Engine] = {"sqlite": on_sqlite, "duckdb": on_duckdb, "spark": on_spark}
    return engines[request.param]


def expected(model: Weights, table: Table, weight: NDArray[np.int32]) -> Answer:
    """What every engine must answer."""
    same, review = model.model.same, model.model.review
    bands = np.where(weight >= same, "same", np.where(weight >= review, "review", "apart"))
    columns = (one.tolist() for one in (table["a"], table["b"], weight, bands))
    return sorted(zip(*columns, strict=True))


def agree(engine: Engine, model: Weights, faces: Columns, found: Any, a: Any, b: Any) -> Answer:
    """Ask an engine, and compare with numpy; gives the answer."""
    table = pairs(model, faces, found, a, b)
    answer = sorted(engine(query(model), pa.table(dict(table))))
    assert answer == expected(model, table, model.weigh(faces, found, a, b))
    return answer


def imagined(seed: int, count: int) -> tuple[Columns, dict[str, Any], Any, Any]:
    """So many pairs of any levels at all, whether they can come or not."""
    chance = np.random.default_rng(seed)
    of = {name: chance.integers(0, len(WORDS), 2 * count) for name in SINGLE}
    none = np.zeros((2 * count, 2), dtype=np.int64)
    found = {
        field: chance.integers(0, len(names), count).astype(np.int8)
        for field, names in NAMES.items()
    }
    a = np.arange(count, dtype=np.int64)
    return Columns(of, none, none, list(WORDS)), found, a, a + count


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Models of any fields and whole numbers."""
    told = {
        field: draw(st.dictionaries(st.sampled_from(names), st.integers(-5000, 5000)))
        for field, names in NAMES.items() if draw(st.integers(0, 3))
    }  # fmt: skip
    rare = {field: draw(RARE) for field in ("given", "family")}
    prior, review = draw(st.integers(-5000, 5000)), draw(st.integers(-9000, 9000))
    same = review + draw(st.integers(0, 9000))
    return Model(VERSION, "any", "drawn", told, rare, prior, same, review)


@CALM
@given(model=models(), seed=st.integers(0, 2**32))
def test_any_model_weighs_any_levels_alike(model: Model, seed: int) -> None:
    for engine in (on_sqlite, on_duckdb):
        agree(engine, weights(model), *imagined(seed, 40))


@pytest.mark.parametrize("seed", range(3))
def test_other_models_weigh_alike(engine: Engine, seed: int) -> None:
    """The same few on every engine; Spark is too slow to be asked of each one that is drawn."""
    chance = np.random.default_rng(seed)
    told = {
        field: dict(zip(names, chance.integers(-5000, 5000, len(names)).tolist(), strict=True))
        for field, names in NAMES.items()
    }
    rare = {field: {"": 7, "anna": -300, "muller": 300} for field in ("given", "family")}
    model = Model(VERSION, "other", f"seed {seed}", told, rare, seed, 5000, -5000)
    agree(engine, weights(model), *imagined(seed, 2000))


def test_the_model_that_crmsync_brings_weighs_alike(engine: Engine) -> None:
    answer = agree(engine, default(), *imagined(1, 5000))
    assert {row[3] for row in answer} == {"same", "review", "apart"}


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    """Invented people, and those of them that are compared."""
    folder = tmp_path_factory.mktemp("people") / "project"
    ours.loaded(folder, 600, 5)
    with open_project(folder) as project, project.store.read() as work:
        sources = key_store.load_sources(work, key_store.all_source_ids(work))
        sides = [read_traits(one, project.settings.numbers()) for one in sources]
    faces, names = Faces(), Words()
    faces.add(np.array([row(side, names) for side in sides]), names.word)
    rows = [(key, place, hashed(side.who)) for place, side in enumerate(sides)
            for key in key_numbers(side)]  # fmt: skip
    met = candidates(Rows.of(*np.array(rows, dtype=np.int64).T))
    return faces.columns(), levels(faces.columns(), met), met.a, met.b


def test_an_invented_population_weighs_alike(engine: Engine, population: Any) -> None:
    answer = agree(engine, default(), *population)
    assert len(answer) > 500
    assert {"same", "apart"} <= {row[3] for row in answer}


@pytest.mark.parametrize("column", ["given", "email", "given_rare_b", "family_rare_a"])
def test_what_is_missing_is_not_weighed(engine: Engine, column: str) -> None:
    faces, found, a, b = imagined(2, 1)
    found |= {field: np.array([1], dtype=np.int8) for field in found}
    table = pa.table(dict(pairs(default(), faces, found, a, b)))
    assert engine(query(default()), table)[0][2] is not None
    at = table.column_names.index(column)
    lost = table.set_column(at, column, pa.array([None], table.schema.field(column).type))
    assert engine(query(default()), lost) == [(0, 1, None, None)]


def test_a_level_that_does_not_exist_is_not_weighed(engine: Engine) -> None:
    faces, found, a, b = imagined(2, 1)
    table = pa.table(dict(pairs(default(), faces, found, a, b)))
    at = table.column_names.index("given")
    wrong = table.set_column(at, "given", pa.array([len(NAMES["given"])], pa.int8()))
    assert engine(query(default()), wrong) == [(0, 1, None, None)]


def test_small_columns_do_not_overflow(engine: Engine) -> None:
    """Rarities of eight bits beside weights that need more."""
    told = {"given": {"equal": 120}, "family": {"equal": 120}, "email": {"own": 30_000}}
    small = Model(VERSION, "small", "by hand", told, {}, 100, 0, 0)
    row = {"a": [1], "b": [2], "given": [1], "family": [1], "email": [1]}
    row |= {f"{field}_rare_{side}": [127] for field in ("given", "family") for side in "ab"}
    table = pa.table({name: pa.array(values, pa.int8()) for name, values in row.items()})
    assert engine(query(weights(small)), table) == [(1, 2, 30_594, "same")]


def test_the_query_means_the_same_in_every_dialect() -> None:
    """Also where Spark is missing, and on engines that nobody asked here."""
    first, *others = (
        sqlglot.parse_one(query(default()), read=one)
        for one in ("sqlite", "duckdb", "spark", "databricks", "postgres", "snowflake", "bigquery")
    )
    assert all(other == first for other in others)
