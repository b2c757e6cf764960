"""The connector keeps the rules of the suite."""

from __future__ import annotations

from fake_lightspeed_x import FakeLightspeed

from crmsync.testing import connector_suite

TestLightspeed = connector_suite(FakeLightspeed)
