"""Many changes of members as one batch that Mailchimp works off, answered in an archive."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http.reading import Job, by_job
from crmsync.http.writing import failed, keyed
from crmsync.model.intent import Intent, Result, again, done, refused, unknown
from crmsync.model.stream import Page
from crmsync_mailchimp.api import TITLES, Api, title_of

Row = Mapping[str, Any]

PATIENCE = 300.0
"""Seconds that a batch is waited for; then nobody knows what became of its changes."""

LARGEST = 1 << 26
"""So many bytes an answer within an archive may have."""


def changed(api: Api, bodies: Sequence[tuple[Intent, Row]]) -> list[Result]:
    """What came of each change, each of another member, sent as one batch."""
    intents = [one for one, _ in bodies]
    answers: dict[str, Any] = {}
    begun = False
    try:
        for page in by_job(begin=lambda: _begin(api, bodies), look=lambda job: _look(api, job),
                           read=lambda job, _: _answers(api, job), tries=1,
                           patience=PATIENCE):  # fmt: skip
            begun = True
            answers |= {str(row.get("operation_id")): row for row in page.records}
    except CrmsyncError as error:
        if begun or isinstance(error, NotReadable):
            return [unknown(one, error.message) for one in intents]
        return [failed(one, error) for one in intents]
    return keyed(intents, answers, said, key=lambda one: one.id)


def _begin(api: Api, bodies: Sequence[tuple[Intent, Row]]) -> str:
    rows = [{"method": "PATCH", "path": api.path_of(str(one.external_id)), "operation_id": one.id,
             "params": {"skip_merge_validation": "true"}, "body": orjson.dumps(body).decode()}
            for one, body in bodies]  # fmt: skip
    return str(api.batch(rows)["id"])


def _look(api: Api, job: str) -> Job:
    row = api.batch_of(job)
    if row.get("status") != "finished":
        return Job("running")
    return Job("done", at=row.get("response_body_url"))


def _answers(api: Api, job: Job) -> Iterator[Page]:
    """The answers of a batch: lists in the files of an archive."""
    with api.archive(str(job.at or "")) as file:
        try:
            with tarfile.open(fileobj=file, mode="r:gz") as archive:
                for member in archive:
                    yield Page(records=_rows(archive, member))
        except (tarfile.TarError, OSError, EOFError, orjson.JSONDecodeError):
            raise NotReadable("Mailchimp's archive of answers cannot be read.") from None


def _rows(archive: tarfile.TarFile, member: tarfile.TarInfo) -> list[Row]:
    file = archive.extractfile(member) if member.isfile() else None
    if file is None:
        return []
    if member.size > LARGEST:
        raise NotReadable("Mailchimp's archive of answers is larger than it may be.")
    found = orjson.loads(file.read())
    rows = found if isinstance(found, list) else [found]
    return [row for row in rows if isinstance(row, dict)]


def said(intent: Intent, row: Any) -> Result:
    """What a batch says of one change."""
    status = row.get("status_code")
    try:
        told = orjson.loads(row.get("response") or "null")
    except orjson.JSONDecodeError:
        told = None
    if status == 200 and isinstance(told, dict):
        return done(intent, told.get("contact_id"))
    if status == 429:
        return again(intent, "Mailchimp asks for a pause")
    if not isinstance(status, int) or status < 400 or status >= 500:
        return unknown(intent, "Mailchimp does not know whether it is done")
    if status == 404:
        return refused(intent, "is not there")
    return refused(intent, TITLES.get(title_of(told), "Mailchimp refuses it"))
