"""The HTTP server of a fake backend: a thread a connection, on 127.0.0.1, keep-alive."""

from __future__ import annotations

import socket
from contextlib import suppress
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread, current_thread
from typing import TYPE_CHECKING, Any

from crmsync.testing._asked import Answer

if TYPE_CHECKING:
    from crmsync.testing._backend import FakeBackend


class Server:
    """Serves one fake backend until it is closed."""

    def __init__(self, fake: FakeBackend) -> None:
        self.open: set[socket.socket] = set()
        self._lock, self._threads = Lock(), set[Thread]()
        handler = type("Handler", (_Handler,), {"fake": fake, "server_of": self})
        self._http = _Quiet(("127.0.0.1", 0), handler)
        self.port = self._http.server_address[1]
        self._thread = Thread(target=self._http.serve_forever, args=(0.02,), daemon=True,
                              name="fake-backend")  # fmt: skip
        self._thread.start()

    def close(self) -> None:
        """Stop, and end every connection; returns when its threads have."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        with self._lock:
            for connection in self.open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join()

    def enter(self, connection: socket.socket, thread: Thread) -> None:
        """A connection has been opened."""
        with self._lock:
            self.open.add(connection)
            self._threads.add(thread)

    def leave(self, connection: socket.socket, thread: Thread) -> None:
        """A connection is over."""
        with self._lock:
            self.open.discard(connection)
            self._threads.discard(thread)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    fake: FakeBackend
    server_of: Server

    def setup(self) -> None:
        super().setup()
        self.server_of.enter(self.connection, current_thread())

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.server_of.leave(self.connection, current_thread())

    def log_message(self, *_arguments: Any) -> None:
        """Nothing is printed; what was asked stands in `FakeBackend.requests`."""

    def _serve(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size) if size else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer, number = self.fake.serve(self.command, self.path, headers, body)
        self._send(answer, number)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815

    def _send(self, answer: Answer, number: int) -> None:
        content = answer.content()
        sent = self._head(answer, len(content), number) + content
        if answer.cut is None:
            self.wfile.write(sent)
            return
        head = len(sent) - len(content)
        if answer.cut > 0:
            self.wfile.write(sent[: head + int(len(content) * answer.cut)])
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _head(self, answer: Answer, size: int, number: int) -> bytes:
        headers = {
            "Date": format_datetime(self.fake.now, usegmt=True),
            "Content-Type": "application/json",
            "X-Request-Id": str(number),
            **answer.headers,
            "Content-Length": str(size),
        }
        phrase = HTTPStatus(answer.status).phrase if answer.status in _PHRASES else "Answer"
        lines = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{k}: {v}" for k, v in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


_PHRASES = {status.value for status in HTTPStatus}
