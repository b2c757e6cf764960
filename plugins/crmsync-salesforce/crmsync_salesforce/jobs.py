"""A first load by a query job of Bulk API 2.0: begun, waited for, and its CSV read in parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from crmsync.errors import BackendError
from crmsync.http.reading import Expired, Fetched, Job, by_job, by_locator
from crmsync.model.stream import Page
from crmsync_salesforce.api import Api, Gone
from crmsync_salesforce.values import typed

PART = 10_000
"""How many rows of a result are fetched at once."""


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
        def part(locator: str | None) -> Any:
            return _Part(api, str(job.at), locator)

        for page in by_locator(part, at):
            yield replace(page, records=[typed(row, types) for row in page.records])

    return by_job(position, begin=lambda: api.begin(soql), look=look, read=read)


class _Part:
    """A part of a result, fetched as long as the block lasts."""

    def __init__(self, api: Api, job: str, locator: str | None) -> None:
        self._way = api.result(job, locator, PART)

    def __enter__(self) -> Fetched:
        try:
            return self._way.__enter__()
        except Gone as error:
            raise _expired() from error

    def __exit__(self, *error: Any) -> None:
        self._way.__exit__(*error)


def _expired() -> BackendError:
    return Expired("a job of Salesforce is no longer known.")
