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
from tests.connectors.conftest import Connect, complaints, customers, read, records

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
