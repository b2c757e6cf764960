"""How a request proves who sends it: a fixed token, or a session that is renewed when it ends."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

import httpx

from crmsync.http._faults import fault


class Bearer(httpx.Auth):
    """Sends a fixed token with every request."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The request with its token."""
        request.headers["Authorization"] = self._header
        yield request


class Session(httpx.Auth):
    """Logs in before the first request, and once more when an answer says the session has ended.

    `login` builds the request that logs in, `enter` takes its answer and gives the headers every
    request then carries (or raises CredentialsError), `ended` recognizes an answer that asks for
    a new login.
    """

    requires_response_body = True

    def __init__(
        self,
        *,
        login: Callable[[], httpx.Request],
        enter: Callable[[httpx.Response], Mapping[str, str]],
        ended: Callable[[httpx.Response], bool],
    ) -> None:
        self._login, self._enter, self._ended = login, enter, ended
        self._headers: Mapping[str, str] | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The login where one is needed, then the request with the session's headers."""
        if self._headers is None:
            yield from self._log_in()
        request.headers.update(self._headers or {})
        answer = yield request
        if self._ended(answer):
            yield from self._log_in()
            request.headers.update(self._headers or {})
            yield request

    def _log_in(self) -> Generator[httpx.Request, httpx.Response, None]:
        self._headers = None
        answer = yield self._login()
        problem = fault(answer)
        if problem is not None:
            raise problem
        self._headers = self._enter(answer)
