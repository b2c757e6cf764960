"""How a request proves who sends it: by a fixed secret, or by a signature of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

import httpx

from crmsync.http._secrets import Secret, for_header, plain

Flow = Generator[httpx.Request, httpx.Response, None]


class Bearer(httpx.Auth):
    """Sends a fixed token with every request."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Flow:
        """The request with its token."""
        request.headers["Authorization"] = f"Bearer {for_header(self._token)}"
        yield request


class ApiKey(httpx.Auth):
    """Sends a key in the header `header`, after `scheme` where one is given, or as a parameter."""

    def __init__(
        self, key: Secret, *, header: str = "X-API-Key", scheme: str = "", parameter: str = ""
    ) -> None:
        self._key, self._parameter = key, parameter
        self._header, self._scheme = header, f"{scheme} " if scheme else ""

    def auth_flow(self, request: httpx.Request) -> Flow:
        """The request with its key."""
        if self._parameter:
            request.url = request.url.copy_set_param(self._parameter, plain(self._key))
        else:
            request.headers[self._header] = self._scheme + for_header(self._key)
        yield request


class Basic(httpx.BasicAuth):
    """Sends a name and a password with every request (RFC 7617, in UTF-8)."""

    def __init__(self, user: str, password: Secret) -> None:
        secret = password if isinstance(password, str) else password.get_secret_value()
        super().__init__(user, secret)


class Signed(httpx.Auth):
    """Signs every request: `sign` looks at it, body and all, and gives the headers to add."""

    requires_request_body = True

    def __init__(self, sign: Callable[[httpx.Request], Mapping[str, str]]) -> None:
        self._sign = sign

    def auth_flow(self, request: httpx.Request) -> Flow:
        """The request with its signature."""
        request.headers.update(self._sign(request))
        yield request
