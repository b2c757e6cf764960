"""A real IMAP server (pymap, in memory), started by the tests that need one."""

from __future__ import annotations

import imaplib
import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER, PASSWORD = "laden", "geheim"
_SERVER = Path(__file__).with_name("imap_server.py")
_names = itertools.count(1)


class Mailbox:
    """The mailbox of one test: its own folders on the server."""

    def __init__(self, port: int) -> None:
        self.port = port
        number = next(_names)
        self.inbox, self.sent = f"in{number}", f"out{number}"
        with self._open() as live:
            for name in (self.inbox, self.sent):
                live.create(name)

    def put(self, folder: str, at: str, *headers: str, body: str = "Hallo") -> None:
        """Let a message arrive in a folder at `at` ("20-Nov-2026 10:00:00 +0100")."""
        content = "\r\n".join([*headers, "", body, ""]).encode()
        with self._open() as live:
            assert live.append(folder, "", f'"{at}"', content)[0] == "OK"

    def make_anew(self, folder: str) -> None:
        """Delete a folder and make it again: its UIDVALIDITY is another one."""
        with self._open() as live:
            live.delete(folder)
            live.create(folder)

    def unseen(self, folder: str) -> int:
        """How many messages of a folder nobody has read."""
        with self._open() as live:
            live.select(folder, readonly=True)
            return len(live.search(None, "UNSEEN")[1][0].split())

    def settings(self, **more: Any) -> dict[str, Any]:
        """What a connection says to read it."""
        return {
            "host": "127.0.0.1", "port": self.port, "security": "none", "user": USER,
            "password": PASSWORD, "folders": [self.inbox], "sent": [self.sent],
            "addresses": ["laden@example.com"], **more,
        }  # fmt: skip

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as live:
            live.login(USER, PASSWORD)
            yield live


@contextmanager
def server(authority: str = "") -> Iterator[int]:
    """The port of a server that runs as long as the block.

    It lets USER in by PASSWORD, or whoever has a token that `authority`, a url, serves.
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    words = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict",
             "--demo-user", USER, "--demo-password", PASSWORD]  # fmt: skip
    more = {"CRMSYNC_AUTHORITY": authority} if authority else {}
    process = subprocess.Popen(
        [sys.executable, str(_SERVER), *words], env={**os.environ, **more},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            assert process.poll() is None, "the IMAP server ended"
            time.sleep(0.1)
    raise AssertionError("the IMAP server does not listen")
