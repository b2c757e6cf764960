"""The smallest files that fuzzing found: each costs its record or its file, and says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmsync.connectors.files.csv_file import name_columns
from tests.connectors.conftest import Connect, complaints, customers, read, records

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


def test_a_line_nested_too_deep_is_broken_alone(connect: Connect, tmp_path: Path) -> None:
    lines = ['{"Nr": 1, "Name": "Groß"}', f'{{"Nr": 2, "Name": {DEEP}}}', '{"Nr": 3}']
    (tmp_path / "k.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    pages = read(connect(stream("k.jsonl")))
    assert [record["Nr"] for record in records(pages)] == [1, 3]
    assert complaints(pages) == [("k.jsonl:2", "holds lists or objects too deep in each other")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [(DEEP, "holds lists or objects too deep in each other"), ("9" * 5_000, "holds a number of too many digits")],
)
def test_an_array_is_read_up_to_what_nobody_can_read(
    connect: Connect, tmp_path: Path, value: str, reason: str
) -> None:
    text = f'[{{"Nr": 1, "Name": "Groß"}},\n{{"Nr": 2, "Name": {value}}}]'
    (tmp_path / "k.json").write_text(text, encoding="utf-8")
    pages = read(connect({**stream("k.json"), "deletes": "missing"}))
    assert [record["Nr"] for record in records(pages)] == [1]
    assert complaints(pages) == [("k.json:2", f"{reason}; the file was not read beyond it")]
