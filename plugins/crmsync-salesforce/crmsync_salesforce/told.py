"""What Salesforce says of each record of a collection, as results; its own words are not repeated.

A record that a duplicate rule stops comes with those that are there already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.http.writing import failed
from crmsync.model.intent import Intent, Result, done, refused, unknown
from crmsync_salesforce.api import CODE, Refused, fault_of
from crmsync_salesforce.wire import CONTACTS, NAMES

FIELDS = {theirs: ours for names in (NAMES, CONTACTS) for ours, theirs in names.items()}
WORDS = {
    "DUPLICATES_DETECTED": "a duplicate rule finds records that are the same",
    "DUPLICATE_VALUE": "another record has the same value",
    "INVALID_EMAIL_ADDRESS": "it is no e-mail address",
    "REQUIRED_FIELD_MISSING": "a field that Salesforce needs is empty",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "a validation rule of the org refuses it",
    "ENTITY_IS_DELETED": "the record is no longer there",
}


def told(intent: Intent, answer: Any) -> Result:
    """What one of the results says, which come in the order of the records."""
    if not isinstance(answer, Mapping):
        return unknown(intent, "Salesforce's answer is no result")
    if answer.get("success") is True and answer.get("id"):
        return done(intent, answer["id"])
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, Mapping):
        return unknown(intent, "Salesforce says neither that it is done nor why not")
    return problem(intent, first)


def problem(intent: Intent, error: Mapping[str, Any]) -> Result:
    """What an error says of one intent."""
    word = str(error.get("statusCode") or error.get("errorCode") or "")
    if not CODE.fullmatch(word):
        return refused(intent, "Salesforce refuses it without a code")
    found = fault_of(word)
    if not isinstance(found, Refused):
        return failed(intent, found)
    names = error.get("fields")
    field = str(names[0]) if isinstance(names, list) and names else ""
    if word == "INVALID_EMAIL_ADDRESS":
        field = "Email"
    bare = field.removeprefix("Person")
    reason = f"{WORDS.get(word, 'Salesforce refuses it')} ({word})"
    return refused(intent, reason, field=FIELDS.get(bare, ""), found=_matches(error))


def _matches(error: Mapping[str, Any]) -> list[str]:
    """The ids of the records that a duplicate rule found."""
    result = error.get("duplicateResult")
    found = result.get("matchResults") if isinstance(result, Mapping) else None
    some = [one for one in found or () if isinstance(one, Mapping)]
    records = [each.get("record") for one in some for each in one.get("matchRecords") or ()]
    return [str(one["Id"]) for one in records if isinstance(one, Mapping) and one.get("Id")]
