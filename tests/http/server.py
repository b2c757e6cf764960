"""A real HTTP server on this machine that answers as a function says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Message
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body as a form, each name once."""
        return {key: one[0] for key, one in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Told:
    """An answer; `cut` breaks the connection after so many bytes of the body, None never."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    cut: int | None = None


Answers = Callable[[Seen], Told]


def told(data: Any, status: int = 200, **headers: str) -> Told:
    """An answer that is JSON."""
    named = {key.replace("_", "-"): one for key, one in headers.items()}
    return Told(status, json.dumps(data).encode(), {"Content-Type": "application/json", **named})


def page(status: int = 200) -> Told:
    """A web page instead of data."""
    return Told(status, b"<html>Wartung</html>", {"Content-Type": "text/html"})


@contextmanager
def serving(answers: Answers, *, context: Any = None) -> Iterator[str]:
    """The url of a server that answers by `answers`, over TLS where a context is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except ConnectionError:
                self.close_connection = True

        def _any(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            query = parse_qs(parts.query, keep_blank_values=True)
            self._tell(answers(Seen(self.command, parts.path, query, self.headers, body)))

        def _tell(self, answer: Told) -> None:
            if answer.cut == 0:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body[: answer.cut])
            self.close_connection = self.close_connection or answer.cut is not None

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda request, address: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        scheme = "https" if context is not None else "http"
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
