"""Finds what is gone from a backend: ids compared with what the store holds alive."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from crmsync.engine.brake import check_brake
from crmsync.store import Store, records
from crmsync.store.records import StreamRow


class Seen:
    """The records met in one complete reading, one byte each."""

    def __init__(self) -> None:
        self._met = bytearray()

    def add(self, numbers: Collection[int]) -> None:
        """Remember these record ids."""
        met = self._met
        short = max(numbers, default=0) + 1 - len(met)
        if short > 0:
            met.extend(bytes(short + 4096))
        for number in numbers:
            met[number] = 1

    def count(self) -> int:
        """How many were met."""
        return self._met.count(1)

    def missing(self, numbers: Iterable[int]) -> list[int]:
        """Those of `numbers` that were not met."""
        met, end = self._met, len(self._met)
        return [number for number in numbers if number >= end or not met[number]]


def see(store: Store, row: StreamRow, seen: Seen, external_ids: Iterable[str]) -> None:
    """Mark the records with these external ids as met."""
    with store.read() as work:
        seen.add(records.numbers_of(work, row.id, external_ids).values())


def vanished(
    store: Store, row: StreamRow, seen: Seen, *, share: float, accept: bool = False
) -> list[str]:
    """The external ids alive in the store and not met; BrakeError when they are too many."""
    with store.read() as work:
        gone = records.gone_ids(work, row.id)
        alive = records.count(work, row.id) - len(gone)
        if seen.count() - (len(gone) - len(seen.missing(gone))) == alive:
            return []  # as many of the living were met as there are
        missing = seen.missing(records.alive_ids(work, row.id))
        names = [ref.external_id for ref in records.refs(work, missing).values()]
    if not accept:
        name = f"{row.connection}/{row.name}"
        check_brake(name, vanished=len(missing), alive=alive, share=share)
    return names
