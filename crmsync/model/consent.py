"""What a customer allows: consent events, and the pure fold that makes one state of them.

The rules (DSGVO Art. 7(1), 7(3), 21(2)-(3); UWG § 7), strict wherever two readings are possible:

- A grant without evidence grants nothing: the burden of proof is ours.
- A restriction stands until a *newer* consent *with evidence* lifts it. A legitimate interest, a
  contract or § 7(3) UWG never lifts one.
- A grant that comes from a sync must bring newer evidence: told again with a fresh date, an old
  proof stays old. A restriction that a customer told us directly counts from the later of the day
  it is dated and the day it was recorded, so no sync can reach behind it.
- Same moment, or one of the two has only a day: the restriction wins.
- A grant whose date lies behind the day it was recorded is not believed; an expired one counts
  for nothing.

The fold looks at the set of events, never at their order: whatever the order of syncs, merges and
replays, the result is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple, cast

from crmsync.model.words import ConsentState

STRICTNESS = ("blocked", "objected", "withdrawn", "denied", "bounced")
"""The states that forbid, strictest first."""

SYNC = "sync"
"""The origin of what a backend told; the others (form, till, call, letter, human) are direct."""

NEVER = "9999-12-31"
"""When a restriction without any date ends."""

POINT_CHANNELS = frozenset({"email", "phone", "sms", "fax", "messenger"})
"""Channels whose consents belong to an address or number.

On every other channel (letter, till_greeting, till_display, in_person …) the contact point is the
source customer's Ref: people of one household share an address, not a consent. A grant so bound
counts for a merged customer only while that source customer is linked to him, and goes with it
when they are parted.
"""


class ConsentEvent(NamedTuple):
    """One entry of the ledger, as far as the fold needs it.

    `at` is when it happened (UTC stamp or day, "" unknown), `recorded_at` the local day it came
    into the ledger, `origin` one of sync, form, till, call, letter, human.
    """

    subject: str
    channel: str
    purpose: str
    state: str
    basis: str = ""
    at: str = ""
    recorded_at: str = ""
    origin: str = SYNC
    evidence: str = ""
    expires_on: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """The effective state of a consent, and the event it rests on ("" where there is none).

    `state` is granted only when a contact may rest on it; "unknown" and "pending" are no grant.
    `expired` says that there was a grant and its day has passed.
    """

    state: ConsentState = "unknown"
    basis: str = ""
    at: str = ""
    origin: str = ""
    evidence: str = ""
    expires_on: str | None = None
    expired: bool = False

    @property
    def granted(self) -> bool:
        """Whether something is granted, with evidence, and in force."""
        return self.state == "granted"

    @property
    def consented(self) -> bool:
        """Whether the grant is a consent, not another legal basis."""
        return self.granted and self.basis in ("", "consent")

    @property
    def restricted(self) -> bool:
        """Whether the customer or a bounce forbids."""
        return self.state in STRICTNESS


UNKNOWN = State()


def effective(events: Iterable[ConsentEvent], *, as_of: str) -> State:
    """The state that these events of one contact point, channel and purpose leave on a day.

    The order of the events does not matter. See the module for the rules.
    """
    told = list(events)
    proven = [event for event in told if event.state == "granted" and event.evidence]
    live = [event for event in proven if not _is_over(event, as_of)]
    restrictions = [event for event in told if event.state in STRICTNESS]
    grants = [event for event in told if event.state == "granted"]
    lifting = [event for event in live if _lifts_all(event, restrictions, grants)]
    if lifting:
        return _state(max(lifting, key=_worth))
    if restrictions:
        return _state(max(restrictions, key=_weight))
    if proven:
        return State(expired=True, expires_on=max(event.expires_on or "" for event in proven))
    return State("pending") if any(event.state == "pending" for event in told) else UNKNOWN


def _lifts_all(
    grant: ConsentEvent, restrictions: Sequence[ConsentEvent], grants: Sequence[ConsentEvent]
) -> bool:
    if not restrictions:
        return True
    if grant.basis not in ("", "consent") or not _is_believable(grant):
        return False
    since = min(_start(event.at) for event in grants if _same_proof(event, grant))
    return bool(since[0]) and all(since > _end(grant, event) for event in restrictions)


def _same_proof(event: ConsentEvent, grant: ConsentEvent) -> bool:
    """Direct grants stand for themselves; a sync's grant is as old as its proof.

    A proof that was erased may have been the same.
    """
    return event is grant or (grant.origin == SYNC and event.evidence in ("", grant.evidence))


def _is_believable(grant: ConsentEvent) -> bool:
    """Dated at most one day behind the recording: clocks west of Greenwich are not wrong."""
    if not grant.recorded_at:
        return True
    latest = date.fromisoformat(grant.recorded_at[:10]) + timedelta(days=1)
    return grant.at[:10] <= latest.isoformat()


def _start(at: str) -> tuple[str, str]:
    """The earliest moment a time can mean: a mere day begins at its start."""
    return at[:10], at[10:].rstrip("Z")


def _end(grant: ConsentEvent, restriction: ConsentEvent) -> tuple[str, str]:
    """The moment a grant must be newer than; a mere day lasts to its end."""
    times = [restriction.at or restriction.recorded_at or NEVER]
    if grant.origin == SYNC and restriction.origin != SYNC:
        times.append(restriction.recorded_at or NEVER)
    return max((time[:10], time[10:].rstrip("Z") or "~") for time in times)


def _is_over(event: ConsentEvent, as_of: str) -> bool:
    return bool(event.expires_on) and str(event.expires_on) < as_of


def _worth(grant: ConsentEvent) -> tuple[object, ...]:
    return grant.basis in ("", "consent"), grant.at, *_rest(grant)


def _weight(restriction: ConsentEvent) -> tuple[object, ...]:
    strictness = -STRICTNESS.index(restriction.state)
    return strictness, restriction.at or restriction.recorded_at, *_rest(restriction)


def _rest(event: ConsentEvent) -> tuple[str, ...]:
    """Everything that is not the store's own pseudonym, to break ties alike everywhere."""
    return tuple(part or "" for part in event[1:])


def _state(event: ConsentEvent) -> State:
    return State(
        cast("ConsentState", event.state),
        event.basis,
        event.at or event.recorded_at,
        event.origin,
        event.evidence,
        event.expires_on,
    )


@dataclass(frozen=True, slots=True)
class Consents:
    """Everything the ledger knows of one customer, asked per channel, purpose, contact point.

    `points` maps the customer's addresses and numbers to their subjects. What belongs to a
    source customer's Ref counts for every contact point; what belongs to an address or number
    counts for that one alone.
    """

    as_of: str
    events: tuple[ConsentEvent, ...] = ()
    points: Mapping[str, str] = field(default_factory=dict)

    def of(self, channel: str, purpose: str, contact: str | None = None) -> State:
        """The state on a channel for a purpose.

        With `contact` that of one address or number; without, the strict side over all of them:
        one restricted contact point restricts the answer.
        """
        told = self._about(channel, contact)
        return effective((one for one in told if one.purpose == purpose), as_of=self.as_of)

    def unusable(self, channel: str, contact: str | None = None) -> State:
        """A bounced or blocked state of any purpose, which closes the channel to every message."""
        closing = [
            event
            for event in self._about(channel, contact)
            if event.state in ("blocked", "bounced", "granted")
        ]
        for purpose in sorted({event.purpose for event in closing}):
            mine = (event for event in closing if event.purpose == purpose)
            state = effective(mine, as_of=self.as_of)
            if state.restricted:
                return state
        return UNKNOWN

    def pairs(self) -> list[tuple[str, str]]:
        """The (channel, purpose) pairs the ledger has entries for, sorted."""
        return sorted({(event.channel, event.purpose) for event in self.events})

    def next_expiry(self) -> str | None:
        """The first day on which a grant that is in force today no longer is; None for never."""
        ends = [
            event.expires_on
            for event in self.events
            if event.state == "granted" and event.expires_on and not _is_over(event, self.as_of)
        ]
        if not ends:
            return None
        return (date.fromisoformat(min(ends)) + timedelta(days=1)).isoformat()

    def _about(self, channel: str, contact: str | None) -> list[ConsentEvent]:
        others = set(self.points.values())
        if contact is None:
            others = set()
        elif contact in self.points:
            others.discard(self.points[contact])
        return [
            event
            for event in self.events
            if event.channel == channel and event.subject not in others
        ]
