"""The client connectors talk through: connections are reused, waits bounded, faults are ours."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import tenacity

from crmsync.errors import CrmsyncError, RateLimited
from crmsync.http import _content, _faults

log = logging.getLogger("crmsync.http")


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its JSON and its headers."""

    data: Any
    headers: httpx.Headers

    @property
    def server_time(self) -> datetime | None:
        """The backend's clock when it answered, in whole seconds; None when it does not tell."""
        return _faults.http_date(self.headers.get("date", ""))


class Client:
    """Sends JSON requests to one backend and gives JSON back.

    Retries what is worth a retry, at most `attempts` times, with growing pauses or the pause the
    backend asks for; a pause longer than `patience` seconds is left to the caller.
    """

    def __init__(
        self,
        base_url: str,
        *,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,
        attempts: int = 4,
        patience: float = 120.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        _mute_wire_logs()
        self._auth, self._patience = auth, patience
        limits = httpx.Timeout(timeout, connect=min(timeout, 10.0))
        self._http = httpx.Client(base_url=base_url, headers=headers, timeout=limits)
        self._retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._worth_a_retry),
            wait=_pause,
            stop=tenacity.stop_after_attempt(attempts),
            sleep=sleep,
            reraise=True,
        )

    def get(
        self, path: str, *, params: Mapping[str, Any] | None = None, undecoded: str = ""
    ) -> Answer:
        """The answer to a GET; the list of records at `undecoded` is left as it came.

        Given on as the records of a page, it spares decoding what has not changed. Worth it where
        the backend writes an unchanged record alike each time, as most do.
        """
        return self.send("GET", path, params=params, undecoded=undecoded)

    def post(self, path: str, *, json: Any, repeatable: bool = True) -> Answer:
        """The answer to a POST; `repeatable` is False when doing it twice would do harm."""
        return self.send("POST", path, json=json, repeatable=repeatable)

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        repeatable: bool = True,
        undecoded: str = "",
    ) -> Answer:
        """The answer to a request, retried where that helps; raises one of `crmsync.errors`."""
        asked = (method, path, json, params, undecoded)
        return self._retrying(self._once, *asked) if repeatable else self._once(*asked)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _once(
        self,
        method: str,
        path: str,
        json: Any,
        params: Mapping[str, Any] | None,
        undecoded: str,
    ) -> Answer:
        started = time.monotonic()
        try:
            answer = self._http.request(method, path, json=json, params=params, auth=self._auth)
        except httpx.HTTPError as error:
            raise _faults.broken(error, self._http.base_url.host) from None
        _note(answer, time.monotonic() - started)
        problem = _faults.fault(answer)
        if problem is not None:
            raise problem
        return Answer(data=_content.data(answer, undecoded=undecoded), headers=answer.headers)

    def _worth_a_retry(self, error: BaseException) -> bool:
        if isinstance(error, RateLimited) and (error.retry_after or 0) > self._patience:
            return False
        return isinstance(error, CrmsyncError) and error.retryable


_growing = tenacity.wait_exponential(multiplier=0.5, max=20) + tenacity.wait_random(0, 0.4)


def _pause(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = getattr(error, "retry_after", None)
    return float(_growing(state) if asked is None else asked)


def _note(answer: httpx.Response, seconds: float) -> None:
    if not log.isEnabledFor(logging.DEBUG):
        return
    url = answer.request.url
    log.debug(
        "%s %s%s %s -> %s in %d ms",
        answer.request.method,
        url.host,
        url.path,
        sorted(url.params.keys()),
        answer.status_code,
        seconds * 1000,
    )


def _mute_wire_logs() -> None:
    # httpx logs whole urls and httpcore the headers of answers: both can hold data and tokens
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
