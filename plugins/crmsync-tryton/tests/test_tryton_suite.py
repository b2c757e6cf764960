"""The connector keeps every rule."""

from fake_tryton import FakeTryton

from crmsync.testing import connector_suite

TestTryton = connector_suite(FakeTryton)
