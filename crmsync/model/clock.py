"""Stamps and days as the store writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(moment: datetime) -> str:
    """A moment with zone as UTC text to the microsecond: "2026-11-21T09:30:00.000000Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The moment written by `stamp`."""
    return datetime.fromisoformat(text)
