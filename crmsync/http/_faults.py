"""Turns what a backend answered, or failed to answer, into one of our errors.

No body and no query goes into an error: both may hold a customer's data.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from crmsync.errors import (
    BackendError,
    ConfigError,
    CredentialsError,
    CrmsyncError,
    NotReadable,
    RateLimited,
    Unreachable,
)

LATER = {408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524}
"""Statuses that say "not now"; the 52x are what a proxy says when the server behind it is gone."""

_REACH = "IT: check that it runs and that this machine may reach it; the next run goes on."


def fault(answer: httpx.Response) -> CrmsyncError | None:
    """The error an answer stands for by its status; None when it is a success."""
    status, where = answer.status_code, answer.request.url.host
    if answer.is_success:
        return None
    pause = retry_after(answer)
    if status == 429 or (status == 503 and pause is not None):
        return RateLimited(f"{where} asks for a pause ({status}).", retry_after=pause)
    if status in LATER:
        return Unreachable(f"{where} answers {status}.")
    return _refused(status, where, html=_is_html(answer))


def _refused(status: int, where: str, *, html: bool) -> CrmsyncError:
    if status == 403 and html:
        hint = "A firewall in between may be the cause; ask who runs it."
        return NotReadable(f"{where} answers 403 with a web page.", hint=hint)
    if status in (401, 403):
        hint = "IT must check the user, its password or token, and its rights."
        return CredentialsError(f"{where} refuses the credentials ({status}).", hint=hint)
    hint = "Check the connection's url; or the backend's version does not fit the connector."
    return BackendError(f"{where} answers {status}.", hint=hint)


def _is_html(answer: httpx.Response) -> bool:
    return "html" in answer.headers.get("content-type", "")


def retry_after(answer: httpx.Response) -> float | None:
    """Seconds to wait as the Retry-After header says, given in seconds or as a date; or None.

    A date is measured against the backend's own clock where it tells its time.
    """
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until = http_date(text)
    if until is None:
        return None
    now = http_date(answer.headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def http_date(text: str) -> datetime | None:
    """The moment an HTTP date names, in UTC; None when it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def broken(error: httpx.HTTPError, where: str) -> CrmsyncError:
    """The error for a request that got no answer."""
    if isinstance(error, httpx.UnsupportedProtocol):
        return ConfigError("a url must begin with https:// or http://.", hint="Check the url.")
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(f"{where} does not answer in time.", hint=_REACH)
    return Unreachable(f"{where} cannot be reached ({type(error).__name__}).", hint=_REACH)


def unreadable(answer: httpx.Response) -> NotReadable:
    """The error for a success that holds no JSON."""
    kind = answer.headers.get("content-type", "").split(";")[0] or "no type"
    hint = "Check the url; a login page or a proxy may have answered instead."
    return NotReadable(f"{answer.request.url.host} answers {kind} instead of JSON.", hint=hint)
