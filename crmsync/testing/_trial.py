"""A project whose only connection reads from a fake backend; rules sync it and look what came."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from crmsync.config import FILE
from crmsync.engine.project import Project, connect, open_project
from crmsync.engine.report import Report
from crmsync.engine.sync import sync
from crmsync.hookspecs import Connector, hookimpl
from crmsync.model.ref import id_text
from crmsync.model.stream import Json, Page, Stream, Window, reach
from crmsync.store import Marker, files, marker, open_store
from crmsync.store.contents import contents, parked
from crmsync.testing._backend import FakeBackend
from crmsync.testing._guard import quickly

STORE = "store.db"
NAME = "probe"
"""The connection under test."""
WRONG = timedelta(days=2)
"""By so much the local clock is ahead of the backend's."""
Content = dict[str, dict[str, Any]]


class Broken(AssertionError):
    """A connector does not keep a rule; the message says what happened and what should have."""


class NotApplicable(Exception):
    """A rule says nothing of a connector that does not declare what it is about."""


def require(holds: object, message: str) -> None:
    """Broken with this message unless it holds."""
    if not holds:
        raise Broken(message)


@dataclass
class Reading:
    """One call of a connector's `read`, and the pages it gave."""

    stream: str
    window: Window
    position: Json
    pages: list[Page] = field(default_factory=list)


class Trial:
    """One fake backend and one project, closed together."""

    def __init__(self, kind: type[FakeBackend], folder: Path, stack: ExitStack) -> None:
        self.kind, self.folder, self._stack = kind, folder, stack
        folder.mkdir(parents=True, exist_ok=True)
        self.fake = stack.enter_context(kind())
        self.slept = stack.enter_context(quickly(self.fake))
        self.readings: list[Reading] = []
        self._others = 0
        self._own: dict[str, Any] | None = None

    def other(self) -> Trial:
        """Another backend with another project, as yet untouched."""
        self._others += 1
        return Trial(self.kind, self.folder / f"other-{self._others}", self._stack)

    @contextmanager
    def apart(self) -> Iterator[Trial]:
        """Another one that is closed at the end of the block."""
        self._others += 1
        with ExitStack() as stack:
            yield Trial(self.kind, self.folder / f"apart-{self._others}", stack)

    def filled(self, *, customers: int = 7, orders: int = 5) -> Self:
        """With customers and orders at the backend."""
        self.fake.fill(customers=customers, orders=orders)
        return self

    # the project

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Take these settings instead of the fake's own; before the project is opened."""
        self._own = dict(settings)

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The keys of the connection in crmsync.toml."""
        return dict(self.fake.settings()) if self._own is None else self._own

    @cached_property
    def project(self) -> Project:
        """The open project."""
        _furnish(self.folder)
        files.put(self.folder / FILE, self._toml().encode(), point="config")
        opened = open_project(self.folder, plugins=[_plugin(self._watched())])
        return self._stack.enter_context(opened)

    def _toml(self) -> str:
        own = "\n".join(f"{json.dumps(key)} = {_toml(value)}" for key, value in
                        self.settings.items())  # fmt: skip
        return (
            f'[crmsync]\nstore = "sqlite:///{STORE}"\n[controllers.haus]\nname = "Haus"\n'
            f"[connections.{NAME}]\nconnector = {json.dumps(self.kind.connector.name)}\n"
            f'controller = "haus"\n{own}\n'
        )

    def _watched(self) -> type[Connector]:
        readings, kind = self.readings, self.kind.connector

        class Watched(kind):  # type: ignore[valid-type,misc]
            def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
                reading = Reading(stream.name, window, position)
                readings.append(reading)
                for page in super().read(stream, window, position):
                    reading.pages.append(replace(page, records=deepcopy(list(page.records))))
                    yield page

        return Watched

    @contextmanager
    def connector(self) -> Iterator[Any]:
        """The connector as crmsync opens it."""
        opened = connect(self.project, NAME)
        try:
            yield opened
        finally:
            opened.close()

    @cached_property
    def streams(self) -> list[Stream]:
        """The streams that the connector offers and the fake has rows of."""
        with self.connector() as opened:
            return [one for one in opened.streams() if one.name in self.fake.tables]

    def those(self, holds: Callable[[Stream], object], what: str) -> list[Stream]:
        """The streams for which it holds; NotApplicable when there are none."""
        found = [one for one in self.streams if holds(one)]
        if not found:
            raise NotApplicable(f"no stream {what}")
        return found

    # syncing

    @property
    def tells_time(self) -> bool:
        """Whether the connector knows its backend's clock."""
        return callable(getattr(self.kind.connector, "server_time", None))

    def sync(self, *, later: bool = True, ahead: timedelta | None = None, **more: Any) -> Report:
        """Sync once, an hour later unless told otherwise; gives the report.

        The local clock is `ahead` of the backend's, by default where the connector tells that.
        """
        if later:
            self.fake.advance(hours=1)
        wrong = WRONG if self.tells_time else timedelta(0)
        now = self.fake.now + (wrong if ahead is None else ahead)
        report = sync(self.project, now=now, as_of="2026-11-21", behind=False, **more)
        require(not self.fake.bugs, f"the fake backend has a bug: {self.fake.bugs[:1]}")
        return report

    def clean(self, **more: Any) -> Report:
        """Sync; Broken unless all went well."""
        report = self.sync(**more)
        require(report.exit_code() == 0, f"a run without trouble ended {said(report)}")
        return report

    def until(self, stream: str) -> datetime:
        """Where the last window of a stream ended."""
        ends = [one.window.until for one in self.readings if one.stream == stream]
        require(ends and ends[-1], f"{stream} was not read by a window")
        assert ends[-1] is not None
        return ends[-1]

    # what came

    def content(self) -> Content:
        """What the store holds, record by record ("customers/7")."""
        with self.project.store.read() as work:
            return contents(work, NAME)

    def parked(self) -> list[dict[str, str]]:
        """What is set aside."""
        with self.project.store.read() as work:
            return parked(work)

    def alive(self, stream: str) -> set[str]:
        """The external ids of a stream that the store counts as there."""
        found = (name.split("/", 1) for name, one in self.content().items() if not one["deleted"])
        return {identity for name, identity in found if name == stream}

    def complete(self, *, but: Sequence[str] = ()) -> None:
        """Broken unless the store has every row of the backend, as it is there, but some."""
        for stream in self.streams:
            there = {row.id for row in self.fake.living(stream.name)} - set(but)
            alive = self.alive(stream.name)
            require(there <= alive, f"{stream.name}: {some(there - alive)} never arrived")
            if stream.deletes != "none":
                extra = alive - there - set(but)
                require(not extra, f"{stream.name}: {some(extra)} stayed though deleted")
        self.current(but=but)

    def current(self, *, but: Sequence[str] = ()) -> None:
        """Broken unless the store says of each row what the backend says now."""
        content = self.content()
        for stream in self.streams:
            path = self.fake.tables[stream.name].name
            for row in self.fake.living(stream.name) if path else ():
                if row.id in but:
                    continue
                shown = json.dumps(content[f"{stream.name}/{row.id}"], ensure_ascii=False)
                name = str(id_text(reach(row.data, path)))
                require(name in shown, f"{stream.name}/{row.id} is not what the backend says now")

    def met(self, since: int = 0, *, whole: bool = True) -> Counter[str]:
        """How often each record was read, from the `since`-th reading on.

        Without `whole` streams are left out that the engine always reads from their beginning.
        """
        keys = {one.name: one.key for one in self.streams if whole or one.deletes != "missing"}
        return Counter(
            f"{one.stream}/{id_text(reach(record, keys[one.stream]))}"
            for one in self.readings[since:]
            if one.stream in keys
            for page in one.pages
            for record in page.records
        )


def _furnish(folder: Path) -> None:
    """Put a new store into a folder; the first is made, the others are copies of it."""
    for name, content in _new_store().items():
        files.put(folder / name, content, point="config")


@cache
def _new_store() -> Mapping[str, bytes]:
    with TemporaryDirectory() as folder:
        path = Path(folder)
        open_store(f"sqlite:///{path / STORE}", marker=Marker(path / marker.NAME)).close()
        return {one.name: one.read_bytes() for one in path.iterdir()}


def _plugin(kind: type[Connector]) -> object:
    class Plugin:
        @hookimpl
        def crmsync_register_connectors(self, register: Any) -> None:
            register(kind)

    return Plugin()


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def said(report: Report) -> str:
    """How a run ended, in a few words."""
    failures = "; ".join(f"{one.where}: {one.message}" for one in report.failures[:3])
    return f"with exit code {report.exit_code()}, {report.parked} parked. {failures}".strip()


def some(names: Sequence[str] | set[str]) -> str:
    """A few of these names."""
    few = sorted(names)[:4]
    return ", ".join(few) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def differences(one: Content, other: Content) -> str:
    """Where two contents differ, "" when they are the same."""
    names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    if not names:
        return ""
    first = one.get(names[0], {}), other.get(names[0], {})
    keys = sorted(key for key in {*first[0], *first[1]} if first[0].get(key) != first[1].get(key))
    return f"{some(names)} differ; the first in {some(keys) or 'being there'}"


def same(one: Content, other: Content, message: str) -> None:
    """Broken unless two contents are the same."""
    found = differences(one, other)
    require(not found, f"{message}: {found}")
