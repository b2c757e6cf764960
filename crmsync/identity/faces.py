"""Faces: what is compared of many source customers, column by column, ready for arithmetic.

Names are numbered as they come, other texts are numbers by themselves. A face
stands for all records of one content: forty guest orders of one person are compared once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest

from crmsync.identity.traits import Traits

Ints = NDArray[np.int64]

KINDS = {"person": 0, "firm": 1, "couple": 2}
SALUTATIONS = {None: 0, "herr": 1, "frau": 2}
PLACES = 2
"""So many addresses of a customer are compared; more are rare, and the first are the newest."""

SINGLE = (
    "controller", "kind", "given", "family", "suffix", "salutation", "company", "legal", "birth",
    "number", "space", "card", "vat", "mails", "phones", "mobiles", "streets",
)  # fmt: skip

WIDTH = len(SINGLE) + 2 * PLACES
NAMES = (SINGLE.index("given"), SINGLE.index("family"))


def hashed(text: str) -> int:
    """A text as a number that SQLite and PostgreSQL hold (signed, 64 bits); 0 for no text."""
    return (xxh3_64_intdigest(text.encode()) >> 1) + 1 if text else 0


@dataclass(slots=True)
class Words:
    """The words that were met, in the order of their numbers; number 0 is no word."""

    number: dict[Any, int] = field(default_factory=lambda: {(): 0, "": 0})
    word: list[Any] = field(default_factory=lambda: [()])

    def of(self, word: Any) -> int:
        """The number of a word."""
        found = self.number.get(word)
        if found is None:
            found = self.number[word] = len(self.word)
            self.word.append(word)
        return found


class Faces:
    """The columns of many faces; a face is a place in them. Rows are laid out by `row`."""

    def __init__(self) -> None:
        self._names = Words()
        self._rows: list[Ints] = [np.zeros((0, WIDTH), dtype=np.int64)]

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._rows)

    def add(self, rows: Ints, names: Sequence[Any]) -> None:
        """Put more faces at the end; `names` are those that the numbers in these rows mean."""
        number = np.fromiter(map(self._names.of, names), np.int64, len(names))
        for place in NAMES:
            rows[:, place] = number[rows[:, place]]
        self._rows.append(rows)

    def columns(self) -> Columns:
        """The faces as arrays."""
        self._rows = [np.concatenate(self._rows)]
        rows, single = self._rows[0], len(SINGLE)
        return Columns(
            dict(zip(SINGLE, rows[:, :single].T.copy(), strict=True)),
            rows[:, single : single + PLACES], rows[:, single + PLACES :], self._names.word,
        )  # fmt: skip


def row(side: Traits, names: Words) -> tuple[int, ...]:
    """A face in the order of SINGLE, its places and its postal codes; `names` numbers its names.

    Every other text is a number by itself (`hashed`), wherever it is met.
    """
    space, _, _ = side.number.rpartition(":")
    return (
        hashed(side.controller), KINDS[side.kind], names.of(side.given), names.of(side.family),
        hashed(side.suffix), SALUTATIONS.get(side.salutation, 0), hashed(side.company),
        hashed(side.legal), int(side.birth.replace("-", "") or 0), hashed(side.number),
        hashed(space), hashed(side.card), hashed(side.vat), bool(side.emails),
        bool(side.phones), bool(side.mobiles), bool(side.addresses),
        *_some(sorted(side.addresses)), *_some(sorted(side.codes)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Faces as arrays: `of` by the names in SINGLE; places and postal codes, 0 for none."""

    of: dict[str, Ints]
    places: Ints
    codes: Ints
    words: list[Any]

    def __len__(self) -> int:
        return len(self.places)


def _some(found: Sequence[str]) -> tuple[int, ...]:
    return (*map(hashed, found[:PLACES]), *(0,) * (PLACES - len(found)))
