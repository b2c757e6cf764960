"""Reading takes the same memory however long the file is."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from crmsync.model.stream import Window
from tests.connectors.conftest import Connect, customers, orders

SMALL, LARGE = 50_000, 200_000
MAP = {"family_name": "Nachname"}


def csv_file(path: Path, count: int) -> None:
    with path.open("w", encoding="cp1252") as file:
        file.write("Kundennummer;Nachname;Ort\n")
        file.writelines(f"{n};Groß{n};Köln\n" for n in range(count))


def jsonl_file(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f'{{"Kundennummer":{n},"Nachname":"Groß{n}"}}\n' for n in range(count))


def json_array(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        file.writelines(f'{{"Kundennummer":{n},"Nachname":"Groß{n}"}},\n' for n in range(count))
        file.write('{"Kundennummer":-1}]')


def order_rows(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("Belegnr;Kundennr;Datum;Artikel;Betrag;Menge\n")
        file.writelines(f"A{n // 4};7;2025-03-01;S;1,00;1\n" for n in range(count))


def peak(connect: Connect, stream: dict[str, object]) -> int:
    """The most bytes that reading held at once; the pages are let go as they come."""
    connector = connect(stream)
    tracemalloc.start()
    try:
        for page in connector.read(connector.streams()[0], Window(), None):
            assert len(page.records) <= 1_000
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.parametrize(
    "write, name, counts",
    [
        (csv_file, "k.csv", (SMALL, LARGE)),
        (jsonl_file, "k.jsonl", (SMALL // 4, LARGE // 4)),
        (json_array, "k.json", (SMALL // 4, LARGE // 4)),
    ],
)
def test_memory_is_flat(
    connect: Connect,
    tmp_path: Path,
    write: Callable[[Path, int], None],
    name: str,
    counts: tuple[int, int],
) -> None:
    found = []
    for count in counts:
        write(tmp_path / name, count)
        found.append(peak(connect, customers(name, map=MAP)))
    assert found[1] < 1.1 * found[0] + 100_000, found


@pytest.mark.slow
def test_grouping_keeps_eight_bytes_a_key(connect: Connect, tmp_path: Path) -> None:
    """150,000 rows more are 37,500 orders more: with room to grow, at most 24 bytes of each."""
    found = []
    for count in (SMALL, LARGE):
        order_rows(tmp_path / "o.csv", count)
        found.append(peak(connect, orders("o.csv")))
    assert found[1] - found[0] < 3 * 24 * (LARGE - SMALL) / 4, found
