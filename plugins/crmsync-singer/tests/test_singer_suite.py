"""The bridge keeps every rule, with a real tap in a process of its own."""

from fake_shop import FakeShop

from crmsync.testing import connector_suite

TestSinger = connector_suite(FakeShop)
