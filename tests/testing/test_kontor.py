"""The reference connector keeps every rule."""

from crmsync.testing import connector_suite
from tests.testing.fake_kontor import FakeKontor

TestKontor = connector_suite(FakeKontor)
