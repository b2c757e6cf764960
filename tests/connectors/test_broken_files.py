"""The files connector and what is broken: lines, stray signs, files that are no table at all."""

from __future__ import annotations

import gzip
import io
import sqlite3
import zipfile
from pathlib import Path

import pytest

from crmsync.connectors.files.sniff import find_encoding
from crmsync.errors import NotReadable
from tests.connectors.conftest import CSV_HEAD, Connect, complaints, customers, lines, read, records

STREAM = customers("k.csv", key="Nr", map={"name": "Name"})


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-8-sig"])
def test_a_nul_sign_costs_its_line_alone(connect: Connect, tmp_path: Path, encoding: str) -> None:
    text = "Nr;Name\n1;Groß\n2;Kl\0ein\n3;Jürgen\n"
    (tmp_path / "k.csv").write_bytes(text.encode(encoding))
    pages = read(connect(STREAM))
    assert [record["Name"] for record in records(pages)] == ["Groß", "Jürgen"]
    assert complaints(pages) == [("k.csv:3", "holds a NUL sign")]


def test_a_nul_sign_in_the_head_is_passed_over(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text("Nr;Na\0me\n1;Groß\n", encoding="utf-8")
    assert records(read(connect(STREAM))) == [{"Nr": "1", "Name": "Groß"}]


@pytest.mark.parametrize("text", ["Nr;Name\n1;Groß\n", "Nr;Name", "1;Фёдор Достоевский\n2;\n"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_bytes_a_sign_are_told_from_stray_nul_signs(text: str, encoding: str) -> None:
    assert find_encoding(text.encode(encoding)) == encoding
    assert find_encoding(text.replace("1", "\0").encode()) in ("ascii", "utf-8")


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("kunden.csv", "Nr;Name\n1;Groß\n" * 50)
    return file.getvalue()


def database(path: Path) -> bytes:
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE kunden (nr, name)")
    made.close()
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["zip", "gzip", "sqlite", "zeros", "compressed"])
def test_a_file_that_is_no_text_is_named(connect: Connect, tmp_path: Path, kind: str) -> None:
    packed = gzip.compress(b"".join(b"%d;Gross %d\n" % (n, n * n) for n in range(500)))
    content = {
        "zip": archive(),
        "gzip": packed,
        "sqlite": database(tmp_path / "made"),
        "zeros": bytes(4096),
        "compressed": packed[10:],
    }
    (tmp_path / "k.csv").write_bytes(content[kind])
    for do in (lambda: read(connect(STREAM)), lambda: connect(STREAM).check()):
        with pytest.raises(NotReadable, match=r"crm, customers: k\.csv is no text"):
            do()


def test_an_encoding_given_by_hand_is_believed(connect: Connect, tmp_path: Path) -> None:
    odd = "".join(f"{n};{chr(n) * 20}\n" for n in range(1, 9))
    (tmp_path / "k.csv").write_text(f"Nr;Name\n{odd}", encoding="utf-8")
    with pytest.raises(NotReadable, match="set 'encoding'"):
        read(connect(STREAM))
    assert len(records(read(connect({**STREAM, "encoding": "utf-8"})))) == 8


def test_a_head_that_is_no_csv_is_named(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_bytes(b"Nr;Name\r1;Gross\r2;Klein\r")
    with pytest.raises(NotReadable, match=r"k\.csv: its first line cannot be read as CSV") as said:
        read(connect(STREAM))
    assert "Gross" not in str(said.value)


def test_broken_lines_are_told_with_their_place_and_the_rest_goes_on(
    connect: Connect, tmp_path: Path
) -> None:
    text = (
        CSV_HEAD
        + lines(2)
        + "3;Frau;Anna\n"
        + "4;Frau;Anna;Groß;;;Köln;zu viel\n"
        + ";;;;;;\n\n"
        + ";Herr;ohne;Nummer;;;\n"
        + lines(1, start=5)
    )
    raw = text.encode("utf-8") + b"6;Frau;Z\xf6e;Gro\xdf;;;K\xf6ln\n" + lines(1, 7).encode()
    (tmp_path / "k.csv").write_bytes(raw)
    pages = read(connect(customers("k.csv", encoding="utf-8")))
    assert [record["Kundennummer"] for record in records(pages)] == ["1", "2", "5", "7"]
    assert complaints(pages) == [
        ("k.csv:4", "has 3 cells instead of 7"),
        ("k.csv:5", "has 8 cells instead of 7"),
        ("k.csv:8", "has no value in 'Kundennummer'"),
        ("k.csv:10", "is not text of the file's encoding"),
    ]
    assert pages[0].unreadable[0].raw == b"3;Frau;Anna\n"


def test_a_lost_quote_costs_one_line_not_the_file(connect: Connect, tmp_path: Path) -> None:
    text = CSV_HEAD + lines(2) + '3;Frau;"Anna;Groß;;;Köln\n' + lines(40, start=4)
    (tmp_path / "k.csv").write_text(text, encoding="utf-8")
    pages = read(connect(customers("k.csv")))
    assert [record["Kundennummer"] for record in records(pages)] == [
        str(n) for n in range(1, 44) if n != 3
    ]
    assert [place for place, _ in complaints(pages)] == ["k.csv:4"]


def test_an_array_that_breaks_in_the_middle(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.json").write_text(
        '[{"id": 1},\n{"id": 2},\n{"id": tru},\n{"id": 4, "name": "Groß"}]'
    )
    pages = read(connect(customers("k.json", key="id", map={"name": "name"})))
    assert [record["id"] for record in records(pages)] == [1, 2]
    ((place, reason),) = complaints(pages)
    assert place == "k.json:3"
    assert "the file was not read beyond it" in reason


def test_a_line_that_stays_unfinished_is_unreadable(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.jsonl").write_text('{"Kundennummer": 1}\n{"Kundennummer": 2, "Vor')
    stream = customers("k.jsonl")
    first = read(connect(stream))
    assert (len(records(first)), complaints(first)) == (1, [])
    second = read(connect(stream), first[-1].next_position)
    assert [place for place, _ in complaints(second)] == ["k.jsonl:2"]
    third = read(connect(stream), second[-1].next_position)
    assert [place for place, _ in complaints(third)] == ["k.jsonl:2"]
    assert records(third) == []


def test_a_mended_file_is_read_whole(connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text(CSV_HEAD + "1;Frau\n" + lines(2, start=2), encoding="utf-8")
    first = read(connect(customers("k.csv")))
    assert len(complaints(first)) == 1
    path.write_text(CSV_HEAD + lines(3), encoding="utf-8")
    second = read(connect(customers("k.csv")), first[-1].next_position)
    assert (len(records(second)), complaints(second)) == (3, [])
    assert second[-1].whole


def test_a_broken_file_that_is_gone_is_told(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k1.csv").write_text(CSV_HEAD + "1;Frau\n", encoding="utf-8")
    first = read(connect(customers("k*.csv")))
    (tmp_path / "k1.csv").unlink()
    told, page = read(connect(customers("k*.csv")), first[-1].next_position)
    assert [notice.message for notice in told.notices] == ["no file matches k*.csv."]
    assert (page.source, page.whole, page.records) == ("k1.csv", True, ())


def test_an_unfinished_line_of_a_complete_export_is_unreadable(
    connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "k.csv").write_text(CSV_HEAD + lines(1) + "2;Frau", encoding="utf-8")
    pages = read(connect(customers("k.csv", deletes="missing")))
    assert [place for place, _ in complaints(pages)] == ["k.csv:3"]


DEEP = "[" * 5000 + "]" * 5000
LONG = "9" * 5000


def test_a_line_nested_too_deeply_is_parked_alone(connect: Connect, tmp_path: Path) -> None:
    told = f'{{"Nr": 1, "Name": {DEEP}}}\n{{"Nr": 2, "Name": "Groß"}}\n'
    (tmp_path / "k.jsonl").write_text(told, encoding="utf-8")
    pages = read(connect({**STREAM, "path": "k.jsonl"}))
    assert [record["Nr"] for record in records(pages)] == [2]
    assert complaints(pages) == [("k.jsonl:1", "holds lists or objects too deep in each other")]


@pytest.mark.parametrize(
    "value, reason",
    [
        (DEEP, "holds lists or objects too deep in each other"),
        (LONG, "holds a number of too many digits"),
    ],
)
def test_an_array_ends_where_it_cannot_be_read(
    connect: Connect, tmp_path: Path, value: str, reason: str
) -> None:
    told = f'[{{"Nr": 1, "Name": "Groß"}},\n{{"Nr": 2, "Name": {value}}}]'
    (tmp_path / "k.json").write_text(told, encoding="utf-8")
    pages = read(connect({**STREAM, "path": "k.json"}))
    assert [record["Nr"] for record in records(pages)] == [1]
    assert complaints(pages) == [("k.json:2", f"{reason}; the file was not read beyond it")]


@pytest.mark.parametrize("depth", [900, 1010, 5000, 100_000])
def test_a_line_nested_too_deeply_costs_itself_alone(
    connect: Connect, tmp_path: Path, depth: int
) -> None:
    deep = '{"id": 7, "x": ' + "[" * depth + "]" * depth + "}"
    good = [f'{{"id": {number}}}' for number in range(100, 1300)]
    (tmp_path / "k.jsonl").write_text("\n".join([*good[:600], deep, *good[600:]]) + "\n")
    pages = read(connect(customers("k.jsonl", key="id", map={"name": "Name"})))
    assert [record["id"] for record in records(pages) if record["id"] != 7] == [*range(100, 1300)]
    assert len(records(pages)) + len(complaints(pages)) == 1201


def test_two_numbers_too_long_to_be_told_apart_are_no_keys(
    connect: Connect, tmp_path: Path
) -> None:
    told = "".join(f'{{"Nr": {nr}, "Name": "Groß"}}\n' for nr in (10**22 + 1, 10**22 + 2, 2**63))
    (tmp_path / "k.jsonl").write_text(told, encoding="utf-8")
    pages = read(connect({**STREAM, "path": "k.jsonl"}))
    assert [record["Nr"] for record in records(pages)] == [2**63]
    assert complaints(pages) == [
        (f"k.jsonl:{n}", "has no whole number or text in 'Nr'") for n in (1, 2)
    ]
