"""The connector keeps every rule: signed and by stamps, and whole and through the queue."""

from fake_adobe_commerce import FakeCloud, FakeSigned

from crmsync.testing import connector_suite

TestSigned = connector_suite(FakeSigned)
TestCloud = connector_suite(FakeCloud)
