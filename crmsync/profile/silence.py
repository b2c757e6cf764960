"""Keeps quiet about texts that may reveal what nobody may read in a list."""

from __future__ import annotations

from collections.abc import Collection

from crmsync.normalize.fold import fold
from crmsync.profile.deny import is_denied


def told(text: str, deny: Collection[str] = ()) -> str:
    """The text, or "" where it holds a word of deny.SENSITIVE or one of the retailer's `deny`."""
    folded = fold(text)
    named = any(fold(word) in folded for word in deny if word.strip())
    return "" if named or is_denied(text) else text
