"""The connector keeps every rule."""

from fake_businesscentral import FakeBusinessCentral

from crmsync.testing import connector_suite

TestBusinessCentral = connector_suite(
    FakeBusinessCentral,
    bypass={
        "times_to_the_second": "Business Central tells the day of an order, never its hour",
    },
)
