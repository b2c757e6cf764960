"""Puts a window of time into the words of a database column: stamps, days, text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crmsync.errors import ConfigError
from crmsync.model.stream import Window

WEST, EAST = timedelta(hours=12), timedelta(hours=14)
"""How far clocks are from UTC at most."""

SUMMER = timedelta(hours=1)
"""What a clock without a zone is set back by in autumn."""

Bounds = tuple[Any, Any]


def find_zone(name: str | None, *, where: str) -> ZoneInfo | None:
    """The time zone called `name`; ConfigError when there is none of that name."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(
            f"{where}: there is no time zone {name!r}.", hint="For instance Europe/Berlin or UTC."
        ) from None


def bounds(sample: Any, window: Window, zone: ZoneInfo | None, *, where: str) -> Bounds:
    """The lowest stamp of `window` and the first beyond it, as the column of `sample` writes them.

    None stands for no bound. Stamps without a zone are taken as wall clock of `zone`; where that is
    not known the window is wide enough for any zone. It begins at a whole second, for the column
    may know no finer ones. ConfigError when `sample` is no time.
    """
    window = Window(window.since and window.since.replace(microsecond=0), window.until)
    if isinstance(sample, str):
        return _texts(sample, window, zone, where=where)
    if isinstance(sample, datetime):
        if sample.tzinfo is not None:
            return window.since, window.until
        return _wall(window, zone)
    if isinstance(sample, date):
        return _days(window, zone)
    raise ConfigError(
        f"{where}: the column holds {type(sample).__name__}, not times.",
        hint="For a number that every change raises say cursor_type = 'number'.",
    )


def _wall(window: Window, zone: ZoneInfo | None) -> tuple[datetime | None, datetime | None]:
    since, until = window.since, window.until
    if zone is None:
        low = since and since.astimezone(UTC).replace(tzinfo=None) - WEST
        return low, until and until.astimezone(UTC).replace(tzinfo=None) + EAST
    back = timedelta(0) if zone.key == "UTC" else SUMMER
    low = since and since.astimezone(zone).replace(tzinfo=None) - back
    return low, until and until.astimezone(zone).replace(tzinfo=None)


def _days(window: Window, zone: ZoneInfo | None) -> tuple[date | None, date | None]:
    """Whole days: the last one is read again by the next window."""
    low, high = _wall(window, zone)
    return low and low.date(), high and high.date() + timedelta(days=1)


def _texts(sample: str, window: Window, zone: ZoneInfo | None, *, where: str) -> Bounds:
    """Bounds to compare as text; no longer than the stamps, so text is in the order of time."""
    text = sample.strip()
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"{where}: the column holds text that is no ISO time.",
            hint="Name a column with times as in 2025-03-01 10:00:00, or leave the cursor out.",
        ) from None
    if len(text) <= 10:
        low_day, high_day = _days(window, zone)
        return low_day and low_day.isoformat(), high_day and high_day.isoformat()
    if told.utcoffset() == timedelta(0):
        zone = ZoneInfo("UTC")
    elif told.utcoffset() is not None:  # another offset in every row perhaps
        zone = None
    low, high = _wall(window, zone)
    precision = "minutes" if len(text) == 16 else "seconds"
    return (
        low and low.isoformat(text[10], timespec=precision),
        high and high.isoformat(text[10], timespec=precision),
    )


def to_moment(value: Any) -> datetime:
    """The database's clock as a moment with zone; one without a zone is UTC."""
    told = datetime.fromisoformat(value) if isinstance(value, str) else value
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)
