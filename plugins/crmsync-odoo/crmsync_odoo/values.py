"""What a value of Odoo says: `false` is empty, a many2one is a pair, times are UTC without saying.

A field that is not in a row at all is one that the user may not see.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from crmsync.errors import RecordError

Row = Mapping[str, Any]


def told(raw: Row, **fields: str) -> dict[str, Any]:
    """Our fields with what the row says under theirs; those that it does not show are left out."""
    return {ours: filled(raw[theirs]) for ours, theirs in fields.items() if theirs in raw}


def filled(value: Any) -> Any:
    """The value, None where Odoo says that there is none: false, or a text of nothing."""
    return None if value is False or value == "" else value


def id_of(value: Any) -> int | None:
    """The id in a many2one; None where there is none."""
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def name_of(value: Any) -> str | None:
    """The name in a many2one as the user sees it; None where there is none."""
    found = value[1] if isinstance(value, list) and len(value) > 1 else None
    return found if isinstance(found, str) and found else None


def key_of(value: Any) -> str | None:
    """The external id in a many2one; RecordError where it is none and not empty either."""
    found = id_of(value)
    if found is None and filled(value) is not None:
        raise RecordError("is no reference to a record")
    return None if found is None else str(found)


def moment(value: Any) -> str | None:
    """A time of Odoo with its zone; RecordError where it is no text."""
    if filled(value) is None:
        return None
    if not isinstance(value, str):
        raise RecordError("is no time")
    return value if len(value) <= 10 else f"{value.replace(' ', 'T')}Z"


def amount(value: Any) -> Decimal:
    """A float of Odoo as the decimal that it was written as."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecordError("is no amount")
    return Decimal(repr(value))


def text_of(at: datetime, *, up: bool = False) -> str:
    """A moment as Odoo writes it, in whole seconds: those before it, or `up` to behind it."""
    utc = at.astimezone(UTC)
    if up and utc.microsecond:
        utc += timedelta(seconds=1)
    return utc.strftime("%Y-%m-%d %H:%M:%S")
