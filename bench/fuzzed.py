"""Gives rubbish to the real connectors and calls them as the engine does, from read to map."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from socket import socket
from typing import Any

import orjson

from bench.mutate import spoil
from crmsync.connectors.files import FilesConnector, FilesSettings, pages
from crmsync.engine.calls import Refusal, map_record, read_pages
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.errors import CrmsyncError, NotReadable, PluginError
from crmsync.hookspecs import MapsPages
from crmsync.http import Client
from crmsync.mapping import Mapper
from crmsync.model.ref import can_be_kept
from crmsync.model.stream import Connection, Page, Stream, Window
from crmsync.store.records import decoded

CUSTOMERS: dict[str, Any] = {
    "name": "customers", "kind": "customers", "key": "Nr",
    "map": {"salutation": "Anrede", "given_name": "Vorname", "family_name": "Name",
            "contacts.email": "E-Mail", "contacts.phone": "Telefon", "birth_date": "Geburt",
            "addresses.home.city": "Ort", "changed_at": "Datum",
            "consents.email.marketing": "Werbung"},
}  # fmt: skip
ORDERS: dict[str, Any] = {
    "name": "orders", "kind": "orders", "group": "Nr",
    "map": {"placed_at": "Datum"},
    "lines": {"sku": "Artikel", "amount": "Betrag"},
}  # fmt: skip
TOML = """
[crmsync]
store = "sqlite:///store.db"
[controllers.muster]
name = "Muster GmbH"
[connections.files]
connector = "files"
controller = "muster"
"""
SUFFIX = {"csv": ".csv", "jsonl": ".jsonl", "json": ".json", "parquet": ".parquet",
          "excel": ".xlsx"}  # fmt: skip
PAGE = 5
"""Records on a page: few, so that small files have many pages."""
STEPS = 100_000
"""More pages than this come out of no file of ours."""


def small_pages() -> None:
    """Let this process cut files into small pages."""
    pages.PAGE, pages.PAGE_ROWS = PAGE, 3 * PAGE


def read_file(folder: Path, reader: str, content: bytes, chance: random.Random) -> None:
    """Check, read and map one file; raises what should not come out of a connector."""
    path = folder / f"f{SUFFIX[reader]}"
    path.write_bytes(content)
    settings = _stream(path.name, chance)
    made = FilesSettings.model_validate({"streams": [settings]})
    connector = FilesConnector(made, Connection(name="files", controller="muster",
                                                base=str(folder)))  # fmt: skip
    with suppress(CrmsyncError):
        connector.check()
    (stream,) = connector.streams()
    places = read_on(connector, stream, None)
    if places:  # a run that was broken off goes on at any page
        read_on(connector, stream, orjson.loads(chance.choice(places)))
    if chance.random() < 0.02:
        run_whole(folder, settings)


def warm_up(folder: Path, reader: str, good: bytes) -> None:
    """A whole run over a good file: everything is loaded that a run loads."""
    (folder / f"f{SUFFIX[reader]}").write_bytes(good)
    run_whole(folder, {**CUSTOMERS, "path": f"f{SUFFIX[reader]}"})
    import duckdb  # which a run loads with pyarrow once a customer has bought something

    duckdb.connect().execute("SELECT 1").to_arrow_table()


def _stream(path: str, chance: random.Random) -> dict[str, Any]:
    """The settings of a stream over one file, of one of the kinds that there are."""
    own = {**(ORDERS if chance.random() < 0.25 else CUSTOMERS), "path": path}
    own["deletes"] = chance.choice(("none", "missing"))
    if "group" not in own and chance.random() < 0.2:
        own["key"] = ["Nr", "Name"]
    if chance.random() < 0.2:
        own["encoding"] = chance.choice(("utf-8", "cp1252", "utf-16", "utf-16-be", "ascii"))
    return own


def read_on(connector: Any, stream: Stream, position: Any) -> list[bytes]:
    """Read and map from `position` on; gives the position after each page."""
    places: list[bytes] = []
    try:
        for page in read_pages(connector, stream, Window(), position):
            places.append(orjson.dumps(page.next_position))
            _judge(connector, stream, page)
            if len(places) > STEPS:
                raise AssertionError("reading does not come to an end")
    except PluginError as error:
        raise error.__cause__ or error from None
    except CrmsyncError:
        pass
    return places


def _judge(connector: Any, stream: Stream, page: Page) -> None:
    """Map a page at once and record by record; the places must be such as a store can keep."""
    raws = _decoded(page)
    if isinstance(connector, MapsPages):
        connector.map_page(stream, raws)
    for raw in raws:
        found = map_record(connector, stream, raw)
        if isinstance(found, Refusal) and found.code == "mapper":
            list(connector.map(stream, raw))  # what the mapper raised comes out here
    if not all(can_be_kept(one.place) and can_be_kept(one.reason) for one in page.unreadable):
        raise AssertionError("a place or reason that no store can keep")


def _decoded(page: Page) -> list[Any]:
    """The records as normalize is given them; payloads that say nothing are parked before."""
    if len(page.payloads) != len(page.records) or None in page.payloads:
        return list(page.records)
    found = [decoded(payload) for payload in page.payloads]
    return [record for record in found if record is not None]


def run_whole(folder: Path, settings: dict[str, Any]) -> None:
    """A whole run into a store of its own; no failure in its report may be a bug of ours."""
    streams = f"streams = {_toml([settings])}\n"
    (folder / "crmsync.toml").write_text(TOML + streams, encoding="utf-8")
    for left in folder.glob("*store*"):
        left.unlink()
    with open_project(folder) as project:
        report = sync(project, as_of="2026-11-21")
    for failure in report.failures:
        if failure.code in ("plugin", "error", "sums"):
            raise AssertionError(f"the run says: {failure.message}")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{name}" = {_toml(one)}' for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return orjson.dumps(value).decode()


HEAD = (
    b"HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 09:30:00 GMT\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n%s\r\n"
)
EXTRA = (
    b"Retry-After: 30\r\n", b"Retry-After: \xb2\r\n", b"Retry-After: " + b"9" * 400 + b"\r\n",
    b"Retry-After: Mon, 01 Jan 0001 00:00:00 +2300\r\n", b"Content-Encoding: gzip\r\n",
    b"Content-Encoding: deflate\r\n", b"Content-Encoding: br\r\n", b"Location: http://[/\r\n",
    b"Set-Cookie: a=b; Max-Age=x\r\n", b"Content-Type: text/html; charset=\xff\r\n",
    b"Date: Fri, 31 Dec 9999 23:59:59 -2300\r\n", b"Transfer-Encoding: chunked\r\n", b"X" * 200_000,
)  # fmt: skip
STATUS = (b"200 OK", b"204 No Content", b"301 Moved", b"403 No", b"429 Wait", b"503 Wait", b"999 ?",
          b"100 Continue", b"20 OK", b"")  # fmt: skip


class Backend:
    """A server on this machine that gives every request the same bytes and hangs up."""

    def __init__(self) -> None:
        self.answer = b""
        self._socket = socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(16)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                try:
                    connection.recv(65_536)
                    connection.sendall(self.answer)
                except OSError:  # the client has read enough
                    pass


class Shop:
    """A connector as its author writes one: a page a request, each record through a mapping."""

    name = "shop"

    def __init__(self, url: str) -> None:
        self._http = Client(url, timeout=2.0, attempts=2, sleep=lambda _: None)
        self._mapper = Mapper("customers", CUSTOMERS["map"], where="shop, customers")

    def read(self, _stream: Stream, _window: Window, _position: Any) -> Any:
        """One page, and the backend's clock."""
        answer = self._http.get("/customers")
        if not isinstance(answer.data, list):
            raise NotReadable("the answer is no list.")
        told = answer.server_time
        records = [row for row in answer.data if isinstance(row, dict)]
        yield Page(records=records, next_position=told and told.isoformat())

    def map(self, _stream: Stream, raw: Any) -> Any:
        """The customer."""
        return self._mapper(raw)

    def map_page(self, _stream: Stream, raws: Sequence[Any]) -> Any:
        """The customers."""
        return self._mapper.page(raws)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


CUSTOMER_STREAM = Stream(name="customers", kind="customers", key="Nr")


def read_http(backend: Backend, good: bytes, chance: random.Random) -> None:
    """Read and map one answer; the body or the whole answer is spoilt."""
    backend.answer = spoilt_answer(good, chance)
    connector = Shop(backend.url)
    try:
        read_on(connector, replace(CUSTOMER_STREAM), None)
    finally:
        connector.close()


def spoilt_answer(good: bytes, chance: random.Random) -> bytes:
    """The bytes of an answer, spoilt in its body, its head, or somewhere."""
    body = spoil(good, chance) if chance.random() < 0.8 else good
    extra = chance.choice(EXTRA) if chance.random() < 0.3 else b""
    answer = HEAD % (len(body), extra) + body
    if chance.random() < 0.3:
        answer = answer.replace(b"200 OK", chance.choice(STATUS), 1)
    return spoil(answer, chance, most=1) if chance.random() < 0.2 else answer
