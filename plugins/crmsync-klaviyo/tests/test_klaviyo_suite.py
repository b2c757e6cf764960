"""The connector keeps the rules of the suite, with changes one by one and by import jobs."""

from __future__ import annotations

from fake_klaviyo import FakeKlaviyo, FakeKlaviyoWithJobs

from crmsync.testing import WRITING, connector_suite

TestKlaviyo = connector_suite(FakeKlaviyo)
TestKlaviyoWithJobs = connector_suite(FakeKlaviyoWithJobs, only=WRITING)
