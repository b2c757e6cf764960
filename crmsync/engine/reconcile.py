"""Finds what is gone from a backend: ids compared with what the store holds alive."""

from __future__ import annotations

from collections.abc import Iterable

from crmsync.engine.brake import check_brake
from crmsync.store import Store, records
from crmsync.store.records import StreamRow


class Seen:
    """The records met in one complete reading, one bit each."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> None:
        """Remember a record id."""
        byte = number >> 3
        if byte >= len(self._bits):
            self._bits.extend(bytes(byte + 1024 - len(self._bits)))
        self._bits[byte] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        byte = number >> 3
        return byte < len(self._bits) and bool(self._bits[byte] & 1 << (number & 7))


def see(store: Store, row: StreamRow, seen: Seen, external_ids: Iterable[str]) -> None:
    """Mark the records with these external ids as met."""
    with store.read() as work:
        for one in records.known(work, row.id, external_ids).values():
            seen.add(one.id)


def vanished(
    store: Store, row: StreamRow, seen: Seen, *, share: float, accept: bool = False
) -> list[str]:
    """The external ids alive in the store and not met; BrakeError when they are too many."""
    with store.read() as work:
        alive = 0
        missing = []
        for number, external_id in records.alive_ids(work, row.id):
            alive += 1
            if number not in seen:
                missing.append(external_id)
    if not accept:
        name = f"{row.connection}/{row.name}"
        check_brake(name, vanished=len(missing), alive=alive, share=share)
    return missing
