"""Reads Excel workbooks (.xlsx) row by row, without holding the sheet."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from crmsync.connectors.files.csv_file import name_columns
from crmsync.connectors.files.entries import Broken, Entry
from crmsync.connectors.files.lines import START, Mark
from crmsync.errors import ConfigError
from crmsync.mapping import to_json

_MIDNIGHT = time(0)
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, LookupError, ValueError,
    TypeError, AttributeError, ArithmeticError, NotImplementedError, RuntimeError, MemoryError,
)  # fmt: skip
"""What openpyxl and what it stands on raise over a workbook that is none."""
MOST_ROWS = 1_048_576
"""No sheet has more; a higher number is rubbish."""

Cell = tuple[int, Any]
"""The number of a column, from 1, and a value."""


class ExcelFile:
    """One sheet of a workbook; its marks count rows.

    `sheet` is its name, the first one where none is given; `skip` rows lie before the head. Whole
    numbers are told without a fraction, dates without a time where it is midnight, and a formula
    as the value it had when the file was saved.
    """

    grows = False
    payload = None

    def __init__(self, file: BinaryIO, *, sheet: str | None, skip: int, where: str) -> None:
        self._problem = ""
        self.columns: Sequence[str] | None = None
        self._book: Any = None
        self._head = skip + 1
        load = _loader()
        try:
            self._book = load(file, read_only=True, data_only=True)
            self._sheet = self._choose(sheet, where)
            self.columns = self._read_head()
        except _DAMAGED as error:
            self._problem = f"is not a readable Excel workbook ({type(error).__name__})"

    def entries(self, mark: Mark) -> Iterator[Entry]:
        """Every row after `mark` that is not empty."""
        if self._problem:
            yield Broken(self._problem, unfinished=True), 1, START
            return
        columns, line = self.columns or (), self._head
        try:
            for line, cells in self._rows():
                if line > max(mark.offset, self._head) and _filled(cells):
                    yield self._entry(columns, cells), line, Mark(line, line)
        except _DAMAGED as error:
            reason = f"is damaged ({type(error).__name__}); the sheet was not read beyond it"
            yield Broken(reason), line + 1, Mark(line + 1, line + 1)

    def close(self) -> None:
        """Let go of the workbook."""
        if self._book is not None:
            self._book.close()

    def _entry(self, columns: Sequence[str], cells: Sequence[Cell]) -> dict[str, Any] | Broken:
        """The record of a row; its cells may lie in any order, but each in a column of its own."""
        row = {place: value for place, value in cells if value is not None}
        if len(row) < len(_filled(cells)):
            return Broken("has several cells in one column")
        if any(place > len(columns) for place in row):
            return Broken(f"has cells beyond the {len(columns)} columns of the head")
        return {name: _plain(row.get(place)) for place, name in enumerate(columns, start=1)}

    def _rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Every row in the order in which it lies in the sheet, with a number that only grows.

        It is the row's own, but for rows that some program numbered backwards or twice: openpyxl's
        rows leave such ones out, therefore this asks the parser below them.
        """
        book, sheet, line = self._book, self._sheet, 0
        with sheet._get_source() as source:
            parser = _parser()(
                source,
                sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for number, cells in parser.parse():
                line = max(number, line + 1)
                if line > MOST_ROWS:
                    raise ValueError
                yield line, [(cell["column"], cell["value"]) for cell in cells]

    def _read_head(self) -> Sequence[str]:
        """The names of the first row that holds any; the data begins after it."""
        for line, cells in self._rows():
            filled = _filled(cells)
            if line >= self._head and filled:
                self._head = line
                row = dict(filled)
                return name_columns([row.get(place) for place in range(1, max(row) + 1)])
        return ()

    def _choose(self, sheet: str | None, where: str) -> Any:
        names = self._book.sheetnames
        if sheet is not None and sheet not in names:
            raise ConfigError(
                f"{where}: the workbook has no sheet {sheet!r}.",
                hint=f"Its sheets are {', '.join(names)}.",
            )
        return self._book[sheet or names[0]]


def _filled(cells: Sequence[Cell]) -> Sequence[Cell]:
    return [cell for cell in cells if cell[1] is not None]


def _parser() -> Any:
    from openpyxl.worksheet._reader import WorkSheetParser

    return WorkSheetParser


def _loader() -> Any:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise ConfigError(
            "reading Excel files needs openpyxl, which is not installed.",
            hint="Install it with: pip install 'crmsync[files]'",
        ) from None
    return load_workbook


def _plain(value: Any) -> Any:
    if isinstance(value, datetime) and value.time() == _MIDNIGHT:
        return value.date().isoformat()
    return to_json(value)
