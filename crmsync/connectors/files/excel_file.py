"""Reads Excel workbooks (.xlsx) row by row, without holding the sheet."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, time
from itertools import islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from crmsync.connectors.files.csv_file import name_columns
from crmsync.connectors.files.entries import Broken, Entry
from crmsync.connectors.files.lines import START, Mark
from crmsync.connectors.mapping import to_json
from crmsync.errors import ConfigError

_MIDNIGHT = time(0)
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError, LookupError, ValueError,
    TypeError, AttributeError, ArithmeticError, NotImplementedError, RuntimeError, MemoryError,
)  # fmt: skip
"""What openpyxl and what it stands on raise over a workbook that is none."""
MOST_ROWS = 1_048_576
"""No sheet has more; a higher number is rubbish, and every row up to it would be an empty one."""


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
        columns = self.columns or ()
        number = max(mark.offset, self._head)
        try:
            for row in self._rows(number + 1):
                number += 1
                if any(value is not None for value in row):
                    yield self._entry(columns, row), number, Mark(number, number)
        except _DAMAGED as error:
            reason = f"is damaged ({type(error).__name__}); the sheet was not read beyond it"
            yield Broken(reason), number + 1, Mark(number + 1, number + 1)

    def close(self) -> None:
        """Let go of the workbook."""
        if self._book is not None:
            self._book.close()

    def _entry(self, columns: Sequence[str], row: Sequence[Any]) -> dict[str, Any] | Broken:
        if any(value is not None for value in row[len(columns) :]):
            return Broken(f"has cells beyond the {len(columns)} columns of the head")
        cells = [*row, *[None] * (len(columns) - len(row))]
        return {name: _plain(value) for name, value in zip(columns, cells, strict=False)}

    def _rows(self, start: int) -> Iterator[Sequence[Any]]:
        rows = self._sheet.iter_rows(min_row=start, values_only=True)
        yield from islice(rows, MOST_ROWS + 1 - start)
        if next(rows, None) is not None:
            raise ValueError

    def _read_head(self) -> Sequence[str]:
        """The names of the first row that holds any; the data begins after it."""
        for number, row in enumerate(self._rows(self._head), start=self._head):
            filled = [index for index, value in enumerate(row) if value is not None]
            if filled:
                self._head = number
                return name_columns(row[: filled[-1] + 1])
        return ()

    def _choose(self, sheet: str | None, where: str) -> Any:
        names = self._book.sheetnames
        if sheet is not None and sheet not in names:
            raise ConfigError(
                f"{where}: the workbook has no sheet {sheet!r}.",
                hint=f"Its sheets are {', '.join(names)}.",
            )
        found = self._book[sheet or names[0]]
        with suppress(AttributeError):  # some programs write a wrong size of the sheet
            found.reset_dimensions()
        return found


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
