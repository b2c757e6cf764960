"""Proofs that end and are renewed: once for all threads, and never once a request."""

from __future__ import annotations

import math
import time
from abc import abstractmethod
from collections.abc import Callable, Generator, Mapping
from threading import Lock
from typing import Generic, TypeVar

import httpx

from crmsync.errors import BackendError
from crmsync.http import _faults

Proof = TypeVar("Proof")
Renewal = Generator[httpx.Request, httpx.Response, Proof]


class Renewing(httpx.Auth, Generic[Proof]):
    """Renews its proof before the first request, when it ends, and when an answer refuses it.

    A request is repeated once, with the new proof. Where even that one is refused, no other is
    asked for within `quiet` seconds, unless something was answered meanwhile: it would fare no
    better, and many backends count logins.
    """

    quiet = 60.0

    def __init__(self) -> None:
        self._lock = Lock()
        self._proof: Proof | None = None
        self._in_vain = -math.inf

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        """The renewal where one is needed, then the request with its proof."""
        proof = yield from self._valid(request, None)
        self.prove(request, proof)
        answer = yield request
        if not self._is_refused(request, answer):
            self._in_vain = -math.inf
        elif time.monotonic() - self._in_vain > self.quiet:
            proof = yield from self._valid(request, proof)
            self.prove(request, proof)
            if self._is_refused(request, (yield request)):
                self._in_vain = time.monotonic()

    def forget(self) -> None:
        """Use the proof at hand no more."""
        with self._lock:
            self._proof, self._in_vain = None, -math.inf

    def bare(self, timeout: httpx.Timeout, *, anew: bool) -> Renewal[Proof]:
        """The proof by itself, after the requests that bring it, which wait for `timeout`.

        `anew` where the last one was refused.
        """
        patient = httpx.Request("POST", "", extensions={"timeout": timeout.as_dict()})
        return self._valid(patient, self._proof if anew else None)

    @abstractmethod
    def prove(self, request: httpx.Request, proof: Proof) -> None:
        """Put the proof into the request."""

    @abstractmethod
    def renew(self, stale: Proof | None) -> Renewal[Proof]:
        """A new proof, after the requests that bring it; `stale` is one that was refused."""

    @abstractmethod
    def refused(self, answer: httpx.Response) -> bool:
        """Whether the answer says that the proof holds no more."""

    def has_ended(self, proof: Proof) -> bool:
        """Whether the proof is known to hold no more."""
        return False

    def _is_refused(self, request: httpx.Request, answer: httpx.Response) -> bool:
        if not (request.extensions.get("crmsync_stream") and answer.is_success):
            answer.read()
            return self.refused(answer)
        return False

    def _valid(self, request: httpx.Request, refused: Proof | None) -> Renewal[Proof]:
        with self._lock:
            proof = self._proof
            if proof is None or proof is refused or self.has_ended(proof):
                self._proof = None
                renewal = self.renew(refused)
                proof = self._proof = yield from _as_patient(request, renewal)
            return proof


def _as_patient(request: httpx.Request, renewal: Renewal[Proof]) -> Renewal[Proof]:
    """The renewal; its requests wait as long as the one they are for, else httpx waits for ever."""
    try:
        asked = next(renewal)
        while True:
            asked.extensions.setdefault("timeout", request.extensions.get("timeout", {}))
            asked = renewal.send((yield asked))
    except StopIteration as done:
        proof: Proof = done.value
        return proof
    finally:
        renewal.close()


class Session(Renewing[Mapping[str, str]]):
    """Logs in before the first request, and once more when an answer says the session has ended.

    `login` builds the request that logs in, `enter` takes its answer and gives the headers every
    request then carries (or raises CredentialsError), `ended` recognizes an answer that asks for
    a new login.
    """

    def __init__(
        self,
        *,
        login: Callable[[], httpx.Request],
        enter: Callable[[httpx.Response], Mapping[str, str]],
        ended: Callable[[httpx.Response], bool],
    ) -> None:
        super().__init__()
        self._login, self._enter, self._ended = login, enter, ended

    def prove(self, request: httpx.Request, proof: Mapping[str, str]) -> None:
        """The request with the session's headers."""
        request.headers.update(proof)

    def renew(self, stale: Mapping[str, str] | None) -> Renewal[Mapping[str, str]]:
        """The login."""
        answer = yield self._login()
        answer.read()
        check_login(answer)
        return self._enter(answer)

    def refused(self, answer: httpx.Response) -> bool:
        """Whether the session has ended."""
        return self._ended(answer)


def check_login(answer: httpx.Response) -> None:
    """Raise what a login that failed stands for; the request it was for has not been sent."""
    problem = _faults.fault(answer)
    if isinstance(problem, BackendError):
        problem.maybe_done = False
        raise problem
