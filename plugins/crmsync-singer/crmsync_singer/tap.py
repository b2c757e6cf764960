"""One tap: where its command is, its catalog, and starting it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from logging import getLogger
from pathlib import Path
from typing import Any

import orjson

from crmsync.connectors.taps import command_of
from crmsync.errors import ConfigError, FileError, NotReadable
from crmsync.model.stream import Connection
from crmsync_singer.catalog import Choice, Entry, read_catalog, selected
from crmsync_singer.process import Running, Take
from crmsync_singer.settings import SingerSettings
from crmsync_singer.workspace import Workspace

LARGEST = 512 * 2**20
"""Bytes of a catalog; Salesforce's have a few dozen millions."""

Json = Any
_log = getLogger(__name__)


class Tap:
    """The tap of a connection; it is started anew for each stream."""

    def __init__(self, settings: SingerSettings, connection: Connection) -> None:
        self.name = settings.tap
        self._own, self._connection = settings, connection.name
        self._base = Path(connection.base)
        self._entries: list[Entry] | None = None
        self._running: set[Running] = set()

    def catalog(self) -> list[Entry]:
        """The tap's streams, asked for once; from a file where one is configured."""
        if self._entries is None:
            self._entries = self._from_file() if self._own.catalog else self._discover()
        return self._entries

    @contextmanager
    def reading(self, choice: Choice, state: Json) -> Iterator[Iterator[bytes | None]]:
        """The lines of the tap as it reads a stream from `state` on (None: from the start)."""
        entries = self.catalog()
        with self._workspace() as files:
            catalog = files.put("catalog", selected(entries, choice))
            option = "--properties" if self._own.properties else "--catalog"
            words = ["--config", str(files.config), option, str(catalog)]
            if state is not None:
                words += ["--state", str(files.put("state", state))]
            doing = f"reading {choice.stream}"
            with self._started(words, doing) as running:
                yield running.lines(silence=self._own.silence, doing=doing)

    def first_state(self) -> Json:
        """The state that another runner has left, None where none is configured."""
        if not self._own.state:
            return None
        return self._json(self._own.state, "state")

    def stop(self) -> None:
        """End whatever of it still runs."""
        for running in list(self._running):
            running.stop()

    def _discover(self) -> list[Entry]:
        doing = "listing its streams"
        with self._workspace() as files:
            words = ["--config", str(files.config), "--discover"]
            with self._started(words, doing) as running:
                lines = running.lines(silence=self._own.silence, doing=doing, longest=LARGEST)
                text = b"\n".join(line for line in lines if line)
        return read_catalog(text, tap=self.name, place=f"what {self.name} writes of its streams")

    def _from_file(self) -> list[Entry]:
        text = orjson.dumps(self._json(self._own.catalog, "catalog"))
        return read_catalog(text, tap=self.name, place=self._own.catalog)

    def _json(self, name: str, what: str) -> Json:
        """What a configured file says; ConfigError when it cannot be read."""
        try:
            return orjson.loads((self._base / name).read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise ConfigError(
                f"{self._connection}: the file {name}, its {what}, cannot be read "
                f"({type(error).__name__}).",
                hint="The integrator: it is a JSON file below the folder of crmsync.toml.",
            ) from None

    def _workspace(self) -> Workspace:
        return Workspace(self._base, self._connection, self._own.config.get_secret_value())

    @contextmanager
    def _started(self, words: Sequence[str], doing: str) -> Iterator[Running]:
        command = self._own.command or [command_of(self._base, self.name)]
        with ExitStack() as stack:
            running = Running(
                [*command, *words],
                tap=self.name,
                folder=self._base,
                own=self._own.environment.get_secret_value(),
                note=self._note(stack),
            )
            self._running.add(running)
            try:
                yield running
            finally:
                running.stop()
                self._running.discard(running)
                _log.info("%s, while %s, wrote to its log: %s.", self.name, doing, running.ear)

    def _note(self, stack: ExitStack) -> Take | None:
        """What takes down a line of the tap's log, its secrets left out."""
        if not self._own.log:
            return None
        path = self._base / self._own.log
        secrets = [one.encode() for one in _texts(self._own.config.get_secret_value())]
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        except OSError as error:
            raise FileError(
                f"{path} cannot be written ({error.strerror}).", hint="IT: check `log`."
            ) from None
        file = stack.enter_context(os.fdopen(descriptor, "wb", buffering=0))

        def take(line: bytes) -> None:
            for secret in secrets:
                line = line.replace(secret, b"***")
            if not file.closed:
                file.write(line)

        return take


def _texts(value: Json) -> list[str]:
    """Every text in a configuration that may be a secret, the longest first."""
    if isinstance(value, Mapping):
        found = [one for inner in value.values() for one in _texts(inner)]
    elif isinstance(value, list):
        found = [one for inner in value for one in _texts(inner)]
    else:
        found = [value] if isinstance(value, str) and len(value) >= 6 else []
    return sorted(found, key=len, reverse=True)


def rubbish(tap: str, number: int, size: int, *, doing: str) -> NotReadable:
    """The error for a line that is no message."""
    return NotReadable(
        f"{tap} wrote no Singer message in line {number} ({size} bytes) while {doing}.",
        hint=f"Whoever looks after {tap}: nothing but messages may go to its standard output. "
        "What came before is kept.",
    )
