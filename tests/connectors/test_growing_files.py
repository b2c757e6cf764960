"""The files connector and files that grow: where reading goes on, and complete exports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmsync.errors import Unreachable
from tests.connectors.conftest import (
    CSV_HEAD,
    Connect,
    complaints,
    customers,
    lines,
    orders,
    read,
    records,
)


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


def test_a_complete_export_is_read_whole_every_time(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_text(CSV_HEAD + lines(1_100), encoding="utf-8")
    stream = customers("k.csv", deletes="missing")
    first = read(connect(stream))
    assert connect(stream).streams()[0].cursor == "snapshot"
    assert first[-1].next_position is None
    assert records(read(connect(stream), first[-1].next_position)) == records(first)
    rest = read(connect(stream), first[0].next_position)
    assert records(first[:1]) + records(rest) == records(first)


def test_a_complete_export_without_files_is_not_an_empty_one(connect: Connect) -> None:
    with pytest.raises(Unreachable, match=r"crm, customers.*no file of the export"):
        read(connect(customers("k.csv", deletes="missing")))


def test_other_reading_settings_start_afresh(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "k.csv").write_bytes((CSV_HEAD + lines(1)).encode("utf-8"))
    stream = customers("k.csv", map={"name": "Nachname"})
    first = read(connect({**stream, "encoding": "cp1252"}))
    second = read(connect({**stream, "encoding": "utf-8"}), first[-1].next_position)
    assert [record["Ort"] for record in records(second)] == ["Köln"]
