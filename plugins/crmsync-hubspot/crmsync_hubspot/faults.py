"""HubSpot's errors by their categories, and how many of the day's calls an answer says are left.

The words of an error may hold a customer's data: only categories and names of properties are kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson

from crmsync.errors import BackendError, CredentialsError, CrmsyncError, QuotaSpent, RateLimited
from crmsync.http import Response, Standing, retry_after
from crmsync.model.stream import reach
from crmsync_hubspot.wire import OURS

Row = Mapping[str, Any]

CODE = re.compile(r"[A-Z][A-Z_]{2,60}")
"""What a category looks like (VALIDATION_ERROR); anything else is not repeated."""

PAUSES = {423: 2.0, 477: 60.0}
"""Locked, and moving to another data centre: nothing was done, and it passes."""

LOOK = "Whoever looks after HubSpot: see its error categories in HubSpot's documentation."
RIGHTS = "IT: give the app the scopes that its README lists, and check its token."


class Refusal(BackendError):
    """HubSpot does not take what was sent; its `category` says why, `field` what is at fault."""

    def __init__(self, category: str, *, about: str = "") -> None:
        super().__init__(f"HubSpot refuses it ({category or 'without a category'}).", hint=LOOK)
        self.category, self.field = category, OURS.get(about, "")


def fault(answer: Response) -> CrmsyncError | None:
    """The failure an answer tells; None leaves it to what its status says."""
    status = answer.status_code
    if answer.is_success or status >= 500 or status == 404:
        return None
    told = _told(answer)
    if status == 429:
        return _paused(answer, told)
    if status in PAUSES:
        pause = retry_after(answer)
        return RateLimited("HubSpot asks to wait.", retry_after=pause or PAUSES[status])
    if status in (401, 403):
        category = category_of(told)
        if not category:
            return None
        return CredentialsError(f"HubSpot refuses what is asked ({category}).", hint=RIGHTS)
    return Refusal(category_of(told), about=about(told)) if category_of(told) else None


def _paused(answer: Response, told: Row) -> CrmsyncError | None:
    """A daily limit ends the run; of the others a second or ten are waited for."""
    policy = str(told.get("policyName")).upper()
    if policy == "DAILY":
        hint = "The next run goes on tomorrow; or buy HubSpot's API limit increase."
        return QuotaSpent("the account's daily calls are spent.", hint=hint)
    if retry_after(answer) is not None:
        return None
    pause = 1.0 if policy in ("SECONDLY", "NONE") else 10.0
    return RateLimited("HubSpot asks for a pause (429).", retry_after=pause)


def _told(answer: Response) -> Row:
    with suppress(orjson.JSONDecodeError):
        told = orjson.loads(answer.content)
        if isinstance(told, dict):
            return told
    return {}


def category_of(told: Row) -> str:
    """The category of an error, "" where it names none."""
    found = told.get("category")
    return found if isinstance(found, str) and CODE.fullmatch(found) else ""


def about(told: Row) -> str:
    """The property that an error is about, as far as it can be found out."""
    for place in ("errors.0.context.propertyName.0", "context.propertyName.0", "errors.0.in"):
        found = reach(told, place)
        if isinstance(found, str) and re.fullmatch(r"[a-z0-9_]{1,80}", found):
            return found
    named = re.search(r'"name"\s*:\s*"([a-z0-9_]{1,80})"', str(told.get("message")))
    return named[1] if named else ""


def standing(answer: Response) -> Standing | None:
    """How many of the day's calls are used, where the answer tells."""
    told = [answer.headers.get(f"x-hubspot-ratelimit-daily{one}", "") for one in ("", "-remaining")]
    if not all(one.isascii() and one.isdigit() for one in told):
        return None
    count, left = map(int, told)
    return Standing(used=float(max(0, count - left)), count=float(count)) if count else None
