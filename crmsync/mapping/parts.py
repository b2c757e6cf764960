"""What stands inside a record (objects, lists of them, amounts), or the error that it is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from crmsync.errors import RecordError


def inner(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object inside a record, {} where there is none; RecordError where it is something else.

    PHP writes an empty object as an empty list.
    """
    found = raw.get(name)
    if found is None or found == []:
        return {}
    if not isinstance(found, dict):
        raise RecordError("is no object", field=name)
    return found


def rows(raw: Mapping[str, Any], name: str) -> Sequence[dict[str, Any]]:
    """The objects of a list, () where there is none; RecordError where it is something else."""
    found = raw.get(name) or []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise RecordError("is not a list", field=name)
    return found


def amount_in(row: Mapping[str, Any], name: str) -> Decimal:
    """An amount, written as text or as a number; nothing is 0, RecordError for what is none.

    Of a number it is the shortest decimal that says it: what the backend had before JSON.
    """
    value = row.get(name) or 0
    try:
        amount = Decimal(repr(value) if isinstance(value, float) else str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise RecordError("is not an amount", field=name)
    return amount


def cost_in(row: Mapping[str, Any], name: str) -> Decimal | None:
    """What goods cost, of a field that holds 0 until somebody fills it in: None for 0 and less.

    Nothing a retailer buys is free: a cost of 0 is one that nobody knows, and would make the whole
    price a margin. RecordError for what is no amount.
    """
    cost = amount_in(row, name)
    return cost if cost > 0 else None
