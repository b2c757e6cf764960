"""The smallest files that fuzzing found: each costs its record or its file, and says why."""

from __future__ import annotations

from typing import Any

from crmsync.connectors.files.csv_file import name_columns
from tests.connectors.conftest import customers

DEEP = "[" * 100_000 + "]" * 100_000


def stream(path: str) -> dict[str, Any]:
    return customers(path, key="Nr", map={"name": "Name"})


def test_a_head_of_very_many_cells_is_named_in_one_pass() -> None:
    """Comparing each name with all before it took minutes; this file would never end."""
    names = name_columns(["x", ""] * 150_000)
    assert len({*names}) == 300_000
    assert names[:6] == ("x", "column_2", "x_2", "column_4", "x_3", "column_6")


def test_a_counted_name_that_is_taken_is_passed_over() -> None:
    assert name_columns(["a", "a_2", "a", "a", "column_6", ""]) == (
        "a", "a_2", "a_3", "a_4", "column_6", "column_2",
    )  # fmt: skip
