"""Reads source customers as they are compared: many at a time, and wherever it is asked to.

A portion is handed over and what was seen of it comes back, in parts that can be sent to another
process and back at little cost: numbers, and the names that they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from crmsync.identity.faces import WIDTH, Ints, Words, hashed, row
from crmsync.identity.keys import key_numbers
from crmsync.identity.seen import see
from crmsync.identity.traits import Traits, traits
from crmsync.model.customer import SourceCustomer
from crmsync.model.document import read_document
from crmsync.model.ref import Ref
from crmsync.normalize.remembered import weigh
from crmsync.store.keys import Source


class Portion(NamedTuple):
    """Source customers to be read.

    `decided` are the Refs of whom a human decided; `numbers` maps a connection to the namespace of
    its customer numbers. With `house`, what rules of the house see is part of the content.
    """

    sources: Sequence[Source]
    decided: frozenset[str]
    numbers: Mapping[str, str]
    house: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent in columns: ten thousand small objects cost more than what is in them."""
        return _portion, (tuple(zip(*map(_flat, self.sources), strict=True)), *self[1:])


def _flat(source: Source) -> tuple[Any, ...]:
    return source.id, *source.ref, source.controller, source.doc


def _portion(columns: tuple[Any, ...], *rest: Any) -> Portion:
    rows = zip(*columns, strict=True)
    return Portion([Source(row[0], Ref(*row[1:4]), *row[4:]) for row in rows], *rest)


class Studied(NamedTuple):
    """What is compared of each source of a portion.

    `keys` are those of all, `sizes` how many each has; `rows` mean names by their place in `names`.
    """

    content: Ints
    who: Ints
    keys: Ints
    sizes: Ints
    rows: Ints
    names: Sequence[tuple[str, ...]]

    def held(self) -> Iterator[Ints]:
        """The keys of each source."""
        at = 0
        keys = self.keys.astype("<i8")
        for size in self.sizes.tolist():
            yield keys[at : at + size]
            at += size


Study = Callable[[Portion], Studied]
Spread = Callable[[Study, Iterable[Portion]], Iterator[Studied]]
"""As `map` does it: the portions in their order, here or elsewhere."""


def study(portion: Portion) -> Studied:
    """What is compared of these source customers."""
    weigh(one.doc for one in portion.sources)
    names = Words()
    signs: list[tuple[int, int]] = []
    rows: list[tuple[int, ...]] = []
    keys: list[tuple[int, ...]] = []
    for source in portion.sources:
        side = read_traits(source, portion.numbers)
        own = str(source.ref)
        told = f"{side.content}\0{own if own in portion.decided else ''}"
        seen = f"\0{see(source).text}" if portion.house else ""
        signs.append((hashed(told + seen), hashed(side.who)))
        rows.append(row(side, names))
        keys.append(key_numbers(side))
    both = np.array(signs, dtype=np.int64).reshape(-1, 2)
    return Studied(
        both[:, 0], both[:, 1],
        np.array([key for some in keys for key in some], dtype=np.int64),
        np.array([len(some) for some in keys], dtype=np.int64),
        np.array(rows, dtype=np.int64).reshape(-1, WIDTH),
        names.word,
    )  # fmt: skip


def read_traits(source: Source, numbers: Mapping[str, str]) -> Traits:
    """What is compared of a stored source customer; `numbers` maps connection to namespace."""
    return traits(
        source.ref, read_document(SourceCustomer, source.doc),
        controller=source.controller, namespace=numbers.get(source.ref.connection, ""),
    )  # fmt: skip
