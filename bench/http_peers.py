"""The peers of bench.http, found, run, and their rows counted: dlt, a Singer tap, PyAirbyte.

dlt is looked for in the Python named with `--dlt`, the Singer SDK and target-duckdb in the `bin` of
the virtual environment named with `--singer` (`pip install tap-jsonl==0.3.1 target-duckdb==0.8.0
duckdb==1.1.3`), PyAirbyte in the Python named with `--airbyte` (`pip install airbyte`).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.measure import Figures, pipe, run

PEERS = ("dlt rest_api", "Singer SDK", "PyAirbyte")
Load = Callable[[str, int, Path], Figures]
"""Reads so many customers at a URL into a folder, and counts the rows."""

_COUNT = """
import duckdb, sys
file = duckdb.connect(sys.argv[1], read_only=True)
print(*file.execute(f"SELECT count(*), count(DISTINCT id) FROM {sys.argv[2]}").fetchone())
"""


def find_peers(dlt: str, singer: str | None, airbyte: str) -> dict[str, Load]:
    """Those that are there."""
    found: dict[str, Load] = {}
    if _has(dlt, "dlt"):
        found["dlt rest_api"] = partial(_dlt, dlt)
    python = str(Path(singer) / "python") if singer else ""
    if python and _has(python, "singer_sdk, target_duckdb"):
        found["Singer SDK"] = partial(_singer, python)
    if _has(airbyte, "airbyte"):
        found["PyAirbyte"] = partial(_airbyte, airbyte)
    return found


def _has(python: str, modules: str) -> bool:
    return not subprocess.run([python, "-c", f"import {modules}"], capture_output=True).returncode


def _dlt(python: str, url: str, records: int, folder: Path) -> Figures:
    figures = run("bench.peer_rest_dlt", url, folder, python=python)
    _require(python, folder / "peer.duckdb", "bench.customers", records)
    return figures


def _singer(python: str, url: str, records: int, folder: Path) -> Figures:
    given, goal = folder / "tap.json", folder / "target.json"
    database = folder / "peer.duckdb"
    given.write_text(json.dumps({"url": url}), encoding="utf-8")
    told = {"path": str(database), "default_target_schema": "bench"}
    goal.write_text(json.dumps(told), encoding="utf-8")
    target = str(Path(python).with_name("target-duckdb"))
    tap = [python, "-m", "bench.peer_rest_singer", "--config", str(given)]
    figures = pipe(tap, [target, "--config", str(goal)])
    _require(python, database, "bench.customers", records)
    return figures


def _airbyte(python: str, url: str, records: int, folder: Path) -> Figures:
    figures = run("bench.peer_rest_airbyte", url, folder, python=python)
    _require(python, folder / "peer.duckdb", "main.customers", records)
    return figures


def _require(python: str, database: Path, table: str, wanted: int) -> None:
    """RuntimeError unless the table holds as many rows, and as many different ids."""
    command = [python, "-c", _COUNT, str(database), table]
    counted = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    if counted.split() != [str(wanted)] * 2:
        raise RuntimeError(f"{table} of the peer holds {counted.strip()}, not {wanted}")
