"""Whatever a file holds: what is written well is read, and a stop anywhere changes nothing."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.connectors.files import FilesConnector, FilesSettings, pages
from crmsync.model.stream import Connection
from tests.connectors.conftest import complaints, customers, orders, read, records

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=8)
LINE = st.sampled_from(
    [
        b"%d;Gro\xc3\x9f;K\xc3\xb6ln\n",
        b'%d;"Gro\xc3\x9f\nund Klein";K\xc3\xb6ln\r\n',
        b"%d;zu wenig\n",
        b"%d;zu;viel;davon\n",
        b'%d;"offen;K\xc3\xb6ln\n',
        b'%d;Ende;"offen\n',
        b"%d;Gro\xdf;kein UTF-8\n",
        b";ohne Nummer;K\xc3\xb6ln\n",
        b"\n",
    ]
)


def connector(folder: str, stream: dict[str, Any]) -> FilesConnector:
    made = FilesSettings.model_validate({"streams": [stream]})
    return FilesConnector(made, Connection(name="crm", controller="beispiel", base=folder))


@given(
    rows=st.lists(st.tuples(CELL, CELL), max_size=20),
    separator=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(max_examples=60, deadline=None)
def test_what_is_written_well_is_read(
    rows: list[tuple[str, str]], separator: str, encoding: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([("Kundennummer", "Name", "Ort"), *((n, *row) for n, row in enumerate(rows))])
    with TemporaryDirectory() as folder:
        (Path(folder) / "k.csv").write_bytes(text.getvalue().encode(encoding))
        stream = customers("k.csv", map={"name": "Name"}, separator=separator, encoding=encoding)
        found = read(connector(folder, stream))
    assert complaints(found) == []
    assert [(one["Name"], one["Ort"]) for one in records(found)] == rows


@pytest.mark.parametrize("grouped", [False, True])
@given(lines=st.lists(LINE, max_size=40), ending=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_stop_after_any_page_changes_nothing(
    grouped: bool, lines: list[bytes], ending: bool
) -> None:
    """Pages of three; grouped, two neighbouring lines have the same key."""
    body = b"".join(
        line % (number // 2 if grouped else number) if b"%d" in line else line
        for number, line in enumerate(lines)
    )
    stream = customers("k.csv", map={"name": "Name"}, encoding="utf-8", separator=";")
    if grouped:
        fields = {"map": {"placed_at": "Name"}, "lines": {"amount": "Ort"}}
        stream = orders("k.csv", encoding="utf-8", separator=";", **fields)
    head = b"Belegnr;Name;Ort\n" if grouped else b"Kundennummer;Name;Ort\n"
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "PAGE", 3)
        (Path(folder) / "k.csv").write_bytes(head + (body if ending else body[:-3]))
        undisturbed = read(connector(folder, stream))
        for stop in range(len(undisturbed)):
            position = json.loads(json.dumps(undisturbed[stop].next_position))
            after = read(connector(folder, stream), position)
            if stop < len(undisturbed) - 1:
                before = undisturbed[: stop + 1]
                assert records(before) + records(after) == records(undisturbed)
                assert set(complaints(before) + complaints(after)) == set(complaints(undisturbed))


@pytest.mark.parametrize("grouped", [False, True])
@given(lines=st.lists(LINE, max_size=12), share=st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_a_file_read_while_it_is_written_ends_as_if_it_had_been_there(
    grouped: bool, lines: list[bytes], share: float
) -> None:
    """Read once cut off at any byte and once whole: the last word on each record is the same.

    The one difference: half a line may look whole, though the whole line turns out to be broken.
    """
    head = b"Belegnr;Name;Ort\n" if grouped else b"Kundennummer;Name;Ort\n"
    whole = head + b"".join(
        line % (number // 2 if grouped else number) if b"%d" in line else line
        for number, line in enumerate(lines)
    )
    stream = customers("k.csv", map={"name": "Name"}, encoding="utf-8", separator=";")
    if grouped:
        fields = {"map": {"placed_at": "Name"}, "lines": {"amount": "Ort"}}
        stream = orders("k.csv", encoding="utf-8", separator=";", **fields)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "k.csv"
        path.write_bytes(whole[: round(share * len(whole))])
        first = read(connector(folder, stream))
        path.write_bytes(whole)
        second = read(connector(folder, stream), first[-1].next_position)
        while second and second[-1].next_position["done"]["k.csv"][6]:  # its end is still open
            second = [*second, *read(connector(folder, stream), second[-1].next_position)]
        fresh = read(connector(folder, stream))
        while fresh[-1].next_position["done"]["k.csv"][6]:
            fresh = [*fresh, *read(connector(folder, stream), fresh[-1].next_position)]
    words, expected = _last_words([*first, *second]), _last_words(fresh)
    assert {key: words.get(key) for key in expected} == expected
    begun = [] if any(page.whole for page in second) else complaints(first)
    assert {*begun, *complaints(second)} == set(complaints(fresh))


def _last_words(found: list[Any]) -> dict[str, Any]:
    return {one.get("Belegnr") or one["Kundennummer"]: one for one in records(found)}
