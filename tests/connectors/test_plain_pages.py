"""Reading by the page says what reading row by row says: records, complaints, marks, bytes."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from crmsync.connectors.files import pages
from crmsync.connectors.files.csv_page import cut
from crmsync.connectors.files.page_json import PageJson
from crmsync.connectors.files.pages import Pager
from crmsync.connectors.files.parquet_cells import cells, rare_cells
from crmsync.model.stream import Page
from tests.connectors.conftest import Connect, complaints, customers, read, records
from tests.connectors.test_anything import connector

CELL = st.text(st.sampled_from('aß€"; \t\r\n\x0b\x1f\x7f\u2028\ufeff\\,'), max_size=4)
ROW = st.tuples(CELL, CELL, st.sampled_from(["\n", "\r\n", "\r", ""]))


def one_by_one(self: Pager, reader: Any) -> None:
    """No page at once."""


def both(stream: dict[str, Any], folder: str, *, page: int = 3) -> tuple[list[Page], list[Page]]:
    """The pages as they are read, and as they are read row by row."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "PAGE", page)
        at_once = read(connector(folder, stream))
        patch.setattr(Pager, "_at_once", one_by_one)
        return at_once, read(connector(folder, stream))


def same(at_once: list[Page], slowly: list[Page]) -> None:
    """Assert that both say the same, and that a page's bytes are those the engine would write."""
    assert records(at_once) == records(slowly)
    assert complaints(at_once) == complaints(slowly)
    assert at_once[-1].next_position == slowly[-1].next_position
    for page in at_once:
        if page.ids:
            told = [page.records[place] for place in range(len(page.records))]
            assert list(page.ids) == [str(record["Kundennummer"]) for record in told]
            written = [orjson.dumps(record, option=orjson.OPT_SORT_KEYS) for record in told]
            assert list(page.payloads) == written


@given(
    rows=st.lists(ROW, max_size=14),
    quoted=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)
@settings(max_examples=200, deadline=None)
def test_csv_by_the_page_says_what_it_says_by_the_row(
    rows: list[tuple[str, str, str]], quoted: bool, encoding: str
) -> None:
    sign = '"' if quoted else ""
    body = "".join(f"{n};{sign}{one}{sign};{two}{end}" for n, (one, two, end) in enumerate(rows))
    stream = customers("k.csv", map={"name": "Name"}, separator=";")
    with TemporaryDirectory() as folder:
        text = "Kundennummer;Name;Ort\n" + body
        (Path(folder) / "k.csv").write_bytes(text.encode(encoding, "replace"))
        same(*both(stream, folder))


def test_plain_csv_is_read_by_the_page(connect: Connect, tmp_path: Path) -> None:
    body = "".join(f'{n};Groß{n};"Köln, ""Süd"""\r\n' for n in range(1_200))
    (tmp_path / "k.csv").write_text(
        "Kundennummer;Name;Ort\r\n" + body, encoding="utf-8", newline=""
    )
    stream = customers("k.csv", map={"name": "Name"})
    found = read(connect(stream))
    assert [bool(page.ids) for page in found] == [True, True, False]
    same(found, both(stream, str(tmp_path), page=500)[1])


@pytest.mark.parametrize(
    "lines, quote",
    [
        (["1;Groß\n", "2;Klein;zu viel\n"], '"'),
        (["1;Groß\r\n", "2;Kl\rein\n"], '"'),
        (["1;Groß\n", '2;"offen\n'], '"'),
        (["1;Groß\n", "2;'Klein'\n"], "'"),
    ],
)
def test_what_a_parser_must_look_at_goes_to_the_parser(lines: list[str], quote: str) -> None:
    text = "".join(lines)
    found = cut([line.encode() for line in lines], text, separator=";", quote=quote)
    assert found in (None, [("1", "2"), ("Groß", "Klein")])
    assert (found is None) == (quote == '"')


@pytest.mark.parametrize(
    "names", [["a", "a"], ['a"b', "c"], ["a\\", "b"], [str(n) for n in range(1_001)]]
)
def test_tables_that_are_written_row_by_row(names: list[str]) -> None:
    assert not PageJson(names).plain


def test_every_sign_is_written_as_the_engine_writes_it() -> None:
    signs = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x11000))]
    written = PageJson(["ä", "Z"]).write([signs, signs[::-1]])
    assert written == [
        orjson.dumps({"ä": one, "Z": two}, option=orjson.OPT_SORT_KEYS)
        for one, two in zip(signs, signs[::-1], strict=True)
    ]


def numbers(noise: random.Random) -> Iterator[float]:
    while True:
        yield struct.unpack("d", struct.pack("Q", noise.getrandbits(64)))[0]
        yield round(noise.random() * 10 ** noise.randrange(-9, 16), noise.randrange(7))


@pytest.mark.parametrize("kind, values", [
    (pa.float64(), [0.0, -0.0, 1.5, 1e15, 9.007199254740993e15, 1e-7, 5e-324, None]),
    (pa.float64(), [float("nan"), float("inf"), 1.0]),
    (pa.float64(), [1e16, 1.0]),
    (pa.float32(), [0.1, 3.0, None]),
    (pa.decimal128(12, 2), [Decimal("0.00"), Decimal("-19.90"), None]),
    (pa.decimal128(18, 6), [Decimal("0.000001"), Decimal("0"), Decimal("-7.5")]),
    (pa.decimal128(18, 9), [Decimal("0.000000001"), Decimal("0")]),
    (pa.date32(), [date(2026, 11, 22), date(1000, 1, 1), date(9999, 12, 31), None]),
    (pa.date32(), [date(1, 1, 1), date(2026, 11, 22)]),
    (pa.date32(), [None, None]),
    (pa.timestamp("s"), [datetime(2026, 11, 22, 3, 4, 5), None]),
    (pa.timestamp("ms"), [datetime(2026, 11, 22, 3, 4, 5, 678000), datetime(2026, 1, 1)]),
    (pa.timestamp("us", "UTC"), [datetime(2026, 11, 22, 3, 4, 5, 678, UTC),
                                 datetime(1000, 1, 1, tzinfo=UTC), None]),
    (pa.timestamp("us", "UTC"), [datetime(999, 12, 31, tzinfo=UTC)]),
    (pa.timestamp("us", "Europe/Berlin"), [datetime(2026, 7, 1, tzinfo=UTC)]),
    (pa.time64("us"), [time(9, 30)]),
    (pa.binary(), [b"\x00\xff", None]),
    (pa.list_(pa.string()), [["a", None], [], None]),
    (pa.struct([("b", pa.int64()), ("a", pa.float64())]), [{"b": 1, "a": 2.0}, None]),
    (pa.bool_(), [True, False, None]),
    (pa.dictionary(pa.int8(), pa.string()), ["a", "b", None]),
])  # fmt: skip
def test_a_column_becomes_what_each_of_its_values_becomes(kind: Any, values: list[Any]) -> None:
    column = pa.array(values, kind)
    told = cells(column)
    assert told is None or repr(list(told)) == repr(list(rare_cells(column)))


def test_usual_kinds_are_taken_by_the_column() -> None:
    usual = [pa.array([1.5]), pa.array([date(2026, 1, 1)]), pa.array(["a"]), pa.array([1]),
             pa.array([Decimal("1.50")]), pa.array([datetime(2026, 1, 1, tzinfo=UTC)])]  # fmt: skip
    assert [cells(column) for column in usual] == [
        [1.5], ["2026-01-01"], ["a"], [1], ["1.50"], ["2026-01-01T00:00:00+00:00"]
    ]  # fmt: skip


def test_numbers_are_written_as_the_engine_writes_them() -> None:
    source = numbers(random.Random(3))
    for _ in range(200):
        column = pa.array([next(source) for _ in range(100)])
        told = cells(column)
        if told is not None:
            records = [{"n": value} for value in rare_cells(column)]
            assert PageJson(["n"]).write([told]) == [orjson.dumps(one) for one in records]


@pytest.mark.parametrize("options", [{}, {"row_group_size": 7}])
@pytest.mark.parametrize("nested", [False, True])
def test_parquet_by_the_page_says_what_it_says_by_the_row(
    tmp_path: Path, options: dict[str, Any], nested: bool
) -> None:
    table = pa.table({
        "Kundennummer": range(40),
        "Name": [f"Groß{n}" if n % 3 else None for n in range(40)],
        "Umsatz": [Decimal(n).scaleb(-2) for n in range(40)],
        "am": [datetime(2026, 1, 1, 9, 30, n, n * 1_000) for n in range(40)],
        **({"Orte": [[{"z": 1, "a": float(n)}] for n in range(40)]} if nested else {}),
    })  # fmt: skip
    parquet.write_table(table, tmp_path / "k.parquet", **options)
    stream = customers("k.parquet", map={"name": "Name"})
    at_once, slowly = both(stream, str(tmp_path))
    assert all(page.ids for page in at_once[:-1])
    same(at_once, slowly)


@pytest.mark.parametrize(
    "keys", [[1, None, 3], ["1", " 2", "3"], [1.0, 2.5, 3.0], [True, False, True]]
)
def test_keys_that_need_care_are_taken_row_by_row(tmp_path: Path, keys: list[Any]) -> None:
    table = pa.table({"Kundennummer": keys, "Name": ["a", "b", "c"]})
    parquet.write_table(table, tmp_path / "k.parquet")
    at_once, slowly = both(customers("k.parquet", map={"name": "Name"}), str(tmp_path))
    assert not any(page.ids for page in at_once)
    same(at_once, slowly)


def test_reading_parquet_goes_on_inside_a_group(tmp_path: Path) -> None:
    table = pa.table({"Kundennummer": range(20), "Name": ["Groß"] * 20})
    parquet.write_table(table, tmp_path / "k.parquet", row_group_size=9)
    stream = customers("k.parquet", map={"name": "Name"})
    whole, _ = both(stream, str(tmp_path), page=4)
    for stop, page in enumerate(whole[:-1]):
        rest = read(connector(str(tmp_path), stream), page.next_position)
        assert records(whole[: stop + 1]) + records(rest) == records(whole)


@given(
    lines=st.lists(
        st.sampled_from(
            [
                b'{"Kundennummer":%d,"Name":"Gro\xc3\x9f"}\n',
                b'{"Kundennummer":%d,"Name":"Klein"}\r\n',
                b' {"Name":"Gro\xdf", "Kundennummer":"%d"} \n',
                b'{"Kundennummer":" %d"}\n',
                b'{"Kundennummer":%d.0}\n',
                b'{"Kundennummer":%d,"Name":NaN}\n',
                b'{"Kundennummer":%d}{}\n',
                b'{"Name":"ohne %d"}\n',
                b"\xef\xbb\xbf[%d]\n",
                b"\n",
            ]
        ),
        max_size=30,
    ),
    ending=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_json_lines_by_the_page_say_what_they_say_by_the_line(
    lines: list[bytes], ending: bool
) -> None:
    body = b"".join(line % n if b"%d" in line else line for n, line in enumerate(lines))
    with TemporaryDirectory() as folder:
        (Path(folder) / "k.jsonl").write_bytes(body if ending else body[:-2])
        at_once, slowly = both(customers("k.jsonl", map={"name": "Name"}), folder, page=2)
    assert records(at_once) == records(slowly)
    assert complaints(at_once) == complaints(slowly)
    assert at_once[-1].next_position == slowly[-1].next_position


@pytest.mark.parametrize("name", ["k.csv", "k.jsonl"])
@pytest.mark.parametrize("bad", ["zu;viele;Zellen;hier", "{"])
def test_after_something_bad_pages_are_read_at_once_again(
    tmp_path: Path, name: str, bad: str
) -> None:
    shape = "{0};Groß{0};Köln\n" if name == "k.csv" else '{{"Kundennummer":{0},"Name":"Groß"}}\n'
    told = [shape.format(n) for n in range(40)]
    head = ["Kundennummer;Name;Ort\n"] if name == "k.csv" else []
    text = "".join([*head, *told[:7], f"{bad}\n", *told[7:]])
    (tmp_path / name).write_text(text, encoding="utf-8")
    at_once, slowly = both(customers(name, map={"name": "Name"}), str(tmp_path), page=5)
    assert [bool(page.ids) for page in at_once] == [True, False, *[True] * 6, False]
    assert [place for place, _ in complaints(at_once)] == [f"{name}:{8 + len(head)}"]
    assert records(at_once) == records(slowly)


@pytest.mark.parametrize("name", ["k.csv", "k.jsonl"])
def test_the_encoding_that_the_first_umlaut_tells_stays(tmp_path: Path, name: str) -> None:
    """ASCII for longer than is looked at; then cp1252, and bytes that could be UTF-8 too."""
    shape = "{0};{1};Ort\n" if name == "k.csv" else '{{"Kundennummer":{0},"Name":"{1}"}}\n'
    people = [(n, "Maier") for n in range(6_000)]
    people += [(6_000, "Groß"), *((n, "Ã¼ber") for n in range(6_001, 6_020))]
    head = "Kundennummer;Name;Ort\n" if name == "k.csv" else ""
    text = head + "".join(shape.format(*one) for one in people)
    (tmp_path / name).write_bytes(text.encode("cp1252"))
    at_once, slowly = both(customers(name, map={"name": "Name"}), str(tmp_path))
    assert records(at_once) == records(slowly)
    assert [record["Name"] for record in records(at_once)] == [name for _, name in people]
