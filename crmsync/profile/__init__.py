"""Profiles and habits: which value is believed, what purchases tell, and why.

The stages are `profiles.profile` and `habits.habits`, with `habits.wake` before them. The public
names are loaded when they are first used: `crmsync.profile.forecast` needs no store.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmsync.profile.deny import denied_among, is_denied
    from crmsync.profile.habits import load_habits
    from crmsync.profile.profiles import load_profile, load_profiles, why

_WHERE = {
    "denied_among": "crmsync.profile.deny",
    "is_denied": "crmsync.profile.deny",
    "load_habits": "crmsync.profile.habits",
    "load_profile": "crmsync.profile.profiles",
    "load_profiles": "crmsync.profile.profiles",
    "why": "crmsync.profile.profiles",
}

__all__ = ["denied_among", "is_denied", "load_habits", "load_profile", "load_profiles", "why"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'crmsync.profile' has no attribute '{name}'")
    return getattr(importlib.import_module(_WHERE[name]), name)
