"""The kinds of limit a backend sets, each as arithmetic on a few numbers that are shared.

The numbers ("cells") begin as zeros. The first two are common to all kinds: the last moment anybody
saw, and until when the backend asked everybody to wait. Moments are seconds since 1970.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol


class Cells(Protocol):
    """Numbers that are shared: a list, or memory that several processes see."""

    def __getitem__(self, place: int, /) -> float: ...

    def __setitem__(self, place: int, number: float, /) -> None: ...


LAST, CLOSED, FIRST = 0, 1, 2
DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the account stands, as an answer tells; None for what it does not say.

    `available`, `size` and `restore` (a second) are a leaky bucket's, `used` and `count` a day's;
    `pause` are seconds in which nothing should be asked.
    """

    available: float | None = None
    size: float | None = None
    restore: float | None = None
    used: float | None = None
    count: float | None = None
    pause: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What all kinds share: `route` is how "GET /path" or "/path" begins; "" is every request."""

    route: str = ""
    kind: ClassVar[str] = ""

    def concerns(self, asked: str) -> bool:
        """Whether a request ("GET /path") counts; a path holds what lies below it."""
        if not self.route:
            return True
        below = self.route.rstrip("/") + "/"
        path = asked.partition(" ")[2]
        return any(f"{one}/".startswith(below) for one in (asked, path))

    def cells(self) -> int:
        """How many numbers it needs."""
        return FIRST

    def wait(self, cells: Cells, now: float, cost: float, share: float) -> float:
        """Seconds until it may be asked, when `share` of the limit is left free; 0 for now."""
        return 0.0

    def book(self, cells: Cells, now: float, cost: float) -> None:
        """Note that it is asked now."""

    def learn(self, cells: Cells, now: float, told: Standing, spent_since: float) -> None:
        """Take over what an answer tells, less what was spent since it was asked."""

    def spent(self, cells: Cells) -> float:
        """All that was ever spent."""
        return 0.0

    def shift(self, cells: Cells, seconds: float) -> None:
        """Move what is noted, since the clock was set."""

    def spares(self, cost: float, share: float) -> bool:
        """Whether the share that bulk requests leave free is enough for a request."""
        return True


@dataclass(frozen=True, slots=True)
class FixedWindow(Limit):
    """At most `count` requests within any `seconds`.

    Requests do not all take as long to arrive: `margin` seconds are added to the window for that.
    """

    count: int
    seconds: float
    margin: float = 0.1
    kind: ClassVar[str] = "window"

    def cells(self) -> int:
        """One for each request that still counts, and where the oldest of them is."""
        return FIRST + 1 + self.count

    def wait(self, cells: Cells, now: float, cost: float, share: float) -> float:
        """Until the request has left the window that would be one too many with this one."""
        free = int(self.count * share)
        last = cells[FIRST + 1 + (int(cells[FIRST]) + free) % self.count]
        return max(0.0, last + self.seconds + self.margin - now) if last else 0.0

    def book(self, cells: Cells, now: float, cost: float) -> None:
        """Note the request in the place of the oldest."""
        oldest = int(cells[FIRST])
        cells[FIRST + 1 + oldest] = now
        cells[FIRST] = (oldest + 1) % self.count

    def shift(self, cells: Cells, seconds: float) -> None:
        """Every request was as long ago as before."""
        for place in range(FIRST + 1, FIRST + 1 + self.count):
            cells[place] += seconds if cells[place] else 0.0

    def spares(self, cost: float, share: float) -> bool:
        """Whether a whole request is left free."""
        return int(self.count * share) >= 1


_USED, _STAMP, _SIZE, _RATE, _SPENT = range(FIRST, FIRST + 5)


@dataclass(frozen=True, slots=True)
class LeakyBucket(Limit):
    """At most `size` points at once, of which `restore` a second come back.

    Answers may tell size, rate and what is left anew (`Standing`).
    """

    size: float
    restore: float
    kind: ClassVar[str] = "bucket"

    def cells(self) -> int:
        """What is used and when that was so, size and rate as told, and all that was spent."""
        return FIRST + 5

    def wait(self, cells: Cells, now: float, cost: float, share: float) -> float:
        """Until enough has come back; a request larger than the bucket waits for a full one."""
        size, rate = self._told(cells)
        room = max(size * (1.0 - share), min(cost, size))
        return max(0.0, (self._used(cells, now) + min(cost, size) - room) / rate)

    def book(self, cells: Cells, now: float, cost: float) -> None:
        """Take the points."""
        cells[_USED] = self._used(cells, now) + cost
        cells[_STAMP] = now
        cells[_SPENT] += cost

    def learn(self, cells: Cells, now: float, told: Standing, spent_since: float) -> None:
        """What was asked after the request that is answered may not be in what it tells."""
        cells[_SIZE] = told.size or cells[_SIZE]
        cells[_RATE] = told.restore or cells[_RATE]
        if told.available is not None:
            size, _ = self._told(cells)
            cells[_USED] = max(0.0, size - told.available + spent_since)
            cells[_STAMP] = now

    def spent(self, cells: Cells) -> float:
        """All the points that were ever taken."""
        return cells[_SPENT]

    def shift(self, cells: Cells, seconds: float) -> None:
        """What is used is as old as before."""
        cells[_STAMP] += seconds

    def spares(self, cost: float, share: float) -> bool:
        """Whether that many points are left free."""
        return self.size * share >= cost

    def _told(self, cells: Cells) -> tuple[float, float]:
        return cells[_SIZE] or self.size, cells[_RATE] or self.restore

    def _used(self, cells: Cells, now: float) -> float:
        _, rate = self._told(cells)
        return max(0.0, cells[_USED] - (now - cells[_STAMP]) * rate)


@dataclass(frozen=True, slots=True)
class AtOnce(Limit):
    """At most `count` requests under way at the same time."""

    count: int
    kind: ClassVar[str] = "slots"

    def spares(self, cost: float, share: float) -> bool:
        """Whether a whole place is left free."""
        return int(self.count * share) >= 1


_TODAY, _DONE, _COUNT = range(FIRST, FIRST + 3)


@dataclass(frozen=True, slots=True)
class DailyQuota(Limit):
    """At most `count` a day of UTC, of which others need some too.

    Bulk requests stop with QuotaSpent when `total` of the day's is used, by whomever, or `run` of
    it by this budget alone; the till and erasures may use the rest. Answers may tell the day's use
    and size anew (`Standing`), which then holds whenever the backend's day begins.
    """

    count: float
    total: float = 0.8
    run: float = 0.25
    kind: ClassVar[str] = "day"

    def cells(self) -> int:
        """Which day it is, what is used, and the size as told."""
        return FIRST + 3

    def exceeds(self, cells: Cells, now: float, cost: float, *, urgent: bool, ran: float) -> bool:
        """Whether the request would take what is kept; `ran` is what this budget took."""
        self._begin_day(cells, now)
        count = cells[_COUNT] or self.count
        if cells[_DONE] + cost > count * (1.0 if urgent else self.total):
            return True
        return not urgent and ran + cost > count * self.run

    def book(self, cells: Cells, now: float, cost: float) -> None:
        """Count it to today's."""
        self._begin_day(cells, now)
        cells[_DONE] += cost

    def learn(self, cells: Cells, now: float, told: Standing, spent_since: float) -> None:
        """The backend counts what others use too."""
        cells[_COUNT] = told.count or cells[_COUNT]
        if told.used is not None:
            cells[_DONE] = told.used

    def _begin_day(self, cells: Cells, now: float) -> None:
        today = math.floor(now / DAY)
        if today > cells[_TODAY]:
            cells[_DONE] = 0.0
        cells[_TODAY] = today
