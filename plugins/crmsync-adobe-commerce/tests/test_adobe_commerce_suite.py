"""The connector keeps every rule: whole and through the queue, and signed and by stamps."""

from fake_adobe_commerce import FakeCloud, FakeSigned

from crmsync.testing import READING, connector_suite

PROOF = ("secrets_stay_secret", "a_check_that_passes", "a_wrong_secret", "nothing_personal_is_told",
         "one_result_for_each_intent", "credentials_refused_while_writing",
         "writing_tells_nothing_personal")  # fmt: skip

TestCloud = connector_suite(FakeCloud)
TestSigned = connector_suite(FakeSigned, only=(*READING, *PROOF))
