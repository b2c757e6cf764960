"""Rows of REST and of Bulk API 2.0 brought into one form, so that a record reads the same twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmsync.errors import NotReadable

UTC_TEXT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\+0000")
NUMBERS = {"double", "currency", "percent", "int", "long"}


def cleaned(row: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The fields of a REST row, those of related records under their paths ("Account.Name")."""
    found: dict[str, Any] = {}
    for path in fields:
        above, _, name = path.rpartition(".")
        if not above:
            if path in row:
                found[path] = _stamp(row[path])
        elif above in row:
            inner = row[above]
            found[path] = _stamp(inner.get(name)) if isinstance(inner, dict) else inner
    return found


def _stamp(value: Any) -> Any:
    """A moment in UTC is written as Bulk API 2.0 writes it."""
    if isinstance(value, str) and (match := UTC_TEXT.fullmatch(value)):
        return f"{match[1]}Z"
    return value


def typed(row: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """A row of CSV as REST gives it: numbers and flags are such, nothing is None."""
    return {name: _READ.get(types.get(name, ""), _as_text)(value) for name, value in row.items()}


def _as_text(value: str | None) -> str | None:
    return _stamp(value) if value else None


def _as_flag(value: str | None) -> bool | None:
    return {"true": True, "false": False}.get((value or "").lower())


def _as_number(value: str | None) -> float | None:
    try:
        return float(value) if value else None
    except ValueError:
        raise NotReadable("a number in a job's result is none.") from None


_READ: dict[str, Callable[[str | None], Any]] = {
    "boolean": _as_flag,
    **dict.fromkeys(NUMBERS, _as_number),
}
