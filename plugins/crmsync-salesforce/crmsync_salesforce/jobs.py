"""A first load by a query job of Bulk API 2.0: begun, waited for, and its CSV read in parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.errors import BackendError, NotReadable
from crmsync.http.reading import Expired, Job, by_cursor, by_job, csv_rows
from crmsync.model.stream import Page
from crmsync_salesforce.api import Api, Gone
from crmsync_salesforce.values import typed

PART = 10_000
"""How many rows of a result are fetched at once."""
LOGIN = "IT: a login page or a proxy may have answered instead; the next run goes on."


def by_bulk(api: Api, soql: str, position: Any, *, types: Mapping[str, str]) -> Iterator[Page]:
    """The pages of the rows that a query gives, in no order; `types` are those of its fields.

    A job and its result are kept for seven days: one that is gone is begun again.
    """

    def look(identity: str) -> Job:
        try:
            return api.job(identity)
        except Gone as error:
            raise _expired() from error

    def read(job: Job, at: Any) -> Iterator[Page]:
        def part(locator: str | None) -> dict[str, Any]:
            return _part(api, str(job.at), locator, types)

        return by_cursor(part, at, records="rows", cursor="next")

    return by_job(position, begin=lambda: api.begin(soql), look=look, read=read)


def _part(api: Api, job: str, locator: str | None, types: Mapping[str, str]) -> dict[str, Any]:
    """The rows of a part of a result, and the locator of the next.

    A web page, or a part that was cut off, would look like the end: so it must name its locator,
    and have as many rows as it says.
    """
    try:
        with api.result(job, locator, PART) as file:
            following = file.headers.get("sforce-locator")
            if following is None or "csv" not in file.headers.get("content-type", ""):
                raise NotReadable("Salesforce's answer is no result of a job.", hint=LOGIN)
            rows = [typed(row, types) for row in csv_rows(file)]
            count = file.headers.get("sforce-numberofrecords", str(len(rows)))
    except Gone as error:
        raise _expired() from error
    if count != str(len(rows)):
        raise NotReadable("a part of a job's result was cut off.")
    if any(row.keys() != types.keys() for row in rows[:1]):  # begun when others were asked for
        raise Expired("a job of Salesforce was begun for other fields.")
    return {"rows": rows, "next": None if following == "null" else following}


def _expired() -> BackendError:
    return Expired("a job of Salesforce is no longer known.")
