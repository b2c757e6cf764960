"""Writes through the shop's message queue, and maps what became of each change to its intent."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crmsync.errors import CrmsyncError, Unreachable
from crmsync.http.writing import failed, named
from crmsync.model.intent import Intent, Result, again, done, refused, unknown
from crmsync_adobe_commerce.api import TAKEN, Api, is_taken, strange

COMPLETE, LATER, WRONG, OPEN, REJECTED = 1, 2, 3, 4, 5
"""The states of an operation."""


class Job(NamedTuple):
    """A customer to be written: None for the id of one who is to be made."""

    intent: Intent
    identity: str | None
    customer: Mapping[str, Any]


class Queue:
    """The message queue of one shop."""

    def __init__(self, api: Api, patience: float) -> None:
        self._api, self._patience = api, patience

    def send(self, jobs: Sequence[Job]) -> list[Result]:
        """One result each, in their order: those to be made in one request, the others in one."""
        new = [job for job in jobs if job.identity is None]
        old = [job for job in jobs if job.identity is not None]
        bodies = [{"customer": job.customer} for job in new]
        changes = [{"customerId": job.identity, "customer": job.customer} for job in old]
        found = [*self._sent("POST", "/V1/customers", new, bodies),
                 *self._sent("PUT", "/V1/customers/byCustomerId", old, changes)]  # fmt: skip
        results = {one.id: one for one in found}
        return [results[job.intent.id] for job in jobs]

    def _sent(self, method: str, path: str, jobs: Sequence[Job], bodies: Any) -> list[Result]:
        if not jobs:
            return []
        intents = [job.intent for job in jobs]
        try:
            receipt = self._api.bulk(method, path, bodies)
        except CrmsyncError as error:
            return [failed(one, error) for one in intents]
        try:
            return self._followed(jobs, receipt)
        except CrmsyncError as error:
            return [unknown(one, error.message) for one in intents]

    def _followed(self, jobs: Sequence[Job], receipt: Mapping[str, Any]) -> list[Result]:
        """What the queue made of the changes whose receipt this is."""
        items = receipt.get("request_items")
        if not isinstance(items, list) or len(items) != len(jobs):
            raise strange("/async/bulk", maybe_done=True)
        numbers = {job.intent.id: str(one.get("id")) for job, one in zip(jobs, items, strict=True)}
        known = {job.intent.id: job.identity for job in jobs}
        rejected = [one for one in items if one.get("status") == "rejected"]
        taken = [str(one.get("id")) for one in items if one.get("status") != "rejected"]
        found = self._ended(str(receipt.get("bulk_uuid")), taken) if taken else []
        return named(
            [job.intent for job in jobs],
            found,
            rejected,
            name=lambda one: str(one.get("id")),
            read=lambda intent, one: _result(intent, one, known[intent.id]),
            refuse=lambda intent, _: refused(intent, "the shop's queue rejects it"),
            key=lambda intent: numbers[intent.id],
        )

    def _ended(self, bulk: str, wanted: Sequence[str]) -> list[dict[str, Any]]:
        """The operations, once none of them is open any more or the patience is at its end."""
        waited, pause = 0.0, 1.0
        while True:
            found = [one for one in self._api.operations(bulk) if str(one.get("id")) in wanted]
            ended = [one for one in found if one.get("status") != OPEN]
            if len(ended) == len(wanted) or waited >= self._patience:
                break
            time.sleep(pause)
            waited, pause = waited + pause, min(10.0, pause * 1.5)
        if not found:
            raise Unreachable("the shop's queue knows nothing of the changes.")
        return found


def _result(intent: Intent, told: Mapping[str, Any], identity: str | None) -> Result:
    """What became of one change; the shop's own words may be personal, and stay there."""
    status, message = told.get("status"), str(told.get("result_message") or "")
    if status == COMPLETE:
        return done(intent, identity or _made(told.get("result_serialized_data")))
    if status == LATER:
        return again(intent, "the shop's queue asks for another try")
    if status in (WRONG, REJECTED):
        if is_taken(message):
            return refused(intent, TAKEN, field="contacts.email")
        code = told.get("error_code")
        words = f" (code {code})" if isinstance(code, int) else ""
        return refused(intent, f"the shop's queue refuses it{words}")
    return unknown(intent, "it is still in the shop's queue")


def _made(told: Any) -> str | None:
    """The id of a customer who was made, where the queue tells it."""
    try:
        found = json.loads(told) if isinstance(told, str) else told
    except ValueError:
        return None
    return str(found["id"]) if isinstance(found, dict) and found.get("id") else None
