"""Searches a till file on every keystroke: numbers, names, sounds and typos, without a network.

Standard library only, and so is everything imported here. Certainty belongs to the look-up: a
unique exact key of one person is certain and greeted; a name search never is.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from crmsync.errors import StoreError
from crmsync.model.greeting import Greeting
from crmsync.normalize.koelner import koelner
from crmsync.till import typos
from crmsync.till.card import Card, load
from crmsync.till.keys import NOBODY, PERSON
from crmsync.till.pack import unpack
from crmsync.till.phrases import lines, spoken, telling_apart
from crmsync.till.queries import QUERIES
from crmsync.till.search import exact_keys, far, query_words

SCHEMA = "1"
"""The version of the till file; another one is built again."""
MOST = 20
"""The most hits of a search."""

ENOUGH = 5
"""With so many direct hits, typos are not searched."""


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
        tells = telling_apart([(row.words, card.tell) for row, card in cards])
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
        """By words: whole, then beginning so, then sounding so or with a typo."""
        words, others = query_words(text)
        if not words and not others:
            return []
        found: dict[int, _Found] = {}
        plain = [f'"{word}"' for word in words]
        begun = [f'"{word}"*' for word in words]
        for terms in (plain, begun) if words else ((),):
            self._look([*terms, *others], found)
        if words and len(found) < ENOUGH:
            self._alike(words, others, found)
        return list(found.values())[:MOST]

    def _look(self, terms: Iterable[str], found: dict[int, _Found]) -> None:
        if len(found) < MOST:
            for row in self._rows("look", " AND ".join(terms), MOST):
                found.setdefault(row.rank, row)

    def _alike(self, words: Sequence[str], others: Sequence[str], found: dict[int, _Found]) -> None:
        """Add cards whose words are near the asked ones, nearest first."""
        terms = [f'("{word}"* OR {" OR ".join(self._near(word))})' for word in words]
        more: dict[int, _Found] = {}
        self._look([*terms, *others], more)
        nearest = sorted(more.values(), key=lambda row: (far(words, row.words), row.rank))
        for row in nearest:
            found.setdefault(row.rank, row)

    def _near(self, word: str) -> list[str]:
        """The file's words within one typo of `word`, or sounding like it, quoted."""
        found = {word: 0}
        if len(word) >= typos.LEAST:
            for cut in typos.cuts(word):
                for (near,) in self._connection.execute(QUERIES["near"], (cut,)):
                    if typos.one_apart(word, near):
                        found.setdefault(near, 1)
        if word.isalpha() and len(code := koelner(word)) > 1:
            for (alike,) in self._connection.execute(QUERIES["sound"], (code,)):
                found.setdefault(alike, typos.distance(word, alike))
        nearest = sorted(found, key=lambda one: (found[one], one))
        return [f'"{one}"' for one in nearest[:MOST]]

    def _rows(self, query: str, *values: object) -> list[_Found]:
        return [_Found(*row) for row in self._connection.execute(QUERIES[query], values)]
