"""The connector keeps every rule."""

from fake_shopware import FakeShopware

from crmsync.testing import connector_suite

TestShopware = connector_suite(FakeShopware)
