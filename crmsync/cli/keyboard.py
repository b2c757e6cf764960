"""One key at a time from a terminal, without echo and without losing what is typed ahead."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

END = ""
"""The end of the input: Ctrl-D, or a terminal that was closed."""


@contextmanager
def keyboard() -> Iterator[Callable[[], str]]:
    """Gives the reader of keys: each call waits for one; Ctrl-C interrupts.

    An arrow or another key that sends several signs is one key, and no letter.
    """
    try:
        import termios
        import tty
    except ImportError:  # Windows
        yield click.getchar
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    ahead: deque[str] = deque()
    tty.setcbreak(terminal, termios.TCSANOW)
    try:
        yield lambda: _next(terminal, ahead)
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _next(terminal: int, ahead: deque[str]) -> str:
    if not ahead:
        told = os.read(terminal, 32).decode(errors="replace")
        ahead.extend([told] if told.startswith("\x1b") else told or [END])
    key = ahead.popleft()
    return END if key == "\x04" else key
