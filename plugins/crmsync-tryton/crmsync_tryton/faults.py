"""What Tryton's failures mean: an error comes in a 200, named by the kind of its exception.

The words of an error may name a customer: only its kind is ever kept.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from crmsync.errors import BackendError, CredentialsError, CrmsyncError, RateLimited
from crmsync.http import Response

RIGHTS = "IT: the user lacks a right in Tryton; the connector's README lists them."
LOOK = "Look into Tryton's log; the user may lack rights, or a module may be missing."

UNKNOWN_NAME = re.compile(r"'[a-z0-9_.]{1,80}'")
"""A model or field that this server's modules do not have: Python's KeyError."""

BUSY = ("could not serialize access", "deadlock detected", "could not obtain lock",
        "database is locked", "database table is locked")  # fmt: skip
"""Two transactions met, and Tryton's own attempts are spent: this one was rolled back."""


class Refused(BackendError):
    """A rule or a right of Tryton refuses what is asked; the whole call was rolled back."""


class Missing(BackendError):
    """This server has no such model or field: the module that brings it is not activated."""


class Changed(BackendError):
    """A record is no longer the one that was read; the whole call was rolled back."""


def fault(answer: Response) -> CrmsyncError | None:
    """The failure in an answer of 200; None where there is none."""
    if not answer.is_success or b'"error"' not in answer.content[:200]:
        return None
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
    return error_of(told["error"]) if isinstance(told, dict) and "error" in told else None


def error_of(error: Any) -> CrmsyncError:
    """What the list stands for that Tryton tells an error as."""
    kind = str(error[0]) if isinstance(error, list) and error else ""
    if kind == "LoginException":
        return CredentialsError("Tryton wants another login.", hint="Use a user with a password.")
    if kind == "RateLimitException":
        return RateLimited("Tryton asks for a pause after failed logins.")
    if kind == "ConcurrencyException":
        return Changed("the record was changed meanwhile", hint="The next run compares it anew.")
    if kind in ("UserError", "UserWarning"):
        return Refused(f"Tryton refuses what is asked ({kind}).", hint=LOOK)
    if UNKNOWN_NAME.fullmatch(kind):
        return Missing("This Tryton does not have what is asked for.", hint=LOOK)
    if kind.casefold().startswith(BUSY):
        return RateLimited("Tryton is busy with the same records.")
    return BackendError("Tryton answers with an error.", hint=LOOK)
