"""Turns what a backend answered, or failed to answer, into one of our errors.

No body and no query goes into an error: both may hold a customer's data.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
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

Faults = Callable[[httpx.Response], CrmsyncError | None]
"""What a connector knows of its backend's failures; None leaves the answer to what we know."""

LATER = {408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524}
"""Statuses that say "not now"; the 52x are what a proxy says when the server behind it is gone."""

UNTOUCHED = {425, 521, 522, 523}
"""Those of them by which the server has surely not begun: it refused, or was never reached."""

READING = {"GET", "HEAD", "OPTIONS"}
"""Methods that change nothing."""

NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)
"""What fails before a request has left: the connection, the proxy, a request nobody may send."""

_REACH = "IT: check that it runs and that this machine may reach it; the next run goes on."


def fault(answer: httpx.Response) -> CrmsyncError | None:
    """The error an answer stands for by its status; None when it is a success."""
    if answer.is_success:
        return None
    error = _by_status(answer.status_code, answer)
    error.status = answer.status_code
    return error


def _by_status(status: int, answer: httpx.Response) -> BackendError:
    where, pause = answer.request.url.host, retry_after(answer)
    if status == 429 or (status == 503 and pause is not None):
        return RateLimited(f"{where} asks for a pause ({status}).", retry_after=pause)
    if status in LATER:
        return Unreachable(f"{where} answers {status}.", maybe_done=_may_be_done(answer))
    return _refused(status, where, html=is_html(answer))


def _may_be_done(answer: httpx.Response) -> bool:
    return answer.request.method not in READING and answer.status_code not in UNTOUCHED


def _refused(status: int, where: str, *, html: bool) -> BackendError:
    if status == 403 and html:
        hint = "A firewall in between may be the cause; ask who runs it."
        return NotReadable(f"{where} answers 403 with a web page.", hint=hint, passing=True)
    if status in (401, 403):
        hint = "IT must check the user, its password or token, and its rights."
        return CredentialsError(f"{where} refuses the credentials ({status}).", hint=hint)
    hint = "Check the connection's url; or the backend's version does not fit the connector."
    return BackendError(f"{where} answers {status}.", hint=hint)


def is_html(answer: httpx.Response) -> bool:
    """Whether the answer is a web page, by what it calls itself."""
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


def broken(
    error: httpx.HTTPError | httpx.InvalidURL, where: str, *, request: httpx.Request | None = None
) -> CrmsyncError:
    """The error for a request to `where` that got no answer, or none that arrived whole.

    What failed may have been another than `request` on its behalf, a login: then it was not sent.
    """
    failed = _failed(error)
    where = failed.url.host if failed else where
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return ConfigError("a url must begin with https:// or http://.", hint="Check the url.")
    if isinstance(error, httpx.LocalProtocolError):
        hint = "Check the connection's secrets for line ends and other signs that no header bears."
        return ConfigError(f"what is to be sent to {where} breaks the rules of HTTP.", hint=hint)
    if _distrusts(error):
        hint = "IT: name the CA that signed it as the connection's CA file, or mend the server."
        return BackendError(f"{where} shows a certificate that is not trusted here.", hint=hint)
    sent = not isinstance(error, NOT_SENT) and _asks_for_change(request, failed)
    if isinstance(error, httpx.DecodingError):
        return NotReadable(
            f"{where} answers with broken compression.", hint=_REACH, maybe_done=sent
        )
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(f"{where} does not answer in time.", hint=_REACH, maybe_done=sent)
    name = type(error).__name__
    return Unreachable(f"{where} cannot be reached ({name}).", hint=_REACH, maybe_done=sent)


def _asks_for_change(request: httpx.Request | None, failed: httpx.Request | None) -> bool:
    """Whether what failed is `request` itself, and that not only reads."""
    ours = request is None or failed is None or failed is request
    return ours and (request is None or request.method not in READING)


def _failed(error: Exception) -> httpx.Request | None:
    try:
        return error.request if isinstance(error, httpx.RequestError) else None
    except RuntimeError:  # httpx does not know it
        return None


def _distrusts(error: BaseException | None) -> bool:
    """Whether the cause is a certificate that could not be verified."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def unreadable(answer: httpx.Response) -> NotReadable:
    """The error for a success that holds no JSON."""
    kind = answer.headers.get("content-type", "").split(";")[0] or "no type"
    hint = "Check the url; a login page or a proxy may have answered instead."
    where = answer.request.url.host
    passing, maybe_done = is_html(answer), _may_be_done(answer)
    message = f"{where} answers {kind} instead of JSON."
    return NotReadable(message, hint=hint, maybe_done=maybe_done, passing=passing)
