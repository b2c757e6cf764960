"""Fresh ids for runs and customers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from itertools import count

from crmsync.model.ids import uuid7

RANDOM = 46
"""Random bits of an id that is one of a row; the 28 before them count."""


def new_id(now: datetime) -> str:
    """A UUIDv7 of this moment."""
    return uuid7(_milliseconds(now), secrets.token_bytes(10))


def ids_in_order(now: datetime) -> Callable[[], str]:
    """Gives UUIDv7 of this moment, each greater than the one before (RFC 9562, 6.2, method 1).

    So of two customers of one run, too, the one that was made first is the older.
    """
    numbers = count()

    def following() -> str:
        noise = (next(numbers) % 2**28) << RANDOM | secrets.randbits(RANDOM)
        return uuid7(_milliseconds(now), noise.to_bytes(10))

    return following


def _milliseconds(now: datetime) -> int:
    return int(now.timestamp() * 1000)
