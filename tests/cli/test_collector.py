"""A process that ends says nothing that nobody asked for."""

from __future__ import annotations

import subprocess
import sys

CALCULATES = """
from crmsync.cli.collector import calm
calm()
import duckdb
with duckdb.connect(":memory:") as engine:
    print(engine.execute("SELECT 6 * 7").fetchone())
"""


def test_a_process_that_used_duckdb_ends_without_a_word() -> None:
    command = [sys.executable, "-c", CALCULATES]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout == "(42,)\n"
    assert ended.stderr == ""
