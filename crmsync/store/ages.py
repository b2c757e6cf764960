"""Ages as people write them: 90m, 2h, 1d."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crmsync.errors import ConfigError
from crmsync.model.clock import stamp

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def ago(age: str, *, now: datetime | None = None) -> str:
    """The stamp of the moment that lies `age` ("90m", "2h", "1d") before now.

    ConfigError when that is no age.
    """
    unit = UNITS.get(age[-1:])
    if unit is None or not (age[:-1].isascii() and age[:-1].isdigit() and len(age) < 7):
        raise ConfigError(f"'{age}' is no age.", hint="Write for instance 90m, 2h or 1d.")
    return stamp((now or datetime.now(UTC)) - timedelta(**{unit: int(age[:-1])}))
