"""Tryton's typed JSON: values it wraps as objects, and how to take them out and put them in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from crmsync.errors import RecordError

PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")


def moment(value: Any, *, field: str) -> datetime | None:
    """The UTC time in a wrapped datetime, None for none."""
    if value is None:
        return None
    try:
        parts = {name: int(value[name]) for name in PARTS}
        return datetime(**parts, tzinfo=UTC)
    except (TypeError, KeyError, ValueError):
        raise RecordError("is no date with time", field=field) from None


def day(value: Any, *, field: str) -> date | None:
    """The day in a wrapped date, None for none."""
    if value is None:
        return None
    try:
        return date(value["year"], value["month"], value["day"])
    except (TypeError, KeyError, ValueError):
        raise RecordError("is no date", field=field) from None


def decimal(value: Any, *, field: str) -> Decimal:
    """The exact number in a wrapped Decimal or a plain JSON number; 0 for none.

    A float goes through its text, so that 0.1 stays 0.1.
    """
    if isinstance(value, dict):
        value = value.get("decimal")
    try:
        number = Decimal(str(value or 0))
    except ArithmeticError:
        raise RecordError("is no number", field=field) from None
    if not number.is_finite():
        raise RecordError("is no finite number", field=field)
    return number


def related(raw: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The record that a field leads to; None where it is empty or not visible."""
    found = raw.get(f"{name}.")
    if found is None or isinstance(found, Mapping):
        return found
    raise RecordError("is no record", field=name)


def text(value: Any, *, field: str) -> str | None:
    """A text; None for none."""
    if value is None or isinstance(value, str):
        return value
    raise RecordError("is no text", field=field)


def wrapped(value: datetime) -> dict[str, Any]:
    """A moment as Tryton wants it in a search: naive UTC, wrapped."""
    utc = value.astimezone(UTC)
    return {"__class__": "datetime", **{name: getattr(utc, name) for name in PARTS}}


def version(row: Mapping[str, Any]) -> str:
    """The latest of the `_timestamp`s of a row and of its children, as Tryton writes it.

    A change of a child does not move its parent's, so all of them count; "" where there is none.
    """
    found = [one for one in _timestamps(row) if one]
    return max(found, key=lambda one: (_number(one), one), default="")


def _timestamps(row: Mapping[str, Any]) -> Iterator[str]:
    yield str(row.get("_timestamp") or "")
    for value in row.values():
        for child in value if isinstance(value, list) else ():
            if isinstance(child, Mapping):
                yield str(child.get("_timestamp") or "")


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal(0)
