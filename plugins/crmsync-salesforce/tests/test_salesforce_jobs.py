"""The first load by query jobs keeps the rules of reading, and reads what queries read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from crmsync_salesforce import Salesforce
from crmsync_salesforce.settings import SalesforceSettings
from fake_salesforce import FakeSalesforce

from crmsync.model.stream import Connection, Window
from crmsync.testing import START, connector_suite

READ = ("everything_arrives", "reading_twice_changes_nothing", "changes_arrive",
        "goes_on_where_it_stopped", "a_row_that_was_deleted", "an_answer_cut_off",
        "money_to_the_cent", "a_web_page_instead", "broken_json", "an_empty_body",
        "nothing_personal_is_told")  # fmt: skip


class FakeByJobs(FakeSalesforce):
    """An org whose first load is always a job."""

    bulk = 1


TestSalesforceByJobs = connector_suite(FakeByJobs, only=READ)


def test_jobs_and_queries_read_the_same_records(tmp_path: Path) -> None:
    found: list[Any] = []
    for kind in (FakeSalesforce, FakeByJobs):
        with kind() as fake:
            found.append(_records(fake.fill(), tmp_path))
            asked = [one.path for one in fake.requests if "/jobs/query" in one.path]
            assert bool(asked) is (kind is FakeByJobs)
    assert _told(found[0]) == _told(found[1])


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items() if one is not None}
    return value


def _records(fake: FakeSalesforce, folder: Path) -> Any:
    own = {**fake.settings(), "client_secret": fake.secrets["client_secret"]}
    org = Salesforce(
        SalesforceSettings.model_validate(own),
        Connection(name=f"crm{fake.bulk}", controller="haus", base=str(folder)),
    )
    rows = {
        stream.name: sorted(
            (
                row
                for page in org.read(stream, Window(None, fake.now), None)
                for row in page.records
            ),
            key=lambda row: str(row["Id"]),
        )
        for stream in org.streams()
    }
    org.close()
    return rows


def test_a_job_that_was_begun_for_other_fields_is_begun_anew(tmp_path: Path) -> None:
    """A setting, or a right, changed while a first load was interrupted."""
    window = Window(None, START + timedelta(days=1))
    with FakeByJobs() as fake:
        fake.fill()
        own = {**fake.settings(), "client_secret": fake.secrets["client_secret"]}
        before, after = (
            Salesforce(
                SalesforceSettings.model_validate({**own, "fields": fields}),
                Connection(name="crm", controller="haus", base=str(tmp_path)),
            )
            for fields in ({}, {"titles": "crmsync_key__c"})
        )
        stream = next(one for one in before.streams() if one.name == "customers")
        place = next(iter(before.read(stream, window, None))).next_position
        rows = [row for page in after.read(stream, window, place) for row in page.records]
        assert len(rows) == len(fake.living("customers"))
        assert all("crmsync_key__c" in row for row in rows)
        before.close()
        after.close()
