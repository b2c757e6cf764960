"""Reads Parquet files in small batches of rows, without holding the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from crmsync.connectors.files.entries import Broken, Entry
from crmsync.connectors.files.lines import START, Mark
from crmsync.connectors.mapping import to_json

BATCH = 500
"""Rows decoded at once."""


class ParquetFile:
    """A Parquet file; its marks count rows."""

    grows = False
    payload = None

    def __init__(self, file: BinaryIO) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._damaged = pa.ArrowException
        self._problem = ""
        self.columns: Sequence[str] | None = None
        try:
            self._parquet = parquet.ParquetFile(file)
            self.columns = tuple(self._parquet.schema_arrow.names)
        except pa.ArrowException as error:
            self._problem = f"is not a readable Parquet file ({type(error).__name__})"

    def entries(self, mark: Mark) -> Iterator[Entry]:
        """Every row after `mark`."""
        if self._problem:
            yield Broken(self._problem, unfinished=True), 1, START
            return
        groups, first = self._groups(mark.offset)
        number = first
        try:
            for batch in self._parquet.iter_batches(BATCH, row_groups=groups):
                for row in batch.to_pylist():
                    number += 1
                    if number > mark.offset:
                        yield _plain(row), number, Mark(number, number)
        except self._damaged as error:
            reason = f"is damaged ({type(error).__name__}); the file was not read beyond it"
            yield Broken(reason), number + 1, Mark(number + 1, number + 1)

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


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: to_json(value) for name, value in row.items()}
