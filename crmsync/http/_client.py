"""The client connectors talk through: connections are reused, waits bounded, faults are ours."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from crmsync.errors import BackendError, CrmsyncError, NotReadable, RateLimited, Unreachable
from crmsync.http import _content, _faults, _masks, _record, _transport
from crmsync.http._asked import Answer, Asked, Streamed
from crmsync.http._retry import Retry
from crmsync.http._secrets import Secret, plain

if TYPE_CHECKING:
    from crmsync.http.budget.budget import Budget, Permit, Priority

log = logging.getLogger("crmsync.http")

Got = TypeVar("Got")


class Client:
    """Sends requests to one backend and gives its JSON back.

    Retries what is worth a retry, at most `attempts` times, with growing pauses or the pause the
    backend asks for; a pause longer than `patience` seconds is left to the caller. `faults` looks
    at every answer first and tells the error it stands for, since a 200 may hold a failure and a
    403 mean that a quota is spent; None leaves it to what its status says. Where a change was asked
    for, what it calls Unreachable or NotReadable may have been done; RateLimited surely was not.

    `budget` is what the account may ask, shared with whoever else asks it; `priority` says for what
    it is asked here. `ca_file` names the CA that signed the backend's certificate where no public
    one did, `proxy` a proxy other than the environment's. `record` names a folder into which every
    request is written with its answer, both masked; so does CRMSYNC_RECORD.

    An absolute url of another host than the backend's is asked without `auth` and `headers`.
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
        ca_file: Path | str | None = None,
        proxy: Secret | None = None,
        faults: _faults.Faults | None = None,
        budget: Budget | None = None,
        priority: Priority = "bulk",
        record: Path | str | None = None,
    ) -> None:
        self._auth, self._patience, self._faults = auth, patience, faults
        self._budget, self._priority = budget, priority
        self._recorder = _record.recorder(record)
        self._knows_json = False
        waits = httpx.Timeout(timeout, connect=min(timeout, 10.0))
        way = plain(proxy) if proxy else None
        self._open = partial(_transport.open_http, proxy=way, ca_file=ca_file, timeout=waits)
        self._http = self._open(base_url, headers=headers)
        self._foreign: httpx.Client | None = None
        self._retry = Retry(attempts, sleep)

    def get(self, path: str, *, undecoded: str = "", **more: Any) -> Answer:
        """The answer to a GET; the list of records at `undecoded` is left as it came.

        Given on as the records of a page, it spares decoding what has not changed. Worth it where
        the backend writes an unchanged record alike each time, as most do. `more` as for `send`.
        """
        return self.send("GET", path, undecoded=undecoded, **more)

    def post(self, path: str, *, json: Any = None, repeatable: bool = True, **more: Any) -> Answer:
        """The answer to a POST; `repeatable` is False when doing it twice would do harm."""
        return self.send("POST", path, json=json, repeatable=repeatable, **more)

    def put(self, path: str, *, json: Any = None, **more: Any) -> Answer:
        """The answer to a PUT."""
        return self.send("PUT", path, json=json, **more)

    def patch(self, path: str, *, json: Any = None, **more: Any) -> Answer:
        """The answer to a PATCH."""
        return self.send("PATCH", path, json=json, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        """The answer to a DELETE; with `accept=(404,)` what is gone already is no failure."""
        return self.send("DELETE", path, **more)

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
        undecoded: str = "",
        accept: Collection[int] = (),
        cost: float = 1.0,
    ) -> Answer:
        """The answer to a request, retried where that helps; raises one of `crmsync.errors`.

        The body is `json`, `form` (as a web page sends one) or the bytes `content`. What is not
        `repeatable` is sent again only after it was surely not done; where an error's `maybe_done`
        is True, one of the times that it was sent may have done it. `accept` are statuses that are
        an answer here and no failure. `cost` is what it takes from a budget that counts points.
        """
        asked = Asked(method, path, params, headers, json, form, content, undecoded, accept, cost)
        return self._tried(self._once, asked, repeatable=repeatable)

    @contextmanager
    def stream(
        self, method: str, path: str, *, repeatable: bool = True, **more: Any
    ) -> Iterator[Streamed]:
        """The answer to a request while it still comes, for results too large to be held.

        What fails before the first byte is retried as in `send`; Unreachable for what breaks later.
        `more` is as for `send`, without `undecoded` and `accept`; `faults` sees no success.
        """
        asked = Asked(method, path, **more)
        answer, permit = self._tried(self._opened, asked, repeatable=repeatable)
        try:
            yield Streamed(answer)
        finally:
            answer.close()
            permit.release()

    def lines(self, path: str, **more: Any) -> Iterator[bytes]:
        """The lines of the answer to a GET, each with its end: JSONL, or what csv.reader takes."""
        with self.stream("GET", path, **more) as answer:
            yield from answer.lines()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        if self._foreign is not None:
            self._foreign.close()

    def _tried(self, once: Callable[[Asked], Got], asked: Asked, *, repeatable: bool) -> Got:
        """What `once` gives at last; what may have been done at one try may be whatever follows."""
        lost = False

        def attempt() -> Got:
            nonlocal lost
            try:
                return once(asked)
            except CrmsyncError as error:
                lost = error.maybe_done = error.maybe_done or lost
                raise

        return self._retry(attempt, self._worth_a_retry if repeatable else self._surely_not_done)

    def _once(self, asked: Asked) -> Answer:
        answer, permit = self._asked(asked, stream=False)
        permit.release()
        data = None if _is_empty(answer) else _content.data(answer, undecoded=asked.undecoded)
        self._knows_json = True
        return Answer(data, answer.headers, answer.status_code)

    def _opened(self, asked: Asked) -> tuple[httpx.Response, Permit | _Free]:
        return self._asked(asked, stream=True)

    def _asked(self, asked: Asked, *, stream: bool) -> tuple[httpx.Response, Permit | _Free]:
        """The successful answer, and the permit it was asked with, which is still held."""
        http, auth = self._way(asked.path)
        request = _built(asked, http)
        permit = self._permit(asked, request)
        try:
            answer = self._sent(http, request, auth, stream=stream)
            permit.learn(answer)
            problem = self._problem(answer, asked.accept, stream=stream)
            if problem is not None:
                raise problem
        except BaseException as error:
            permit.release(pause=error.retry_after if isinstance(error, RateLimited) else None)
            raise
        return answer, permit

    def _permit(self, asked: Asked, request: httpx.Request) -> Permit | _Free:
        if self._budget is None:
            return _FREE
        route = f"{asked.method} {request.url.path}"
        patience = None if self._priority == "bulk" else self._patience
        return self._budget.take(route, cost=asked.cost, priority=self._priority, patience=patience)

    def _sent(
        self, http: httpx.Client, request: httpx.Request, auth: httpx.Auth | None, *, stream: bool
    ) -> httpx.Response:
        started, answer = time.monotonic(), None
        request.extensions["crmsync_stream"] = stream
        try:
            answer = http.send(request, auth=auth, stream=stream)
            if stream and not answer.is_success:
                answer.read()
            return answer
        except httpx.HTTPError as error:
            raise _faults.broken(error, request.url.host, request=request) from None
        finally:
            self._note(request, answer, time.monotonic() - started)

    def _problem(
        self, answer: httpx.Response, accept: Collection[int], *, stream: bool
    ) -> CrmsyncError | None:
        found = self._faults(answer) if self._faults and answer.is_closed else None
        if isinstance(found, Unreachable | NotReadable):
            found.maybe_done = answer.request.method not in _faults.READING
        if found is None and answer.status_code not in accept:
            found = _faults.fault(answer)
        if isinstance(found, BackendError):
            found.status = answer.status_code
        return found

    def _way(self, path: str) -> tuple[httpx.Client, httpx.Auth | None]:
        """What sends to `path`: another host must not see what the backend knows us by."""
        if "://" not in path[:12] or _origin(path) == _origin(str(self._http.base_url)):
            return self._http, self._auth
        self._foreign = self._foreign or self._open("")
        return self._foreign, None

    def _worth_a_retry(self, error: CrmsyncError) -> bool:
        if isinstance(error, RateLimited) and (error.retry_after or 0) > self._patience:
            return False
        if isinstance(error, NotReadable):
            return error.passing and self._knows_json
        return error.retryable

    def _surely_not_done(self, error: CrmsyncError) -> bool:
        return self._worth_a_retry(error) and not error.maybe_done

    def _note(self, request: httpx.Request, answer: httpx.Response | None, seconds: float) -> None:
        if self._recorder is not None:
            self._recorder.write(request, answer, seconds)
        if log.isEnabledFor(logging.DEBUG):
            url, status = request.url, answer.status_code if answer is not None else "no answer"
            words = (request.method, url.host, _masks.path(url.path), _masks.parameters(url))
            log.debug("%s %s%s %s -> %s in %d ms", *words, status, seconds * 1000)


class _Free:
    """The permit of a request that no budget counts."""

    def learn(self, answer: httpx.Response) -> None:
        """Nothing is told of an account."""

    def release(self, *, pause: float | None = None) -> None:
        """Nothing is held."""


_FREE = _Free()


def _built(asked: Asked, http: httpx.Client) -> httpx.Request:
    try:
        return asked.of(http)
    except httpx.InvalidURL as error:
        raise _faults.broken(error, http.base_url.host) from None


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return "", "", None
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.host, parts.port or usual


def _is_empty(answer: httpx.Response) -> bool:
    """Whether a success has nothing to say, which only what was read may not do."""
    return not answer.content and (answer.status_code == 204 or answer.request.method != "GET")
