"""Tryton's typed JSON: values it wraps as objects, and how to take them out and put them in."""

from __future__ import annotations

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


def wrapped(value: datetime) -> dict[str, Any]:
    """A moment as Tryton wants it in a search: naive UTC, wrapped."""
    utc = value.astimezone(UTC)
    return {"__class__": "datetime", **{name: getattr(utc, name) for name in PARTS}}
