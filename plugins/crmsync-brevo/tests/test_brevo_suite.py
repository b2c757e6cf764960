"""The connector keeps the rules of the suite, with campaign statistics and without them."""

from __future__ import annotations

from fake_brevo import FakeBrevo, FakeBrevoWithStatistics

from crmsync.testing import READING, TELLING, connector_suite

TestBrevo = connector_suite(FakeBrevo)
TestBrevoWithStatistics = connector_suite(FakeBrevoWithStatistics, only=(*READING, *TELLING))
