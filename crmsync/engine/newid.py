"""Fresh ids for runs and customers."""

from __future__ import annotations

import secrets
from datetime import datetime

from crmsync.model.ids import uuid7


def new_id(now: datetime) -> str:
    """A UUIDv7 of this moment."""
    return uuid7(int(now.timestamp() * 1000), secrets.token_bytes(10))
