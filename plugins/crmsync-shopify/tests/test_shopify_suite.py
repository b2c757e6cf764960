"""The connector keeps the rules of the suite, first by bulk operation, and in pages alone."""

from __future__ import annotations

from fake_shopify import FakeShopify, FakeShopifyByPages

from crmsync.testing import READING, connector_suite

WHOLE = (
    "Shopify has no filter on locations by what changed: they are read whole in every run, after a "
    "stop too. That customers and orders go on is proven in pages below."
)

TestShopify = connector_suite(FakeShopify, bypass={"goes_on_where_it_stopped": WHOLE})
TestShopifyByPages = connector_suite(FakeShopifyByPages, only=READING)
