"""The smallest files that fuzzing found: each costs its record or its file, and says why."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from openpyxl import Workbook
from pyarrow import parquet

from crmsync.connectors.files.csv_file import name_columns
from crmsync.connectors.files.excel_file import MOST_ROWS
from tests.connectors.conftest import Connect, complaints, customers, orders, read, records

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


def test_a_record_of_several_lines_is_not_kept_as_one_of_them(
    connect: Connect, tmp_path: Path
) -> None:
    """The raw record was the line read last, of another order: a replay told that one's lines."""
    lines = "".join(
        f'{{"Belegnr": "{n // 2}", "Datum": "2026-10-01", "Artikel": "W{n}", "Betrag": "5"}}\n'
        for n in range(6)
    )
    (tmp_path / "o.jsonl").write_text(lines, encoding="utf-8")
    connector = connect(orders("o.jsonl", map={"placed_at": "Datum"}))
    (page,) = read(connector)
    assert [[row["Artikel"] for row in one["_rows"]] for one in page.records] == [
        ["W0", "W1"], ["W2", "W3"], ["W4", "W5"],
    ]  # fmt: skip
    assert page.payloads == [None, None, None]
    assert connector.map_page(connector.streams()[0], page.records) is not None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (DEEP, "holds lists or objects too deep in each other"),
        ("9" * 5_000, "holds a number of too many digits"),
    ],
)
def test_an_array_is_read_up_to_what_nobody_can_read(
    connect: Connect, tmp_path: Path, value: str, reason: str
) -> None:
    text = f'[{{"Nr": 1, "Name": "Groß"}},\n{{"Nr": 2, "Name": {value}}}]'
    (tmp_path / "k.json").write_text(text, encoding="utf-8")
    pages = read(connect({**stream("k.json"), "deletes": "missing"}))
    assert [record["Nr"] for record in records(pages)] == [1]
    assert complaints(pages) == [("k.json:2", f"{reason}; the file was not read beyond it")]


def write_parquet(path: Path, **columns: pa.Array) -> bytes:
    parquet.write_table(pa.table(columns), path, compression="none")
    return path.read_bytes()


def test_a_parquet_file_with_spoilt_metadata_is_named(connect: Connect, tmp_path: Path) -> None:
    good = write_parquet(tmp_path / "k.parquet", Nr=pa.array([1]), Name=pa.array(["Groß"]))
    spoilt = good[:-40] + b"\xff" * 32 + good[-8:]
    (tmp_path / "k.parquet").write_bytes(spoilt)
    pages = read(connect({**stream("k.parquet"), "deletes": "missing"}))
    assert complaints(pages) == [("k.parquet:1", "is not a readable Parquet file (OSError)")]


def test_a_parquet_file_with_a_spoilt_page_is_named(connect: Connect, tmp_path: Path) -> None:
    good = write_parquet(tmp_path / "k.parquet", Nr=pa.array([1]), Name=pa.array(["Groß"]))
    (tmp_path / "k.parquet").write_bytes(good[:4] + b"\xff" * 12 + good[16:])
    ((place, reason),) = complaints(read(connect(stream("k.parquet"))))
    assert place == "k.parquet:1"
    assert reason.startswith("is damaged (")


def test_a_parquet_name_that_is_no_text_is_told(connect: Connect, tmp_path: Path) -> None:
    good = write_parquet(tmp_path / "k.parquet", Nr=pa.array([1]), Name=pa.array(["Groß"]))
    (tmp_path / "k.parquet").write_bytes(good.replace(b"Name", b"\xffame"))
    ((_, reason),) = complaints(read(connect({**stream("k.parquet"), "deletes": "missing"})))
    assert reason.startswith("is not a readable Parquet file (")


def test_a_moment_beyond_the_calendar_costs_its_row_alone(connect: Connect, tmp_path: Path) -> None:
    far = pa.array([0, 2**62, 0], pa.timestamp("us"))
    write_parquet(tmp_path / "k.parquet", Nr=pa.array([1, 2, 3]), Name=pa.array(["a"] * 3), at=far)
    pages = read(connect(stream("k.parquet")))
    assert [record["Nr"] for record in records(pages)] == [1, 3]
    assert complaints(pages) == [("k.parquet:2", "holds what cannot be read (OverflowError)")]


def test_nanoseconds_are_read_without_pandas(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    fine = pa.array([1_700_000_000_000_000_001], pa.timestamp("ns", "UTC"))
    write_parquet(tmp_path / "k.parquet", Nr=pa.array([1]), Name=pa.array(["a"]), at=fine)
    (record,) = records(read(connect(stream("k.parquet"))))
    assert datetime.fromisoformat(record["at"]) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def write_book(path: Path, old: bytes, new: bytes, part: str = "xl/worksheets/sheet1.xml") -> None:
    """A workbook of two people, in one part of which `old` is replaced."""
    book = Workbook()
    sheet: Any = book.active
    for row in (("Nr", "Name"), (1, "Groß"), (2, "Klein")):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as opened, zipfile.ZipFile(path, "w") as made:
        for name in opened.namelist():
            content = opened.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new)
            made.writestr(name, content)


SHEET_END = "; the sheet was not read beyond it"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</sheetData>", b"</row></sheetData>"),
        (b'<c r="A3"', b'<c r="3K"'),
        (b'<c r="A3" t="n"><v>2<', b'<c r="A3" t="s"><v>999<'),
        (b'<row r="3"', b'<row r="2000000000"'),
        (b'<row r="3"', b'<row r="x"'),
    ],
)
def test_a_workbook_is_read_up_to_what_nobody_can_read(
    connect: Connect, tmp_path: Path, old: bytes, new: bytes
) -> None:
    write_book(tmp_path / "k.xlsx", old, new)
    pages = read(connect({**stream("k.xlsx"), "deletes": "missing"}))
    assert records(pages)[:1] == [{"Nr": 1, "Name": "Groß"}]
    ((place, reason),) = complaints(pages)
    assert reason.startswith("is damaged (")
    assert reason.endswith(SHEET_END)
    assert place.startswith("k.xlsx:")


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/workbook.xml", b"<sheets>", b"<sheets></sheets><old>"),
        ("xl/workbook.xml", b"<workbook ", b"<work <"),
        ("xl/styles.xml", b"<fonts", b"<fonts><font"),
        ("xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetData"),
        ("[Content_Types].xml", b"<Types", b"<Ty\0pes"),
    ],
)
def test_a_workbook_that_is_none_is_named(
    connect: Connect, tmp_path: Path, part: str, old: bytes, new: bytes
) -> None:
    write_book(tmp_path / "k.xlsx", old, new, part)
    ((place, reason),) = complaints(read(connect({**stream("k.xlsx"), "deletes": "missing"})))
    assert place == "k.xlsx:1"
    assert reason.startswith("is not a readable Excel workbook (")


def test_the_last_row_of_a_sheet_is_still_read(connect: Connect, tmp_path: Path) -> None:
    write_book(tmp_path / "k.xlsx", b'<row r="3"', b'<row r="%d"' % MOST_ROWS)
    pages = read(connect(stream("k.xlsx")))
    assert [record["Nr"] for record in records(pages)] == [1, 2]
    assert complaints(pages) == []


@pytest.mark.parametrize("number", [b"1", b"2"])
def test_a_row_numbered_backwards_or_twice_is_read(
    connect: Connect, tmp_path: Path, number: bytes
) -> None:
    """Some programs count wrong; the rows lie there all the same."""
    write_book(tmp_path / "k.xlsx", b'<row r="3"', b'<row r="' + number + b'"')
    pages = read(connect(stream("k.xlsx")))
    assert [record["Nr"] for record in records(pages)] == [1, 2]
    assert complaints(pages) == []


NUMBER, NAME = b'<c r="A3" t="n"><v>2</v></c>', b'<c r="B3" t="inlineStr"><is><t>Klein</t></is></c>'


def test_cells_in_any_order_are_read(connect: Connect, tmp_path: Path) -> None:
    write_book(tmp_path / "k.xlsx", NUMBER + NAME, NAME + NUMBER)
    pages = read(connect(stream("k.xlsx")))
    assert records(pages)[1] == {"Nr": 2, "Name": "Klein"}
    assert complaints(pages) == []


def test_two_cells_in_one_column_are_told(connect: Connect, tmp_path: Path) -> None:
    write_book(tmp_path / "k.xlsx", NUMBER + NAME, NUMBER + NUMBER.replace(b"2", b"7") + NAME)
    pages = read(connect(stream("k.xlsx")))
    assert [record["Nr"] for record in records(pages)] == [1]
    assert complaints(pages) == [("k.xlsx:3", "has several cells in one column")]
