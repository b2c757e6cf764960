"""Good files of every format, and each of them spoilt: whole, and inside of what is packed."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bench.mutate import spoil

COLUMNS = ("Nr", "Anrede", "Vorname", "Name", "E-Mail", "Telefon", "Geburt", "Ort", "Werbung",
           "Datum", "Betrag", "Artikel")  # fmt: skip
PEOPLE = (
    ("Frau", "Jürgen", "Müller-Lüdenscheidt", "lola@beispiel.example", "0221 880002"),
    ("Herr", "Mañuel", 'Weiß "Willi"', "willi@beispiel.example", "+49 (0)30 / 111-22"),
    ("", "Zoë", "Ångström, geb. Böll", "", "0151;5550001"),
    ("Firma", "", "Weinhandel Krüger & Söhne GmbH", "info@krueger.example", ""),
)
DIGITS = re.compile(rb"\d+")


def rows(chance: random.Random) -> list[dict[str, Any]]:
    """Some invented customers, each with a purchase."""
    found = []
    for number in range(chance.choice((1, 7, 23))):
        salutation, given, family, mail, phone = chance.choice(PEOPLE)
        values = (number + 1, salutation, given, family, mail, phone, f"{1950 + number}-02-28",
                  "Köln", "ja", f"2026-10-{number % 28 + 1:02}T10:00:00+02:00", 19.9,
                  f"W-{number % 3}")  # fmt: skip
        found.append(dict(zip(COLUMNS, values, strict=True)))
    return found


def as_csv(chance: random.Random) -> bytes:
    """A good CSV file."""
    text = io.StringIO(newline="")
    quoted = chance.random() < 0.3
    separator = chance.choice(";;,\t|")
    writer = csv.DictWriter(
        text, COLUMNS, delimiter=separator, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    )
    writer.writeheader()
    writer.writerows(rows(chance))
    return text.getvalue().encode(chance.choice(("utf-8", "utf-8-sig", "cp1252", "utf-16")))


def as_jsonl(chance: random.Random) -> bytes:
    """Good JSON lines."""
    plain = chance.random() < 0.5
    lines = [json.dumps(row, ensure_ascii=plain) for row in rows(chance)]
    return ("\n".join(lines) + "\n").encode()


def as_json(chance: random.Random) -> bytes:
    """A good JSON array."""
    indent = chance.choice((None, 1))
    return json.dumps(rows(chance), ensure_ascii=False, indent=indent).encode()


def as_parquet(chance: random.Random) -> bytes:
    """A good Parquet file, of types that a data warehouse writes."""
    import pyarrow as pa
    from pyarrow import parquet

    found = rows(chance)
    size = len(found)
    table = pa.Table.from_pylist(found)
    odd: dict[str, pa.Array] = {
        "Betrag": pa.array([Decimal("19.90")] * size, pa.decimal128(12, 2)),
        "Datum": _moments(chance, size),
        "Geburt": pa.array([date(1950, 2, 28)] * size, pa.date32()),
        "Ort": pa.array(["Köln"] * size).dictionary_encode(),
        "Werbung": pa.array([True] * size),
        "mehr": pa.array([{"a": [1, None], "b": b"\xff"}] * size),
    }
    for name in chance.sample(sorted(odd), chance.randint(0, len(odd))):
        table = table.drop_columns([name]) if name in table.column_names else table
        table = table.append_column(name, odd[name])
    file = io.BytesIO()
    packing = chance.choice(("none", "snappy", "zstd", "gzip"))
    parquet.write_table(table, file, compression=packing, row_group_size=chance.choice((3, 100)))
    return file.getvalue()


def _moments(chance: random.Random, size: int) -> Any:
    """Moments, in one file of four such as no calendar of Python's holds."""
    import pyarrow as pa

    unit, zone = chance.choice(("s", "ms", "us", "ns")), chance.choice((None, "UTC", "+02:00", "?"))
    if unit != "s" and chance.random() < 0.25:  # seconds are written as milliseconds
        far = [chance.choice((2**62, -(2**62), 1_700_000_000_000_000_001)) for _ in range(size)]
        return pa.array(far, pa.timestamp(unit, zone))
    return pa.array([datetime(2026, 10, 1, 10, tzinfo=UTC)] * size, pa.timestamp(unit, zone))


def as_excel(chance: random.Random) -> bytes:
    """A good workbook."""
    from openpyxl import Workbook

    book = Workbook()
    sheet: Any = book.active
    sheet.append(COLUMNS)
    for row in rows(chance):
        sheet.append([*row.values()])
    sheet["G2"] = datetime(1950, 2, 28)
    sheet["H2"] = "=1+1"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


MAKE: dict[str, Callable[[random.Random], bytes]] = {
    "csv": as_csv,
    "jsonl": as_jsonl,
    "json": as_json,
    "parquet": as_parquet,
    "excel": as_excel,
}


def goods(reader: str, seed: int, many: int = 12) -> list[bytes]:
    """Some good files of one format."""
    return [MAKE[reader](random.Random(f"{seed}/{reader}/{number}")) for number in range(many)]


def rubbish(reader: str, good: Sequence[bytes], chance: random.Random) -> bytes:
    """One spoilt file; of workbooks mostly a part of them, or nothing would be unpacked at all."""
    chosen = chance.choice(good)
    if reader == "excel" and chance.random() < 0.9:
        return _spoil_inside(chosen, chance)
    if reader == "parquet":
        return chosen if chance.random() < 0.1 else spoil(chosen, chance, most=2)
    return spoil(chosen, chance)


def _spoil_inside(book: bytes, chance: random.Random) -> bytes:
    """A workbook one part of which is spoilt, or missing."""
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    wanted = "sheet" if chance.random() < 0.6 else ""
    name = chance.choice([name for name in parts if wanted in name])
    if chance.random() < 0.05:
        del parts[name]
    else:
        parts[name] = chance.choice((spoil, _odd_number, _bomb))(parts[name], chance)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for part, content in parts.items():
            made.writestr(zipfile.ZipInfo(part), content)
    return file.getvalue()


def _odd_number(xml: bytes, chance: random.Random) -> bytes:
    """One number in it becomes another: of a row, a cell, a text, a style, a day."""
    found = list(DIGITS.finditer(xml))
    if not found:
        return xml
    one = chance.choice(found)
    odd = chance.choice((b"0", b"-1", b"99", b"1048577", b"2000000000", b"9" * 400, b"1e9", b""))
    return xml[: one.start()] + odd + xml[one.end() :]


def _bomb(xml: bytes, chance: random.Random) -> bytes:
    """Up to 20 MB that pack to a few kB: in a cell, between cells, as cells, as an entity."""
    unit, times = chance.choice(
        ((b"0", 20_000_000), (b" ", 20_000_000), (b"<row/>", 100_000), (b"<c/>", 100_000),
         (b"<v>1</v>", 50_000), (b"<a>", 20_000))
    )  # fmt: skip
    if chance.random() < 0.2:
        inner = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 9) for n in range(1, 9))
        head = b'<!DOCTYPE x [<!ENTITY e0 "xxxxxxxxx">' + inner + b"]>"
        return head + xml.replace(b"<v>1</v>", b"<v>&e8;</v>")
    place = chance.choice([found.end() for found in re.finditer(b">", xml)] or [0])
    return xml[:place] + unit * times + xml[place:]
