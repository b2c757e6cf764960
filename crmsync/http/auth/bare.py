"""A token for a protocol other than HTTP: IMAP and SMTP take one by SASL (XOAUTH2)."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from crmsync.errors import CrmsyncError
from crmsync.http import _faults, _transport
from crmsync.http._retry import Retry
from crmsync.http._secrets import plain
from crmsync.http.auth.oauth2 import OAuth2


def access_token(
    proof: OAuth2,
    *,
    anew: bool = False,
    timeout: float = 60.0,
    attempts: int = 4,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """The token that `proof` would send now, which holds; `anew` where the last one was refused.

    What gives tokens out is asked only where none holds, `timeout` seconds for an answer, and again
    where that helps. CredentialsError when it gives none, Unreachable when it does not answer.
    """

    def attempt() -> str:
        with _transport.open_http("", proxy=None, ca_file=None, timeout=timeout) as http:
            return _asked(proof, http, anew)

    return Retry(attempts, sleep)(attempt, _is_passing)


def _asked(proof: OAuth2, http: httpx.Client, anew: bool) -> str:
    renewal = proof.bare(http.timeout, anew=anew)
    try:
        asked = next(renewal)
        while True:
            asked = renewal.send(http.send(asked))
    except StopIteration as done:
        return plain(done.value.access)
    except httpx.HTTPError as error:
        raise _faults.broken(error, "what gives tokens out") from None
    finally:
        renewal.close()


def _is_passing(error: CrmsyncError) -> bool:
    return error.retryable
