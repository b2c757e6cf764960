"""The connector keeps every rule, in both of its ways to read."""

from fake_vendure import FakeVendure, FakeVendureRecent

from crmsync.testing import READING, connector_suite

TestVendureComplete = connector_suite(FakeVendure)
TestVendureRecent = connector_suite(FakeVendureRecent, only=READING)
