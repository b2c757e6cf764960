"""A crowd of invented people in an index of their own, and who is found in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from crmsync.identity.search.file import FileIndex, fill
from crmsync.identity.search.find import find
from crmsync.identity.search.tables import Tables
from crmsync.identity.search.words import Parts, card_words, name_words, terms


def parts(name: str) -> Parts:
    """A name given as "given|family" or "given|particles|family"; "family|given!" family first."""
    pieces = name.rstrip("!").split("|")
    if name.endswith("!"):
        return Parts(pieces[1], "", pieces[0], family_first=True)
    before = pieces[1] if len(pieces) == 3 else ""
    return Parts(pieces[0] if len(pieces) > 1 else "", before, pieces[-1])


class Crowd:
    """People in the order of their visits; `places` are their postal codes."""

    def __init__(self, names: Sequence[str], places: Sequence[str] = ()) -> None:
        self.names = list(names)
        file = sqlite3.connect(":memory:", check_same_thread=False)
        file.execute("CREATE TABLE card (rank INTEGER PRIMARY KEY, words TEXT NOT NULL)")
        tables = Tables()
        for slot, name in enumerate(names, 1):
            words = name_words(parts(name))
            tables.add(slot, terms(words, places=places[slot - 1 : slot]))
            file.execute("INSERT INTO card VALUES (?, ?)", (slot, card_words(words)))
        fill(file, tables)
        self.index = FileIndex(file)

    def found(self, text: str) -> list[str]:
        """The names that a search brings, best first."""
        return [self.names[slot - 1] for slot in find(self.index, text)]

    def slots(self, text: str) -> list[int]:
        """The slots that a search brings, best first."""
        return find(self.index, text)
