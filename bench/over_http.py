"""Unchanged records over HTTP, beside a loop of httpx and orjson over the same pages.

    python -m bench.over_http [--records 100000] [--times 3]

A server in a process of its own answers with pages of 250 customers of 1 kB. Ours is a connector
as an integrator writes it with `crmsync.http`: once with each answer decoded, and once with
`undecoded`, which leaves the records as they came. The floor reads every page and decodes it. CPU
seconds of the client alone; the start of each program (a single page) is counted apart too.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson

from bench import data
from bench.measure import Figures, in_turn, run

PAGE = 250
CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.bench]
name = "Bench GmbH"
[connections.shop]
connector = "shop"
controller = "bench"
url = "{url}"
"""
PLUGIN = """
from typing import Any, ClassVar

from pydantic import BaseModel

from crmsync.hookspecs import CONTRACT, hookimpl
from crmsync.http import Client
from crmsync.model.stream import Capabilities, Page, Stream
from crmsync.model.told import ToldCustomer


class Settings(BaseModel):
    url: str


class Shop:
    name: ClassVar[str] = "shop"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = Settings
    capabilities: ClassVar[Capabilities] = Capabilities()
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: Settings, connection: Any) -> None:
        self.client = Client(settings.url)

    def check(self) -> None:
        self.client.get("/0")

    def streams(self) -> list[Stream]:
        return [Stream(name="customers", kind="customers", cursor="snapshot")]

    def read(self, stream: Stream, window: Any, position: Any) -> Any:
        place = position or 0
        while place is not None:
            page = self.client.get(f"/{place}"UNDECODED).data
            place = page["next"]
            yield Page(records=page["items"], next_position=place)

    def map(self, stream: Stream, raw: Any) -> Any:
        mail = {"channel": "email", "value": raw["email"]}
        yield ToldCustomer(
            salutation=raw["salutation"],
            given_name=raw["first_name"],
            family_name=raw["last_name"],
            contacts=[mail],
        )

    def close(self) -> None:
        self.client.close()


@hookimpl
def crmsync_register_connectors(register: Any) -> None:
    register(Shop)
"""


def serve(folder: Path, latency: float) -> None:
    """Answer with the pages of customers.jsonl until killed, each after `latency` seconds.

    The first line printed is the URL. The `link` of a page is the whole URL of the next.
    """
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = bodies[int(self.path[1:])]
            time.sleep(latency)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    lines = (folder / "customers.jsonl").read_bytes().splitlines()
    pages = [lines[start : start + PAGE] for start in range(0, len(lines), PAGE)]
    bodies += [_body(page, place, len(pages), url) for place, page in enumerate(pages)]
    print(url, flush=True)
    server.serve_forever()


def _body(page: list[bytes], place: int, pages: int, url: str) -> bytes:
    following = place + 1 if place + 1 < pages else None
    link = f"{url}/{following}" if following else None
    told = orjson.dumps({"next": following, "link": link})
    return b'{"items":[' + b",".join(page) + b"]," + told[1:]


def plain(url: str, wanted: int) -> None:
    """The floor: read every page and decode it."""
    import httpx

    client, place, found = httpx.Client(base_url=url), 0, 0
    while place is not None:
        page = orjson.loads(client.get(f"/{place}").content)
        place, found = page["next"], found + len(page["items"])
    sys.exit(found != wanted)


@contextmanager
def served(folder: Path, records: int, latency: float = 0.0) -> Iterator[str]:
    """The URL of a server with so many customers, in a process of its own."""
    folder.mkdir()
    data.write(folder, records, 0)
    command = [sys.executable, "-m", "bench.over_http", "--serve", str(folder),
               "--latency", str(latency)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def contenders(scratch: Path, url: str, records: int) -> dict[str, Callable[[Path], Figures]]:
    """The floor and ours; ours has loaded everything before."""
    found: dict[str, Callable[[Path], Figures]] = {
        "httpx + orjson": lambda _: run("bench.over_http", "--plain", url, "--records", records)
    }
    for name, undecoded in (("decoded", ""), ("undecoded", ', undecoded="items"')):
        folder = scratch / f"{name}-{records}"
        folder.mkdir()
        (folder / "crmsync.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
        plugin = PLUGIN.replace("UNDECODED", undecoded)
        (folder / "crmsync_plugins.py").write_text(plugin, encoding="utf-8")
        run("bench.synced", folder, f"new={records}")
        found[f"crmsync, {name}"] = lambda _, folder=folder: run(  # type: ignore[misc]
            "bench.synced", folder, "new=0", "changed=0", f"unchanged={records}"
        )
    return found


def measure(records: int, times: int) -> dict[str, Figures]:
    """The medians of everybody over so many records."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        with served(scratch / "served", records) as url:
            return in_turn(contenders(scratch, url, records), scratch, times=times)


def main(records: int, times: int) -> None:
    """Everybody over one page, and over all of them."""
    starts, found = measure(PAGE, times), measure(records, times)
    floor, begun = found["httpx + orjson"].cpu, starts["httpx + orjson"].cpu
    print(
        f"{records:,} unchanged records{'':2} {'CPU s':>7} {'ratio':>6} {'start':>6} {'apart':>6}"
    )
    for name, one in found.items():
        start = starts[name].cpu
        ratio, apart = one.cpu / floor, (one.cpu - start) / (floor - begun)
        print(f"{name:27} {one.cpu:7.2f} {ratio:6.2f} {start:6.2f} {apart:6.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--latency", type=float, default=0.0, help=argparse.SUPPRESS)
    parser.add_argument("--plain", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.latency)
    elif options.plain:
        plain(options.plain, options.records)
    else:
        main(options.records, options.times)
