"""Turns a column of a Parquet file into cells of JSON at once, each as `to_json` has it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from crmsync.mapping import to_json

_YEARS = ("1000-01-01", "9999-12-31")
"""Days between these are written alike by everybody."""
_LARGE = 1e16
"""Larger numbers are written with an exponent, for which there are several ways."""


def cells(column: Any) -> Sequence[Any] | None:
    """The cells of a column; None where its kind, or a number so large, needs care."""
    kind = _kind(column.type)
    if kind == "told":
        return column.to_pylist()  # type: ignore[no-any-return]
    if kind == "number":
        told = list(map(to_json, column.to_pylist()))
        return told if all(abs(value or 0) < _LARGE for value in told) else None
    if kind == "amount":
        return _amounts(column)
    if kind in ("day", "moment") and _is_usual(column):
        return _texts(column) if kind == "day" else _moments(column)
    return None


def rare_cells(column: Any) -> Sequence[Any]:
    """The cells of a column of any kind."""
    return list(map(to_json, column.to_pylist()))


@lru_cache(maxsize=256)
def _kind(kind: Any) -> str:
    """How the cells of a column of this kind become JSON; "" for one by one."""
    from pyarrow import types

    if types.is_string(kind) or types.is_integer(kind) or types.is_boolean(kind):
        return "told"
    if types.is_float32(kind) or types.is_float64(kind):
        return "number"
    if types.is_decimal128(kind) and 0 <= kind.scale <= 6:
        return "amount"
    if types.is_timestamp(kind) and kind.tz in (None, "UTC"):
        return "moment"
    return "day" if types.is_date32(kind) else ""


def _is_usual(column: Any) -> bool:
    import pyarrow as pa
    from pyarrow import compute

    ends = compute.min_max(column.cast(pa.date32()))
    first, last = ends["min"].as_py(), ends["max"].as_py()
    return first is None or _YEARS[0] <= str(first) <= str(last) <= _YEARS[1]


def _amounts(column: Any) -> Sequence[Any]:
    """Decimals as text; whole ones as integers, those beyond 64 bits as the text of one."""
    places = -column.type.scale - 1
    if places == -1:
        return list(map(to_json, column.to_pylist()))
    end = "." + "0" * column.type.scale
    return [
        to_json(Decimal(text)) if text is not None and text[places:] == end else text
        for text in _texts(column)
    ]


def _texts(column: Any) -> Sequence[Any]:
    import pyarrow as pa

    return column.cast(pa.string()).to_pylist()  # type: ignore[no-any-return]


def _moments(column: Any) -> Sequence[Any]:
    """Moments as Python writes them in ISO 8601: six digits of a second, or none."""
    import pyarrow as pa
    from pyarrow import compute

    tz = column.type.tz
    told = compute.strftime(column.cast(pa.timestamp("us", tz)), format="%Y-%m-%dT%H:%M:%S")
    told = compute.replace_substring_regex(told, r"\.000000$", "")
    if tz:
        told = compute.binary_join_element_wise(told, "+00:00", "")
    return told.to_pylist()  # type: ignore[no-any-return]
