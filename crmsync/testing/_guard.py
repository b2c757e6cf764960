"""What surrounds a trial: waiting costs no time, nobody but this machine is asked, all is heard."""

from __future__ import annotations

import contextlib
import io
import logging
import math
import socket
import sys
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from crmsync.engine import cursor
from crmsync.testing._backend import FakeBackend

KIT = "crmsync.http"
HERE = ("127.0.0.1", "::1", "localhost")
_SLEEP, _TIME = time.sleep, time.time
_OURS: set[Callable[..., Any]] = set()
"""What stands in their place while a trial is open; one within another has its own."""


@contextmanager
def quickly(fake: FakeBackend) -> Iterator[list[float]]:
    """Whoever sleeps moves the fake's clock instead; gives the seconds that were slept.

    The backend's time is asked for once a run, so that a slow machine makes as many requests as a
    quick one.
    """
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        fake.advance(seconds=max(0.0, seconds))
        _SLEEP(0)

    def clock() -> float:
        return _TIME() + fake.moved

    _OURS.update((sleep, clock))
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch("time.sleep", sleep))
        stack.enter_context(mock.patch.object(cursor, "FRESH", math.inf))
        for function in _functions_of_the_kit():
            stack.enter_context(_defaults(function, sleep, clock))
        yield slept
    _OURS.difference_update((sleep, clock))


def _functions_of_the_kit() -> Iterator[types.FunctionType]:
    """What takes how to sleep and which clock to read as arguments, and has them by default."""
    for name, module in list(sys.modules.items()):
        if name == KIT or name.startswith(f"{KIT}."):
            for kind in vars(module).values():
                function = vars(kind).get("__init__") if isinstance(kind, type) else kind
                if isinstance(function, types.FunctionType) and function.__kwdefaults__:
                    yield function


def _defaults(function: types.FunctionType, sleep: Any, clock: Any) -> Any:
    own = dict(function.__kwdefaults__ or {})
    if "sleep" in own and own["sleep"] in (None, _SLEEP, *_OURS):
        own["sleep"] = sleep
    if own.get("clock") in (_TIME, *_OURS):
        own["clock"] = clock
    return mock.patch.object(function, "__kwdefaults__", own)


@contextmanager
def hurried(seconds: float) -> Iterator[list[socket.socket]]:
    """No socket waits longer than so many seconds; gives those that would have waited for ever."""
    plain, endless = socket.socket.settimeout, list[socket.socket]()

    def settimeout(self: socket.socket, value: float | None) -> None:
        if value is None:
            endless.append(self)
        plain(self, seconds if value is None else min(value, seconds))

    with mock.patch.object(socket.socket, "settimeout", settimeout):
        yield endless


@contextmanager
def only_here() -> Iterator[list[str]]:
    """Nobody reaches another machine than this one; gives whom somebody wanted to reach."""
    asked: list[str] = []

    def guarded(plain: Callable[..., Any], place: int) -> Callable[..., Any]:
        def guard(*arguments: Any, **more: Any) -> Any:
            host = _host(arguments[place]) if len(arguments) > place else more.get("host")
            if host is not None and host not in HERE:
                asked.append(str(host))
                raise OSError("a connector under test may talk to 127.0.0.1 alone")
            return plain(*arguments, **more)

        return guard

    with contextlib.ExitStack() as stack:
        for owner, name, place in (
            (socket.socket, "connect", 1),
            (socket.socket, "connect_ex", 1),
            (socket.socket, "sendto", 2),
            (socket, "getaddrinfo", 0),
            (socket, "gethostbyname", 0),
        ):
            guard = guarded(getattr(owner, name), place)
            stack.enter_context(mock.patch.object(owner, name, guard))
        yield asked


def _host(address: Any) -> str | None:
    """The host of an address; None for what is no address of the internet."""
    if isinstance(address, tuple):
        return str(address[0])
    return address if isinstance(address, str) and not address.startswith("/") else None


@contextmanager
def heard(*names: str) -> Iterator[io.StringIO]:
    """Everything that is logged, at every level, or printed, as one text.

    `names` are the loggers that are set to tell everything too, with all below them: who sets up
    logging anew silences those that were there (`logging.config`).
    """
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    loggers = [logging.getLogger(name) for name in ("", "crmsync", *names)]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)  # as `crmsync` itself sets it
    loggers[0].addHandler(handler)
    silent = [logger for name in ("crmsync", *names) for logger in _below(name) if logger.disabled]
    for logger in silent:
        logger.disabled = False
    try:
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
            yield text
    finally:
        loggers[0].removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        for logger in silent:
            logger.disabled = True


def _below(name: str) -> list[logging.Logger]:
    known = dict(logging.root.manager.loggerDict)
    return [logger for own, logger in known.items()
            if isinstance(logger, logging.Logger) and f"{own}.".startswith(f"{name}.")]  # fmt: skip
