"""Many changes of known profiles as one job, whose errors are told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http.reading import Job, by_job
from crmsync.http.writing import Unplaced, failed
from crmsync.model.intent import Intent, Result, done, refused, unknown
from crmsync.model.stream import Page, reach
from crmsync_klaviyo.api import Api
from crmsync_klaviyo.settings import KlaviyoSettings
from crmsync_klaviyo.wire import POINTS, wire

Row = Mapping[str, Any]

JOBS = "profile-bulk-import-jobs"
PATIENCE = 60.0
"""Seconds that a job is waited for; then nobody knows what became of its changes."""

POINTER = re.compile(r"/profiles/data/(\d+)(?:/|$)")


class Importing:
    """The import jobs of one account."""

    def __init__(self, api: Api, own: KlaviyoSettings) -> None:
        self._api, self._own = api, own
        self._failures = 0

    def all(self, intents: Sequence[Intent]) -> list[Result]:
        """What came of those changes that go in a job; [] where they are too few for one.

        A second change of the same profile is left to be made alone, after the job; so is one of an
        address or a number, before which the profile is looked up.
        """
        some: dict[str, tuple[Intent, Row]] = {}
        for one in intents:
            moves = any(point in one.fields for point in POINTS)
            if one.change == "save" and not moves and one.external_id not in (None, *some):
                try:
                    some[str(one.external_id)] = one, wire(one.fields, one.whole, self._own)
                except Unplaced:
                    continue
        if len(some) < self._own.bulk:
            return []
        chosen = [one for one, _ in some.values()]
        try:
            return self._job(chosen, [body for _, body in some.values()])
        except NotReadable as error:
            return [unknown(one, error.message) for one in chosen]
        except CrmsyncError as error:
            return [failed(one, error) for one in chosen]

    def _job(self, chosen: Sequence[Intent], bodies: Sequence[Row]) -> list[Result]:
        wrong: dict[int, str] = {}
        begun = False
        try:
            for page in by_job(begin=lambda: self._begin(chosen, bodies), look=self._look,
                               read=self._errors, tries=1, patience=PATIENCE):  # fmt: skip
                begun = True
                for row in page.records:
                    _note(row, wrong)
        except CrmsyncError as error:
            if not begun:
                raise
            return [unknown(one, error.message) for one in chosen]
        if -1 in wrong or len(wrong) < self._failures:
            return [unknown(one, "a job had errors, and does not say whose") for one in chosen]
        return [
            refused(one, f"Klaviyo refuses it ({wrong[place]})") if place in wrong else done(one)
            for place, one in enumerate(chosen)
        ]

    def _begin(self, chosen: Sequence[Intent], bodies: Sequence[Row]) -> str:
        rows = [{"type": "profile", "id": one.external_id, "attributes": dict(body)}
                for one, body in zip(chosen, bodies, strict=True)]  # fmt: skip
        attributes = {"profiles": {"data": rows}}
        body = {"data": {"type": "profile-bulk-import-job", "attributes": attributes}}
        found = reach(self._api.post(JOBS, body).data or {}, "data.id")
        if not isinstance(found, str):
            raise NotReadable("Klaviyo's answer holds no job.", maybe_done=True)
        return found

    def _look(self, job: str) -> Job:
        row = self._api.get(f"{JOBS}/{job}")
        status = reach(row, "attributes.status")
        if status == "complete":
            self._failures = reach(row, "attributes.failed_count") or 0
            return Job("done", at=job)
        if status == "cancelled":
            return Job("failed", reason="cancelled")
        return Job("running")

    def _errors(self, job: Job, place: Any) -> Iterator[Page]:
        return self._api.pages(f"{JOBS}/{job.at}/import-errors", {"page[size]": 100}, place)


def _note(row: Row, wrong: dict[int, str]) -> None:
    """Note which change an error is about; -1 where it does not say."""
    found = POINTER.search(str(reach(row, "attributes.source.pointer") or ""))
    code = str(reach(row, "attributes.code") or "")
    known = code.replace("_", "").isalpha() and code.isascii() and len(code) < 50
    wrong[int(found[1]) if found else -1] = code.lower() if known else "invalid"
