"""The index of people inside an SQLite file: written at once, read by every search.

Standard library only. The file has a table `card (rank, words, ...)` of its own.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from crmsync.identity.search.index import Term
from crmsync.identity.search.tables import Tables, cut_rows, sound_rows

_NAMED = re.compile(r"^-- :(\w+)\n", re.MULTILINE)


def read_queries(path: Path) -> dict[str, str]:
    """The named queries of a .sql file."""
    _, *parts = _NAMED.split(path.read_text(encoding="utf-8"))
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


QUERIES = read_queries(Path(__file__).with_name("people.sql"))


def fill(file: sqlite3.Connection, tables: Tables) -> None:
    """Write the index of these people; the caller begins and commits."""
    for statement in QUERIES["schema"].split(";"):
        file.execute(statement)
    terms, postings = tables.rows()
    file.executemany(QUERIES["put_term"], terms)
    file.execute(QUERIES["indexes"])
    file.executemany(QUERIES["put_cut"], cut_rows(terms))
    file.executemany(QUERIES["put_sound"], sound_rows(terms))
    file.executemany(QUERIES["put_posting"], postings)


class FileIndex:
    """The index of an open file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def spelt(self, spellings: Sequence[str]) -> Iterable[Term]:
        """The terms of these spellings."""
        return self._terms("spelt", _list(spellings))

    def begun(self, start: str, end: str, most: int) -> Iterable[Term]:
        """The first terms whose spelling lies from `start` to before `end`."""
        return self._terms("begun", start, end, most)

    def cut(self, cuts: Sequence[int], shortest: int, longest: int) -> Iterable[Term]:
        """The terms with one of these cuts whose spelling is so long."""
        return self._terms("cut", _list(cuts), shortest, longest)

    def sounding(self, code: str) -> Iterable[Term]:
        """The terms of a Kölner code."""
        return self._terms("sounding", code)

    def postings(self, terms: Sequence[int]) -> Iterable[tuple[int, bytes]]:
        """The lists of these terms."""
        return self._connection.execute(QUERIES["postings"], (_list(terms),))

    def people(self, slots: Sequence[int]) -> Iterable[tuple[int, str]]:
        """The name words of the people in these slots."""
        return self._connection.execute(QUERIES["people"], (_list(slots),))

    def of_length(self, slots: Sequence[int], length: int) -> Iterable[tuple[int, str]]:
        """Those of these people whose name words have so many signs, marks aside."""
        return self._connection.execute(QUERIES["of_length"], (_list(slots), length))

    def _terms(self, query: str, *values: object) -> list[Term]:
        return [Term(*row) for row in self._connection.execute(QUERIES[query], values)]


def _list(values: Sequence[object]) -> str:
    return json.dumps(values)
