"""Reads Parquet files in small batches of rows, without holding the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from crmsync.connectors.files.entries import Broken, Entry, Item
from crmsync.connectors.files.lines import START, Mark
from crmsync.connectors.mapping import to_json

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
        try:
            self._parquet = parquet.ParquetFile(file)
            schema = self._parquet.schema_arrow
            self._fine = [place for place, one in enumerate(schema) if _is_finer(one.type)]
            self.columns = tuple(schema.names)
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
