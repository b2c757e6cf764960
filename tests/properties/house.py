"""A retailer with two backends in memory that change in every way a backend can change.

What a mapper tells of a record is always the same set of fields: what is left out would keep its
old value, and then the result would rightly depend on what was told before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel

from crmsync.engine.project import Project, open_project
from crmsync.errors import RecordError, Unreachable
from crmsync.hookspecs import CONTRACT, hookimpl
from crmsync.model.stream import Capabilities, Connection, Page, Stream, Window
from crmsync.model.told import (
    AnyTold,
    ToldConsent,
    ToldContact,
    ToldCustomer,
    ToldDelivery,
    ToldLine,
    ToldOrder,
    ToldProduct,
    ToldReturn,
)
from tests.engine import backend
from tests.engine.backend import NoSettings

Row = dict[str, Any]
KINDS = ("products", "customers", "orders", "returns")
Mode = Literal["snapshot", "log"]
NOBODY: Row = dict.fromkeys(("given", "family", "born", "junior", "email", "greeting", "said"))
PLAIN_ORDER: Row = {"customer": None, "at": "2026-10-01T10:00:00+02:00",
                    "lines": [("TEE", "5.00")]}  # fmt: skip


@dataclass
class Backend:
    """What one backend holds, and how it answers the next read.

    `mode` "snapshot" tells everything each time and what is absent is gone; "log" tells what
    changed since the last position, deletes by name. `merged` are pairs of customers, the loser
    first, which stays a record of its own.
    """

    mode: Mode = "snapshot"
    rows: dict[str, dict[str, Row]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    log: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    merged: list[tuple[str, str]] = field(default_factory=list)
    version: str = "1"
    page: int = 100
    order: Sequence[str] = KINDS
    backwards: bool = False
    fails_after: int | None = None

    def put(self, kind: str, row: Row) -> None:
        """Create or change a record."""
        self.rows[kind][row["id"]] = row
        self.log[kind].append(row["id"])

    def drop(self, kind: str, name: str) -> Row:
        """Delete a record; gives it."""
        self.log[kind].append(name)
        return self.rows[kind].pop(name)

    def merge(self, loser: str, winner: str) -> None:
        """Say from now on that one customer was merged into another."""
        self.merged.append((loser, winner))
        self.log["customers"] += [loser, winner]

    def mend(self) -> None:
        """Make good what is spoilt, and let everything be there that is named."""
        for kind, rows in self.rows.items():
            for row in [one for one in rows.values() if "bad" in one]:
                self.put(kind, {key: one for key, one in row.items() if key != "bad"})
        for name in {row["order"] for row in self.rows["returns"].values()} - {
            *self.rows["orders"]
        }:
            self.put("orders", {**PLAIN_ORDER, "id": name})
        named = {row["customer"] for row in self.rows["orders"].values()} - {None}
        for name in sorted(named - {*self.rows["customers"]}):
            self.put("customers", {**NOBODY, "id": name})

    def pages(self, kind: str, position: Any) -> Iterator[Page]:
        """The pages of a stream; Unreachable between two of them when that is asked for."""
        found = self._changed if self.mode == "log" else self._everything
        for number, page in enumerate(found(kind, position or 0)):
            if self.fails_after is not None and number >= self.fails_after:
                raise Unreachable("the backend does not answer.")
            yield page

    def _everything(self, kind: str, start: int) -> Iterator[Page]:
        rows = list(self.rows[kind].values())[:: -1 if self.backwards else 1]
        for place in range(start, len(rows), self.page):
            end = place + self.page
            yield Page(records=rows[place:end], next_position=end, source=kind)
        merged = self.merged if kind == "customers" else ()
        yield Page(merged=merged, next_position=len(rows), source=kind, whole=not start)

    def _changed(self, kind: str, start: int) -> Iterator[Page]:
        log, rows = self.log[kind], self.rows[kind]
        for place in range(start, len(log), self.page):
            names = list(dict.fromkeys(log[place : place + self.page]))
            yield Page(
                records=[rows[name] for name in names if name in rows],
                deleted=[name for name in names if name not in rows],
                merged=[pair for pair in self.merged if kind == "customers" and {*pair} & {*names}],
                next_position=min(place + self.page, len(log)),
                source=kind,
            )


def connector(house: Mapping[str, Backend]) -> type:
    """A connector class that reads from the backend of its connection's name."""

    class Memory:
        name: ClassVar[str] = "memory"
        contract: ClassVar[int] = CONTRACT
        settings: ClassVar[type[BaseModel]] = NoSettings
        capabilities: ClassVar[Capabilities] = Capabilities()
        mapper_version: ClassVar[str] = "1"

        def __init__(self, _settings: Any, connection: Connection) -> None:
            self._backend = house[connection.name]

        def check(self) -> None:
            pass

        def streams(self) -> Sequence[Stream]:
            whole = self._backend.mode == "snapshot"
            how: Any = {"deletes": "missing" if whole else "tombstone",
                        "cursor": "snapshot" if whole else "log"}  # fmt: skip
            kinds: Sequence[Any] = self._backend.order
            return [Stream(name=kind, kind=kind, **how) for kind in kinds]

        def read(self, stream: Stream, _window: Window, position: Any) -> Iterator[Page]:
            return self._backend.pages(stream.name, position)

        def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[AnyTold]:
            return MAP[stream.name](raw, self._backend.version)

        def fingerprint(self, _stream: Stream) -> str:
            return self._backend.version

        def close(self) -> None:
            pass

    return Memory


def _customer(raw: Mapping[str, Any], version: str) -> Iterable[AnyTold]:
    """Version 2 knows suffixes; version 3 takes no interest in customers without an address."""
    if raw.get("bad"):
        raise RecordError("is no date", field="birth_date")
    if version == "3" and not raw["email"]:
        return
    yield ToldCustomer(
        given_name=raw["given"], family_name=raw["family"], birth_date=raw["born"],
        name_suffix="jun." if version == "2" and raw["junior"] else None,
        contacts=(ToldContact(channel="email", value=raw["email"]),) if raw["email"] else (),
        consents=tuple(_consents(raw)),
    )  # fmt: skip


def _consents(raw: Mapping[str, Any]) -> Iterator[ToldConsent]:
    """Each with a proof of its own: an old proof told again lifts no restriction that came between,
    which only a store that has seen the first telling can know."""
    if raw["greeting"]:
        yield ToldConsent(
            channel="till_greeting", purpose="greeting", state=raw["greeting"], at=raw["said"],
            evidence=f"Kundenkarte, unterschrieben {raw['said']}",
        )  # fmt: skip


def _order(raw: Mapping[str, Any], version: str) -> Iterable[AnyTold]:
    """Version 2 knows that a delivery was promised."""
    if raw.get("bad"):
        raise RecordError("is no number", field="amount")
    lines = tuple(ToldLine(sku=sku, amount=amount, tax_rate=7) for sku, amount in raw["lines"])
    yield ToldOrder(number=raw["id"], customer=raw["customer"], placed_at=raw["at"], lines=lines)
    if version == "2":
        yield ToldDelivery(promised_on=raw["at"][:10])


def _return(raw: Mapping[str, Any], _version: str) -> Iterable[AnyTold]:
    line = ToldLine(sku="KAFFEE", amount=raw["amount"], tax_rate=7)
    yield ToldReturn(order=raw["order"], returned_at=raw["at"], lines=(line,))


def _product(raw: Mapping[str, Any], version: str) -> Iterable[AnyTold]:
    category = f"{raw['category']} {version}" if version == "2" else raw["category"]
    yield ToldProduct(sku=raw["id"], name=raw["id"].title(), category=category)


MAP = {"customers": _customer, "orders": _order, "returns": _return, "products": _product}

CONFIG = f"""{backend.CONFIG}
[connections.kasse]
connector = "memory"
controller = "muster"
"""
CONNECTIONS = ("shop", "kasse")


def project(folder: Path, house: Mapping[str, Backend]) -> Any:
    """The open project of a folder whose connections read from `house`."""

    class Plugin:
        @hookimpl
        def crmsync_register_connectors(self, register: Any) -> None:
            register(connector(house))

    config = folder / "crmsync.toml"
    if not config.exists():
        config.write_text(CONFIG.format(url="sqlite:///store.db"), encoding="utf-8")
    return open_project(folder, plugins=[Plugin()])


__all__ = ["CONNECTIONS", "KINDS", "Backend", "Project", "project"]
