"""Turns the cells of files and databases into what our fields expect: yes/no, dates, amounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from crmsync.model.ref import whole

YES = frozenset({"1", "true", "t", "yes", "y", "on", "ja", "j", "wahr", "x"})
NO = frozenset({"0", "false", "f", "no", "n", "off", "nein", "falsch", "-"})

MOST = 2**63
"""From here on JSON's integers are too large for many who read them."""

Convert = Callable[[Any], Any]


def clean(value: Any) -> Any:
    """`value`, a text without the blanks around it; None when nothing is left of it.

    A float that says a whole number is that number, so that 7.0 and 7 name the same customer.
    """
    if value.__class__ is str:
        return value.strip() or None
    return whole(value) if value.__class__ is float else value


def to_bool(value: Any) -> bool:
    """True or False for ja/nein, yes/no, x, 1/0 and their like; ValueError for anything else."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError("is neither yes nor no; say with 'values' what it means")


def day_format(pattern: str) -> Convert:
    """A converter for dates written as `pattern` (strptime), to ISO 8601 text."""
    timed = any(code in pattern for code in ("%H", "%I", "%X", "%c"))

    def convert(value: Any) -> Any:
        try:
            moment = datetime.strptime(str(value).strip(), pattern)  # noqa: DTZ007
        except ValueError:
            raise ValueError(f"is not a date of the form {pattern}") from None
        return moment.isoformat() if timed else moment.date().isoformat()

    return convert


def to_amount(value: Any) -> Any:
    """A float as its shortest decimal text, so that 19.99 stays 19.99; the rest untouched."""
    return repr(value) if value.__class__ is float else value


def to_json(value: Any) -> Any:
    """A value of a database, Parquet or Excel cell as JSON: exact amounts and ISO dates as text.

    Whole numbers are integers, whatever type the column has.
    """
    kind = value.__class__
    if value is None or kind is str or kind is int or kind is bool:
        return value
    if kind is float:
        return _number(value)
    if kind is Decimal:
        return _decimal(value)
    return _rare(value)


def _number(value: float) -> float | int | None:
    return whole(value) if isfinite(value) else None


def _decimal(value: Decimal) -> str | int | None:
    """A whole amount is an integer, whatever its column's scale: 7.00 names the same as 7."""
    if not value.is_finite():
        return None
    exact = value.to_integral_value()
    if exact != value:
        return str(value)
    return int(value) if abs(exact) < MOST else str(int(value))


def _rare(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(name): to_json(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [to_json(inner) for inner in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    return str(value)
