"""Call-backs and promises: who is to be called, and what was promised and not kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from crmsync.config.settings import ServiceSettings
from crmsync.model.service import CallBack, Promise
from crmsync.model.thread import Thread, Waiting, threads
from crmsync.model.touch import Touch
from crmsync.profile.silence import told
from crmsync.profile.workdays import due


def call_backs(
    touches: Iterable[Touch],
    called: Iterable[Waiting],
    *,
    as_of: str,
    targets: ServiceSettings,
) -> tuple[CallBack, ...]:
    """One for each customer who still waits for a call, from the first one that we missed on."""
    first: dict[str, Waiting] = {}
    for one in called:
        if one.settled is None or one.settled.day > as_of:
            first.setdefault(one.touch.customer_id, one)
    tries: dict[str, list[Touch]] = {}
    for touch in touches:
        mine = first.get(touch.customer_id)
        missed = touch.kind == "missed_call" and touch.direction == "out"
        if mine and missed and (touch.at, touch.ref) > (mine.touch.at, mine.touch.ref):
            tries.setdefault(touch.customer_id, []).append(touch)
    return tuple(_call_back(one.touch, tries.get(name, []), targets) for name, one in first.items())


def _call_back(touch: Touch, tries: Sequence[Touch], targets: ServiceSettings) -> CallBack:
    by = touch.due_on or due(touch.day, targets.call_back_days, targets.workdays)
    in_vain = len(tries) >= targets.vain_calls
    events = (touch.ref, *(one.ref for one in tries))
    return CallBack(
        touch.customer_id, touch.ref, touch.store, touch.day, by, len(tries), in_vain, events
    )


def promises(touches: Sequence[Touch], *, as_of: str, deny: Collection[str]) -> tuple[Promise, ...]:
    """The promises that are not kept yet or were kept too late, by the day they are due."""
    found = [
        _promise(one, thread, as_of, deny)
        for thread in threads(touches)
        for one in thread.touches
        if one.details.promise
    ]
    open_or_late = [one for one in found if one.broken or one.kept_on is None]
    return tuple(sorted(open_or_late, key=lambda one: (one.due_on, one.ref)))


def _promise(one: Touch, thread: Thread, as_of: str, deny: Collection[str]) -> Promise:
    kept = _kept(one, thread)
    by = one.details.promise_by or one.day
    broken = (kept.day if kept else as_of) > by
    events = (one.ref, kept.ref) if kept else (one.ref,)
    text = told(one.details.promise, deny)
    kept_on = kept.day if kept else None
    return Promise(one.customer_id, one.ref, one.store, text, by, kept_on, broken, events)


def _kept(promise: Touch, thread: Thread) -> Touch | None:
    """What says that it was kept: of the promise it names, or else of every one of its thread."""
    names = {str(one.ref) for one in thread.touches if one.details.promise}
    for one in thread.touches:
        later = (one.at, one.ref) > (promise.at, promise.ref)
        if one.details.kept and later and one.thread in (str(promise.ref), *_unnamed(one, names)):
            return one
    return None


def _unnamed(one: Touch, names: Collection[str]) -> tuple[str, ...]:
    return () if one.thread in names else (one.thread,)
