"""Pushing 20,000 profiles in batches of 100 to a backend that takes 20 ms for each of them.

    python -m bench.push [--profiles 20000] [--times 3] [--dlt PYTHON]

The backend bears eight requests at once and counts how many there were. Ours is a connector's
`write` under `crmsync.writeback.push`; the peer is dlt's custom destination with its default
settings. Prints requests a second of the sending (between the first request and the last, as the
backend saw them), the most at once, and checks that every profile arrived once.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BATCH, AT_ONCE, SECONDS = 100, 8, 0.02


class Seen:
    """What the backend saw."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at_once = self.most = self.requests = self.profiles = 0
        self.ids: set[Any] = set()
        self.first = self.last = 0.0

    def told(self) -> dict[str, Any]:
        """In numbers."""
        return {"requests": self.requests, "profiles": self.profiles, "different": len(self.ids),
                "most": self.most, "seconds": self.last - self.first}  # fmt: skip


def serve() -> None:
    """Take batches until killed; a GET tells what was seen and forgets it."""
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            began = time.perf_counter()
            with seen.lock:
                seen.first = seen.first or began
                seen.at_once += 1
                seen.most = max(seen.most, seen.at_once)
            batch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(max(0.0, SECONDS - (time.perf_counter() - began)))
            with seen.lock:
                seen.at_once -= 1
                seen.requests += 1
                seen.profiles += len(batch)
                seen.ids.update(one["id"] for one in batch)
                seen.last = time.perf_counter()
            self._answer({"results": [{"id": one["id"], "status": "ok"} for one in batch]})

        def do_GET(self) -> None:
            told = seen.told()
            seen.__init__()  # type: ignore[misc]
            self._answer(told)

        def _answer(self, told: Any) -> None:
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


@contextmanager
def backend() -> Iterator[str]:
    """The URL of a backend in a process of its own."""
    command = [sys.executable, "-m", "bench.push", "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def profiles(count: int) -> Iterator[dict[str, Any]]:
    """Profiles as they are pushed, with invented people."""
    for number in range(count):
        yield {
            "id": number,
            "given_name": "Jürgen",
            "family_name": f"Köhler-{number}",
            "email": f"kunde{number}@example.org",
            "city": "Köln",
            "orders": number % 40,
        }


def ours(url: str, count: int) -> None:
    """By a connector's `write`, as many at once as the backend bears."""
    from crmsync.http import Client
    from crmsync.http.writing import ordered
    from crmsync.model.intent import Intent, Result, done, refused
    from crmsync.model.stream import Capabilities
    from crmsync.writeback import push

    class Shop:
        def __init__(self) -> None:
            self.client = Client(url)

        def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
            answer = self.client.post("/profiles", json=[one.fields for one in intents])
            return ordered(intents, answer.data["results"], read)

    def read(intent: Intent, told: Any) -> Result:
        return done(intent, told["id"]) if told["status"] == "ok" else refused(intent, "refused")

    capabilities = Capabilities(writes=("save",), batch=BATCH, at_once=AT_ONCE)
    wanted = (
        Intent(id=str(one["id"]), key=str(one["id"]), external_id=str(one["id"]), fields=one)
        for one in profiles(count)
    )
    results = list(push(Shop(), capabilities, wanted))
    sys.exit(not all(one.outcome == "done" for one in results))


def dlt(url: str, count: int, folder: Path) -> None:
    """By dlt's custom destination, batches of the same size, its own settings."""
    import dlt as peer
    import requests

    session = requests.Session()

    @peer.destination(batch_size=BATCH)  # type: ignore[untyped-decorator]
    def shop(items: Any, table: Any) -> None:
        session.post(f"{url}/profiles", json=items).raise_for_status()

    pipeline = peer.pipeline("bench", pipelines_dir=str(folder), destination=shop)
    pipeline.run(peer.resource(profiles(count), name="profiles"))


def told(url: str) -> dict[str, Any]:
    """What the backend saw since it was last asked."""
    with urllib.request.urlopen(url) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def compare(count: int, times: int, python: str) -> None:
    """Both in turn; prints the best of each, for the sleeping is the same in all."""
    rates: dict[str, list[float]] = {"crmsync": [], "dlt": []}
    most: dict[str, int] = {}
    with backend() as url, tempfile.TemporaryDirectory() as scratch:
        for number in range(times):
            for name in list(rates):
                command = [sys.executable if name == "crmsync" else python, "-m", "bench.push",
                           "--push", name, url, str(count), f"{scratch}/{number}"]  # fmt: skip
                if subprocess.run(command, capture_output=True).returncode:
                    rates.pop(name)
                    print(f"{name}: not found, or failed")
                    continue
                seen = told(url)
                if (seen["profiles"], seen["different"]) != (count, count):
                    raise RuntimeError(f"{name}: {seen} instead of {count} profiles")
                rates[name].append(seen["requests"] / seen["seconds"])
                most[name] = seen["most"]
    for name, found in rates.items():
        print(f"{name:8} {max(found):7.1f} requests a second, {most[name]} at once at most")
    if len(rates) == 2:
        print(f"{max(rates['crmsync']) / max(rates['dlt']):.1f} times as many")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--dlt", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--push", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
    elif options.push:
        name, url, count, folder = options.push
        ours(url, int(count)) if name == "crmsync" else dlt(url, int(count), Path(folder))
    else:
        compare(options.profiles, options.times, options.dlt)
