"""Property tests search for odd texts, not for slow machines."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("crmsync", deadline=None)
settings.load_profile("crmsync")
