"""What Shopify's answers stand for: errors in a 200, the cost of questions, fields not shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from crmsync.errors import BackendError, CredentialsError, CrmsyncError, RateLimited, Unreachable
from crmsync.http import Response, Standing
from crmsync.http.reading import Expired

DENIED = "ACCESS_DENIED"
LATER = ("INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE")
CLOSED = {402: "is frozen until it is paid", 423: "is locked"}
CURSOR = "invalid cursor"
"""How the message begins of a cursor that is not known."""

_STATUS = re.compile(rb'"throttleStatus"\s*:\s*(\{[^{}]*\})')
_COST = re.compile(rb'"requestedQueryCost"\s*:\s*(\d+)')
_KEPT = "IT, if this comes again: the proxy must let storage.googleapis.com through."
_RIGHTS = "Grant the app the scopes that the README names, and access to protected customer data."


class TooCostly(BackendError):
    """A question that costs more than any may: fewer records must be asked for."""

    code = "too-costly"


def fault(answer: Response) -> CrmsyncError | None:
    """What an answer stands for; None for a good one, and for one without some of its fields."""
    if answer.status_code in CLOSED:
        return BackendError(f"the shop {CLOSED[answer.status_code]}.")
    if not answer.is_success or b'"errors"' not in answer.content:
        return None
    told = _decoded(answer)
    errors = told.get("errors")
    if not errors:
        return None
    return _meant(errors if isinstance(errors, list) else [errors], told, answer)


def lost(answer: Response) -> CrmsyncError | None:
    """What the address of a bulk result stands for that is over after seven days, or unknown."""
    html = "html" in answer.headers.get("content-type", "")
    if html or answer.status_code not in (400, 401, 403, 404, 410):
        return None
    return Expired("Shopify no longer keeps the result of a bulk operation.", hint=_KEPT)


def _meant(errors: Sequence[Any], told: Mapping[str, Any], answer: Response) -> CrmsyncError | None:
    codes = [code_of(one) for one in errors]
    if "THROTTLED" in codes:
        return RateLimited("Shopify asks for a pause.", retry_after=pause(answer.content))
    if any(code in LATER for code in codes):
        return Unreachable("Shopify cannot do it now.", maybe_done=True)
    if "MAX_COST_EXCEEDED" in codes:
        return TooCostly("a question to Shopify costs more than any may.")
    if any(_message(one).lower().startswith(CURSOR) for one in errors):
        return Expired("Shopify does not know a page cursor.")
    if all(code == DENIED for code in codes):
        shown = isinstance(told.get("data"), Mapping) and all(_is_inner(one) for one in errors)
        return None if shown else CredentialsError("Shopify denies access.", hint=_RIGHTS)
    reason = next((code for code in codes if code), "no code")
    return BackendError(f"Shopify refuses what was asked ({reason}).")


def code_of(error: Any) -> str:
    """The code of an error, "" where there is none; other words may be personal."""
    told = error.get("extensions") if isinstance(error, Mapping) else None
    code = told.get("code") if isinstance(told, Mapping) else None
    known = isinstance(code, str) and re.fullmatch(r"[A-Z][A-Z_]{2,60}", code)
    return str(code) if known else ""


def _message(error: Any) -> str:
    return str(error.get("message", "")) if isinstance(error, Mapping) else ""


def _is_inner(error: Mapping[str, Any]) -> bool:
    """Whether it is about a field of a record, and not about all that was asked for."""
    path = error.get("path")
    return isinstance(path, list) and len(path) > 1


def _decoded(answer: Response) -> Mapping[str, Any]:
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}


def standing(answer: Response) -> Standing | None:
    """How the bucket of points stands after an answer."""
    told = _throttle(answer.content)
    if told is None:
        return None
    return Standing(
        available=told.get("currentlyAvailable"),
        size=told.get("maximumAvailable"),
        restore=told.get("restoreRate"),
    )


def pause(content: bytes) -> float:
    """Seconds until a question that was refused can be paid for; one where nothing is told."""
    told, cost = _throttle(content) or {}, _COST.search(content)
    lacking = float(cost[1]) - told.get("currentlyAvailable", 0.0) if cost else 0.0
    rate = told.get("restoreRate") or 50.0
    return max(1.0, lacking / rate)


def _throttle(content: bytes) -> dict[str, float] | None:
    found = _STATUS.search(content)
    if found is None:
        return None
    try:
        told = orjson.loads(found[1])
    except orjson.JSONDecodeError:
        return None
    return {name: float(value) for name, value in told.items() if isinstance(value, int | float)}


def without_denied(data: dict[str, Any], errors: Sequence[Any]) -> set[str]:
    """Take out of `data` what an app without the rights is shown as null; the fields' names.

    A field that is not visible must not look like an empty one. CredentialsError where a whole
    record is not shown.
    """
    names: set[str] = set()
    for error in errors:
        path = error["path"]
        _drop(data, path)
        below = [part for part in path[_record(path) :] if isinstance(part, str)]
        names.add(".".join(part for part in below if part != "nodes"))
    return names


def _record(path: Sequence[Any]) -> int:
    """Where in a path the field of a record begins: behind the list that holds it."""
    return next((n + 1 for n, part in enumerate(path) if isinstance(part, int)), 1)


def _drop(data: Any, path: Sequence[Any]) -> None:
    """Take out the field, or what holds it and is null for its sake."""
    for part in path[:-1]:
        if data[part] is None:
            _take(data, part)
            return
        data = data[part]
    _take(data, path[-1])


def _take(data: Any, part: Any) -> None:
    if not isinstance(data, dict):
        raise CredentialsError("Shopify does not show whole records.", hint=_RIGHTS)
    data.pop(part, None)


def take(record: Any, path: str) -> None:
    """Take what stands at a path out of a record, in every list on the way.

    What is null on the way is taken out itself: it may be null for the sake of what it holds.
    """
    first, _, rest = path.partition(".")
    if isinstance(record, list):
        for one in record:
            take(one, path)
    elif isinstance(record, dict) and first in record:
        if rest and record[first] is not None:
            take(record[first], rest)
        else:
            del record[first]
