"""Ids: UUIDv7 (RFC 9562), sorted by time, made from given time and randomness."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from crmsync.model.clock import stamp


def uuid7(milliseconds: int, random: bytes) -> str:
    """The UUIDv7 text of a Unix time in milliseconds and 10 random bytes."""
    noise = int.from_bytes(random[:10], "big")
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76 | (noise >> 62 & 0xFFF) << 64 | 0b10 << 62 | noise & (2**62 - 1)
    return str(UUID(int=value))


def stamp_of(identifier: str) -> str:
    """The UTC stamp of the time in a UUIDv7; '' for anything else."""
    try:
        value = UUID(identifier)
    except ValueError:
        return ""
    if value.version != 7:
        return ""
    return stamp(datetime.fromtimestamp((value.int >> 80) / 1000, UTC))
