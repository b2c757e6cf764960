"""What an account may ask of its backend, shared by all threads and processes that use it."""

from __future__ import annotations

import os
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Condition
from typing import Literal, Self

import httpx

from crmsync.errors import QuotaSpent, RateLimited
from crmsync.http import _folder
from crmsync.http._locks import FileLock
from crmsync.http.budget.limits import CLOSED, LAST, AtOnce, Cells, DailyQuota, Limit, Standing
from crmsync.http.budget.shared import Flag, Places, shared_cells
from crmsync.model.stream import Connection

Priority = Literal["till", "erasure", "bulk"]
"""Who asks: somebody at a till or an erasure, who go first, or a run that can wait."""

Reads = Callable[[httpx.Response], Standing | None]
_Place = tuple[Places, int]

GLANCE, LONGEST = 0.02, 1.0
"""Seconds after which whoever waits looks again: for what no clock foretells, and at the latest."""

LEAST = 0.001
JUMP = 5.0
"""A clock that goes back by more seconds than this was set; by less, it is waited for."""


@dataclass(slots=True)
class _Wish:
    """A request that wants a permit: what it costs, and the share it leaves to others.

    `flags` are those it holds up so that nobody less urgent takes what it waits for.
    """

    route: str
    cost: float
    urgent: bool
    share: float
    flags: list[Flag] = field(default_factory=list)


@dataclass(slots=True)
class _Kept:
    """One limit with what is kept of it."""

    limit: Limit
    cells: Cells
    flag: Flag
    places: Places | None
    ran: float = 0.0

    def wait(self, now: float, wish: _Wish) -> float:
        """Seconds until the request may be sent; QuotaSpent when it may not today."""
        limit, cells = self.limit, self.cells
        if isinstance(limit, DailyQuota) and limit.exceeds(
            cells, now, wish.cost, urgent=wish.urgent, ran=self.ran
        ):
            hint = "The next run goes on where this one stopped; or ask for a larger quota."
            raise QuotaSpent("the share of the account's daily quota is spent.", hint=hint)
        return max(limit.wait(cells, now, wish.cost, wish.share), cells[CLOSED] - now, 0.0)

    def book(self, now: float, cost: float) -> None:
        """Count the request."""
        self.limit.book(self.cells, now, cost)
        self.ran += cost

    def set_clock(self, now: float) -> None:
        """What is noted is as long ago as it was, though the clock was set back."""
        back = now - self.cells[LAST]
        if back < -JUMP:
            self.limit.shift(self.cells, back)
            self.cells[CLOSED] += back
            self.cells[LAST] = now

    def close(self) -> None:
        self.flag.close()
        if self.places:
            self.places.close()


@dataclass(slots=True)
class _Shared:
    """All that is kept of a budget's limits, as one process has it open."""

    kept: list[_Kept]
    lock: FileLock | None
    process: int
    closing: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        for close in self.closing:
            with suppress(OSError, BufferError):
                close()
        self.closing.clear()


class Permit:
    """One request that may be sent now; `at` is when that was."""

    def __init__(
        self,
        budget: Budget | None = None,
        kept: Sequence[_Kept] = (),
        places: Sequence[_Place] = (),
        *,
        at: float = 0.0,
    ) -> None:
        self.at = at
        self._budget, self._kept, self._places = budget, kept, places
        self._spent = [one.limit.spent(one.cells) for one in kept]

    def learn(self, answer: httpx.Response) -> None:
        """Take over what the answer tells of the account, and count a request that was repeated."""
        if self._budget is None:
            return
        if answer.history:
            self._budget._count(self._kept)
        told = self._budget.reads(answer) if self._budget.reads and answer.is_closed else None
        if told is not None:
            self._budget._learn(self._kept, told, self._spent)

    def release(self, *, pause: float | None = None) -> None:
        """The request is over; `pause` are seconds in which nobody should ask like this."""
        if self._budget is not None and (self._places or pause):
            self._budget._release(self._kept, self._places, pause)
            self._places = ()


class Budget:
    """The limits of one account; make it with the same limits wherever the account is used.

    Without a `folder` only the threads that share this object share the budget; with one, all
    processes that name the same folder and account do, and a restart forgets nothing. `reads` tells
    what an answer says of the account's standing. Bulk requests leave `share` of every limit free
    (where that is at least one request), and never take what a waiting till or erasure needs. A
    wait of more than `patience` seconds is left to the caller as RateLimited.
    """

    def __init__(
        self,
        *limits: Limit,
        folder: Path | str | None = None,
        account: str = "account",
        reads: Reads | None = None,
        share: float = 0.1,
        patience: float = 600.0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self.reads = reads
        self._limits, self._share, self._patience = limits, share, patience
        self._folder = Path(folder) / _folder.file_name(account) if folder else None
        self._clock, self._sleep = clock, sleep
        self._free = Condition()
        self._shared: _Shared | None = None

    @classmethod
    def beside(
        cls,
        connection: Connection,
        *limits: Limit,
        account: str = "",
        reads: Reads | None = None,
        share: float = 0.1,
    ) -> Self:
        """The budget kept beside crmsync.toml; `account` where several connections share one."""
        folder = Path(connection.base) / _folder.NAME / "budgets"
        name = account or connection.name
        return cls(*limits, folder=folder, account=name, reads=reads, share=share)

    def take(
        self,
        route: str = "",
        *,
        cost: float = 1.0,
        priority: Priority = "bulk",
        patience: float | None = None,
    ) -> Permit:
        """Wait until the request `route` ("GET /path") may be sent; the permit must be released.

        RateLimited when that would take longer than the patience, QuotaSpent when the day's share
        is spent, FileError when the folder cannot be used.
        """
        urgent = priority != "bulk"
        wish = _Wish(route, cost, urgent, 0.0 if urgent else self._share)
        most, waited = self._patience if patience is None else patience, 0.0
        try:
            while True:
                with self._locked() as shared:
                    permit, pause = self._try(shared, wish)
                if permit is not None:
                    return permit
                if waited + pause > most:
                    raise RateLimited("the account's budget asks for a pause.", retry_after=pause)
                waited += self._rest(pause)
        finally:
            self._let_down(wish.flags)

    def close(self) -> None:
        """Let go of the files."""
        if self._shared is not None:
            self._shared.close()
            self._shared = None

    def _try(self, shared: _Shared, wish: _Wish) -> tuple[Permit | None, float]:
        """The permit, or the seconds after which to ask again; within the lock."""
        kept = [one for one in shared.kept if one.limit.concerns(wish.route)]
        now = self._now(kept)
        waits = [one.wait(now, wish) for one in kept]
        pause = max(waits, default=0.0)
        if not wish.urgent and any(one.flag.is_up() for one in kept):
            return None, max(pause, GLANCE)
        places = None if pause else self._take_places(kept, wish.share)
        if places is not None:
            for one in kept:
                one.book(now, wish.cost)
            return Permit(self, kept, places, at=now), 0.0
        if wish.urgent:
            self._flag(kept, waits, wish)
        return None, max(pause, LEAST) if pause else GLANCE

    def _now(self, kept: Sequence[_Kept]) -> float:
        now = self._clock()
        for one in kept:
            one.set_clock(now)
        now = max([now, *(one.cells[LAST] for one in kept)])
        for one in kept:
            one.cells[LAST] = now
        return now

    def _take_places(self, kept: Sequence[_Kept], share: float) -> list[_Place] | None:
        """A place of every limit that has places; None when one has none left."""
        found: list[_Place] = []
        for one in kept:
            if one.places is None or not isinstance(one.limit, AtOnce):
                continue
            place = one.places.take(int(one.limit.count * share))
            if place is None:
                for places, taken in found:
                    places.free(taken)
                return None
            found.append((one.places, place))
        return found

    def _flag(self, kept: Sequence[_Kept], waits: Sequence[float], wish: _Wish) -> None:
        """Keep bulk requests off what is waited for, and off what their share would not leave."""
        for one, wait in zip(kept, waits, strict=True):
            waited_for = wait > 0.0 or (one.places is not None and not any(waits))
            if one.flag in wish.flags:
                one.flag.keep_up()
            elif waited_for or not one.limit.spares(wish.cost, self._share):
                one.flag.hold_up()
                wish.flags.append(one.flag)

    def _let_down(self, flags: Sequence[Flag]) -> None:
        if flags:
            with self._locked():
                for flag in flags:
                    flag.let_down()

    def _rest(self, pause: float) -> float:
        """Wait for a while, less than `pause` where something may change; the seconds waited."""
        seconds = min(pause, LONGEST)
        if self._sleep is not None:
            self._sleep(seconds)
        else:
            with self._free:
                self._free.wait(seconds)
        return seconds

    def _count(self, kept: Sequence[_Kept]) -> None:
        with self._locked():
            now = self._now(kept)
            for one in kept:
                one.book(now, 0.0)

    def _learn(self, kept: Sequence[_Kept], told: Standing, spent: Sequence[float]) -> None:
        with self._locked():
            now = self._now(kept)
            for one, before in zip(kept, spent, strict=True):
                one.limit.learn(one.cells, now, told, one.limit.spent(one.cells) - before)
                if told.pause:
                    one.cells[CLOSED] = max(one.cells[CLOSED], now + told.pause)

    def _release(
        self, kept: Sequence[_Kept], places: Sequence[_Place], pause: float | None
    ) -> None:
        with self._locked():
            for held, place in places:
                held.free(place)
            now = self._now(kept)
            for one in kept if pause else ():
                one.cells[CLOSED] = max(one.cells[CLOSED], now + (pause or 0.0))
            self._free.notify_all()

    @contextmanager
    def _locked(self) -> Iterator[_Shared]:
        """What is shared, for nobody else at the moment."""
        with self._free:
            shared = self._shared
            if shared is None or shared.process != os.getpid():
                shared = self._shared = self._open()
            if shared.lock is None:
                yield shared
                return
            shared.lock.take()
            try:
                yield shared
            finally:
                shared.lock.free()

    def _open(self) -> _Shared:
        try:
            shared = _opened(self._limits, self._folder)
        except OSError as error:
            raise _folder.file_error(self._folder or Path(), error) from None
        weakref.finalize(self, shared.close)
        return shared


def _opened(limits: Sequence[Limit], folder: Path | None) -> _Shared:
    lock = FileLock(_folder.made(folder) / "lock") if folder else None
    shared = _Shared([], lock, os.getpid())
    if lock:
        lock.take()  # a process that makes a file must not write zeros over what another counted
    try:
        for limit in limits:
            _keep(shared, limit, folder)
    finally:
        if lock:
            lock.free()
    shared.closing += [lock.close] if lock else []
    return shared


def _keep(shared: _Shared, limit: Limit, folder: Path | None) -> None:
    if folder is None:
        kept = _Kept(limit, [0.0] * limit.cells(), Flag(None), _places(limit, None))
    else:
        file = folder / _name(limit)
        cells, mapped = shared_cells(file.with_name(f"{file.name}.cells"), limit.cells())
        flag = Flag(file.with_name(f"{file.name}.flag"))
        kept = _Kept(limit, cells, flag, _places(limit, file))
        shared.closing += [cells.release, mapped.close]
    shared.kept.append(kept)
    shared.closing.append(kept.close)


def _places(limit: Limit, file: Path | None) -> Places | None:
    return Places(limit.count, file) if isinstance(limit, AtOnce) else None


def _name(limit: Limit) -> str:
    """The name of a limit's files: limits that differ share none."""
    return f"{limit.kind}-{sha256(repr(limit).encode()).hexdigest()[:12]}"
