"""Files that are written while we read them: the next run takes the rest, nothing is doubled."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crmsync.cli.main import run
from crmsync.errors import NotReadable
from crmsync.outreach.planned import read_plan
from crmsync.store import open_store, points
from tests.scenarios.canon import canon

CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.muster]
name = "Muster GmbH"
[connections.crm]
connector = "files"
controller = "muster"
[[connections.crm.streams]]
name = "products"
kind = "products"
path = "artikel.{ending}"
key = "Nr"
{more}
[connections.crm.streams.map]
sku = "Nr"
name = "Name"
category = "Ort"
[[connections.crm.streams]]
name = "stores"
kind = "stores"
path = "filialen.csv"
key = "Nr"
[connections.crm.streams.map]
key = "Nr"
name = "Name"
"""
Row = dict[str, str]


def rows(count: int, *, name: str = "Flasche Größe ") -> list[Row]:
    return [{"Nr": str(n), "Name": f"{name}{n}", "Ort": "Öl; kalt gepresst"} for n in range(count)]


def csv(told: Sequence[Row]) -> bytes:
    lines = [f'{row["Nr"]};{row["Name"]};"{row["Ort"]}"\n' for row in told]
    return ("Nr;Name;Ort\n" + "".join(lines)).encode()


def jsonl(told: Sequence[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in told).encode()


def array(told: Sequence[Row]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def parquet(told: Sequence[Row]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(told)), sink)
    return sink.getvalue()


def excel(told: Sequence[Row]) -> bytes:
    book, sink = openpyxl.Workbook(), io.BytesIO()
    for line in [list(told[0]), *(list(row.values()) for row in told)]:
        book.active.append(line)
    book.save(sink)
    return sink.getvalue()


GROWING: dict[str, Callable[[Sequence[Row]], bytes]] = {"csv": csv, "jsonl": jsonl}
WHOLE: dict[str, Callable[[Sequence[Row]], bytes]] = {
    "json": array, "parquet": parquet, "xlsx": excel,
}  # fmt: skip


def make(folder: Path, ending: str, more: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    text = CONFIG.replace("{ending}", ending).replace("{more}", more)
    (folder / "crmsync.toml").write_text(text, encoding="utf-8")
    (folder / "filialen.csv").write_text("Nr;Name\n1;Köln\n", encoding="utf-8")
    return folder / f"artikel.{ending}"


def sync(folder: Path) -> int:
    return run(["--project", str(folder), "sync"])


def content(folder: Path) -> dict[str, list[str]]:
    store = open_store("sqlite:///store.db", base=folder)
    try:
        return canon(store)
    finally:
        store.close()


def at_once(folder: Path, ending: str, written: bytes, more: str = "") -> dict[str, list[str]]:
    """What one run leads to that finds the file whole."""
    make(folder, ending, more).write_bytes(written)
    assert sync(folder) == 0
    return content(folder)


@pytest.mark.parametrize("ending", GROWING)
def test_a_file_that_grows_by_pieces_is_read_like_a_whole_one(tmp_path: Path, ending: str) -> None:
    """Cut anywhere: in a key, a name, a sign of two bytes, a quoted cell, before an end of line."""
    written = GROWING[ending](rows(40))
    path, step = make(tmp_path, ending), 211
    for cut in (20, 61, *range(step, len(written), step)):
        path.write_bytes(written[:cut])
        assert sync(tmp_path) == 0
    path.write_bytes(written)
    assert sync(tmp_path) == 0
    assert content(tmp_path) == at_once(tmp_path / "whole", ending, written)


@pytest.mark.parametrize("ending", WHOLE)
def test_half_a_document_is_told_as_one(
    tmp_path: Path, ending: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its end is missing, without which nobody can read it; the other streams are read."""
    before, written = (WHOLE[ending](rows(count)) for count in (20, 30))
    path = make(tmp_path, ending)
    path.write_bytes(before)
    assert sync(tmp_path) == 0
    kept = content(tmp_path)
    (tmp_path / "filialen.csv").write_text("Nr;Name\n1;Köln\n2;Bonn\n", encoding="utf-8")
    for cut in (4, 60, len(written) // 2, len(written) - 3):
        path.write_bytes(written[:cut])
        assert sync(tmp_path) in (0, 1, 3)  # it may still grow
        capsys.readouterr()
        code, said = sync(tmp_path), capsys.readouterr().err
        assert code in (1, 3), (cut, said)  # it rests
        assert "Traceback" not in said
        assert "failed with" not in said
        found = content(tmp_path)
        assert len(found["shop"]) == 2
        assert len(found["product"]) >= 20
    assert {*kept["product"]} <= {*content(tmp_path)["product"]}
    path.write_bytes(written)
    assert sync(tmp_path) == 0
    (tmp_path / "whole").mkdir()
    (tmp_path / "filialen.csv").write_text("Nr;Name\n1;Köln\n", encoding="utf-8")
    expected = at_once(tmp_path / "whole", ending, written)
    assert content(tmp_path)["product"] == expected["product"]
    assert content(tmp_path)["parked"] == []


def while_reading(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    """Do something once, when the second page is asked for."""
    met: list[str] = []

    def watch(name: str) -> None:
        if name == "extract/page":
            met.append(name)
            if len(met) == 2:
                act()

    monkeypatch.setattr(points, "watch", watch)


MANY = 9_000
"""So many that the file is far from read when the second page is asked for."""


@pytest.mark.parametrize("ending", GROWING)
def test_a_file_that_is_exchanged_while_it_is_read(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one is read to its end, the new one by the next run."""
    path, new = make(tmp_path, ending), GROWING[ending](rows(MANY, name="Neu"))
    path.write_bytes(GROWING[ending](rows(MANY)))

    def exchange() -> None:
        (tmp_path / "neu").write_bytes(new)
        os.replace(tmp_path / "neu", path)

    while_reading(monkeypatch, exchange)
    assert sync(tmp_path) == 0
    monkeypatch.undo()
    assert sync(tmp_path) == 0
    assert content(tmp_path) == at_once(tmp_path / "whole", ending, new)


@pytest.mark.parametrize("ending", GROWING)
def test_a_file_that_grows_while_it_is_read(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, written = make(tmp_path, ending), GROWING[ending](rows(MANY + 500))
    half = len(GROWING[ending](rows(MANY))) + 5
    path.write_bytes(written[:half])

    def grow() -> None:
        with path.open("ab") as file:
            file.write(written[half:])

    while_reading(monkeypatch, grow)
    assert sync(tmp_path) == 0
    monkeypatch.undo()
    assert sync(tmp_path) == 0
    assert content(tmp_path) == at_once(tmp_path / "whole", ending, written)


@pytest.mark.parametrize("ending", GROWING)
def test_a_complete_export_that_is_written_anew_while_it_is_read_deletes_nobody(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    more = 'deletes = "missing"'
    path, written = make(tmp_path, ending, more), GROWING[ending](rows(MANY))
    path.write_bytes(written)
    assert sync(tmp_path) == 0
    short = GROWING[ending](rows(MANY * 19 // 20))
    while_reading(monkeypatch, lambda: path.write_bytes(short))
    assert sync(tmp_path) == 1
    monkeypatch.undo()
    said = capsys.readouterr().err
    assert f"artikel.{ending} was written while it was read" in said
    assert not [row for row in content(tmp_path)["record"] if "('deleted', True)" in row
                or "('deleted', 1)" in row]  # fmt: skip
    path.write_bytes(written)
    assert sync(tmp_path) == 0
    assert content(tmp_path) == at_once(tmp_path / "whole", ending, written, more)


def test_half_a_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is cut off is told, or is a smaller configuration that names who is left out."""
    written = csv(rows(3))
    expected = at_once(tmp_path, "csv", written)
    text = (tmp_path / "crmsync.toml").read_bytes()
    for cut in range(0, len(text), 37):
        (tmp_path / "crmsync.toml").write_bytes(text[:cut])
        capsys.readouterr()
        code, said = sync(tmp_path), capsys.readouterr().err
        assert code in (0, 1, 2), (cut, said)
        assert "program error" not in said, (cut, said)
        assert "crm" in said or cut > len(text) - 150, (cut, said)
    (tmp_path / "crmsync.toml").write_bytes(text)
    assert sync(tmp_path) == 0
    assert content(tmp_path) == expected


def test_half_a_till_file_and_half_a_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at_once(tmp_path, "csv", csv(rows(40)))
    call = ["--project", str(tmp_path)]
    assert run([*call, "till", "build"]) == 0
    assert run([*call, "outreach", "plan"]) == 0
    till, plan = tmp_path / "till.db", tmp_path / "plan.json"
    whole, planned = till.read_bytes(), plan.read_bytes()
    for cut in (0, 50, 100, 4096, len(whole) // 2, len(whole) - 4096):
        till.write_bytes(whole[:cut])
        capsys.readouterr()
        assert run([*call, "till", "search", "Gross1"]) == 1, cut
        said = capsys.readouterr().err
        assert "crmsync till build" in said
    for cut in (0, 1, 20, len(planned) // 2, len(planned) - 5):
        plan.write_bytes(planned[:cut])
        with pytest.raises(NotReadable, match="is no plan of crmsync"):
            read_plan(plan)
    assert run([*call, "till", "build"]) == 0
    assert run([*call, "outreach", "plan"]) == 0
    assert run([*call, "till", "search", "Gross1"]) == 0
    assert plan.read_bytes() == planned


@pytest.mark.parametrize("half", [b"", b"\n", b"0a1b2c", b"\0" * 36])
def test_half_a_store_mark(tmp_path: Path, half: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """It is no permission to make the store anew, nor to take any other."""
    expected = at_once(tmp_path, "csv", csv(rows(3)))
    mark = tmp_path / "crmsync.store-id"
    whole = mark.read_bytes()
    mark.write_bytes(half)
    assert sync(tmp_path) == 1
    assert f"{mark} is damaged" in capsys.readouterr().err
    os.replace(tmp_path / "store.db", tmp_path / "kept")
    assert sync(tmp_path) == 1
    assert not (tmp_path / "store.db").exists()
    os.replace(tmp_path / "kept", tmp_path / "store.db")
    mark.write_bytes(whole)
    assert sync(tmp_path) == 0
    assert content(tmp_path) == expected
