"""What a retailer owes his customers, as of a day: answers, call-backs, promises; each with events.

Days are local ISO days. `events` are the Refs of the interactions that support an entry, in order.
Texts that may reveal what Art. 9 DSGVO protects, or hold a denied category, are "".
"""

from __future__ import annotations

from dataclasses import dataclass

from crmsync.model.ref import Ref


@dataclass(frozen=True, slots=True)
class Point:
    """A point of an enquiry; `answered_on` is None while nobody has answered it."""

    number: int
    text: str
    answered_on: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """An enquiry or complaint that is not closed.

    `acknowledge_by` is None for what was not written: who stood before us knows that we heard him.
    `late` says that the target of the acknowledgement or of the answer is missed.
    """

    customer_id: str
    ref: Ref
    kind: str
    channel: str
    store: str
    subject: str
    opened_on: str
    acknowledge_by: str | None
    acknowledged_on: str | None
    answer_by: str
    points: tuple[Point, ...]
    late: bool
    events: tuple[Ref, ...]

    @property
    def to_acknowledge(self) -> bool:
        """Whether it was written and nobody has said yet that it came."""
        return self.acknowledge_by is not None and self.acknowledged_on is None


@dataclass(frozen=True, slots=True)
class CallBack:
    """A customer who is to be called; `tries` of ours did not reach him since.

    `in_vain` says that he was called so often without success that another way is wanted.
    """

    customer_id: str
    ref: Ref
    store: str
    since: str
    due_on: str
    tries: int
    in_vain: bool
    events: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise that is not kept yet, or was kept too late; `broken` says that its day is over."""

    customer_id: str
    ref: Ref
    store: str
    text: str
    due_on: str
    kept_on: str | None
    broken: bool
    events: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """What a customer said of us: praise, a score from 0 to 100, or why he leaves (`reason`)."""

    customer_id: str
    ref: Ref
    store: str
    day: str
    score: int | None
    text: str
    reason: str
    events: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Responses:
    """How fast we were: of `n` that came or are overdue, `within` met the target.

    `median_hours` is over those that came, by the clock; None where none did.
    """

    n: int = 0
    within: int = 0
    median_hours: float | None = None

    @property
    def share(self) -> float | None:
        """The share within the target, None where there was nothing to do."""
        return self.within / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Service:
    """Everything owed to a controller's customers as of a day, the oldest first.

    `risks` are low scores that nobody has answered. `praise` and `leaving` are those told since the
    day `since`, from which on `acknowledged`, `answered` and `called_back` are counted too.
    """

    as_of: str
    since: str
    cases: tuple[Case, ...]
    call_backs: tuple[CallBack, ...]
    promises: tuple[Promise, ...]
    risks: tuple[Voice, ...]
    praise: tuple[Voice, ...]
    leaving: tuple[Voice, ...]
    acknowledged: Responses
    answered: Responses
    called_back: Responses
