"""Reads Parquet files in small batches of rows, without holding the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from crmsync.connectors.files.entries import Broken, Entry, Item, PlainPage
from crmsync.connectors.files.lines import START, Mark
from crmsync.connectors.files.page_json import PageJson
from crmsync.connectors.files.parquet_cells import cells, rare_cells
from crmsync.mapping import to_json
from crmsync.model.undecoded import are_plain

BATCH = 500
"""Rows decoded at once."""
_UNREADABLE = (OSError, ValueError, ArithmeticError, LookupError, TypeError, MemoryError,
               NotImplementedError)  # fmt: skip
"""What pyarrow raises over rubbish: its own errors are kinds of these, and it lets others pass."""


class ParquetFile:
    """A Parquet file; its marks count rows."""

    grows = False
    payload = None

    def __init__(self, file: BinaryIO) -> None:
        from pyarrow import parquet

        self._problem = ""
        self.columns: Sequence[str] | None = None
        self._ahead: tuple[int, Iterator[Any]] = (-1, iter(()))
        try:
            self._parquet = parquet.ParquetFile(file)
            schema = self._parquet.schema_arrow
            self._fine = [place for place, one in enumerate(schema) if _is_finer(one.type)]
            self.columns = tuple(schema.names)
            self._json = PageJson(self.columns)
        except _UNREADABLE as error:
            self._problem = f"is not a readable Parquet file ({type(error).__name__})"

    def entries(self, mark: Mark) -> Iterator[Entry]:
        """Every row after `mark`; one that holds what cannot be read is broken alone."""
        if self._problem:
            yield Broken(self._problem, unfinished=True), 1, START
            return
        number = mark.offset
        try:
            groups, number = self._groups(mark.offset)
            for batch in self._parquet.iter_batches(BATCH, row_groups=groups):
                for item in self._items(batch):
                    number += 1
                    if number > mark.offset:
                        yield item, number, Mark(number, number)
        except _UNREADABLE as error:
            reason = f"is damaged ({type(error).__name__}); the file was not read beyond it"
            yield Broken(reason), number + 1, Mark(number + 1, number + 1)

    def plain_page(self, mark: Mark, most: int, key: str) -> PlainPage | None:
        """The next rows at once, at most `most`, when all can be read and have a key.

        None where one cannot, or where none is left: `entries` then reads on from `mark`.
        """
        if self._problem or not self._json.plain or key not in (self.columns or ()):
            return None
        try:
            batch = self._next(mark.offset, most)
            return self._plain_page(batch, mark, key) if batch is not None else None
        except _UNREADABLE:
            return None

    def _next(self, passed: int, most: int) -> Any:
        """The rows after the first `passed`, at most `most`; None at the end."""
        number, batches = self._ahead
        if number != passed:
            groups, number = self._groups(passed)
            batches = self._parquet.iter_batches(most, row_groups=groups)
        for batch in batches:
            left = number + batch.num_rows - passed
            if left > 0:
                self._ahead = (passed + left, batches)
                return batch.slice(batch.num_rows - left)
            number += batch.num_rows
        return None

    def _plain_page(self, batch: Any, mark: Mark, key: str) -> PlainPage | None:
        batch = self._in_microseconds(batch)
        told = [cells(column) for column in batch.columns]
        keys = told[batch.schema.get_field_index(key)]
        if keys is None or not {int, str}.issuperset(map(type, keys)) or not are_plain(keys):
            return None
        usual = [column for column in told if column is not None]
        if len(usual) == len(told):
            payloads = self._json.write(usual)
        else:
            pairs = zip(told, batch.columns, strict=True)
            payloads = self._json.write_any(
                [rare_cells(column) if some is None else some for some, column in pairs]
            )
        passed = mark.offset + batch.num_rows
        return None if payloads is None else PlainPage(keys, payloads, Mark(passed, passed))

    def _items(self, batch: Any) -> Iterator[Item]:
        batch = self._in_microseconds(batch)
        try:
            rows = batch.to_pylist()
        except _UNREADABLE:  # one row or all of them
            yield from map(_row, (batch.slice(place, 1) for place in range(batch.num_rows)))
        else:
            yield from map(_plain, rows)

    def _in_microseconds(self, batch: Any) -> Any:
        """The batch with moments as fine as Python's; finer ones could not be read at all."""
        import pyarrow as pa

        for place in self._fine:
            kind = pa.timestamp("us", batch.schema.field(place).type.tz)
            cut = batch.column(place).cast(kind, safe=False)
            batch = batch.set_column(place, batch.schema.field(place).with_type(kind), cut)
        return batch

    def _groups(self, passed: int) -> tuple[list[int], int]:
        """The row groups that hold rows after the first `passed`, and the rows before them."""
        metadata = self._parquet.metadata
        before = 0
        for number in range(metadata.num_row_groups):
            rows = metadata.row_group(number).num_rows
            if before + rows > passed:
                return list(range(number, metadata.num_row_groups)), before
            before += rows
        return [], before


def _is_finer(kind: Any) -> bool:
    """Whether a column counts nanoseconds since 1970."""
    import pyarrow as pa

    return pa.types.is_timestamp(kind) and bool(kind.unit == "ns")


def _row(one: Any) -> Item:
    """The only row of a batch, or why it cannot be read."""
    try:
        (row,) = one.to_pylist()
        return _plain(row)
    except _UNREADABLE as error:
        return Broken(f"holds what cannot be read ({type(error).__name__})")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: to_json(value) for name, value in row.items()}
