"""What we want changed in a backend, and what came of it: intents and their results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from crmsync.model.stream import Change, Json

Outcome = Literal["done", "refused", "again", "unknown"]
"""*done* it stands there; *refused* it will not be taken as it is, somebody must act; *again* it
was surely not done, trying later helps; *unknown* nobody knows whether it was done: whoever asks
again must look first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One change of one customer in one backend.

    `id` names it within a call. `key` is its idempotency key: the same for the same wish, whatever
    happened meanwhile. `external_id` is the record it is about, None where one is to be made;
    whoever makes one looks first whether it is there, by `key` or by what is unique in the backend.
    `fields` are those that shall change, under the names that a mapping in crmsync.toml uses
    (`family_name`, `contacts.email`, `addresses.billing.city`), None to empty one. For a *consent*
    they are those of a `ToldConsent`, for an *audience* its `name` and whether he is a `member`.
    `whole` is the customer with every field known, for backends that take nothing less. `version`
    is what the backend called the record's state when it was compared, "" where it has no such
    word: a backend that can must refuse when it is another one now.
    """

    id: str
    key: str
    change: Change = "save"
    stream: str = "customers"
    external_id: str | None = None
    fields: Mapping[str, Json] = field(default_factory=dict)
    whole: Mapping[str, Json] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of the intent `id`.

    `external_id` and `version` are those of the record now, where the backend tells. `reason` says
    why it was not done, in words without personal data; `field` which field is at fault.
    `retry_after` is in seconds. `found` are records that the backend says are the same customer.
    """

    id: str
    outcome: Outcome
    external_id: str | None = None
    version: str = ""
    reason: str = ""
    field: str = ""
    retry_after: float | None = None
    found: Sequence[str] = ()


def done(intent: Intent, external_id: Any = None, *, version: Any = "") -> Result:
    """It stands there: under `external_id`, or under the one that the intent named."""
    identity = intent.external_id if external_id is None else str(external_id)
    return Result(id=intent.id, outcome="done", external_id=identity, version=str(version or ""))


def refused(intent: Intent, reason: str, *, field: str = "", found: Iterable[Any] = ()) -> Result:
    """It will not be taken as it is; `reason` holds no personal data, `found` who is there."""
    return Result(id=intent.id, outcome="refused", external_id=intent.external_id, reason=reason,
                  field=field, found=tuple(map(str, found)))  # fmt: skip


def again(intent: Intent, reason: str, *, retry_after: float | None = None) -> Result:
    """It was surely not done; trying later helps."""
    return Result(id=intent.id, outcome="again", external_id=intent.external_id, reason=reason,
                  retry_after=retry_after)  # fmt: skip


def unknown(intent: Intent, reason: str) -> Result:
    """Nobody knows whether it was done."""
    return Result(id=intent.id, outcome="unknown", external_id=intent.external_id, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a webhook tells of one record, once its signature was checked.

    `id` is the delivery's or the event's own, by which a second copy is known. *changed* has the
    record read again, or landed where `record` holds it whole; *deleted* says it is gone; *merged*
    that it went into the record `into`. `external_id` None asks for the whole stream.
    """

    id: str
    stream: str
    external_id: str | None
    kind: Literal["changed", "deleted", "merged"] = "changed"
    into: str | None = None
    record: Mapping[str, Json] | None = None
