"""The connector keeps every rule: whole and through the queue, and signed and by stamps."""

from fake_adobe_commerce import FakeCloud, FakeSigned

from crmsync.testing import connector_suite

TestCloud = connector_suite(FakeCloud)
TestSigned = connector_suite(FakeSigned)
