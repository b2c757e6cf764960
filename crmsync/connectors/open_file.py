"""Opens a file of any format with the reader for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from crmsync.connectors.csv_file import CsvFile
from crmsync.connectors.entries import Reader
from crmsync.connectors.file_settings import FileStream, Format
from crmsync.connectors.json_file import JsonArray, JsonLines

_FORMATS: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".tab": "csv",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet",
    ".xlsx": "excel", ".xlsm": "excel",
}  # fmt: skip


@contextmanager
def open_reader(path: Path, stream: FileStream, *, size: int, finished: bool) -> Iterator[Reader]:
    """The reader for the first `size` bytes of the file at `path`; closes it afterwards."""
    with path.open("rb") as file:
        match stream.format or find_format(path, file):
            case "csv":
                yield _open_csv(file, stream, size=size, finished=finished)
            case "json":
                yield JsonArray(file, size=size, encoding=stream.encoding)
            case _:
                yield JsonLines(file, size=size, encoding=stream.encoding)


def find_format(path: Path, file: BinaryIO) -> Format:
    """The format of a file by its name; a .json file is an array or lines by its first sign."""
    if (found := _FORMATS.get(path.suffix.lower())) is not None:
        return found
    start = file.read(1024).lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    if path.suffix.lower() == ".json" or start[:1] in (b"{", b"["):
        return "json" if start.startswith(b"[") else "jsonl"
    return "csv"


def _open_csv(file: BinaryIO, stream: FileStream, *, size: int, finished: bool) -> CsvFile:
    return CsvFile(
        file,
        size=size,
        finished=finished,
        encoding=stream.encoding,
        separator=stream.separator,
        quote=stream.quote,
        skip=stream.skip,
        columns=stream.columns,
    )
