"""The files connector: formats, encodings, separators, keys and what a configuration may say."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from crmsync.connectors.files import FilesConnector
from crmsync.errors import ConfigError, NotReadable, Unreachable
from crmsync.hookspecs import Connector, TellsFingerprint
from tests.connectors.conftest import (
    CSV_HEAD,
    HEAD,
    PEOPLE,
    Connect,
    complaints,
    customers,
    lines,
    orders,
    read,
    records,
)

NAMES = [dict(zip(HEAD, person, strict=True)) for person in PEOPLE]


def table(separator: str, rows: Any = PEOPLE, head: Any = HEAD, end: str = "\r\n") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    writer.writerows([head, *rows])
    return text.getvalue()


def test_it_is_a_connector(connect: Connect) -> None:
    connector = connect(customers("a.csv"))
    assert isinstance(connector, Connector)
    assert isinstance(connector, TellsFingerprint)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_common_encoding_and_separator(
    connect: Connect, tmp_path: Path, encoding: str, separator: str
) -> None:
    (tmp_path / "k.csv").write_bytes(table(separator).encode(encoding))
    pages = read(connect(customers("k.csv")))
    assert records(pages) == NAMES
    assert complaints(pages) == []


def test_dos_umlauts(connect: Connect, tmp_path: Path) -> None:
    text = CSV_HEAD + "1;Frau;Jürgen;Müßig;;Äußere Straße 1;Köln\n"
    (tmp_path / "k.csv").write_bytes(text.encode("cp850"))
    (record,) = records(read(connect(customers("k.csv"))))
    assert (record["Vorname"], record["Nachname"]) == ("Jürgen", "Müßig")


def test_the_encoding_shows_late(connect: Connect, tmp_path: Path) -> None:
    """The sample is plain ASCII; the first umlaut far behind it decides."""
    head = "Nr;Name\n" + "".join(f"{n};Mayer\n" for n in range(10_000))
    for encoding in ("utf-8", "cp1252"):
        (tmp_path / "k.csv").write_bytes((head + "a;Müller\nb;Groß\n").encode(encoding))
        found = records(read(connect(customers("k.csv", key="Nr", map={"name": "Name"}))))
        assert [record["Name"] for record in found[-2:]] == ["Müller", "Groß"]


def test_what_the_sample_suggests_can_be_overridden(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.dat").write_text("Bericht vom 1.3.\n\n7;Groß\n", encoding="cp1252")
    stream = customers(
        "k.dat",
        format="csv",
        separator=";",
        encoding="cp1252",
        skip=2,
        columns=["Nr", "Name"],
        key="Nr",
        map={"name": "Name"},
    )
    assert records(read(connect(stream))) == [{"Nr": "7", "Name": "Groß"}]


@pytest.mark.parametrize(
    "written, given",
    [("utf-16", "UTF-16"), ("utf-16-le", "utf16"), ("utf-8-sig", "utf8"), ("cp1252", "latin1")],
)
def test_an_encoding_named_by_hand(
    connect: Connect, tmp_path: Path, written: str, given: str
) -> None:
    (tmp_path / "k.csv").write_bytes('"Nr";Name\n1;Groß\n'.encode(written))
    stream = customers("k.csv", key="Nr", map={"name": "Name"}, encoding=given)
    assert records(read(connect(stream))) == [{"Nr": "1", "Name": "Groß"}]
    with pytest.raises(ValueError, match="there is no encoding 'klingonisch'"):
        connect({**stream, "encoding": "klingonisch"})


def test_streams_are_named_apart(connect: Connect) -> None:
    with pytest.raises(ValueError, match="several streams are called customers"):
        connect(customers("a.csv"), customers("b.csv"))


def test_the_mark_of_an_open_workbook_is_no_file(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text(CSV_HEAD + lines(1), encoding="utf-8")
    (tmp_path / "~$k.csv").write_bytes(b"\x00\x01")
    assert [page.source for page in read(connect(customers("*k.csv")))] == ["k.csv"]


def test_excel_names_the_separator_in_the_first_line(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text("sep=|\nNr|Name\n1|Groß; Klein\n", encoding="utf-8")
    stream = customers("k.csv", key="Nr", map={"name": "Name"})
    assert records(read(connect(stream))) == [{"Nr": "1", "Name": "Groß; Klein"}]


def test_cells_too_many_that_are_empty_do_no_harm(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text(CSV_HEAD + "1;Frau;Anna;Groß;;;Köln;;\n", encoding="utf-8")
    (record,) = records(read(connect(customers("k.csv"))))
    assert record == dict(zip(HEAD, ("1", "Frau", "Anna", "Groß", "", "", "Köln"), strict=True))


def test_columns_without_a_name_or_with_the_same(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text("Nr;Name;;Name\n1;Groß;x;Klein\n", encoding="utf-8")
    stream = customers("k.csv", key="Nr", map={"name": "Name_2"})
    assert records(read(connect(stream))) == [
        {"Nr": "1", "Name": "Groß", "column_3": "x", "Name_2": "Klein"}
    ]


def test_several_columns_make_a_key(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text("F;N;Name\n1;2|3;A\n1|2;3;B\n1;;C\n", encoding="utf-8")
    connector = connect(customers("k.csv", key=["F", "N"], map={"name": "Name"}))
    pages = read(connector)
    keys = [record[connector.streams()[0].key] for record in records(pages)]
    assert keys == ["1|2\\|3", "1\\|2|3"]
    assert complaints(pages) == [("k.csv:4", "has no value in 'F, N'")]


def test_json_lines(connect: Connect, tmp_path: Path) -> None:
    text = '{"id": 7, "name": {"nach": "Groß"}}\n\n[1]\n{"id": 8, "na\n{"id": 9, "p": NaN}\n'
    (tmp_path / "k.jsonl").write_text(text, encoding="utf-8")
    connector = connect(customers("k.jsonl", key="id", map={"family_name": "name.nach"}))
    pages = read(connector)
    assert records(pages) == [
        {"id": 7, "name": {"nach": "Groß"}},
        {"id": 9, "p": None},
    ]
    assert [place for place, _ in complaints(pages)] == ["k.jsonl:3", "k.jsonl:4"]
    (told,) = connector.map(connector.streams()[0], records(pages)[0])
    assert told.family_name == "Groß"  # type: ignore[attr-defined]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_json_lines_in_other_encodings(connect: Connect, tmp_path: Path, encoding: str) -> None:
    rows = [{"id": n, "name": f"Groß {n}"} for n in range(3)]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "k.jsonl").write_bytes(text.encode(encoding))
    assert records(read(connect(customers("k.jsonl", key="id", map={"name": "name"})))) == rows


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_of_records(connect: Connect, tmp_path: Path, indent: int | None) -> None:
    rows = [{"id": n, "name": "Groß ] , } " * 40, "mails": [{"a": "x"}]} for n in range(1_200)]
    (tmp_path / "k.json").write_text(
        json.dumps(rows, ensure_ascii=False, indent=indent), encoding="utf-8"
    )
    pages = read(connect(customers("k.json", key="id", map={"name": "name"})))
    assert records(pages) == rows
    assert [len(page.records) for page in pages] == [500, 500, 200]


def test_rows_of_one_order_make_one_record(connect: Connect, tmp_path: Path) -> None:
    text = (
        "Belegnr;Kundennr;Datum;Artikel;Betrag;Menge\n"
        "A1;7;01.03.2025;S-1;10,00;1\n"
        "A1;7;01.03.2025;S-2;5,50;2\n"
        "A2;8;02.03.2025;S-1;10,00;1\n"
        "A1;7;01.03.2025;S-9;1,00;1\n"
        "A3;8;03.03.2025;S-3;7,00;1\n"
    )
    (tmp_path / "o.csv").write_text(text, encoding="utf-8")
    connector = connect(orders("o.csv"))
    pages = read(connector)
    told = [order for raw in records(pages) for order in connector.map(connector.streams()[0], raw)]
    assert [
        (order.customer, [line.sku for line in order.lines])  # type: ignore[attr-defined]
        for order in told
    ] == [("7", ["S-1", "S-2"]), ("8", ["S-1"]), ("8", ["S-3"])]
    assert complaints(pages) == [("o.csv:5", "comes apart from the rows with the same 'Belegnr'")]


def test_check_names_what_is_wrong(connect: Connect, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"crm, customers: no file matches k\*\.csv"):
        connect(customers("k*.csv")).check()
    (tmp_path / "k.csv").write_text("1;Jürgen;Groß\n2;Anna;Klein\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"k.csv has none of the columns wanted") as caught:
        connect(customers("k*.csv")).check()
    assert "Groß" not in str(caught.value)  # a file without a head begins with a customer
    (tmp_path / "k.csv").write_text("Kundennummer;Name\n1;Groß\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"k.csv has no column 'Anrede'.*are Kundennummer, Name"):
        connect(customers("k*.csv")).check()
    with pytest.raises(ConfigError, match=r"key: k.csv has no column 'Nr'"):
        connect(customers("k*.csv", key="Nr", map={"name": "Name"})).check()
    connect(customers("k*.csv", map={"name": "Name"})).check()
    optional = {"name": "Name", "company": {"field": "Firma", "optional": True}}
    connect(customers("k*.csv", map=optional)).check()


def test_check_looks_at_the_head_of_every_file(connect: Connect, tmp_path: Path) -> None:
    named = {"name": "Name"}
    for number in range(1, 4):
        (tmp_path / f"k{number}.csv").write_text("Kundennummer;Name\n1;Groß\n", encoding="utf-8")
    connect(customers("k*.csv", map=named)).check()
    (tmp_path / "k3.csv").write_text("Kundennummer;Nachname\n1;Groß\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"k3.csv has no column 'Name'"):
        connect(customers("k*.csv", map=named)).check()


def test_check_opens_so_many_files_and_no_more(connect: Connect, tmp_path: Path) -> None:
    for number in range(300):
        head = "Name" if number in (150, 299) else "Kundennummer;Name"
        (tmp_path / f"k{number:03}.csv").write_text(f"{head}\n1;Groß\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"k299.csv has no column 'Kundennummer'"):
        connect(customers("k*.csv", map={"name": "Name"})).check()


@pytest.mark.parametrize(
    "name, content, reason",
    [
        ("k.parquet", b"Kundennummer;Name\n", "is not a readable Parquet file"),
        ("k.xlsx", b"Kundennummer;Name\n", "is not a readable Excel workbook"),
        ("k.jsonl", b"Kundennummer;Name\n", "is not valid JSON"),
        ("k.json", b'["Name"]', "is not a JSON object"),
    ],
)
def test_check_finds_a_file_that_is_not_what_it_is_called(
    connect: Connect, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NotReadable, match=f"crm, customers: {name} {reason}"):
        connect(customers("k.*", map={"name": "Name"})).check()
    (tmp_path / "k.jsonl").write_bytes(b"")  # an empty export is none that is wrong
    connect(customers("k.jsonl", map={"name": "Name"})).check()


def test_a_pattern_without_a_file_is_told(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k1.csv").write_text("Kundennummer;Name\n1;Groß\n", encoding="utf-8")
    settings = customers("", map={"name": "Name"}) | {"path": ["k*.csv", "K*.txt"]}
    with pytest.raises(ConfigError, match=r"crm, customers: no file matches K\*\.txt"):
        connect(settings).check()
    first, *rest = read(connect(settings))
    assert [notice.message for notice in first.notices] == ["no file matches K*.txt."]
    assert [record["Kundennummer"] for record in records(rest)] == ["1"]
    (tmp_path / "K1.txt").write_text("Kundennummer;Name\n2;Klein\n", encoding="utf-8")
    later = read(connect(settings), json.loads(json.dumps(rest[-1].next_position)))
    assert [notice for page in later for notice in page.notices] == []
    assert [record["Kundennummer"] for record in records(later)] == ["2", "1"]


def test_an_export_of_which_a_part_is_absent_is_not_read(connect: Connect, tmp_path: Path) -> None:
    """Else everybody in that part would be taken for gone."""
    (tmp_path / "koeln.csv").write_text("Kundennummer;Name\n1;Groß\n", encoding="utf-8")
    settings = customers("", map={"name": "Name"}, deletes="missing")
    with pytest.raises(Unreachable, match=r"no file of the export matches bonn\.csv"):
        read(connect(settings | {"path": ["koeln.csv", "bonn.csv"]}))


def test_key_and_group_must_not_contradict(connect: Connect) -> None:
    with pytest.raises(ConfigError, match="'key' and 'group' differ"):
        connect(orders("o.csv", key="Kundennr"))
    with pytest.raises(ConfigError, match="'key' is missing"):
        connect(customers("k.csv", key=[]))


def test_the_fingerprint_is_of_the_mapping_alone(connect: Connect) -> None:
    def fingerprint(**options: Any) -> str:
        connector: FilesConnector = connect(customers("k.csv", **options))
        return connector.fingerprint(connector.streams()[0])

    assert fingerprint() == fingerprint(encoding="cp1252")
    assert fingerprint() != fingerprint(map={"name": "Nachname"})
