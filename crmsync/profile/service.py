"""Works out what is owed to customers, by rules that a person can follow from the events.

- Every written enquiry and complaint is acknowledged at once, within `acknowledge_days` working
  days (0: the day it came), and answered within `answer_days`; it is closed when every point is.
- A missed call makes a call-back due within `call_back_days`. Who was called `vain_calls` times
  since and not reached was called in vain.
- A promise is broken when its day is over and nobody says that it was kept.

What waits and what settles it: `crmsync.model.thread`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import median

from crmsync.config.settings import ServiceSettings
from crmsync.model import thread as rules
from crmsync.model.ref import Ref
from crmsync.model.service import Case, Point, Responses, Service, Voice
from crmsync.model.thread import Waiting
from crmsync.model.touch import Touch
from crmsync.profile.owed import call_backs, promises
from crmsync.profile.silence import told
from crmsync.profile.workdays import due
from crmsync.store import Work
from crmsync.store.touches import touches_between

WRITTEN = ("letter", "fax", "email", "messenger", "sms", "web")
"""Channels on which nobody sees whether we have it: what comes there is acknowledged."""
DAYS = 365
"""So far back is looked for what still waits."""


def service(
    work: Work,
    controller: str,
    *,
    as_of: str,
    targets: ServiceSettings,
    deny: Collection[str] = (),
    days: int = DAYS,
) -> Service:
    """What is owed to the customers of a controller on the day `as_of`.

    What happened later does not count. `deny` are the retailer's denied categories: a text that
    holds one is left out, as what Art. 9 DSGVO protects.
    """
    since = (date.fromisoformat(as_of) - timedelta(days=days)).isoformat()
    touches = touches_between(work, controller, since, as_of)
    return owed(touches, since=since, as_of=as_of, targets=targets, deny=deny)


def owed(
    touches: Sequence[Touch],
    *,
    since: str,
    as_of: str,
    targets: ServiceSettings,
    deny: Collection[str] = (),
) -> Service:
    """What is owed by these interactions alone; a pure function of them."""
    waited = rules.waiting(touches)
    asked = [one for one in waited if one.touch.kind in rules.ASKING]
    called = [one for one in waited if one.touch.kind in rules.CALLING]
    stamps = {one.ref: one.at for one in touches}
    written = [one for one in asked if one.touch.channel in WRITTEN]
    low = [one.touch for one in waited if rules.is_low(one.touch) and not _settled(one, as_of)]
    praise = [one for one in touches if one.kind == "praise" or rules.is_high(one)]
    return Service(
        as_of, since,
        tuple(_case(one, as_of, targets, deny) for one in asked if not _settled(one, as_of)),
        call_backs(touches, called, as_of=as_of, targets=targets),
        promises(touches, as_of=as_of, deny=deny),
        _voices(low, deny), _voices(praise, deny),
        _voices([one for one in touches if one.details.leaving], deny),
        _responses([(one, _acknowledged(one)) for one in written], stamps, as_of, targets,
                   targets.acknowledge_days),
        _responses([(one, _end(one)) for one in asked], stamps, as_of, targets,
                   targets.answer_days),
        _responses([(one, _end(one)) for one in called], stamps, as_of, targets,
                   targets.call_back_days),
    )  # fmt: skip


def _settled(one: Waiting, as_of: str) -> bool:
    return one.settled is not None and one.settled.day <= as_of


def _case(one: Waiting, as_of: str, targets: ServiceSettings, deny: Collection[str]) -> Case:
    touch, first = one.touch, _acknowledged(one)
    written = touch.channel in WRITTEN
    by = due(touch.day, targets.acknowledge_days, targets.workdays) if written else None
    answer_by = due(touch.day, targets.answer_days, targets.workdays)
    unheard = by is not None and first is None and by < as_of
    return Case(
        touch.customer_id, touch.ref, touch.kind, touch.channel, touch.store,
        told(touch.subject, deny), touch.day, by, first[0] if first else None, answer_by,
        _points(one, deny), unheard or answer_by < as_of,
        tuple(other.ref for other in one.thread.touches),
    )  # fmt: skip


def _points(one: Waiting, deny: Collection[str]) -> tuple[Point, ...]:
    found = rules.answered(one.touch, one.thread)
    return tuple(
        Point(number, told(text, deny), found[number].day if number in found else None)
        for number, text in enumerate(one.touch.details.points, start=1)
    )


End = tuple[str, Ref]
"""The local day of what ended a wait, and its Ref."""


def _acknowledged(one: Waiting) -> End | None:
    """Our first word after it that arrived."""
    place = one.thread.touches.index(one.touch)
    for later in one.thread.touches[place + 1 :]:
        if rules.spoken(later, one.thread) or later.details.closes:
            return later.day, later.ref
    return _end(one)


def _end(one: Waiting) -> End | None:
    return (one.settled.day, one.settled.ref) if one.settled else None


def _responses(
    ends: Iterable[tuple[Waiting, End | None]],
    stamps: dict[Ref, str],
    as_of: str,
    targets: ServiceSettings,
    days: int,
) -> Responses:
    """How many met the target of so many working days; what is not due yet does not count."""
    within, hours, late = 0, [], 0
    for one, end in ends:
        by = due(one.touch.day, days, targets.workdays)
        if end is None or end[0] > as_of:
            late += by < as_of
            continue
        within += end[0] <= by
        hours.append(_hours(one.touch, end, stamps))
    n = len(hours) + late
    return Responses(n, within, round(median(hours), 1) if hours else None)


def _hours(touch: Touch, end: End, stamps: dict[Ref, str]) -> float:
    """Hours by the clock; whole days where only the day of the end is known."""
    if end[1] == touch.ref or end[1] not in stamps:
        return 24.0 * (date.fromisoformat(end[0]) - date.fromisoformat(touch.day)).days
    passed = datetime.fromisoformat(stamps[end[1]]) - datetime.fromisoformat(touch.at)
    return passed.total_seconds() / 3600


def _voices(touches: Iterable[Touch], deny: Collection[str]) -> tuple[Voice, ...]:
    return tuple(
        Voice(
            one.customer_id, one.ref, one.store, one.day, one.details.score,
            told(one.subject, deny), told(one.details.leaving, deny), (one.ref,),
        )
        for one in touches
    )  # fmt: skip
