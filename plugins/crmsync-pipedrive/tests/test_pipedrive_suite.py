"""The connector keeps every rule."""

from fake_pipedrive import FakePipedrive

from crmsync.testing import connector_suite

TestPipedrive = connector_suite(FakePipedrive)
