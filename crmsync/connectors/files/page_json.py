"""Writes a page of a table as JSON objects, the bytes that the engine would write row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import orjson

MOST_COLUMNS = 1_000
"""Wider tables are rare, and read row by row."""


class PageJson:
    """Writes rows of a table with these `columns`; `plain` says whether it can.

    The engine writes a record with its names in order. Here they are put in order once, and a page
    is written by one call.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        places = range(len(columns))
        self._order = sorted(places, key=columns.__getitem__)
        self._names = [columns[place] for place in self._order]
        self._row: type[msgspec.Struct] | None = None
        self._encode = msgspec.json.Encoder().encode_lines
        names = {f"cell_{place}": columns[place] for place in self._order}
        if len({*columns}) == len(columns) <= MOST_COLUMNS:
            try:
                fields = [(field, Any) for field in names]
                self._row = msgspec.defstruct("Row", fields, rename=names, gc=False)
            except ValueError:  # a name with a quote or backslash in it
                self._row = None

    @property
    def plain(self) -> bool:
        """Whether tables with these columns can be written by the page."""
        return self._row is not None

    def write(self, columns: Sequence[Sequence[Any]]) -> list[bytes] | None:
        """The JSON of each row, of cells that lie by column: texts and numbers below 10^16.

        None where JSON cannot say it, or where the columns are not `plain`.
        """
        if self._row is None:
            return None
        # a list: of an iterator msgspec (0.22) lets go of nothing
        rows = list(map(self._row, *(columns[place] for place in self._order)))
        try:
            written = self._encode(rows)
        except (TypeError, ValueError, RecursionError):
            return None
        return written[:-1].split(b"\n")

    def write_any(self, columns: Sequence[Sequence[Any]]) -> list[bytes] | None:
        """As `write`, of cells of any kind, row by row."""
        rows = zip(*(columns[place] for place in self._order), strict=True)
        names, dumps = self._names, orjson.dumps
        try:
            told = (dict(zip(names, row, strict=True)) for row in rows)
            return [dumps(record, option=orjson.OPT_SORT_KEYS) for record in told]
        except orjson.JSONEncodeError:
            return None
