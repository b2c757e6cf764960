"""What is known of certain taps: which of their streams say what, as tables in our words."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from crmsync_singer.presets.preset import Preset

_WHERE = {
    "tap-erpnext": "erpnext",
    "tap-hubspot": "hubspot",
    "tap-klaviyo": "klaviyo",
    "tap-salesforce": "salesforce",
    "tap-shopify": "shopify",
    "tap-square": "square",
}

TAPS = tuple(_WHERE)
"""The taps that there is a preset for."""


def presets(tap: str) -> Mapping[str, Preset]:
    """The streams of a tap's preset by their names, in the order to be read; none is known: {}."""
    if tap not in _WHERE:
        return {}
    module = importlib.import_module(f"crmsync_singer.presets.{_WHERE[tap]}")
    found: Mapping[str, Preset] = module.STREAMS
    return found
