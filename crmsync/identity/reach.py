"""Which source customers a change touches: whom they may be, and who is bound to those.

A change touches the records that changed, and whoever holds a key whose worth has changed with
them: that one person more uses a mailbox makes it prove less. These are the seeds; their pairs are
judged anew. Whatever lies outside the wholes in which seeds stand keeps its verdicts and its
customer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np

from crmsync.identity.faces import Ints, hashed
from crmsync.identity.house import House
from crmsync.identity.index import Index, keys_of, numbers
from crmsync.identity.keys import key_numbers
from crmsync.identity.scene import Cast
from crmsync.identity.seen import see
from crmsync.identity.traits import Traits, traits
from crmsync.model.customer import SourceCustomer
from crmsync.model.document import read_document
from crmsync.model.ref import Ref
from crmsync.normalize.remembered import weigh
from crmsync.store import Work
from crmsync.store import keys as key_store
from crmsync.store import links as link_store
from crmsync.store.keys import Face, Source

CHUNK = 20_000
"""Source customers read at once."""


class Book:
    """The source customers of a store as they are compared; each is read once.

    With rules of the house, what these see of a record is part of its content.
    """

    def __init__(self, work: Work, numbers: Mapping[str, str], house: House | None = None) -> None:
        self.work = work
        self._numbers = numbers
        self.cast = Cast(self._read, house)
        self.refs: dict[int, Ref] = {}
        self.owners: dict[int, str] = {}
        self.contents: dict[int, int] = {}

    def take(self, ids: Sequence[int]) -> Iterator[Face]:
        """The faces of those of these records that are alive, as they are now."""
        for at in range(0, len(ids), CHUNK):
            sources = key_store.load_sources(self.work, ids[at : at + CHUNK])
            weigh(one.doc for one in sources)
            rows = link_store.decisions_on(self.work, [str(one.ref) for one in sources])
            decided = {text for row in rows for text in (row.a_ref, row.b_ref)}
            for source in sources:
                yield self._face(source, decided)

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
            found = key_store.faces_of(self.work, sorted(missing))
            self.contents |= {one: face.content for one, face in found.items()}
        return self.contents

    def faces(self, ids: Sequence[int]) -> Ints:
        """The rows of these living records in the columns of the cast."""
        contents = self.contents_of(ids)
        rows = {contents[one]: one for one in ids}
        row = dict(zip(rows, self.cast.rows(rows).tolist(), strict=True))
        return np.fromiter((row[contents[one]] for one in ids), np.int64, len(ids))

    def _face(self, source: Source, decided: Collection[str]) -> Face:
        side = self._side(source)
        own = str(source.ref) if str(source.ref) in decided else ""
        seen = f"\0{see(source).text}" if self.cast.house else ""
        content = hashed(f"{side.content}\0{own}{seen}")
        self.cast.add(content, side, source.id)
        self.contents[source.id] = content
        keys = np.array(key_numbers(side), dtype="<i8").tobytes()
        return Face(source.id, content, hashed(side.who), keys)

    def _side(self, source: Source) -> Traits:
        self.refs[source.id] = source.ref
        self.owners[source.id] = source.controller
        return read_traits(source, self._numbers)

    def _read(self, ids: Sequence[int]) -> dict[int, Traits]:
        return {one.id: self._side(one) for one in key_store.load_sources(self.work, ids)}


def read_traits(source: Source, numbers: Mapping[str, str]) -> Traits:
    """What is compared of a stored source customer; `numbers` maps connection to namespace."""
    return traits(
        source.ref, read_document(SourceCustomer, source.doc),
        controller=source.controller, namespace=numbers.get(source.ref.connection, ""),
    )  # fmt: skip


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
    keys = np.union1d(fresh.key, keys_of(gone))
    before = Index.read(work, keys)
    after = before.without(face.source_id for face in gone).beside(fresh)
    seeds = new.keys() | _unsettled(before, after, {one.content for one in chain(moved, gone)})
    _write(work, moved, gone, [number for number in old if number not in new])
    fresh.write(work)
    still = seeds - {face.source_id for face in moved}
    return seeds, _complete(work, still, after, keys)


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


def _complete(work: Work, others: set[int], rows: Index, known: Ints) -> Index:
    """All rows of every key of the other seeds too, and of records of equal content they meet."""
    wanted = _keys(work, others, known)
    rows = rows.beside(Index.read(work, wanted))
    known = np.union1d(known, wanted)
    return rows.beside(Index.read(work, _keys(work, rows.twins().tolist(), known)))


def _keys(work: Work, ids: Iterable[int], known: Ints) -> Ints:
    """The keys of these records that are not known yet."""
    wanted = sorted(ids)
    return np.setdiff1d(keys_of(key_store.faces_of(work, wanted).values()), known)


def members(book: Book, seeds: set[int], rows: Index) -> dict[int, int]:
    """Everybody in these rows, and the seeds that hold no key at all, with their contents."""
    found = dict(zip(rows.id.tolist(), rows.content.tolist(), strict=True))
    keyless = seeds - found.keys()
    contents = book.contents_of(keyless)
    found.update((one, contents[one]) for one in keyless)
    book.contents |= found
    return found
