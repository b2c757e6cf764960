"""The web shop of the sample: a real HTTP server with tokens, pages, filters and a rate limit.

    GET /api/status
    GET /api/customers?updated_since=…&updated_until=…&limit=…&cursor=…      (and /api/orders)

Every request needs `Authorization: Bearer TOKEN`. An answer is {"items": […], "next": cursor or
null}. Too many requests are answered 429 with Retry-After. `python -m crmsync.demo.shop FOLDER`
opens the shop again for later runs.
"""

from __future__ import annotations

import argparse
import base64
import hmac
import json
import sys
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
BIGGEST_PAGE = 250
BURST, PER_SECOND = 10, 8.0
PORT = 8765
"""Where the shop answers when it is opened again by hand."""


class Limit:
    """A bucket of `burst` requests that refills with `rate` a second; one for the whole shop."""

    def __init__(
        self, *, burst: int = BURST, rate: float = PER_SECOND, clock: Callable[[], float]
    ) -> None:
        self._burst, self._rate, self._clock = burst, rate, clock
        self._left, self._seen = float(burst), clock()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """True when one more request is allowed now."""
        with self._lock:
            now = self._clock()
            self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
            self._seen = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


class Shop(ThreadingHTTPServer):
    """The server; `data` maps "customers" and "orders" to records sorted by (updated_at, id).

    `now` is the shop's own clock, told in every answer's Date header. `refused` counts the
    answers that asked for a pause.
    """

    daemon_threads = True

    def __init__(
        self,
        data: Mapping[str, Sequence[Json]],
        *,
        token: str,
        port: int = 0,
        limit: Limit | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(("127.0.0.1", port), _Desk)
        self.data, self.token, self.now = data, token, now
        self.limit = limit or Limit(clock=time.monotonic)
        self.refused = 0

    @property
    def url(self) -> str:
        """Where the shop answers, for instance "http://127.0.0.1:40123"."""
        return f"http://127.0.0.1:{self.server_port}"


class _Desk(BaseHTTPRequestHandler):
    """Answers one connection; it stays open for the next request."""

    protocol_version = "HTTP/1.1"
    # headers and body leave in two writes: without this each answer waits for a delayed ACK
    disable_nagle_algorithm = True
    server: Shop

    def do_GET(self) -> None:
        """Answer one request."""
        asked = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(asked.query).items()}
        if not hmac.compare_digest(self._token(), self.server.token):
            self._answer(HTTPStatus.UNAUTHORIZED, {"error": "token"})
        elif not self.server.limit.take():
            self.server.refused += 1
            self._answer(HTTPStatus.TOO_MANY_REQUESTS, {"error": "slow down"}, pause=1)
        elif asked.path == "/api/status":
            self._answer(HTTPStatus.OK, {"shop": "Beispiel Feinkost"})
        else:
            self._page(asked.path.removeprefix("/api/"), query)

    def _token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _page(self, kind: str, query: Mapping[str, str]) -> None:
        if kind not in self.server.data:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "no such list"})
            return
        try:
            self._answer(HTTPStatus.OK, page(self.server.data[kind], query))
        except ValueError:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": "bad parameter"})

    def _answer(self, status: HTTPStatus, content: object, *, pause: int = 0) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if pause:
            self.send_header("Retry-After", str(pause))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The shop's clock for the Date header."""
        return format_datetime(self.server.now(), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a request's address may hold personal data."""


def page(records: Sequence[Json], query: Mapping[str, str]) -> Json:
    """One page of `records`: what changed within [updated_since, updated_until), behind the cursor.

    ValueError when a parameter cannot be read.
    """
    limit = min(BIGGEST_PAGE, max(1, int(query.get("limit", BIGGEST_PAGE))))
    start = _start(records, query)
    until = _moment(query["updated_until"]) if "updated_until" in query else "~"
    stop = bisect_left(records, until, key=_changed)
    items = records[start : min(stop, start + limit)]
    more = start + limit < stop
    return {"items": items, "next": _cursor(items[-1]) if more else None}


def _start(records: Sequence[Json], query: Mapping[str, str]) -> int:
    if query.get("cursor"):
        return bisect_right(records, _position(query["cursor"]), key=_place)
    since = _moment(query["updated_since"]) if "updated_since" in query else ""
    return bisect_left(records, since, key=_changed)


def _changed(record: Json) -> str:
    return cast(str, record["updated_at"])


def _place(record: Json) -> tuple[str, str]:
    return _changed(record), record["id"]


def _moment(text: str) -> str:
    """ISO 8601 with any zone as the text the records hold; fractions of a second count as later."""
    moment = datetime.fromisoformat(text).astimezone(UTC)
    mark = "Z" if not moment.microsecond else "~"
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + mark


def _cursor(record: Json) -> str:
    return base64.urlsafe_b64encode(" ".join(_place(record)).encode()).decode()


def _position(cursor: str) -> tuple[str, str]:
    text = base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    changed, key = text.split(" ")
    return changed, key


def load(folder: Path) -> Json:
    """The shop's data as the sample wrote it into `folder`/shop."""
    return cast(Json, json.loads((folder / "shop" / "shop.json").read_text("utf-8")))


@contextmanager
def opened(shop: Shop) -> Iterator[Shop]:
    """The shop, answering in threads of this process until the block ends."""
    thread = threading.Thread(target=shop.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield shop
    finally:
        shop.shutdown()
        shop.server_close()
        thread.join()


def main(arguments: Sequence[str] | None = None) -> None:
    """Open the shop of a sample folder until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m crmsync.demo.shop", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder that `crmsync demo` built")
    parser.add_argument("--port", type=int, default=PORT)
    chosen = parser.parse_args(arguments)
    token = (chosen.folder / "shop" / "token").read_text("utf-8").strip()
    shop = Shop(load(chosen.folder), token=token, port=chosen.port)
    sys.stdout.write(f"The shop answers at {shop.url}; Ctrl-C closes it.\n")
    with shop:
        try:
            shop.serve_forever()
        except KeyboardInterrupt:
            sys.stdout.write("The shop is closed.\n")


if __name__ == "__main__":
    main()
