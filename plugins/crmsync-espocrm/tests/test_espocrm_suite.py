"""The connector keeps every rule."""

from fake_espocrm import FakeEspoCrm

from crmsync.testing import connector_suite

TestEspoCrm = connector_suite(
    FakeEspoCrm,
    bypass={"times_to_the_second": "EspoCRM tells the day on which a sale closes, never its hour"},
)
