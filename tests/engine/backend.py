"""A backend in memory for engine tests: records that change, vanish, come back, or are bad."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import orjson
from pydantic import BaseModel

from crmsync.engine.project import Project, open_project
from crmsync.errors import CrmsyncError
from crmsync.hookspecs import CONTRACT, hookimpl
from crmsync.model.stream import (
    Capabilities,
    Connection,
    Page,
    Stream,
    Unreadable,
    Window,
)
from crmsync.model.told import AnyTold, ToldConsent, ToldContact, ToldCustomer, ToldLine, ToldOrder
from crmsync.model.undecoded import Undecoded

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class NoSettings(BaseModel):
    """The backend in memory needs none."""


class Content:
    """What the backend holds; tests change it between runs."""

    def __init__(self) -> None:
        self.customers: dict[str, dict[str, Any]] = {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.unreadable: list[Unreadable] = []
        self.merged: list[tuple[str, str]] = []
        self.fails: CrmsyncError | Exception | None = None
        self.clock = NOW
        self.page = 100
        self.takes = 0.0  # seconds that a page takes
        self.deletes: Any = "missing"
        self.cursor: Any = "snapshot"
        self.version = "1"
        self.undecoded = False  # records are given on as the bytes they came in
        self.windows: list[Window] = []

    def person(self, number: int, **fields: Any) -> None:
        """Put a customer with this number there."""
        row = {"id": str(number), "given": f"Vorname{number}", "family": f"Nachname{number}",
               "email": f"kunde{number}@example.org"}  # fmt: skip
        self.customers[str(number)] = {**row, **fields}

    def sale(self, number: int, customer: int | None, **fields: Any) -> None:
        """Put an order there."""
        row = {"id": str(number), "customer": None if customer is None else str(customer),
               "at": "2026-10-01T10:00:00+02:00", "amount": "19.90", "sku": "KAFFEE"}  # fmt: skip
        self.orders[str(number)] = {**row, **fields}


def connector(content: Content) -> type:
    """A connector class that reads from `content`."""

    class Memory:
        name: ClassVar[str] = "memory"
        contract: ClassVar[int] = CONTRACT
        settings: ClassVar[type[BaseModel]] = NoSettings
        capabilities: ClassVar[Capabilities] = Capabilities(server_time=True)
        mapper_version: ClassVar[str] = "1"

        def __init__(self, settings: Any, connection: Connection) -> None:
            self.mapper_version = content.version  # type: ignore[misc]

        def check(self) -> None:
            if isinstance(content.fails, CrmsyncError):
                raise content.fails

        def server_time(self) -> datetime:
            return content.clock

        def streams(self) -> Sequence[Stream]:
            common = {"deletes": content.deletes, "cursor": content.cursor}
            return (
                Stream(name="orders", kind="orders", **common),
                Stream(name="customers", kind="customers", **common),
            )

        def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
            content.windows.append(window)
            rows = list(getattr(content, stream.name).values())
            start = position or 0
            while start < len(rows):
                end = start + content.page
                time.sleep(content.takes)
                some: Any = rows[start:end]
                if content.undecoded:
                    some = Undecoded(list(map(orjson.dumps, some)))
                yield Page(records=some, next_position=end, source=stream.name)
                start = end
                if content.fails is not None:
                    raise content.fails
            yield Page(
                unreadable=content.unreadable if stream.name == "customers" else (),
                merged=content.merged if stream.name == "customers" else (),
                source=stream.name,
                whole=not position,
            )

        def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[AnyTold]:
            return [_customer(raw)] if stream.name == "customers" else [_order(raw)]

        def close(self) -> None:
            pass

    return Memory


def _customer(raw: Mapping[str, Any]) -> ToldCustomer:
    email = raw["email"]
    contacts = (ToldContact(channel="email", value=email),) if email else ()
    more = {key: raw[key] for key in ("birth_date", "salutation") if key in raw}
    if "greeting" in raw:
        yes = ToldConsent(
            channel="till_greeting", purpose="greeting", state=raw["greeting"],
            at="2026-01-02T10:00:00+01:00", evidence="Text v4",
        )  # fmt: skip
        more["consents"] = (yes,)
    return ToldCustomer(
        given_name=raw["given"], family_name=raw["family"], contacts=contacts, **more
    )


def _order(raw: Mapping[str, Any]) -> ToldOrder:
    return ToldOrder(
        number=raw["id"],
        customer=raw["customer"],
        placed_at=raw["at"],
        lines=(ToldLine(sku=raw["sku"], amount=raw["amount"], tax_rate=7),),
    )


def plugin(content: Content) -> object:
    """A plugin that registers the connector of `content`."""

    class Plugin:
        @hookimpl
        def crmsync_register_connectors(self, register: Any) -> None:
            register(connector(content))

    return Plugin()


CONFIG = """
[crmsync]
store = "{url}"
[controllers.muster]
name = "Muster GmbH"
[connections.shop]
connector = "memory"
controller = "muster"
"""


def project(folder: Path, url: str, content: Content, *more: object) -> Any:
    """The open project of a folder whose only connection reads from `content`."""
    (folder / "crmsync.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
    return open_project(folder, plugins=[plugin(content), *more])


__all__ = ["NOW", "Content", "Project", "connector", "plugin", "project"]
