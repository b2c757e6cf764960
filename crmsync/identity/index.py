"""The index of match keys in columns: who holds which key, as numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from crmsync.identity.candidates import Rows, states
from crmsync.identity.faces import Ints
from crmsync.identity.levels import Flags
from crmsync.store import Work
from crmsync.store import keys as key_store
from crmsync.store.keys import Face

NONE = np.zeros(0, dtype=np.int64)
SLICE = 200_000
"""Rows written at once."""


@dataclass(frozen=True, slots=True)
class Index:
    """Records in the index, a row for each key of each: arrays of one length."""

    key: Ints
    id: Ints
    content: Ints
    who: Ints

    @classmethod
    def of(cls, faces: Sequence[Face]) -> Index:
        """The rows of these faces."""
        sizes = np.array([len(face.keys) // 8 for face in faces], dtype=np.int64)
        told = np.array([face[:3] for face in faces], dtype=np.int64).reshape(-1, 3)
        number, content, who = (np.repeat(told[:, place], sizes) for place in range(3))
        return cls(keys_of(faces), number, content, who)

    @classmethod
    def read(cls, work: Work, keys: Ints) -> Index:
        """Every row of these keys."""
        rows = key_store.holders(work, keys.tolist()) if len(keys) else []
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        return cls(*(table[:, place].copy() for place in range(4)))

    def where(self, kept: Flags) -> Index:
        """Some of the rows."""
        return Index(self.key[kept], self.id[kept], self.content[kept], self.who[kept])

    def beside(self, other: Index) -> Index:
        """These rows and others."""
        if not len(self.key):
            return other
        pairs = ((self.key, other.key), (self.id, other.id), (self.content, other.content),
                 (self.who, other.who))  # fmt: skip
        return Index(*(np.concatenate(pair) for pair in pairs))

    def without(self, ids: Iterable[int]) -> Index:
        """The rows of other records."""
        left = numbers(ids)
        return self.where(~np.isin(self.id, left)) if len(left) else self

    def states(self) -> dict[int, tuple[bool, bool, int]]:
        """What each key says of its holders (see candidates.states)."""
        _, place = np.unique(self.content, return_inverse=True)
        return states(Rows.of(self.key, place.astype(np.int64), self.who))

    def twins(self) -> Ints:
        """One record of each content that several have."""
        order = np.lexsort((self.id, self.content))
        number, content = self.id[order], self.content[order]
        another = (content[1:] == content[:-1]) & (number[1:] != number[:-1])
        return distinct(number[1:][another])

    def write(self, work: Work) -> None:
        """Write these rows, in the order of the index."""
        order = np.lexsort((self.id, self.key))
        for at in range(0, len(order), SLICE):
            some = order[at : at + SLICE]
            columns = (one[some].tolist() for one in (self.key, self.id, self.content, self.who))
            key_store.save_keys(work, list(columns))


def distinct(found: Ints) -> Ints:
    """These numbers sorted, each once. (By sorting: numpy hashes them, ten times slower.)"""
    told = np.sort(found)
    first = np.ones(len(told), dtype=bool)
    first[1:] = told[1:] != told[:-1]
    return told[first]


def keys_of(faces: Iterable[Face]) -> Ints:
    """The keys of faces, one after the other."""
    return np.frombuffer(b"".join(face.keys for face in faces), dtype="<i8").astype(np.int64)


def numbers(found: Collection[int] | Iterable[int]) -> Ints:
    """Whole numbers as an array."""
    return np.fromiter(found, dtype=np.int64)
