"""Which source customers a change touches: whom they may be, and who is bound to those.

A change touches the records that changed, and whoever holds a key whose worth has changed with
them: that one person more uses a mailbox makes it prove less. These are the seeds; their pairs are
judged anew. Whatever lies outside the wholes in which seeds stand keeps its verdicts and its
customer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np

from crmsync.identity.faces import Ints
from crmsync.identity.house import House
from crmsync.identity.index import Index, distinct, keys_of, numbers
from crmsync.identity.scene import Cast
from crmsync.identity.study import Portion, Spread, Studied, study
from crmsync.model.ref import Ref
from crmsync.store import Work
from crmsync.store import keys as key_store
from crmsync.store import links as link_store
from crmsync.store.keys import Face, Source

CHUNK = 10_000
"""Source customers read at once."""

MANY = 50_000
"""From so many on several processes read them, where there are."""


class Book:
    """The source customers of a store as they are compared; each is read once.

    With rules of the house, what these see of a record is part of its content.
    """

    def __init__(
        self,
        work: Work,
        numbers: Mapping[str, str],
        house: House | None = None,
        spread: Spread = map,
    ) -> None:
        self.work = work
        self._numbers, self._spread = numbers, spread
        self.cast = Cast(self._read, house)
        self.refs: dict[int, Ref] = {}
        self.owners: dict[int, str] = {}
        self.contents: dict[int, int] = {}

    def take(self, ids: Sequence[int]) -> Iterator[Face]:
        """The faces of those of these records that are alive, as they are now."""
        for found, seen in self._studied(ids):
            content = seen.content.tolist()
            self.contents.update(zip(found, content, strict=True))
            self.cast.add(content, found, seen)
            signs = zip(found, content, seen.who.tolist(), seen.held(), strict=True)
            yield from (Face(one, told, who, keys.tobytes()) for one, told, who, keys in signs)

    def refs_of(self, ids: Collection[int]) -> dict[int, Ref]:
        """The Refs of these records, and of others."""
        missing = set(ids) - self.refs.keys()
        if missing:
            self.refs |= key_store.refs_of(self.work, sorted(missing))
        return self.refs

    def owners_of(self, ids: Collection[int]) -> dict[int, str]:
        """The controllers of these living records, and of others."""
        missing = set(ids) - self.owners.keys()
        if missing:
            self.owners |= key_store.controllers_of(self.work, sorted(missing))
        return self.owners

    def contents_of(self, ids: Collection[int]) -> dict[int, int]:
        """The contents of those of these records that are alive, and of others."""
        missing = set(ids) - self.contents.keys()
        if missing:
            alive = self.owners_of(missing)
            found = key_store.faces_of(self.work, sorted(missing)).items()
            self.contents |= {one: face.content for one, face in found if one in alive}
        return self.contents

    def faces(self, ids: Sequence[int]) -> Ints:
        """The rows of these living records in the columns of the cast."""
        contents = self.contents_of(ids)
        return self.cast.rows([contents[one] for one in ids], ids)

    def _studied(self, ids: Sequence[int]) -> Iterator[tuple[list[int], Studied]]:
        """What is seen of these records, portion by portion, and whose it is."""
        read: deque[list[int]] = deque()
        spread = self._spread if len(ids) >= MANY else map
        for seen in spread(study, self._portions(ids, read)):
            yield read.popleft(), seen

    def _portions(self, ids: Sequence[int], read: deque[list[int]]) -> Iterator[Portion]:
        for at in range(0, len(ids), CHUNK):
            sources = key_store.load_sources(self.work, ids[at : at + CHUNK])
            self.refs.update((one.id, one.ref) for one in sources)
            self.owners.update((one.id, one.controller) for one in sources)
            read.append([one.id for one in sources])
            yield Portion(sources, self._decided(sources), self._numbers, bool(self.cast.house))

    def _decided(self, sources: Sequence[Source]) -> frozenset[str]:
        """The Refs of those of whom a human decided."""
        if not link_store.is_decided(self.work):
            return frozenset()
        rows = link_store.decisions_on(self.work, [str(one.ref) for one in sources])
        return frozenset(text for row in rows for text in (row.a_ref, row.b_ref))

    def _read(self, contents: Sequence[int], ids: Sequence[int]) -> None:
        """Put these contents into the cast, each told with a record that has it."""
        of = dict(zip(ids, contents, strict=True))
        for found, seen in self._studied(sorted(of)):
            self.cast.add([of[one] for one in found], found, seen)


def refresh(book: Book, taken: Sequence[int]) -> tuple[set[int], Index]:
    """Write the faces and keys of changed and withdrawn records.

    Gives the seeds (living ones only), and every row of the index for each of their keys.
    """
    work = book.work
    old = key_store.faces_of(work, taken)
    new = {face.source_id: face for face in book.take(taken)}
    moved = [face for number, face in new.items() if old.get(number) != face]
    gone = [face for number, face in old.items() if new.get(number) != face]
    fresh = Index.of(moved)
    keys = distinct(np.concatenate((fresh.key, keys_of(gone))))
    before = Index.read(work, keys)
    after = before.without(face.source_id for face in gone).beside(fresh)
    unsettled = _unsettled(before, after, {one.content for one in chain(moved, gone)})
    seeds = new.keys() | (unsettled & book.owners_of(unsettled).keys())
    _write(work, moved, gone, [number for number in old if number not in new])
    fresh.write(work)
    met = {face.source_id for face in moved}
    return seeds, _complete(work, seeds - met, after, keys, numbers(met))


def _unsettled(before: Index, after: Index, contents: set[int]) -> set[int]:
    """Who holds a key that now says something else of its holders, or has a twin that moved."""
    if not len(before.key):
        return set()
    now = after.states()
    changed = [key for key, state in before.states().items() if now.get(key, state) != state]
    touched = np.isin(after.key, numbers(changed)) | np.isin(after.content, numbers(contents))
    return set(after.id[touched].tolist())


def _write(
    work: Work, moved: Sequence[Face], gone: Sequence[Face], withdrawn: Sequence[int]
) -> None:
    """Write the faces, and take out the rows of keys that are held no longer."""
    key_store.drop_faces(work, withdrawn)
    key_store.save_faces(work, moved)
    now = {face.source_id: face for face in moved}
    for face in gone:
        left = set(keys_of([face]).tolist())
        if face.source_id in now:
            left -= set(keys_of([now[face.source_id]]).tolist())
        key_store.drop_keys(work, [(key, face.source_id) for key in sorted(left)])


def _complete(work: Work, others: set[int], rows: Index, known: Ints, fresh: Ints) -> Index:
    """All rows of every key of the other seeds too, and of records of equal content they meet.

    `known` are keys whose rows are here, among them all those of the `fresh` records.
    """
    wanted = _keys(work, others, known)
    rows = rows.beside(Index.read(work, wanted))
    twins = rows.twins()
    twins = twins[~np.isin(twins, fresh)] if len(twins) else twins
    known = distinct(np.concatenate((known, wanted)))
    return rows.beside(Index.read(work, _keys(work, twins.tolist(), known)))


def _keys(work: Work, ids: Iterable[int], known: Ints) -> Ints:
    """The keys of these records that are not known yet."""
    held = distinct(keys_of(key_store.faces_of(work, sorted(ids)).values()))
    return held[~np.isin(held, known)] if len(held) else held


def members(book: Book, seeds: set[int], rows: Index) -> tuple[dict[int, int], Index]:
    """Everybody in these rows, and the seeds that hold no key at all, with their contents.

    Who was withdrawn, but is not taken yet, is left out; the rows come back without him.
    """
    found = dict(zip(rows.id.tolist(), rows.content.tolist(), strict=True))
    dead = found.keys() - book.owners_of(found).keys()
    for one in dead:
        del found[one]
    keyless = seeds - found.keys()
    contents = book.contents_of(keyless)
    found.update((one, contents[one]) for one in keyless)
    book.contents |= found
    return found, rows.without(dead) if dead else rows
