"""Searches a till file on every keystroke: numbers, names, sounds and typos, without a network.

Standard library only, and so is everything imported here. Certainty belongs to the look-up: a
unique exact key of one person is certain and greeted; a name search never is.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from crmsync.errors import StoreError
from crmsync.identity.search.file import FileIndex
from crmsync.identity.search.find import find
from crmsync.identity.search.words import spelling
from crmsync.model.greeting import Greeting
from crmsync.till.card import Card, load
from crmsync.till.keys import NOBODY, PERSON
from crmsync.till.pack import unpack
from crmsync.till.phrases import lines, spoken, telling_apart
from crmsync.till.queries import QUERIES
from crmsync.till.search import exact_keys

SCHEMA = "2"
"""The version of the till file; another one is built again."""
MOST = 20
"""The most hits of a search."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A found card. `certain`: this look-up names one person beyond doubt.

    `greeting` is None unless the look-up says whom to greet; `tell` tells namesakes apart, ''
    where there is none; `lines` are what the clerk reads, in German.
    """

    card: Card
    certain: bool
    greeting: Greeting | None
    tell: str
    lines: tuple[str, ...]


class _Found(NamedTuple):
    rank: int
    greets: int
    doc: bytes
    words: str


class Now(NamedTuple):
    """The day (ISO) and hour of the shop's wall clock."""

    day: str
    hour: int


def wall_clock() -> Now:
    """The day and hour of this machine's clock."""
    now = time.localtime()
    return Now(time.strftime("%Y-%m-%d", now), now.tm_hour)


def _spelt(words: str) -> str:
    """The words of a name in the spelling that namesakes share."""
    return " ".join(map(spelling, words.split()))


class TillFile:
    """An open till file; it follows the file when a newer one takes its place.

    StoreError when the file is missing, damaged or of another version.
    """

    def __init__(self, path: str | Path, *, clock: Callable[[], Now] = wall_clock) -> None:
        self.path = Path(path)
        self._clock = clock
        self._inode = (0, 0)
        self._open()

    def search(self, text: str, *, hour: int | None = None, today: str | None = None) -> list[Hit]:
        """At most 20 hits for what was typed or scanned, best first.

        `hour` and `today` (ISO day) are the wall clock's where they are not given. Past the
        file's last day there is no answer, and the file deletes itself.
        """
        now = self._clock()
        day, at = today or now.day, now.hour if hour is None else hour
        if not self._alive(day):
            return []
        try:
            found, sure = self._find(text)
        except sqlite3.DatabaseError as error:
            raise self._unusable() from error
        cards = [(row, load(unpack(row.doc))) for row in found]
        tells = telling_apart([(_spelt(row.words), card.tell) for row, card in cards])
        return [
            Hit(
                card,
                sure and row.greets == PERSON,
                spoken(card.greeting, hour=at) if sure and row.greets and card.form else None,
                tell,
                tuple(lines(card, today=day)),
            )
            for (row, card), tell in zip(cards, tells, strict=True)
        ]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> TillFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> None:
        try:
            self._inode = self._stamp()
            self._connection = sqlite3.connect(
                f"{self.path.resolve().as_uri()}?mode=ro&immutable=1", uri=True,
                check_same_thread=False,
            )  # fmt: skip
        except (OSError, sqlite3.Error) as error:
            raise self._unusable() from error
        try:
            self.head = dict(self._connection.execute(QUERIES["head"]).fetchall())
        except sqlite3.Error as error:
            self.close()
            raise self._unusable() from error
        self._index = FileIndex(self._connection)
        if self.head.get("schema") != SCHEMA:
            self.close()
            raise StoreError(
                f"{self.path} was built by another version.", hint="Run `crmsync till build`."
            )

    def _unusable(self) -> StoreError:
        return StoreError(
            f"{self.path} is not there or is no till file.", hint="Run `crmsync till build`."
        )

    def _stamp(self) -> tuple[int, int]:
        found = self.path.stat()
        return found.st_ino, found.st_mtime_ns

    def _alive(self, day: str) -> bool:
        """Whether there is a file to ask; reopens a newer one, deletes one past its last day."""
        try:
            stamp = self._stamp()
        except FileNotFoundError:
            self.close()
            return False
        if stamp != self._inode:
            self.close()
            self._open()
        if day <= self.head["expires_on"]:
            return True
        self.close()
        with suppress(OSError):
            self.path.unlink()
        return False

    def _find(self, text: str) -> tuple[list[_Found], bool]:
        """The rows for a text, and whether they are one customer found by an exact key."""
        exact = self._exact(text)
        named = self._named(text) if "@" not in text else []
        known = {row.rank for row in exact}
        rows = [*exact, *(row for row in named if row.rank not in known)][:MOST]
        return rows, len(rows) == 1 and bool(exact) and rows[0].greets > NOBODY

    def _exact(self, text: str) -> list[_Found]:
        """The cards with an exact key; whoever a short number fits is found but not greeted."""
        found: dict[int, _Found] = {}
        for key in exact_keys(text, self.head["calling_code"]):
            for row in self._rows("exact", bytes.fromhex(key)):
                best = found.get(row.rank)
                if best is None or row.greets > best.greets:
                    found[row.rank] = row
        return [found[rank] for rank in sorted(found)]

    def _named(self, text: str) -> list[_Found]:
        """By name, phone end and postal code, best first."""
        slots = find(self._index, text, most=MOST)
        found = {row.rank: row for row in self._rows("cards", json.dumps(slots))}
        return [found[slot] for slot in slots]

    def _rows(self, query: str, *values: object) -> list[_Found]:
        return [_Found(*row) for row in self._connection.execute(QUERIES[query], values)]
