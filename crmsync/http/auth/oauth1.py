"""OAuth 1.0a (RFC 5849): every request is signed, so that no key travels where TLS is missing."""

from __future__ import annotations

import hmac
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Literal
from urllib.parse import parse_qsl, quote

import httpx

from crmsync.http._secrets import Secret, plain
from crmsync.http.auth.fixed import Flow

Method = Literal["HMAC-SHA256", "HMAC-SHA1"]
Pairs = Iterable[tuple[str, str]]


class OAuth1(httpx.Auth):
    """Signs with a consumer's key and secret, and with a token's where there is one.

    Without a token it is what is called one-legged. `in_query` puts the signature into the address
    for servers that are not shown the Authorization header.
    """

    requires_request_body = True

    def __init__(
        self,
        consumer_key: str,
        consumer_secret: Secret,
        *,
        token: str = "",
        token_secret: Secret = "",
        method: Method = "HMAC-SHA256",
        in_query: bool = False,
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._key, self._secret = consumer_key, consumer_secret
        self._token, self._token_secret = token, token_secret
        self._method, self._in_query = method, in_query
        self._clock, self._nonce = clock, nonce

    def auth_flow(self, request: httpx.Request) -> Flow:
        """The request with its signature."""
        own = {
            "oauth_consumer_key": self._key,
            "oauth_nonce": self._nonce(),
            "oauth_signature_method": self._method,
            "oauth_timestamp": str(int(self._clock())),
            "oauth_version": "1.0",
            **({"oauth_token": self._token} if self._token else {}),
        }
        own["oauth_signature"] = self._signature(request, own.items())
        if self._in_query:
            request.url = request.url.copy_merge_params(own)
        else:
            told = ", ".join(f'{_quoted(key)}="{_quoted(one)}"' for key, one in own.items())
            request.headers["Authorization"] = f"OAuth {told}"
        yield request

    def _signature(self, request: httpx.Request, own: Pairs) -> str:
        key = f"{_quoted(plain(self._secret))}&{_quoted(plain(self._token_secret))}"
        kind = "sha256" if self._method == "HMAC-SHA256" else "sha1"
        return b64encode(hmac.digest(key.encode(), base_string(request, own), kind)).decode()


def base_string(request: httpx.Request, own: Pairs) -> bytes:
    """What is signed (RFC 5849, 3.4.1): method, address, and all parameters in their order."""
    url = request.url
    query = parse_qsl(url.query.decode(), keep_blank_values=True)
    pairs = [(_quoted(key), _quoted(one)) for key, one in [*own, *query, *_form(request)]]
    parameters = "&".join(f"{key}={one}" for key, one in sorted(pairs))
    place = (
        f"{url.scheme}://{url.netloc.decode().lower()}{url.raw_path.partition(b'?')[0].decode()}"
    )
    return "&".join(map(_quoted, (request.method.upper(), place, parameters))).encode()


def _form(request: httpx.Request) -> Pairs:
    kind = request.headers.get("content-type", "")
    if kind.split(";")[0] != "application/x-www-form-urlencoded":
        return []
    return parse_qsl(request.content.decode(), keep_blank_values=True)


def _quoted(text: str) -> str:
    return quote(text, safe="-._~")
