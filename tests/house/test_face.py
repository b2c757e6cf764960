"""The public face: what is named is there, and importing it is cheap."""

from __future__ import annotations

import subprocess
import sys

import crmsync

HEAVY = ("httpx", "click", "sqlite3", "psycopg", "sqlalchemy", "duckdb", "pyarrow", "pydantic")


def test_every_public_name_is_there() -> None:
    for name in crmsync.__all__:
        assert getattr(crmsync, name) is not None


def test_importing_crmsync_loads_nothing_heavy() -> None:
    program = f"import sys, crmsync; print([m for m in {HEAVY!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_help_loads_no_plugin_and_no_engine() -> None:
    program = (
        "import sys\nfrom crmsync.cli.main import run\nrun(['--help'])\n"
        "bad = ('crmsync.engine', 'crmsync.registry', 'pluggy', 'pydantic', 'sqlalchemy')\n"
        "sys.exit(repr([m for m in bad if m in sys.modules]) if any("
        "m in sys.modules for m in bad) else 0)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
