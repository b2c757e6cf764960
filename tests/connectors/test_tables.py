"""Parquet and Excel: the same records as from text, with exact amounts and ISO dates."""

from __future__ import annotations

import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from openpyxl import Workbook
from pyarrow import parquet

from crmsync.errors import ConfigError
from tests.connectors.conftest import Connect, complaints, customers, orders, read, records

ROWS: list[dict[str, Any]] = [
    {
        "Kundennummer": n,
        "Nachname": f"Groß {n}",
        "Seit": date(2020, 1, 31),
        "Umsatz": Decimal("19.90"),
        "Adresse": {"Ort": "Köln"},
        "Merkmale": ["Stammkunde"],
        "Rabatt": None,
    }
    for n in range(1, 1_203)
]
MAP = {"family_name": "Nachname", "since": "Seit", "addresses.home.city": "Adresse.Ort"}


def write_parquet(path: Path, rows: list[dict[str, Any]] = ROWS) -> None:
    parquet.write_table(pa.Table.from_pylist(rows), path, row_group_size=400)


def write_excel(path: Path, rows: list[list[Any]], *, sheet: str = "Kunden") -> None:
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)


def test_parquet(connect: Connect, tmp_path: Path) -> None:
    write_parquet(tmp_path / "k.parquet")
    connector = connect(customers("k.parquet", map=MAP))
    connector.check()
    pages = read(connector)
    assert records(pages)[0] == {
        "Kundennummer": 1,
        "Nachname": "Groß 1",
        "Seit": "2020-01-31",
        "Umsatz": "19.90",
        "Adresse": {"Ort": "Köln"},
        "Merkmale": ["Stammkunde"],
        "Rabatt": None,
    }
    assert [record["Kundennummer"] for record in records(pages)] == list(range(1, 1_203))
    (told,) = connector.map(connector.streams()[0], records(pages)[0])
    assert told.addresses[0].city == "Köln"  # type: ignore[attr-defined]


@pytest.mark.parametrize("stop", [0, 1])
def test_parquet_goes_on_inside_a_row_group(connect: Connect, tmp_path: Path, stop: int) -> None:
    write_parquet(tmp_path / "k.parquet")
    stream = customers("k.parquet", map=MAP)
    undisturbed = read(connect(stream))
    after = read(connect(stream), undisturbed[stop].next_position)
    assert records(undisturbed[: stop + 1]) + records(after) == records(undisturbed)
    assert read(connect(stream), after[-1].next_position) == []


def test_parquet_that_is_cut_off_waits_and_is_then_unreadable(
    connect: Connect, tmp_path: Path
) -> None:
    write_parquet(tmp_path / "whole.pq")
    whole = (tmp_path / "whole.pq").read_bytes()
    (tmp_path / "k.parquet").write_bytes(whole[:-10])
    stream = customers("k.parquet", map=MAP)
    first = read(connect(stream))
    assert (records(first), complaints(first)) == ([], [])
    second = read(connect(stream), first[-1].next_position)
    ((place, reason),) = complaints(second)
    assert place == "k.parquet:1"
    assert "not a readable Parquet file" in reason
    (tmp_path / "k.parquet").write_bytes(whole)
    assert len(records(read(connect(stream), second[-1].next_position))) == 1_202


def test_parquet_lacks_a_column(connect: Connect, tmp_path: Path) -> None:
    write_parquet(tmp_path / "k.parquet", [{"Kundennummer": 1}])
    with pytest.raises(ConfigError, match=r"k\.parquet has no column 'Adresse\.Ort', 'Nachname'"):
        read(connect(customers("k.parquet", map=MAP)))


HEAD = ["Kundennummer", "Name", "Geburtstag", "Letzter Kauf", "Gesperrt"]
EXCEL_MAP = {"name": "Name", "birth_date": "Geburtstag", "blocked": "Gesperrt"}


def test_excel(connect: Connect, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEAD,
        [4711, "Groß", datetime(1958, 11, 3), datetime(2025, 3, 1, 10, 30), False],
        [],
        [4712.0, "Klein", None, None, "ja"],
        [4713, "Mittel", None, None, None, "zu viel"],
    ]
    write_excel(tmp_path / "k.xlsx", rows)
    connector = connect(customers("k.xlsx", map=EXCEL_MAP))
    pages = read(connector)
    assert records(pages) == [
        dict(zip(HEAD, [4711, "Groß", "1958-11-03", "2025-03-01T10:30:00", False], strict=True)),
        dict(zip(HEAD, [4712, "Klein", None, None, "ja"], strict=True)),
    ]
    assert complaints(pages) == [("k.xlsx:5", "has cells beyond the 5 columns of the head")]
    blocked = [
        told.blocked  # type: ignore[attr-defined]
        for raw in records(pages)
        for told in connector.map(connector.streams()[0], raw)
    ]
    assert blocked == [False, True]


def test_excel_with_a_title_above_the_head_and_a_named_sheet(
    connect: Connect, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [["Kundenliste 2025"], [], HEAD, [1, "Groß", None, None, None]]
    write_excel(tmp_path / "k.xlsx", rows, sheet="Liste")
    (record,) = records(read(connect(customers("k.xlsx", map=EXCEL_MAP, skip=1, sheet="Liste"))))
    assert record["Name"] == "Groß"
    with pytest.raises(ConfigError, match=r"no sheet 'Kunden'.*Its sheets are Liste"):
        read(connect(customers("k.xlsx", map=EXCEL_MAP, sheet="Kunden")))


def test_excel_goes_on_where_it_stopped(connect: Connect, tmp_path: Path) -> None:
    lines = ([f"A{n // 3}", 7, datetime(2025, 3, 1), f"S-{n}", 1.5, 1] for n in range(3 * 1_000))
    head = ["Belegnr", "Kundennr", "Datum", "Artikel", "Betrag", "Menge"]
    write_excel(tmp_path / "o.xlsx", [head, *lines])
    undisturbed = read(connect(orders("o.xlsx")))
    assert len(undisturbed) > 1
    after = read(connect(orders("o.xlsx")), undisturbed[0].next_position)
    assert records(undisturbed[:1]) + records(after) == records(undisturbed)


def test_a_file_that_is_no_workbook(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.xlsx").write_bytes(b"Kundennummer;Name\n1;Gross\n")
    pages = read(connect(customers("k.xlsx", map=EXCEL_MAP, deletes="missing")))
    assert complaints(pages) == [("k.xlsx:1", "is not a readable Excel workbook (BadZipFile)")]


def test_excel_without_openpyxl(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_excel(tmp_path / "k.xlsx", [HEAD])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ConfigError, match=r"pip install 'crmsync\[files\]'"):
        connect(customers("k.xlsx", map=EXCEL_MAP)).check()
