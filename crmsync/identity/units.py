"""Groups of records that only grow while nothing in them clashes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

Clashes = Callable[[int, int], bool]


class Units:
    """A partition of records 0 … n-1 into units."""

    def __init__(self, count: int) -> None:
        self._unit = list(range(count))
        self._members: dict[int, list[int]] = {number: [number] for number in range(count)}

    def copy(self) -> Units:
        """The same partition, to try something out."""
        twin = Units(0)
        twin._unit = list(self._unit)
        twin._members = {number: list(found) for number, found in self._members.items()}
        return twin

    def of(self, record: int) -> int:
        """The unit of a record."""
        return self._unit[record]

    def members(self, unit: int) -> list[int]:
        """The records of a unit."""
        return self._members[unit]

    def together(self, a: int, b: int) -> bool:
        """Whether two records are in one unit."""
        return self._unit[a] == self._unit[b]

    def clash(self, a: int, b: int, clashes: Clashes) -> bool:
        """Whether any record of a's unit clashes with any of b's."""
        ours, theirs = self.members(self.of(a)), self.members(self.of(b))
        return any(clashes(one, other) for one in ours for other in theirs)

    def join(self, a: int, b: int, clashes: Clashes) -> bool:
        """Put two units together unless they clash; gives whether they are together now."""
        if self.together(a, b):
            return True
        if self.clash(a, b, clashes):
            return False
        self._absorb(*sorted((self.of(a), self.of(b))))
        return True

    def _absorb(self, into: int, gone: int) -> None:
        moved = self._members.pop(gone)
        self._members[into].extend(moved)
        for record in moved:
            self._unit[record] = into

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self._members.values())
