"""A run over HTTP is killed: the next goes on behind the last commit, and asks for little twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crmsync.engine.extract import AHEAD, LEAST
from crmsync.engine.project import open_project
from crmsync.engine.stages import BATCH
from crmsync.store import records

SIZE, LAST = 100, 150
"""Records of a page, and the number of the last page."""
CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.muster]
name = "Muster GmbH"
[connections.web]
connector = "web"
controller = "muster"
url = "{url}"
"""
PLUGIN = '''
"""Reads customers by a cursor that the shop may forget."""

from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import BackendError
from crmsync.hookspecs import CONTRACT, hookimpl
from crmsync.http import Client
from crmsync.http.reading import Expired, by_cursor
from crmsync.model.stream import Capabilities, Stream
from crmsync.model.told import ToldCustomer


class Settings(BaseModel):
    url: str


class Web:
    name: ClassVar = "web"
    contract: ClassVar = CONTRACT
    settings: ClassVar = Settings
    capabilities: ClassVar = Capabilities()
    mapper_version: ClassVar = "1"

    def __init__(self, settings, connection):
        self.client = Client(settings.url)

    def check(self):
        self.page(None)

    def page(self, cursor, since=""):
        found = self.client.get("/page", params={"cursor": cursor or "", "since": since},
                                accept=(410,))
        if found.status == 410:
            raise Expired("the shop forgot the cursor.")
        return found

    def streams(self):
        return [Stream(name="customers", kind="customers", cursor="timestamp")]

    def read(self, stream, window, position):
        since = window.since.isoformat() if window.since else ""
        return by_cursor(lambda cursor: self.page(cursor, since), position,
                         records="items", cursor="next")

    def map(self, stream, raw):
        return [ToldCustomer(family_name=raw["name"])]

    def close(self):
        self.client.close()


@hookimpl
def crmsync_register_connectors(register):
    register(Web)
'''


class Shop:
    """Gives out pages, tells who asked for which, and forgets the cursors of its first life."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str]] = []
        self.stop_at, self.life, self.base = -1, "a", 0
        self.reached = threading.Event()

    def answer(self, query: dict[str, list[str]]) -> tuple[int, Any]:
        life, _, number = query.get("cursor", [""])[0].partition("-")
        if life and life != self.life:
            return 410, {"error": "this cursor is no longer known"}
        page = int(number or 0)
        self.asked.append((page, query.get("since", [""])[0]))
        if page == self.stop_at:
            self.reached.set()
            return 503, {}
        items = [{"id": self.base + page * SIZE + place, "name": f"Muster{place}"}
                 for place in range(SIZE)]  # fmt: skip
        return 200, {"items": items, "next": f"{self.life}-{page + 1}" if page < LAST else None}


@pytest.fixture
def shop() -> Iterator[tuple[Shop, str]]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            status, told = shop.answer(query)
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """The test's output is not the place for it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield shop, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _run(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "crmsync", "-p", str(folder), "sync"],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip


def _killed(folder: Path, shop: Shop) -> list[tuple[int, str]]:
    """What was asked by a run that is killed when it asks for a late page."""
    process = _run(folder)
    assert shop.reached.wait(120)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    asked, shop.asked = shop.asked, []
    shop.stop_at = -1
    return asked


def _committed(folder: Path) -> Any:
    with open_project(folder) as project, project.store.read() as work:
        (row,) = records.streams_of(work, "web")
        return row.state


def _well(folder: Path) -> None:
    told, _ = (process := _run(folder)).communicate()
    assert process.returncode == 0, told.decode()


@pytest.fixture
def project(shop: tuple[Shop, str], tmp_path: Path) -> Path:
    (tmp_path / "crmsync.toml").write_text(CONFIG.format(url=shop[1]))
    (tmp_path / "crmsync_plugins.py").write_text(PLUGIN)
    return tmp_path


@pytest.mark.slow
def test_the_next_run_asks_for_the_page_behind_the_last_commit(
    shop: tuple[Shop, str], project: Path
) -> None:
    shop[0].stop_at = 120
    before = _killed(project, shop[0])
    _, _, place = _committed(project)["position"]["after"].partition("-")
    _well(project)
    pages = [page for page, _ in shop[0].asked]
    assert int(place) > 0
    assert pages == list(range(int(place), LAST + 1))
    again = len({page for page, _ in before} & set(pages))
    assert again * SIZE <= BATCH + AHEAD * SIZE / (SIZE + LEAST) + 3 * SIZE


@pytest.mark.slow
def test_a_page_token_that_ended_restarts_its_window_and_not_the_stream(
    shop: tuple[Shop, str], project: Path
) -> None:
    _well(project)
    shop[0].asked.clear()
    shop[0].stop_at, shop[0].base = 120, 1_000_000  # the pages of the second window
    before = _killed(project, shop[0])
    shop[0].life = "b"
    _well(project)
    begins = {since for _, since in before}
    assert len(begins) == 1
    assert "" not in begins
    assert shop[0].asked == [(page, *begins) for page in range(LAST + 1)]
