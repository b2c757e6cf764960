"""The rules of threads: what belongs together, what waits for us, and what settled it.

A thread is what has the same key, and what names an interaction of it. What a customer began waits
until it is settled:

- an enquiry or complaint with points: when every point is answered, whatever its backend says;
- one without: when our word in its thread comes after it (more than an acknowledgement, and it did
  not bounce), or a later interaction closes the thread, or its backend says that it is done;
- a missed call or a call-back: in the same ways, or when we speak with the customer;
- a low score: when it was answered, or a later score is not low.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from crmsync.model.ref import Ref
from crmsync.model.touch import Touch

LOW_SCORE = 40
"""A satisfaction of at most this much (of 100) counts as a risk, like a complaint."""
HIGH_SCORE = 90
"""A satisfaction of at least this much counts as praise."""
ASKING = ("enquiry", "complaint")
CALLING = ("missed_call", "call_back")
SPOKE = ("call", "visit")
SILENT = ("missed_call", "bounce", "campaign")
"""What says nothing to the customer, in whatever direction."""


class Settled(NamedTuple):
    """The interaction that settled another one, and its local day."""

    day: str
    ref: Ref


class Thread(NamedTuple):
    """Interactions of one customer that belong together, in the order of their stamps."""

    key: str
    touches: tuple[Touch, ...]


def threads(touches: Iterable[Touch]) -> list[Thread]:
    """The threads of one customer or of many, in the order in which each began."""
    told = sorted(touches, key=lambda one: (one.at, one.ref))
    keys = {str(one.ref): one.thread or str(one.ref) for one in told}
    found: dict[tuple[str, str], list[Touch]] = defaultdict(list)
    for one in told:
        found[one.customer_id, _root(keys, str(one.ref))].append(one)
    return [Thread(key, tuple(some)) for (_, key), some in found.items()]


def _root(keys: dict[str, str], ref: str) -> str:
    """The key at the end of who names whom; interactions that name each other share the first."""
    seen = [ref]
    while (key := keys.get(seen[-1])) is not None and key not in seen:
        seen.append(key)
    return min(seen[seen.index(keys[seen[-1]]) :]) if keys.get(seen[-1]) in seen else seen[-1]


def is_low(touch: Touch) -> bool:
    """Whether it holds a score that counts as a risk."""
    return _score(touch, unknown=HIGH_SCORE) <= LOW_SCORE


def is_high(touch: Touch) -> bool:
    """Whether it holds a score that counts as praise."""
    return _score(touch, unknown=LOW_SCORE) >= HIGH_SCORE


def _score(touch: Touch, *, unknown: int) -> int:
    score = touch.details.score if touch.kind == "satisfaction" else None
    return unknown if score is None else score


def waits(touch: Touch) -> bool:
    """Whether it is something that a customer began and that had to be settled.

    What its backend called done from the start waits for nobody, unless it has points.
    """
    if touch.direction != "in":
        return False
    if touch.kind in ASKING:
        return touch.status != "done" or bool(touch.details.points)
    return is_low(touch) or (touch.kind in CALLING and touch.status != "done")


class Waiting(NamedTuple):
    """Something that waited for us, its thread, and what settled it (None: it still waits)."""

    touch: Touch
    thread: Thread
    settled: Settled | None


def waiting(touches: Iterable[Touch]) -> list[Waiting]:
    """All that waited among interactions, settled or not, in the order in which it came."""
    told = list(touches)
    of_customer: dict[str, list[Touch]] = defaultdict(list)
    for one in sorted(told, key=lambda one: (one.at, one.ref)):
        of_customer[one.customer_id].append(one)
    found = [
        Waiting(one, thread, settled(one, thread, of_customer[one.customer_id]))
        for thread in threads(told)
        for one in thread.touches
        if waits(one)
    ]
    return sorted(found, key=lambda one: (one.touch.at, one.touch.ref))


def settled(touch: Touch, thread: Thread, of_customer: Sequence[Touch]) -> Settled | None:
    """What settled something that waits; None while it still does.

    `thread` is its own; `of_customer` are all interactions of the customer, in order.
    """
    if touch.kind in ASKING and touch.details.points:
        return _all_answered(touch, thread)
    if touch.resolved_on:
        return Settled(touch.resolved_on, touch.ref)
    later = [one for one in _after(touch, thread.touches) if answers(one, thread)]
    if touch.kind in CALLING:
        later += [one for one in _after(touch, of_customer) if one.kind in SPOKE]
    if is_low(touch):
        later += [one for one in _after(touch, of_customer) if _better(one)]
    first = min(later, key=lambda one: (one.at, one.ref), default=None)
    return Settled(first.day, first.ref) if first else None


def answered(touch: Touch, thread: Thread) -> dict[int, Settled]:
    """The points of an enquiry (numbers from 1) that were answered, each by whom first.

    An answer that names no interaction means the points of its thread, counted through.
    """
    names = {str(one.ref) for one in thread.touches}
    place = thread.touches.index(touch)
    before = sum(len(one.details.points) for one in thread.touches[:place])
    found: dict[int, Settled] = {}
    for one in _after(touch, thread.touches):
        ours = one.thread == str(touch.ref)
        if not ours and one.thread in names:
            continue
        for number in one.details.answers:
            point = number if ours else number - before
            if 1 <= point <= len(touch.details.points):
                found.setdefault(point, Settled(one.day, one.ref))
    return found


def _all_answered(touch: Touch, thread: Thread) -> Settled | None:
    found = answered(touch, thread)
    if len(found) < len(touch.details.points):
        return None
    places = {one.ref: place for place, one in enumerate(thread.touches)}
    return max(found.values(), key=lambda one: places[one.ref])


def spoken(touch: Touch, thread: Thread) -> bool:
    """Whether an interaction is a word of ours that arrived, if only an acknowledgement."""
    ours = touch.direction == "out" and touch.kind not in SILENT
    return ours and not _bounced(touch, thread)


def answers(touch: Touch, thread: Thread) -> bool:
    """Whether an interaction settles what waits in its thread: our last word, or its closing."""
    return touch.details.closes or (touch.status == "done" and spoken(touch, thread))


def _bounced(touch: Touch, thread: Thread) -> bool:
    """Whether the next thing of this channel in the thread, from us or about ours, is a bounce."""
    for one in _after(touch, thread.touches):
        if one.channel == touch.channel and (one.kind == "bounce" or one.direction == "out"):
            return one.kind == "bounce"
    return False


def _after(touch: Touch, touches: Iterable[Touch]) -> Iterator[Touch]:
    place = (touch.at, touch.ref)
    return (one for one in touches if (one.at, one.ref) > place)


def _better(touch: Touch) -> bool:
    return _score(touch, unknown=LOW_SCORE) > LOW_SCORE
