"""Tells the categories that must enter no habit, segment, play, audience, report or card.

DSGVO Art. 9 (health, belief, sex life …) and whatever else the retailer denies.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

LEVELS = re.compile(r"[>/|\\]")


def is_denied(category: str, deny: Collection[str]) -> bool:
    """Whether `category`, or a level of it ("Drogerie > Diabetes"), is one of `deny`.

    Case and spaces around a level do not matter.
    """
    folded = {name.strip().casefold() for name in deny}
    levels = [category, *LEVELS.split(category)]
    return any(level.strip().casefold() in folded for level in levels)


def denied_among(categories: Iterable[str], deny: Collection[str]) -> list[str]:
    """Those of these categories that are denied, sorted."""
    if not deny:
        return []
    return sorted(name for name in set(categories) if name and is_denied(name, deny))
