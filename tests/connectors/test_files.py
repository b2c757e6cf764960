"""The files connector: formats, folders that grow, places to go on from, and broken lines."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from crmsync.connectors.files import FilesConnector
from crmsync.errors import ConfigError, Unreachable
from crmsync.hookspecs import Connector, TellsFingerprint
from tests.connectors.conftest import (
    HEAD,
    PEOPLE,
    Connect,
    complaints,
    customers,
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


def lines(count: int, start: int = 1) -> str:
    return "".join(f"{n};Frau;Anna;Groß{n};;;Köln\n" for n in range(start, start + count))


CSV_HEAD = ";".join(HEAD) + "\n"


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


def test_an_array_that_breaks_in_the_middle(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.json").write_text(
        '[{"id": 1},\n{"id": 2},\n{"id": tru},\n{"id": 4, "name": "Groß"}]'
    )
    pages = read(connect(customers("k.json", key="id", map={"name": "name"})))
    assert [record["id"] for record in records(pages)] == [1, 2]
    ((place, reason),) = complaints(pages)
    assert place == "k.json:3"
    assert "the file was not read beyond it" in reason


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


@pytest.mark.parametrize("stop", range(4))
def test_reading_goes_on_where_it_stopped(connect: Connect, tmp_path: Path, stop: int) -> None:
    """Stop after each page, go on from its position in a new connector: the same records."""
    (tmp_path / "k1.csv").write_text(CSV_HEAD + lines(1_100), encoding="utf-8")
    (tmp_path / "k2.csv").write_text(CSV_HEAD + lines(10, start=2_000), encoding="utf-8")
    undisturbed = read(connect(customers("k*.csv")))
    assert len(undisturbed) == 4
    before = undisturbed[: stop + 1]
    position = json.loads(json.dumps(before[-1].next_position))
    after = read(connect(customers("k*.csv")), position)
    assert records(before) + records(after) == records(undisturbed)


@pytest.mark.parametrize("stop", range(3))
def test_groups_are_whole_after_a_stop(connect: Connect, tmp_path: Path, stop: int) -> None:
    text = "Belegnr;Kundennr;Datum;Artikel;Betrag;Menge\n" + "".join(
        f"A{n // 7};7;2025-03-01;S-{n};1,00;1\n" for n in range(7 * 1_100)
    )
    (tmp_path / "o.csv").write_text(text + "A3;7;2025-03-01;S;1;1\n", encoding="utf-8")
    undisturbed = read(connect(orders("o.csv")))
    assert len(undisturbed) > 3
    before = undisturbed[: stop + 1]
    after = read(connect(orders("o.csv")), before[-1].next_position)
    assert records(before) + records(after) == records(undisturbed)
    assert complaints(before) + complaints(after) == complaints(undisturbed)
    assert len(complaints(undisturbed)) == 1


def test_an_unchanged_folder_is_not_read_again(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k1.csv").write_text(CSV_HEAD + lines(3), encoding="utf-8")
    first = read(connect(customers("k*.csv")))
    assert read(connect(customers("k*.csv")), first[-1].next_position) == []


def test_a_new_file_alone_is_read(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k1.csv").write_text(CSV_HEAD + lines(3), encoding="utf-8")
    first = read(connect(customers("k*.csv")))
    (tmp_path / "k2.csv").write_text(CSV_HEAD + lines(2, start=10), encoding="utf-8")
    second = read(connect(customers("k*.csv")), first[-1].next_position)
    assert [record["Kundennummer"] for record in records(second)] == ["10", "11"]
    assert [page.source for page in second] == ["k2.csv"]


def test_a_file_that_grew_is_read_on(connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text(CSV_HEAD + lines(3), encoding="utf-8")
    first = read(connect(customers("k.csv")))
    path.write_text(CSV_HEAD + lines(5), encoding="utf-8")
    second = read(connect(customers("k.csv")), first[-1].next_position)
    assert [record["Kundennummer"] for record in records(second)] == ["4", "5"]
    assert [page.whole for page in first + second] == [True, False]


def test_a_file_that_grew_and_changed_before_is_read_from_its_start(
    connect: Connect, tmp_path: Path
) -> None:
    path = tmp_path / "k.csv"
    path.write_text(CSV_HEAD + lines(900), encoding="utf-8")
    first = read(connect(customers("k.csv")))
    path.write_text(CSV_HEAD + lines(901).replace("Groß450", "Grün450"), encoding="utf-8")
    second = read(connect(customers("k.csv")), first[-1].next_position)
    assert len(records(second)) == 901


def test_what_comes_later_in_the_folder_stays_the_last_word(
    connect: Connect, tmp_path: Path
) -> None:
    """When an earlier file changes, the later ones are read again after it."""
    (tmp_path / "k1.csv").write_text(CSV_HEAD + lines(2), encoding="utf-8")
    (tmp_path / "k2.csv").write_text(CSV_HEAD + lines(2), encoding="utf-8")
    first = read(connect(customers("k*.csv")))
    (tmp_path / "k1.csv").write_text(CSV_HEAD + lines(3), encoding="utf-8")
    second = read(connect(customers("k*.csv")), first[-1].next_position)
    assert [page.source for page in second] == ["k1.csv", "k2.csv"]


def test_an_order_that_grows_with_its_file_is_told_again_whole(
    connect: Connect, tmp_path: Path
) -> None:
    head = "Belegnr;Kundennr;Datum;Artikel;Betrag;Menge\n"
    rows = [f"A{n};7;2025-03-01;S-{n}.{m};1;1\n" for n in range(3) for m in range(2)]
    path = tmp_path / "o.csv"
    path.write_text(head + "".join(rows[:5]), encoding="utf-8")
    first = read(connect(orders("o.csv")))
    path.write_text(head + "".join(rows), encoding="utf-8")
    second = read(connect(orders("o.csv")), first[-1].next_position)
    (order,) = records(second)
    assert (order["Belegnr"], len(order["_rows"])) == ("A2", 2)
    assert complaints(second) == []


def test_a_line_still_being_written_waits_until_the_file_rests(
    connect: Connect, tmp_path: Path
) -> None:
    path = tmp_path / "k.csv"
    path.write_text(CSV_HEAD + lines(2) + "3;Frau;An", encoding="utf-8")
    first = read(connect(customers("k.csv")))
    assert (len(records(first)), complaints(first)) == (2, [])
    path.write_text(CSV_HEAD + lines(2) + "3;Frau;Anna;Groß;;;Köln\n", encoding="utf-8")
    second = read(connect(customers("k.csv")), first[-1].next_position)
    assert [record["Kundennummer"] for record in records(second)] == ["3"]
    assert complaints(second) == []


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


def test_a_last_line_without_its_end_counts_and_is_corrected(
    connect: Connect, tmp_path: Path
) -> None:
    path = tmp_path / "k.csv"
    path.write_text(CSV_HEAD + "1;Frau;Anna;Groß;;;Kö", encoding="utf-8")
    first = read(connect(customers("k.csv")))
    assert [record["Ort"] for record in records(first)] == ["Kö"]
    path.write_text(CSV_HEAD + "1;Frau;Anna;Groß;;;Köln\n", encoding="utf-8")
    second = read(connect(customers("k.csv")), first[-1].next_position)
    assert [record["Ort"] for record in records(second)] == ["Köln"]


def test_half_a_key_is_never_taken_for_a_key(connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    stream = customers("k.csv", key="Nr", map={"name": "Name"})
    path.write_text("Name;Nr\nGroß;1\nKlein;47", encoding="utf-8")
    first = read(connect(stream))
    assert [record["Nr"] for record in records(first)] == ["1"]
    still = read(connect(stream), first[-1].next_position)
    assert [record["Nr"] for record in records(still)] == ["47"]
    path.write_text("Name;Nr\nGroß;1\nKlein;4711\n", encoding="utf-8")
    grown = read(connect(stream), first[-1].next_position)
    assert [record["Nr"] for record in records(grown)] == ["4711"]


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
    (page,) = read(connect(customers("k*.csv")), first[-1].next_position)
    assert (page.source, page.whole, page.records) == ("k1.csv", True, ())


def test_a_complete_export_is_read_whole_every_time(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text(CSV_HEAD + lines(1_100), encoding="utf-8")
    stream = customers("k.csv", deletes="missing")
    first = read(connect(stream))
    assert connect(stream).streams()[0].cursor == "snapshot"
    assert first[-1].next_position is None
    assert records(read(connect(stream), first[-1].next_position)) == records(first)
    rest = read(connect(stream), first[0].next_position)
    assert records(first[:1]) + records(rest) == records(first)


def test_an_unfinished_line_of_a_complete_export_is_unreadable(
    connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "k.csv").write_text(CSV_HEAD + lines(1) + "2;Frau", encoding="utf-8")
    pages = read(connect(customers("k.csv", deletes="missing")))
    assert [place for place, _ in complaints(pages)] == ["k.csv:3"]


def test_a_complete_export_without_files_is_not_an_empty_one(connect: Connect) -> None:
    with pytest.raises(Unreachable, match=r"crm, customers.*no file of the export"):
        read(connect(customers("k.csv", deletes="missing")))


def test_other_reading_settings_start_afresh(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_bytes((CSV_HEAD + lines(1)).encode("utf-8"))
    stream = customers("k.csv", map={"name": "Nachname"})
    first = read(connect({**stream, "encoding": "cp1252"}))
    second = read(connect({**stream, "encoding": "utf-8"}), first[-1].next_position)
    assert [record["Ort"] for record in records(second)] == ["Köln"]


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
