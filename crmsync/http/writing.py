"""From what a backend says of a batch to one result for each intent, whatever shape it says it in.

Shapes (facts/matrix.md): an array in the order of the batch, a map by key, errors that name what
they are about (207), a job whose result comes later, and all-or-nothing, where a batch is halved
until what is wrong stands alone. An intent of which nothing is said is *unknown*: never done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crmsync.errors import BackendError, CrmsyncError, RecordError
from crmsync.model.intent import Intent, Result, again, refused, unknown

Read = Callable[[Intent, Any], Result]
"""How a connector reads what is said of one intent."""

SILENT = "the backend said nothing of it"
SEVERAL = "several records there are this customer"


class Unplaced(Exception):
    """A field that a backend has no place for; `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Several(Exception):
    """More than one record is the customer that an intent is about; a human knows which."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(SEVERAL)
        self.ids = ids


def attempted(intent: Intent, act: Callable[[Intent], Result]) -> Result:
    """What came of an intent that goes alone, or what its error says."""
    try:
        return act(intent)
    except CrmsyncError as error:
        return failed(intent, error)


def failed(intent: Intent, error: CrmsyncError) -> Result:
    """What an error says of an intent that was sent alone, or of each of a batch.

    A request that may have been done although no answer came is *unknown*; other errors that a
    retry helps are *again*; a bad record is *refused* with its field.
    """
    if error.maybe_done:
        return unknown(intent, error.message)
    if error.retryable or error.code in ("quota", "credentials"):
        return again(intent, error.message, retry_after=getattr(error, "retry_after", None))
    return refused(intent, error.message, field=getattr(error, "field", ""))


def ordered(intents: Sequence[Intent], answers: Sequence[Any], read: Read) -> list[Result]:
    """For an array in the order of the batch (Salesforce, WooCommerce); all *unknown* where it is
    of another length, for nobody knows then which answer is whose."""
    if len(answers) != len(intents):
        reason = f"the backend gave {len(answers)} answers to {len(intents)} changes"
        return [unknown(intent, reason) for intent in intents]
    return [read(intent, answer) for intent, answer in zip(intents, answers, strict=True)]


def keyed(
    intents: Sequence[Intent],
    answers: Mapping[str, Any],
    read: Read,
    *,
    key: Callable[[Intent], str] = lambda intent: intent.key,
) -> list[Result]:
    """For a map (Square: by idempotency key or by id)."""
    return [
        read(intent, answers[name]) if (name := key(intent)) in answers else unknown(intent, SILENT)
        for intent in intents
    ]


def named(
    intents: Sequence[Intent],
    results: Iterable[Any],
    errors: Iterable[Any],
    *,
    name: Callable[[Any], str | None],
    read: Read,
    refuse: Read,
    key: Callable[[Intent], str] = lambda intent: intent.id,
) -> list[Result]:
    """For results and errors apart, each naming what it is about (207 of HubSpot, Mailchimp).

    `name` gives the key of an answer. What is in both is an error.
    """
    taken = {name(one): one for one in results}
    wrong = {name(one): one for one in errors}
    return [_named(intent, key(intent), taken, wrong, read, refuse) for intent in intents]


def _named(
    intent: Intent,
    name: str,
    taken: Mapping[str | None, Any],
    wrong: Mapping[str | None, Any],
    read: Read,
    refuse: Read,
) -> Result:
    if name in wrong:
        return refuse(intent, wrong[name])
    return read(intent, taken[name]) if name in taken else unknown(intent, SILENT)


def halved(
    intents: Sequence[Intent], send: Callable[[Sequence[Intent]], Sequence[Result]]
) -> list[Result]:
    """For all-or-nothing (Odoo, Tryton, Shopware): a batch that is refused is sent in halves.

    `send` raises RecordError or BackendError where nothing of its batch was taken; what stands
    alone and is refused is its result. An error that a retry helps concerns everything that was
    not sent yet: they are tried *again*.
    """
    if not intents:
        return []
    try:
        return list(send(intents))
    except (RecordError, BackendError) as error:
        if len(intents) == 1 or error.retryable or error.maybe_done:
            return [failed(intent, error) for intent in intents]
        if error.code in ("quota", "credentials"):
            return [failed(intent, error) for intent in intents]
    middle = len(intents) // 2
    first = halved(intents[:middle], send)
    if stop := _that_stops(first):
        rest = [again(one, stop.reason, retry_after=stop.retry_after) for one in intents[middle:]]
        return [*first, *rest]
    return [*first, *halved(intents[middle:], send)]


def _that_stops(results: Sequence[Result]) -> Result | None:
    return next((one for one in results if one.outcome == "again"), None)


def looked_up(
    intent: Intent,
    look: Callable[[Intent], Sequence[Any]],
    make: Callable[[Intent], Result],
    change: Callable[[Intent, str], Result],
) -> Result:
    """Make a record only where `look` finds none, for backends without an idempotency key.

    `look` gives the ids of the records that are this customer. One is changed instead, several
    are *refused* and named, for a human knows which.
    """
    if intent.external_id is not None:
        return change(intent, intent.external_id)
    found = [str(one) for one in look(intent)]
    if not found:
        return make(intent)
    if len(found) == 1:
        return change(intent, found[0])
    return refused(intent, SEVERAL, found=found)


def of_another(contact: Any, held: Iterable[Any]) -> bool:
    """Whether a consent was given for an address or number that is not among those held.

    Such a consent lifts nothing: whoever objected has not taken it back for what he is written to.
    """
    told = bare_contact(contact)
    return bool(told) and told not in {bare_contact(one) for one in held}


def bare_contact(contact: Any) -> str:
    """An address or a number without what writes the same one otherwise."""
    text = str(contact or "").strip().casefold()
    return text if "@" in text else "".join(filter(str.isdigit, text)).lstrip("0")
