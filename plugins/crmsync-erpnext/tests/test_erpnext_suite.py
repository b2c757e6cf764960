"""The connector keeps every rule."""

from fake_erpnext import FakeErpNext

from crmsync.testing import connector_suite

TestErpNext = connector_suite(
    FakeErpNext,
    bypass={"times_to_the_second": "ERPNext tells the day of an order, never its hour"},
)
