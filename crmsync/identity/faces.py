"""Faces: what is compared of many source customers, column by column, ready for arithmetic.

Words are numbered as they come, so that equal numbers are equal words and nothing else. A face
stands for all records of one content: forty guest orders of one person are compared once.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    """The columns of many faces; a face is a place in them. `sides` may be forgotten meanwhile."""

    def __init__(self) -> None:
        self._names, self._texts = Words(), Words()
        self._rows: list[tuple[int, ...]] = []
        self._places: list[tuple[int, ...]] = []
        self._codes: list[tuple[int, ...]] = []

    def add(self, side: Traits) -> None:
        """Put one more face at the end."""
        of, name = self._texts.of, self._names.of
        space, _, _ = side.number.rpartition(":")
        self._rows.append((
            of(side.controller), KINDS[side.kind], name(side.given), name(side.family),
            of(side.suffix), SALUTATIONS.get(side.salutation, 0), of(side.company),
            of(side.legal), int(side.birth.replace("-", "") or 0), of(side.number),
            of(space), of(side.card), of(side.vat), bool(side.emails),
            bool(side.phones), bool(side.mobiles), bool(side.addresses),
        ))  # fmt: skip
        self._places.append(_some(map(of, sorted(side.addresses))))
        self._codes.append(_some(map(of, sorted(side.codes))))

    def columns(self) -> Columns:
        """The faces as arrays."""
        rows = np.array(self._rows, dtype=np.int64).reshape(-1, len(SINGLE))
        return Columns(
            dict(zip(SINGLE, rows.T.copy(), strict=True)),
            np.array(self._places, dtype=np.int64).reshape(-1, PLACES),
            np.array(self._codes, dtype=np.int64).reshape(-1, PLACES),
            self._names.word,
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """Faces as arrays: `of` by the names in SINGLE; places and postal codes, 0 for none."""

    of: dict[str, Ints]
    places: Ints
    codes: Ints
    words: list[Any]

    def __len__(self) -> int:
        return len(self.places)


def _some(found: Iterable[int]) -> tuple[int, ...]:
    return (*found, *(0,) * PLACES)[:PLACES]
