"""Reads CSV files: any common encoding and separator, quotes, and lines that are broken."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from crmsync.connectors.files.csv_page import cut
from crmsync.connectors.files.entries import KEPT, Broken, Entry, PlainPage
from crmsync.connectors.files.lines import START, Lines, Mark
from crmsync.connectors.files.page_json import PageJson
from crmsync.connectors.files.sniff import SAMPLE, find_separator, settle_encoding
from crmsync.model.undecoded import are_plain

FEW = 20
"""A row over more lines than this has lost its closing quote rather than a rest to come."""


class CsvFile:
    """A CSV file opened for reading; what is not given is found out from its beginning.

    `skip` lines are passed over before the head; `columns` names them where there is no head.
    `finished` says that nothing will be added: an end in the middle of a row is then an error. A
    last row that may not be complete is given out unless it ends in one of `keys`, for half a key
    would be another record's.
    """

    grows = True
    payload = None

    def __init__(
        self,
        file: BinaryIO,
        *,
        size: int,
        finished: bool = False,
        encoding: str | None = None,
        separator: str | None = None,
        quote: str = '"',
        skip: int = 0,
        columns: Sequence[str] = (),
        keys: Sequence[str] = (),
    ) -> None:
        self._file, self._size, self._quote = file, size, quote
        self._finished, self._keys = finished, keys
        file.seek(0)
        sample = file.read(min(SAMPLE, size))
        self._encoding = settle_encoding(encoding, sample)
        self._separator = separator or self._find_separator(sample, skip)
        self._data = self._pass_over(skip)
        self.columns: Sequence[str] = tuple(columns) or self._read_head()
        self._json = PageJson(self.columns)
        self._live: Lines | None = None

    def entries(self, mark: Mark) -> Iterator[Entry]:
        """Every row after `mark` (the first row of data at the earliest)."""
        at: Mark | None = max(mark, self._data) if self.columns else None
        while at is not None:
            at = yield from self._run(at)

    def plain_page(self, mark: Mark, most: int, key: str) -> PlainPage | None:
        """The rows of the next `most` lines at once, when each has all its cells and a key.

        None where one has not, or where fewer are left: `entries` then reads on from `mark`.
        """
        at, here = max(mark, self._data), self._file.tell()
        if self._live is not None:
            self._encoding = self._live.encoding
        self._file.seek(at.offset)
        raw = list(islice(self._file, most))
        found = self._plain(raw, at, key) if len(raw) == most else None
        if found is None:
            self._file.seek(here)
        return found

    def _plain(self, raw: Sequence[bytes], at: Mark, key: str) -> PlainPage | None:
        after = Mark(at.offset + sum(map(len, raw)), at.line + len(raw))
        if not self._json.plain or after.offset > self._size or not raw[-1].endswith(b"\n"):
            return None
        lines = self._lines(at)
        text = lines.decode_all(raw)
        self._encoding = lines.encoding
        found = text and cut(raw, text, separator=self._separator, quote=self._quote)
        if not found or len(found) != len(self.columns) or key not in self.columns:
            return None
        keys = found[self.columns.index(key)]
        payloads = self._json.write(found) if are_plain(keys) else None
        return None if payloads is None else PlainPage(keys, payloads, after)

    def _run(self, at: Mark) -> Generator[Entry, None, Mark | None]:
        """The rows from `at` on; returns where to start anew after a row that swallowed lines."""
        lines = self._live = self._lines(at)
        rows = self._parse(lines)
        columns, width = self.columns, len(self.columns)
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return None
            except csv.Error as error:
                row, reason = [], str(error)
            else:
                reason = ""
            if len(row) == width and not lines.spoilt and lines.ended:
                at, begun = lines.mark, at
                yield dict(zip(columns, row, strict=True)), begun.line + 1, at
            elif row or reason:
                entry, restart = self._doubtful(row, reason, lines, at)
                yield entry
                if restart:
                    self._encoding = lines.encoding
                    return entry[2]
                at = entry[2]
            else:  # an empty line
                at = lines.mark

    def _doubtful(self, row: list[str], reason: str, lines: Lines, at: Mark) -> tuple[Entry, bool]:
        """The entry for a row that is not plainly right, and whether to start anew after it."""
        spoilt, lines.spoilt = lines.spoilt, ""
        reason = reason or self._miscount(row) or self._half_key(lines)
        line, mark = at.line + 1, lines.mark
        if not reason and not spoilt:  # the end may still be missing: it is read again if it grows
            record = dict(zip(self.columns, row, strict=False))
            return (record, line, mark if lines.ended else at), False
        swallowed = lines.line - line
        raw = self._bytes(at, mark)
        if self._may_grow(reason, lines) and swallowed < FEW:
            return (Broken(reason or spoilt, raw, unfinished=True), line, at), False
        if reason and swallowed:
            return self._first_line(at, f"{reason}; a quote may be open"), True
        return (Broken(reason or spoilt, raw), line, mark), False

    def _miscount(self, row: list[str]) -> str:
        """What is wrong with the number of cells; empty ones too many at the end are not."""
        width = len(self.columns)
        if len(row) >= width and not any(row[width:]):
            return ""
        return f"has {len(row)} cells instead of {width}"

    def _may_grow(self, reason: str, lines: Lines) -> bool:
        return not self._finished and (not lines.ended or reason == "unexpected end of data")

    def _half_key(self, lines: Lines) -> str:
        whole = lines.ended or self._finished or self.columns[-1] not in self._keys
        return "" if whole else "may end in half a key"

    def _first_line(self, at: Mark, reason: str) -> Entry:
        """A complaint about the line at `at` alone, so that the lines after it are read again."""
        lines = self._lines(at)
        next(iter(lines))
        return Broken(reason, self._bytes(at, lines.mark)), at.line + 1, lines.mark

    def _bytes(self, begin: Mark, end: Mark) -> bytes:
        here = self._file.tell()
        self._file.seek(begin.offset)
        raw = self._file.read(min(end.offset - begin.offset, KEPT))
        self._file.seek(here)
        return raw

    def _parse(self, lines: Lines) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._separator, quotechar=self._quote, strict=True)

    @property
    def _codec(self) -> str:
        return "latin-1" if self._encoding == "ascii" else self._encoding

    def _lines(self, mark: Mark) -> Lines:
        return Lines(self._file, encoding=self._encoding, mark=mark, size=self._size)

    def _find_separator(self, sample: bytes, skip: int) -> str:
        text = sample.decode(self._codec, "replace").lstrip("\ufeff")
        head, _, _ = text.partition("\n")
        if head.strip().startswith("sep=") and len(head.strip()) == 5:
            return head.strip()[4]
        lines = text.splitlines(keepends=True)[skip:]
        return find_separator("".join(lines), quote=self._quote)

    def _pass_over(self, skip: int) -> Mark:
        """The mark after `skip` lines, and after a line "sep=;" as Excel writes it."""
        lines = self._lines(START)
        texts = iter(lines)
        for _ in range(skip):
            next(texts, "")
        mark = lines.mark
        first = next(texts, "").lstrip("\ufeff").strip()
        return lines.mark if first.startswith("sep=") and len(first) == 5 else mark

    def _read_head(self) -> Sequence[str]:
        lines = self._lines(self._data)
        for row in self._parse(lines):
            if any(cell.strip() for cell in row):
                self._data = lines.mark
                return name_columns(row) if lines.ended or self._finished else ()
        self._data = lines.mark
        return ()


def name_columns(head: Sequence[object]) -> Sequence[str]:
    """A name for every cell of a head: empty ones are counted, a second "Name" is "Name_2"."""
    names: dict[str, None] = {}
    tried: dict[str, int] = {}
    for number, cell in enumerate(head, start=1):
        text = "" if cell is None else str(cell).replace("\0", "").strip("\ufeff \t\r\n")
        name, base = text or f"column_{number}", text or "column"
        while name in names:
            again = tried[base] = tried.get(base, 1) + 1
            name = f"{base}_{again}"
        names[name] = None
    return tuple(names)
