"""Broken connectors, each for a rule that must catch it: what authors really get wrong."""

from __future__ import annotations

from tests.testing import broken_reading, broken_writing
from tests.testing.breaking import BROKEN
from tests.testing.broken_writing import KeepsToTheLimit, Limited

__all__ = ["BROKEN", "KeepsToTheLimit", "Limited", "broken_reading", "broken_writing"]
