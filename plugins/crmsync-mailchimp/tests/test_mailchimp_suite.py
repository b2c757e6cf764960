"""The connector keeps the rules of the suite, with the activity of members and without them."""

from __future__ import annotations

from fake_mailchimp import (
    FakeMailchimp,
    FakeMailchimpWithActivity,
    FakeMailchimpWithBatches,
)

from crmsync.testing import READING, TELLING, WRITING, connector_suite

TestMailchimp = connector_suite(FakeMailchimp)
TestMailchimpWithActivity = connector_suite(FakeMailchimpWithActivity, only=(*READING, *TELLING))
TestMailchimpWithBatches = connector_suite(FakeMailchimpWithBatches, only=WRITING)
