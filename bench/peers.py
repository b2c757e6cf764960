"""The peers of the load benchmark, found, run, and their rows counted afterwards: dlt and Singer.

dlt is looked for in the Python that runs the benchmark, or in the one named with `--dlt PYTHON`.
Singer is tap-jsonl and target-duckdb: two programs on the PATH, or in the folder named with
`--singer FOLDER`, which is the `bin` of a virtual environment (`pip install tap-jsonl==0.3.1
target-duckdb==0.8.0 duckdb==1.1.3`; with DuckDB 2.0 that target loses the first row of a batch).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from bench.measure import Figures, pipe, run

Load = Callable[[Path, Path], Figures]
"""Loads the files of a folder into another folder, and counts the rows."""

_COUNT = """
import duckdb, json, sys
file = duckdb.connect(sys.argv[1], read_only=True)
count = "SELECT count(*), count(DISTINCT {}) FROM {}"
print(json.dumps([file.execute(count.format(*one)).fetchone() for one in json.loads(sys.argv[2])]))
"""


def find_dlt(python: str) -> dict[str, Load]:
    """dlt with its best settings and with its own ones; none where that Python has no dlt."""
    found = subprocess.run([python, "-c", "import dlt"], capture_output=True, check=False)
    if found.returncode:
        return {}
    return {
        "dlt, best": partial(_load_dlt, python, "best"),
        "dlt, default": partial(_load_dlt, python, "default"),
    }


def _load_dlt(python: str, settings: str, source: Path, target: Path) -> Figures:
    figures = run("bench.peer_dlt", source, target, settings, python=python)
    wanted = {f"bench.{name}": ("id", count) for name, count in _lines(source).items()}
    if settings == "default":  # what is nested lies in tables of its own
        wanted["bench.orders__items"] = ("_dlt_id", 3 * wanted["bench.orders"][1])
    _require(python, target / "peer.duckdb", wanted)
    return figures


def find_singer(folder: str | None) -> dict[str, Load]:
    """Singer's tap and target; none where one of the two is missing."""
    programs = [shutil.which(name, path=folder) for name in ("tap-jsonl", "target-duckdb")]
    if None in programs:
        return {}
    tap, target = map(str, programs)
    return {"Singer": partial(_load_singer, tap, target)}


def _load_singer(tap: str, into: str, source: Path, target: Path) -> Figures:
    """Each file by a tap of its own, for one tells one stream, and upserted by its id."""
    total = Figures(0.0, 0.0, 0.0)
    database = target / "peer.duckdb"
    goal = _config(target / "target.json", path=str(database), default_target_schema="bench")
    counts = _lines(source)
    for name in counts:
        told = {"path": str(source / f"{name}.jsonl"), "stream_name": name, "primary_keys": ["id"]}
        given = _config(target / f"{name}.json", **told)
        total += pipe([tap, "--config", given], [into, "--config", goal])
    wanted = {f"bench.{name}": ("id", count) for name, count in counts.items()}
    _require(str(Path(into).with_name("python")), database, wanted)
    return total


def _config(file: Path, **settings: object) -> str:
    file.write_text(json.dumps(settings), encoding="utf-8")
    return str(file)


def _lines(source: Path) -> dict[str, int]:
    """How many records each file has."""
    found = {}
    for name in ("customers", "orders"):
        with (source / f"{name}.jsonl").open("rb") as file:
            found[name] = sum(1 for _ in file)
    return found


def _require(python: str, database: Path, tables: Mapping[str, tuple[str, int]]) -> None:
    """RuntimeError unless every table holds as many rows, and as many different keys."""
    keys = json.dumps([(key, name) for name, (key, _) in tables.items()])
    command = [python, "-c", _COUNT, str(database), keys]
    counted = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    for (name, (_, wanted)), found in zip(tables.items(), counted, strict=True):
        if found != [wanted, wanted]:
            raise RuntimeError(f"{name} of the peer holds {found} rows and keys, not {wanted}")
