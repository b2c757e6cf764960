"""Puts the neighbouring rows of one record together."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from crmsync.connectors.files.entries import Broken, Entry
from crmsync.connectors.files.lines import Mark
from crmsync.mapping import ROWS, Record, key_teller, stream_key, without_key


def group_rows(
    entries: Iterable[Entry], groups: Sequence[str], *, start: Mark, seen: KeySet
) -> Iterator[Entry]:
    """Records of neighbouring rows with the same key; the last one may go on when the file grows.

    The mark of a record is the beginning of the next, so that reading never goes on inside one.
    A row whose key came up before, apart from its fellows, is broken: `seen` holds those keys.
    """
    tell = key_teller(groups)
    before, begun = start, start
    key: str | None = None
    rows: list[Record] = []
    line = 0
    for item, at, mark in entries:
        found = None if isinstance(item, Broken) else tell(item)
        if isinstance(item, Broken):
            yield item, at, begun if rows else mark
        elif found is None:
            if any(value not in (None, "") for value in item.values()):
                yield Broken(without_key(item, groups)), at, begun if rows else mark
        elif found == key and rows:
            rows.append(item)
        else:
            if rows:
                yield _record(rows, key, groups), line, before
            begun, key, rows, line = before, found, [], at
            if not seen.add(found):
                yield _reappeared(groups), at, mark
                rows, key = [], None
            else:
                rows = [item]
        before = mark
    if rows:
        yield _record(rows, key, groups), line, begun


def _record(rows: list[Record], key: str | None, groups: Sequence[str]) -> Record:
    return {stream_key(groups): key, ROWS: rows}


def _reappeared(groups: Sequence[str]) -> Broken:
    return Broken(f"comes apart from the rows with the same {', '.join(groups)!r}")


class KeySet:
    """A set of texts that keeps eight bytes of each: enough to know whether one came before.

    Two different texts are taken for the same once in about 10^13 pairs.
    """

    def __init__(self) -> None:
        self._count = 0
        self._slots = array("Q", bytes(8 * 1024))

    def add(self, text: str) -> bool:
        """Take `text`; whether it is new."""
        code = hash(text) & 0xFFFFFFFFFFFFFFFF or 1
        if not self._put(code):
            return False
        self._count += 1
        if 3 * self._count > 2 * len(self._slots):
            self._grow()
        return True

    def _put(self, code: int) -> bool:
        slots, mask = self._slots, len(self._slots) - 1
        at = code & mask
        while slots[at]:
            if slots[at] == code:
                return False
            at = (at + 1) & mask
        slots[at] = code
        return True

    def _grow(self) -> None:
        old = self._slots
        self._slots = array("Q", bytes(2 * 8 * len(old)))
        for code in old:
            if code:
                self._put(code)
