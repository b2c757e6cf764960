"""The connector keeps every rule."""

from fake_woocommerce import FakeWooCommerce

from crmsync.testing import connector_suite

TestWooCommerce = connector_suite(FakeWooCommerce)
