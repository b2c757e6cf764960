"""How a fake backend misbehaves: each fault makes an answer out of the one that was due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from crmsync.testing._asked import Answer, Asked

if TYPE_CHECKING:
    from crmsync.testing._backend import FakeBackend

Due = Callable[[], Answer]
"""Gives the answer that was due; who calls it has the request done."""
Fault = Callable[["FakeBackend", Asked, Due], Answer]
Where = Callable[[Asked], bool]

LOGIN_PAGE = b"<!doctype html><html><body><h1>Anmelden</h1></body></html>"


def too_many(seconds: int = 2, *, as_date: bool = False) -> Fault:
    """429, with a Retry-After in seconds or as a date by the backend's clock."""

    def fault(fake: FakeBackend, _asked: Asked, _due: Due) -> Answer:
        until = fake.now.replace(microsecond=0) + timedelta(seconds=seconds)
        fake.pause_until(seconds)
        pause = format_datetime(until, usegmt=True) if as_date else str(seconds)
        told = {"error": "too many requests"}
        return Answer(status=429, data=told, headers={"Retry-After": pause})

    return fault


def failing(status: int = 500) -> Fault:
    """An error of the server, in HTML as proxies write it."""
    headers = {"Content-Type": "text/html"}
    return lambda _fake, _asked, _due: Answer(status=status, body=LOGIN_PAGE, headers=headers)


def telling(status: int, text: str) -> Fault:
    """An error whose body says more than anybody should write down."""
    told = {"error": "invalid", "message": text, "detail": text, "errors": [{"message": text}]}
    return lambda _fake, _asked, _due: Answer(status=status, data=told)


def html() -> Fault:
    """A web page with 200, as a login page or a proxy answers."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return lambda _fake, _asked, _due: Answer(body=LOGIN_PAGE, headers=headers)


def broken_json() -> Fault:
    """The answer without its end, though it claims to be whole."""
    return lambda _fake, _asked, due: replace(due(), data=None, body=due().content()[:-7] or b"{")


def empty() -> Fault:
    """200 without a body."""
    return lambda _fake, _asked, _due: Answer(body=b"")


def time_out(seconds: float = 30.0) -> Fault:
    """No answer for so many real seconds, then none at all; nothing is done."""
    return lambda _fake, _asked, _due: Answer(wait=seconds, cut=0.0)


def slow(seconds: float) -> Fault:
    """The answer, so many real seconds later."""
    return lambda _fake, _asked, due: replace(due(), wait=seconds)


def cut_body(share: float = 0.5) -> Fault:
    """The connection breaks in the middle of the body."""
    return lambda _fake, _asked, due: replace(due(), cut=share)


def dropped() -> Fault:
    """Nothing is done, and the connection breaks without an answer."""
    return lambda _fake, _asked, _due: Answer(cut=0.0)


def done_then_dropped() -> Fault:
    """What was asked is done, and the connection breaks before the answer."""
    return lambda _fake, _asked, due: replace(due(), cut=0.0)


def expired() -> Fault:
    """Every token given out until now has ended; the answer is the vendor's own to that."""

    def fault(fake: FakeBackend, _asked: Asked, due: Due) -> Answer:
        fake.end_tokens()
        return due()

    return fault


def locked_out() -> Fault:
    """Nobody is let in any more, whatever he tells; the answers are the vendor's own to that."""

    def fault(fake: FakeBackend, _asked: Asked, due: Due) -> Answer:
        fake.lock_out()
        return due()

    return fault


def lost_cursors() -> Fault:
    """Every page cursor given out until now is unknown; the answer is the vendor's own to that."""

    def fault(fake: FakeBackend, _asked: Asked, due: Due) -> Answer:
        fake.end_cursors()
        return due()

    return fault


def meanwhile(action: Callable[[FakeBackend], object]) -> Fault:
    """Something happens at the backend just before the answer."""

    def fault(fake: FakeBackend, _asked: Asked, due: Due) -> Answer:
        action(fake)
        return due()

    return fault


def anywhere(_asked: Asked) -> bool:
    """Every request."""
    return True


@dataclass
class Planned:
    """When a fault strikes: the `first` of the requests at which `where` holds, then every
    `every`-th, `times` in all (None: for ever). `writes` looks only at requests that change
    something, and undoes what the request did unless `keep`."""

    fault: Fault
    first: int = 1
    every: int = 1
    times: int | None = 1
    where: Where = anywhere
    writes: bool = False
    keep: bool = False
    met: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)

    def strikes(self, asked: Asked) -> bool:
        """Whether it is this request's turn; it is counted."""
        if not self.where(asked):
            return False
        self.met += 1
        late = self.met - self.first
        if late < 0 or late % self.every or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True
