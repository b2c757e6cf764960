"""A real HTTP server on a bad day: 500, 429, HTML instead of JSON, dates in the future."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from pydantic import BaseModel

from crmsync.engine.project import Project, open_project
from crmsync.engine.sync import sync
from crmsync.hookspecs import CONTRACT, hookimpl
from crmsync.http import Client
from crmsync.model.stream import Capabilities, Connection, Page, Stream, Window
from crmsync.model.told import ToldContact, ToldCustomer
from crmsync.store import records, tables

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
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

Answer = tuple[int, dict[str, str], bytes]


class Web:
    """What the server answers: pages of customers, unless `faults` has something worse."""

    def __init__(self) -> None:
        self.people = [{"id": n, "name": f"Nachname{n}", "at": "2026-11-01T00:00:00+00:00"}
                       for n in range(30)]  # fmt: skip
        self.faults: list[Answer] = []
        self.asked: list[dict[str, list[str]]] = []

    def answer(self, path: str) -> Answer:
        query = parse_qs(urlsplit(path).query)
        self.asked.append(query)
        if len(self.asked) > 1 and self.faults:
            return self.faults.pop(0)
        start = int(query.get("start", ["0"])[0])
        since = query.get("since", [""])[0]
        rows = [row for row in self.people if str(row["at"]) >= since][start : start + 10]
        return 200, {"Content-Type": "application/json"}, json.dumps(rows).encode()


@pytest.fixture
def web() -> Iterator[Web]:
    content = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = content.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    content.url = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    yield content
    server.shutdown()
    thread.join()
    server.server_close()


class Settings(BaseModel):
    url: str


class WebConnector:
    name: ClassVar[str] = "web"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = Settings
    capabilities: ClassVar[Capabilities] = Capabilities(server_time=True)
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: Settings, connection: Connection) -> None:
        self.client = Client(settings.url, attempts=3, sleep=lambda seconds: None)

    def check(self) -> None:
        self.client.get("/customers")

    def server_time(self) -> datetime:
        return NOW

    def streams(self) -> list[Stream]:
        return [Stream(name="customers", kind="customers", cursor="timestamp")]

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        start = position or 0
        while True:
            query = {"start": start}
            if window.since:
                query["since"] = window.since.isoformat()
            rows = self.client.get("/customers", params=query).data
            start += len(rows)
            yield Page(records=rows, next_position=start, source="/customers")
            if len(rows) < 10:
                return

    def map(self, stream: Stream, raw: Any) -> Iterator[ToldCustomer]:
        mail = ToldContact(channel="email", value=f"kunde{raw['id']}@example.org")
        yield ToldCustomer(family_name=raw["name"], contacts=(mail,))

    def close(self) -> None:
        self.client.close()


class Plugin:
    @hookimpl
    def crmsync_register_connectors(self, register: Callable[[Any], None]) -> None:
        register(WebConnector)


@pytest.fixture
def project(tmp_path: Path, web: Web) -> Iterator[Project]:
    url = web.url  # type: ignore[attr-defined]
    (tmp_path / "crmsync.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
    with open_project(tmp_path, plugins=[Plugin()]) as opened:
        yield opened


def landed(project: Project) -> int:
    with project.store.read() as work:
        return int(work.scalar(sa.select(sa.func.count()).select_from(tables.record)))


def run(project: Project) -> Any:
    return sync(project, as_of="2026-11-21", now=NOW)


@pytest.mark.parametrize(
    "faults",
    [
        [(500, {}, b"oops"), (503, {}, b"later")],
        [(429, {"Retry-After": "1"}, b"slow down")],
        [(429, {"Retry-After": "Sat, 21 Nov 2026 09:00:01 GMT"}, b"slow down")],
    ],
)
def test_what_passes_is_waited_for(project: Project, web: Web, faults: list[Answer]) -> None:
    web.faults = faults
    assert run(project).exit_code() == 0
    assert landed(project) == 30


def test_a_server_that_stays_down_keeps_what_came_and_goes_on_there(
    project: Project, web: Web
) -> None:
    web.faults = [(500, {}, b"oops")] * 3
    report = run(project)
    assert report.exit_code() == 1
    assert landed(project) == 10
    asked = len(web.asked)
    assert run(project).exit_code() == 0
    assert landed(project) == 30
    assert web.asked[asked]["start"] == ["10"]


def test_html_instead_of_json_is_said_and_moves_no_cursor(project: Project, web: Web) -> None:
    html = b"<html><body>Anna Beispiel, anna@example.org: login</body></html>"
    web.faults = [(200, {"Content-Type": "text/html"}, html)] * 3
    report = run(project)
    assert report.exit_code() == 1
    assert report.failures[0].code == "not-readable"
    assert "anna@example.org" not in str(report.as_json())
    assert run(project).exit_code() == 0
    assert landed(project) == 30


def test_too_long_a_pause_is_budget_spent(project: Project, web: Web) -> None:
    web.faults = [(429, {"Retry-After": "86400"}, b"tomorrow")]
    assert run(project).exit_code() == 5
    assert run(project).exit_code() == 0


def test_the_cursor_does_not_follow_a_date_in_the_future(project: Project, web: Web) -> None:
    web.people[3]["at"] = "2031-01-01T00:00:00+00:00"
    assert run(project).exit_code() == 0
    with project.store.read() as work:
        (row,) = records.all_streams(work).values()
    assert row.state["done"].startswith("2026-11-21T09:00:00")
    web.people.append({"id": 99, "name": "Neu", "at": "2026-11-22T00:00:00+00:00"})
    assert run(project).exit_code() == 0
    assert landed(project) == 31
