"""Lands batches: compared with the store, numbered, and written with the fate of each record.

Comparing and numbering come before the transaction in which everything is written: the lease
keeps others from these records, and the store's one writer is not kept waiting meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import orjson

from crmsync.engine.gather import STRICT, Batch, Gathered, Told, digest, gather
from crmsync.engine.report import balance
from crmsync.model.ref import Ref
from crmsync.model.stream import Stream, Unreadable
from crmsync.store import Work, dictionaries, merges, parking, records
from crmsync.store.bulk import Same
from crmsync.store.parking import Parking
from crmsync.store.records import ABSENT, Known, Landed, Raws, StreamRow, decoded

Packer = Callable[[bytes], bytes]


@dataclass(slots=True)
class Landing:
    """A batch beside what the store knows of it.

    `new` are the records that land for the first time, `changed` those that say something else
    than before, each with its number, and `hashes` are theirs; `states` is what became of the
    changed ones the last time. `known` are the numbers of all that landed before.
    """

    batch: Batch
    gathered: Gathered
    known: list[int]
    hashes: dict[str, bytes]
    new: dict[str, int]
    changed: dict[str, int]
    states: dict[int, str]
    counts: dict[str, int]
    pack: Packer | None = None
    places: dict[str, set[str]] = field(default_factory=dict)

    @property
    def met(self) -> list[int]:
        """The numbers of all records that the batch tells of, changed or not."""
        return [*self.known, *self.new.values()]

    @property
    def wholes(self) -> set[str]:
        """The sources that were read from their beginning to their end."""
        return {page.source for page in self.batch.pages if page.whole}

    def payloads(self) -> list[bytes]:
        """The bytes of the records to be written: those of the new ones first."""
        told = self.gathered.told
        return [told[name][0] for name in chain(self.new, self.changed)]


def compare(work: Work, row: StreamRow, stream: Stream, batch: Batch) -> Landing:
    """What of a batch is new or changed; read = new + changed + unchanged + repeated + unreadable.

    A record is unchanged only when its hash is, or it says the same in another writing, and it is
    alive; a tombstone that is told and deleted again stays one. The new ones have no number yet.
    """
    gathered = gather(batch, stream)
    told = gathered.told
    known = records.known(work, row.id, list(told))
    hashes = _other_hashes(gathered, known)
    new, changed = dict.fromkeys(told, 0), dict[str, int]()
    if len(hashes) < len(told) or known.count(ABSENT) < len(told):
        before = {name: one for name, one in zip(told, known, strict=True) if name in hashes}
        new = {name: 0 for name, one in before.items() if one == ABSENT}
        changed = _changed(work, told, before)
    unreadable = sum(len(page.unreadable) for page in batch.pages)
    counts = {
        "read": gathered.read + unreadable,
        "repeated": gathered.read - len(told) - len(gathered.broken),
        "unreadable": unreadable + len(gathered.broken),
        "new": len(new),
        "changed": len(changed),
        "unchanged": len(told) - len(new) - len(changed),
    }
    balance("land", counts)
    numbers = [number for number, _, _ in known if number]
    states = records.states_of(work, changed.values())
    return Landing(batch, gathered, numbers, hashes, new, changed, states, counts)


def _other_hashes(gathered: Gathered, known: Sequence[Known]) -> dict[str, bytes]:
    """The hash of each record that has not the one that the store knows, or is deleted there.

    What is deleted there and told only to be deleted again has none: it stays as it is.
    """
    told, gone = gathered.told, gathered.gone
    marks = [digest(payload) for payload, _ in told.values()]
    return {
        name: mark
        for name, mark, (_, old, dead) in zip(told, marks, known, strict=True)
        if (name not in gone if dead else old != mark)
    }


def _changed(work: Work, told: Mapping[str, Told], before: Mapping[str, Known]) -> dict[str, int]:
    """The numbers of those that landed before and say something else now, or were deleted."""
    found = {name: number for name, (number, _, _) in before.items() if number}
    alive = {number: name for name, number in found.items() if not before[name][2]}
    same = _said_before(work, told, alive)
    return {name: number for name, number in found.items() if name not in same}


def _said_before(work: Work, told: Mapping[str, Told], alive: Mapping[int, str]) -> set[str]:
    """Those that only write the same in another way: order of keys, blanks, escapes.

    Python calls 7, 7.0 and True equal or nearly so, a text made of them is not: their JSON decides.
    """
    return {
        alive[number]
        for raws in records.load_raw(work, alive)
        for number, payload in zip(raws.ids, raws.payloads, strict=True)
        if _says_the_same(decoded(payload), decoded(_either(told[alive[number]])))
    }


def _says_the_same(one: object, other: object) -> bool:
    """Whether two records are the same JSON; False for what is none, or is nested too deeply."""
    if one is None or other is None:
        return False
    try:
        first, second = (orjson.dumps(told, option=STRICT) for told in (one, other))
    except orjson.JSONEncodeError:
        return False
    return first == second


def _either(told: Told) -> Mapping[str, Any] | bytes:
    """The record, or its bytes as long as nobody needed more."""
    return told[0] if told[1] is None else told[1]


def number(work: Work, row: StreamRow, landing: Landing) -> None:
    """Give the new records their numbers, and find how the payloads of the stream are packed.

    A commit of its own: numbers that nobody uses after a crash do no harm, a counter that is
    locked while a batch is mapped would keep everybody else waiting.
    """
    landing.pack = dictionaries.packer(work, row.id, landing.payloads())
    if landing.new:
        numbers = work.numbers("record", len(landing.new))
        landing.new = dict(zip(landing.new, numbers, strict=True))


def raws(row: StreamRow, landing: Landing) -> Raws:
    """The new and changed records, by number, as they go to normalize; none that is gone again."""
    told, ids = landing.gathered.told, landing.new | landing.changed
    if gone := landing.gathered.gone:
        ids = {name: number for name, number in ids.items() if name not in gone}
    names = sorted(ids, key=ids.__getitem__) if landing.changed else list(ids)
    numbers = list(map(ids.__getitem__, names))
    states = [landing.states.get(one, "") for one in numbers]
    return Raws(row.id, numbers, names, [_either(told[name]) for name in names], states)


def write(work: Work, row: StreamRow, landing: Landing, states: Mapping[int, str]) -> None:
    """Write the records, each with its state, "mapped" where `states` says no other.

    Deletes come after the records of their page and before those of the next one, merges last; both
    are counted. What is told and deleted at once is a tombstone, and others that name it need not
    wait for it.
    """
    told = landing.new | landing.changed
    gone = [told[name] for name in landing.gathered.gone if name in told]
    _write_records(work, row, landing, {**states, **dict.fromkeys(gone, "withdrawn")})
    _wake(work, row, landing.new)
    _park(work, row, landing)
    pages, counts = landing.batch.pages, landing.counts
    counts["deleted"] = delete(work, row, list(landing.gathered.gone))
    counts["merged"] = _merge(work, row, [pair for page in pages for pair in page.merged])


def _write_records(work: Work, row: StreamRow, landing: Landing, states: Mapping[int, str]) -> None:
    if landing.pack is None:
        return
    numbers = [*landing.new.values(), *landing.changed.values()]
    names = [*landing.new, *landing.changed]
    landed = Landed(
        numbers,
        names,
        list(map(landing.hashes.__getitem__, names)),
        [states.get(one, "mapped") for one in numbers] if states else Same("mapped"),
        list(map(landing.pack, landing.payloads())),
    )
    records.land(work, row.id, landed, new=not landing.changed)


def _wake(work: Work, row: StreamRow, new: Mapping[str, int]) -> None:
    """Ask again for the records that waited for these."""
    if new and records.any_waiting(work):
        waiting = records.waiting_for(work, row.id, new)
        work.log_records(records.topic(row.connection), waiting)


def delete(work: Work, row: StreamRow, external_ids: Sequence[str]) -> int:
    """Tombstone living records; gives how many there were."""
    if not external_ids:
        return 0
    found = records.known(work, row.id, list(dict.fromkeys(external_ids)))
    ids = [number for number, _, gone in found if number and not gone]
    records.tombstone(work, ids)
    work.log_records(records.topic(row.connection), ids)
    return len(ids)


def _merge(work: Work, row: StreamRow, pairs: Sequence[tuple[str, str]]) -> int:
    """A merge in the backend links loser and winner for good; it deletes nobody."""
    names = [name for pair in pairs for name in pair]
    found = records.numbers_of(work, row.id, names)
    both = [pair for pair in pairs if pair[0] in found and pair[1] in found]
    for loser, winner in both:
        records.mark_merged(work, found[loser], found[winner])
        refs = [Ref(row.connection, row.name, name) for name in (loser, winner)]
        merges.backend_merge(work, *refs)
        work.log_records("source", [found[loser], found[winner]])
    return len(both)


def _park(work: Work, row: StreamRow, landing: Landing) -> None:
    """Set aside what cannot be read, and remember its places by source."""
    pages = landing.batch.pages
    unreadable: list[tuple[str, Unreadable]] = [
        *((page.source, item) for page in pages for item in page.unreadable),
        *landing.gathered.broken,
    ]
    landing.places = {page.source: set() for page in pages}
    for source, item in unreadable:
        landing.places[source].add(item.place)
    parking.park(
        work,
        [
            Parking("land", row.id, None, item.place, source, "", "unreadable", item.reason,
                    item.raw)
            for source, item in unreadable
        ],
    )  # fmt: skip
