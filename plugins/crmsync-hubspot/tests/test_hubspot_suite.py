"""The connector keeps every rule; those about what is gone also where the archive is read."""

from fake_hubspot import FakeHubSpot
from fake_journal import FakeByJournal, FakeByJournalAlone

from crmsync.testing import READING, connector_suite

GOING = ("everything_arrives", "goes_on_where_it_stopped", "rows_that_move_between_pages",
         "a_page_cursor_that_ends", "a_row_that_was_deleted", "a_row_that_comes_back",
         "an_empty_answer", "two_rows_merged")  # fmt: skip


class FakeByArchive(FakeHubSpot):
    """The same account where contacts are not compared."""

    compare = False


TestHubSpot = connector_suite(FakeHubSpot)
TestHubSpotByArchive = connector_suite(FakeByArchive, only=GOING)
TestHubSpotByJournal = connector_suite(FakeByJournal, only=READING)
TestHubSpotByJournalAlone = connector_suite(FakeByJournalAlone, only=GOING)
