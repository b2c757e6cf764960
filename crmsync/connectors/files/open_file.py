"""Opens a file of any format with the reader for it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from crmsync.connectors.files.csv_file import CsvFile
from crmsync.connectors.files.entries import Reader
from crmsync.connectors.files.excel_file import ExcelFile
from crmsync.connectors.files.json_file import JsonArray, JsonLines
from crmsync.connectors.files.parquet_file import ParquetFile
from crmsync.connectors.files.settings import FileStream, Format
from crmsync.connectors.files.sniff import SAMPLE, is_text
from crmsync.errors import NotReadable, Unreachable

_FORMATS: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".tab": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet",
    ".xlsx": "excel", ".xlsm": "excel",
}  # fmt: skip

BUFFER = 65_536
"""Bytes asked of a file at once: with Python's usual 8 kB a fifth of reading it is asking."""


@contextmanager
def open_reader(
    path: Path, stream: FileStream, *, size: int, finished: bool, where: str
) -> Iterator[Reader]:
    """The reader for the first `size` bytes of the file at `path`; closes it afterwards.

    Unreachable when the file cannot be opened, ConfigError when its format cannot be read here,
    NotReadable when it is no text although it is called so.
    """
    with _opened(path, where) as file:
        match stream.format or find_format(path, file):
            case "csv":
                _require_text(file, stream, f"{where}: {path.name}", size=size)
                yield _csv(file, stream, size=size, finished=finished, name=f"{where}: {path.name}")
            case "json":
                yield JsonArray(file, size=size, encoding=stream.encoding)
            case "parquet":
                yield ParquetFile(file)
            case "excel":
                excel = ExcelFile(file, sheet=stream.sheet, skip=stream.skip, where=where)
                with closing(excel):
                    yield excel
            case _:
                yield JsonLines(file, size=size, encoding=stream.encoding)


def _opened(path: Path, where: str) -> BinaryIO:
    try:
        return path.open("rb", BUFFER)
    except OSError as error:
        raise Unreachable(
            f"{where}: {path.name} cannot be opened ({type(error).__name__}).",
            hint="Is the folder still there, and may this user read it?",
        ) from None


def find_format(path: Path, file: BinaryIO) -> Format:
    """The format of a file by its name; a .json file is an array or lines by its first sign."""
    if (found := _FORMATS.get(path.suffix.lower())) is not None:
        return found
    start = file.read(1024).lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if path.suffix.lower() == ".json" or start[:1] in (b"{", b"["):
        return "json" if start.startswith(b"[") else "jsonl"
    return "csv"


def _require_text(file: BinaryIO, stream: FileStream, name: str, *, size: int) -> None:
    """NotReadable for a picture, an archive, a workbook under the name of a table of text."""
    file.seek(0)
    sample = file.read(min(SAMPLE, size))
    if not is_text(sample, stream.encoding):
        raise NotReadable(
            f"{name} is no text.",
            hint="Is it a workbook, an archive or a picture? Export it as CSV, or give it the "
            "ending of what it is (.xlsx, .parquet). Text it is after all? Then set 'encoding'.",
        )


def _csv(file: BinaryIO, stream: FileStream, *, size: int, finished: bool, name: str) -> CsvFile:
    try:
        return CsvFile(
            file,
            size=size,
            finished=finished,
            encoding=stream.encoding,
            separator=stream.separator,
            quote=stream.quote,
            skip=stream.skip,
            columns=stream.columns,
            keys=[*stream.keys, *stream.groups],
        )
    except csv.Error as error:
        raise NotReadable(
            f"{name}: its first line cannot be read as CSV ({error}).",
            hint="Look at it with an editor: are the ends of its lines, 'quote', 'separator' and "
            "'skip' right?",
        ) from error
