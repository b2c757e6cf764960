"""OAuth 2.0 (RFC 6749): tokens are asked for, kept until they end, and renewed once for all."""

from __future__ import annotations

import logging
import secrets
import time
from abc import abstractmethod
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus

import httpx

from crmsync.errors import BackendError, CredentialsError, FileError, NotReadable
from crmsync.http import _faults
from crmsync.http._secrets import Secret, for_header, plain
from crmsync.http.auth.jwt import Algorithm, signed_jwt
from crmsync.http.auth.renewing import Renewal, Renewing
from crmsync.http.auth.tokens import Token, TokenFile

log = logging.getLogger("crmsync.http")

EARLY = 60.0
"""A token is renewed so many seconds before its end, or at nine tenths of a short life."""

SEEDS = 9
"""How many secrets of the past are remembered, so that a process that still has one is not lost."""

REFUSALS = {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
            "unsupported_grant_type", "invalid_scope", "access_denied"}  # fmt: skip
"""What RFC 6749, 5.2 lets a server say; other words of its may be personal."""

Clock = Callable[[], float]


class OAuth2(Renewing[Token]):
    """Sends a token with every request, and asks `token_url` for one when there is none that holds.

    `basic` sends id and secret of the client as Basic authentication, not in the form. `extra`
    goes with every request for a token. `header` and `scheme` say how the token is sent. In a
    `store` it outlives the process, and other processes use it too.
    """

    hint = "IT must check the client's id and secret, and its rights."

    def __init__(
        self,
        token_url: str,
        *,
        client_id: str = "",
        client_secret: Secret = "",
        scope: str = "",
        extra: Mapping[str, str] | None = None,
        basic: bool = False,
        header: str = "Authorization",
        scheme: str = "Bearer",
        store: TokenFile | None = None,
        clock: Clock = time.time,
    ) -> None:
        super().__init__()
        self._url, self._id, self._secret = token_url, client_id, client_secret
        self._more = {**({"scope": scope} if scope else {}), **(extra or {})}
        self._basic, self._header, self._scheme = basic, header, scheme
        self._store, self._clock = store, clock
        self._unsaved: tuple[Token, Token] | None = None

    @abstractmethod
    def grant(self, kept: Token) -> Mapping[str, str]:
        """What is put to the server so that it gives a token."""

    @abstractmethod
    def seed(self) -> str:
        """The secret in the settings that the tokens grow from."""

    def prove(self, request: httpx.Request, proof: Token) -> None:
        """The request with its token."""
        self._save_late()
        scheme = f"{self._scheme} " if self._scheme else ""
        request.headers[self._header] = scheme + for_header(proof.access)

    def refused(self, answer: httpx.Response) -> bool:
        """Whether the answer is a 401."""
        return answer.status_code == 401

    def has_ended(self, proof: Token) -> bool:
        """Whether the token ends, or will in a moment."""
        return proof.ends is not None and proof.ends <= self._clock()

    def renew(self, stale: Token | None) -> Renewal[Token]:
        """A token of another process where one holds, else a new one, kept before it is used."""
        if self._store is None:
            return (yield from self._ask(Token(), ()))
        with self._store.locked():
            before, mine = self._store.read() or Token(), self._digest()
            self._store.write(before)  # a full disk shows before anything is spent
            kept = self._latest(before)
            if self.seed() and mine not in kept.seeds:  # the settings hold a newer secret
                seeds = (*kept.seeds, mine)[-SEEDS:]
                kept = replace(kept, access="", refresh="", seeds=seeds)
            if kept.access and not self.has_ended(kept) and not _is(kept, stale):
                return kept
            token = yield from self._ask(kept, kept.seeds)
            self._save(self._store, token, before=before)
            return token

    def _ask(self, kept: Token, seeds: tuple[str, ...]) -> Renewal[Token]:
        form = {**self.grant(kept), **self._more}
        answer = yield self._request(form)
        answer.read()
        told = self._told(answer)
        lasts = _seconds(told.get("expires_in"))
        ends = None if lasts is None else self._clock() + lasts - min(EARLY, lasts * 0.1)
        refresh = told.get("refresh_token") or form.get("refresh_token", "")
        return Token(str(told["access_token"]), str(refresh), ends, seeds)

    def _request(self, form: Mapping[str, str]) -> httpx.Request:
        headers = {"Accept": "application/json"}
        if self._basic:
            pair = (quote_plus(self._id), quote_plus(plain(self._secret)))
            return next(httpx.BasicAuth(*pair).auth_flow(_post(self._url, form, headers)))
        client = {"client_id": self._id, "client_secret": plain(self._secret)}
        return _post(self._url, {**{k: v for k, v in client.items() if v}, **form}, headers)

    def _told(self, answer: httpx.Response) -> Mapping[str, Any]:
        told = _object(answer)
        if answer.is_success and told.get("access_token"):
            return told
        problem = _faults.fault(answer)
        if answer.is_success and "error" not in told:  # a web page, or an answer cut off
            problem = NotReadable(
                f"{answer.request.url.host}'s answer holds no token.",
                hint="Check the url; a login page or a proxy may have answered instead.",
                passing=_faults.is_html(answer),
            )
        late = answer.is_success or answer.status_code >= 404
        if isinstance(problem, BackendError) and (problem.retryable or late):
            problem.maybe_done = False
            raise problem
        word = told.get("error")
        known = isinstance(word, str) and word in REFUSALS
        reason = f" ({word})" if known else f" ({answer.status_code})"
        raise CredentialsError(f"{answer.request.url.host} gives no token{reason}.", hint=self.hint)

    def _save(self, store: TokenFile, token: Token, *, before: Token) -> None:
        """Keep the token; where that fails it is used all the same, and kept later."""
        try:
            store.write(token)
            self._unsaved = None
        except FileError as error:
            self._unsaved = before, token
            log.error("the new token cannot be kept yet: %s", error)

    def _save_late(self) -> None:
        if self._unsaved is not None and self._store is not None:
            with self._store.locked():
                before = self._store.read() or Token()
                self._save(self._store, self._latest(before), before=before)

    def _latest(self, kept: Token) -> Token:
        """The token that could not be kept, unless another process has gone on since."""
        if self._unsaved is not None and self._unsaved[0] == kept:
            return self._unsaved[1]
        return kept

    def _digest(self) -> str:
        return sha256(f"{self._id}\n{self.seed()}".encode()).hexdigest()


class ClientCredentials(OAuth2):
    """The client asks in its own name (RFC 6749, 4.4)."""

    def grant(self, kept: Token) -> Mapping[str, str]:
        """Nothing but who it is."""
        return {"grant_type": "client_credentials"}

    def seed(self) -> str:
        """The client's secret."""
        return plain(self._secret)


class RefreshToken(OAuth2):
    """Renews with a refresh token (RFC 6749, 6), which the server may exchange at every use.

    `refresh_token` is the one somebody was given who authorized crmsync; the ones after it are in
    the `store`, which is needed for that. A newer one in the settings counts more than the store.
    """

    hint = "The refresh token was spent, or withdrawn: authorize crmsync anew, set the new token."

    def __init__(
        self, token_url: str, *, refresh_token: Secret, store: TokenFile, **more: Any
    ) -> None:
        super().__init__(token_url, store=store, **more)
        self._first = refresh_token

    def grant(self, kept: Token) -> Mapping[str, str]:
        """The latest refresh token."""
        latest = kept.refresh if kept.refresh else plain(self._first)
        return {"grant_type": "refresh_token", "refresh_token": latest}

    def seed(self) -> str:
        """The first refresh token."""
        return plain(self._first)


class AuthorizationCode(OAuth2):
    """Begins with a code that somebody's consent brings (RFC 6749, 4.1; PKCE, RFC 7636).

    `link` is where that somebody consents; the backend then sends a browser to `redirect_uri` with
    a code, which `take` takes and the next request spends for the first token. From then on it
    renews as RefreshToken does. Before, a request ends with a CredentialsError.
    """

    hint = "The code or the refresh token was spent, or withdrawn: `crmsync authorize` begins anew."

    def __init__(
        self,
        token_url: str,
        *,
        authorize_url: str,
        redirect_uri: str,
        store: TokenFile,
        code: Secret = "",
        **more: Any,
    ) -> None:
        super().__init__(token_url, store=store, **more)
        self._authorize, self._redirect, self._code = authorize_url, redirect_uri, code
        self._kept = store

    def link(self, *, state: str = "") -> str:
        """The address at which somebody consents; the store remembers what proves it was we."""
        verifier = secrets.token_urlsafe(48)
        with self._kept.locked():
            self._kept.write(replace(self._kept.read() or Token(), verifier=verifier))
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._id,
            "redirect_uri": self._redirect,
            "state": state or secrets.token_urlsafe(16),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return str(httpx.URL(self._authorize).copy_merge_params({**asked, **self._more}))

    def grant(self, kept: Token) -> Mapping[str, str]:
        """The code at first, then the latest refresh token; CredentialsError without either."""
        if kept.refresh:
            return {"grant_type": "refresh_token", "refresh_token": kept.refresh}
        if not plain(self._code):
            hint = "IT: run `crmsync authorize` with the connection's name."
            raise CredentialsError("nobody has authorized crmsync there yet.", hint=hint)
        asked = {"grant_type": "authorization_code", "code": plain(self._code)}
        proof = {"code_verifier": kept.verifier} if kept.verifier else {}
        return {**asked, "redirect_uri": self._redirect, **proof}

    def take(self, code: Secret) -> None:
        """Have the next request spend this code."""
        self._code = code
        self.forget()

    def seed(self) -> str:
        """The code."""
        return plain(self._code)


class JwtBearer(OAuth2):
    """Asks for a token with an assertion that it signs itself (RFC 7523).

    `claims` are those of the assertion (iss, sub, aud); when it was made and when it ends is added.
    """

    def __init__(
        self,
        token_url: str,
        *,
        claims: Mapping[str, Any],
        key: Secret,
        algorithm: Algorithm = "RS256",
        lasts: float = 180.0,
        **more: Any,
    ) -> None:
        super().__init__(token_url, **more)
        self._claims, self._key, self._algorithm, self._lasts = claims, key, algorithm, lasts

    def grant(self, kept: Token) -> Mapping[str, str]:
        """The assertion."""
        now = int(self._clock())
        claims = {"iat": now, "exp": now + int(self._lasts), **self._claims}
        assertion = signed_jwt(claims, key=self._key, algorithm=self._algorithm)
        kind = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        return {"grant_type": kind, "assertion": assertion}

    def seed(self) -> str:
        """The key, and for whom it signs."""
        return f"{sorted(self._claims.items())}{plain(self._key)}"


def _is(kept: Token, stale: Token | None) -> bool:
    return stale is not None and kept.access == stale.access


def _post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> httpx.Request:
    return httpx.Request("POST", url, data=dict(form), headers=headers)


def _object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _seconds(told: Any) -> float | None:
    try:
        return max(0.0, float(told))
    except (TypeError, ValueError):
        return None
