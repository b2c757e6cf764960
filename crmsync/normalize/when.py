"""Times: what backends write into UTC stamps and the shop's own day, hour and weekday."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crmsync.errors import ConfigError, RecordError
from crmsync.normalize.remembered import remembered

_GERMAN = re.compile(
    r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})"
    r"(?:,?\s+(?:um\s+)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:\s*Uhr)?)?",
    re.ASCII,
)
_ISO_START = re.compile(r"\d{4}-\d{2}-\d{2}(?:$|[T ])", re.ASCII)
_NOTHING = re.compile(
    r"0{4}-00-00.*|00\.00\.0{4}.*|0001-01-01.*|01\.01\.0001.*|", re.ASCII | re.DOTALL
)
"""Empty, MySQL's zero date and the smallest date of .NET, all of which mean "no date"."""

_EMPTY_YEARS = frozenset(("", "0000", "0001", "00.0", "01.0"))
"""How such a date begins: nearly all others are told apart by this."""
_MIDNIGHT = time(0, 0)
_HINT = "Write ISO 8601 (2026-11-21T14:05:00+01:00) or 21.11.2026 14:05."


class Moment(NamedTuple):
    """A moment: its UTC stamp, and a zone's wall clock: day, hour, ISO weekday (1 = Monday)."""

    at: str
    day: str
    hour: int
    weekday: int


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The IANA time zone called `name`; ConfigError when there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ConfigError(
            f"There is no time zone {name!r}.", hint='Use an IANA name such as "Europe/Berlin".'
        ) from None


def _german(text: str) -> datetime | None:
    match = _GERMAN.fullmatch(text)
    if match is None:
        return None
    day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 the zone comes later


def _read(text: str, field: str) -> datetime | None:
    """The moment written in `text`, None for an empty one; no zone where none is written."""
    bare = text.strip()
    if bare[:4] in _EMPTY_YEARS and _NOTHING.fullmatch(bare):
        return None
    try:
        told = datetime.fromisoformat(bare) if _ISO_START.match(bare) else _german(bare)
    except ValueError:
        told = None
    if told is None:
        raise RecordError("is no date that can be read", field=field, hint=_HINT)
    return told if told.year > 1 else None


def _moment_told(value: datetime | date, field: str) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.year > 1 else None
    return datetime.combine(value, _MIDNIGHT) if value.year > 1 else None


def moment(value: datetime | date | str | None, zone: str, *, field: str) -> Moment | None:
    """`value` as a Moment on the wall clock of `zone`; None when it is empty.

    A text or datetime without a zone is that wall clock's. An hour that comes twice (end of summer
    time) is taken as the first of the two; an hour that does not exist (its start) is counted on
    from before the change, so 02:30 becomes 03:30 (PEP 495, fold=0). RecordError names `field`.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return _written_moment(value, zone, field)
    return _moment(_moment_told(value, field), zone, field)


def moments(
    values: Iterable[datetime | date | str | None], zone: str, *, field: str
) -> list[Moment | None]:
    """Each of `values` as `moment` gives it."""
    return [
        _written_moment(value, zone, field)
        if value.__class__ is str
        else moment(value, zone, field=field)
        for value in values
    ]


@remembered(8192)
def _written_moment(text: str, zone: str, field: str) -> Moment | None:
    """Remembered, because many records share a stamp: that of an import, or of a day."""
    return _moment(_read(text, field), zone, field)


def _moment(told: datetime | None, zone: str, field: str) -> Moment | None:
    if told is None:
        return None
    place = zone_named(zone)
    try:
        local = told.astimezone(place) if told.tzinfo else _ticking(told.replace(tzinfo=place))
        at = local.astimezone(UTC)
    except OverflowError:
        raise RecordError("is no date that can be read", field=field, hint=_HINT) from None
    written = local.isoformat()
    return Moment(at.isoformat()[:19] + "Z", written[:10], local.hour, local.isoweekday())


def _ticking(told: datetime) -> datetime:
    """The wall clock's moment, moved on where its hour does not exist."""
    return told.astimezone(UTC).astimezone(told.tzinfo)


def day(value: datetime | date | str | None, zone: str, *, field: str) -> str:
    """`value` as an ISO day on the wall clock of `zone`, '' when it is empty.

    A day told as midnight UTC stays that day wherever the shop is. RecordError names `field`.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return _written_day(value, zone, field)
    return _day(_moment_told(value, field), zone, field)


def days(values: Iterable[datetime | date | str | None], zone: str, *, field: str) -> list[str]:
    """Each of `values` as `day` gives it."""
    return [
        _written_day(value, zone, field)
        if value.__class__ is str
        else day(value, zone, field=field)
        for value in values
    ]


@remembered(8192)
def _written_day(text: str, zone: str, field: str) -> str:
    return _day(_read(text, field), zone, field)


def _day(told: datetime | None, zone: str, field: str) -> str:
    if told is None:
        return ""
    if told.tzinfo is None or (told.utcoffset() == timedelta(0) and told.time() == _MIDNIGHT):
        return told.isoformat()[:10]
    there = _moment(told, zone, field)
    return there.day if there else ""
