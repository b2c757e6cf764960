"""Working days: by when something is due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta


def due(day: str, days: int, workdays: Collection[int]) -> str:
    """The working day that is `days` after `day`; one that is none counts as the next one."""
    found = date.fromisoformat(day)
    while found.isoweekday() not in workdays:
        found += timedelta(days=1)
    for _ in range(days):
        found += timedelta(days=1)
        while found.isoweekday() not in workdays:
            found += timedelta(days=1)
    return found.isoformat()
