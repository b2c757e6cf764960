"""Profiles and habits: which value is believed, what purchases tell, and why.

The stages are `profiles.profile` and `habits.habits`, with `habits.wake` before them.
"""

from crmsync.profile.deny import denied_among, is_denied
from crmsync.profile.habits import load_habits
from crmsync.profile.profiles import load_profile, load_profiles, why

__all__ = ["denied_among", "is_denied", "load_habits", "load_profile", "load_profiles", "why"]
