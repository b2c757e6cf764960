"""What let a customer down: late deliveries and complaints, each with the record that tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crmsync.model.ref import Ref
from crmsync.model.thread import Settled, is_low, waiting
from crmsync.model.touch import Touch
from crmsync.profile.compute import day_number, iso
from crmsync.profile.silence import told
from crmsync.store import Work
from crmsync.store.causes import read_causes
from crmsync.store.touches import touches_of

Trouble = Literal["late_delivery", "complaint"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that went wrong for a customer: its record, its day and how sure it is.

    Of a late delivery `day` is when it came, or the first day too late of one that is still `open`;
    `days_late` counts from the promise, and `evidence` says what that rests on: exact,
    ship_date_only, or none where nothing but the open order tells it. Of a complaint `open` tells
    that it waits for an answer.
    """

    trouble: Trouble
    ref: str
    day: str
    reason: str = ""
    open: bool = False
    days_late: int = 0
    evidence: str = ""


def events(
    work: Work, customer_ids: Iterable[str], *, as_of: str, since: str = ""
) -> dict[str, list[Event]]:
    """What went wrong for these customers from `since` to `as_of` (ISO, both included), by day."""
    names = list(customer_ids)
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for row in read_causes(work, names).came.to_pylist():
        _add(found, row["customer_id"], _late(row, as_of), since, as_of)
    touches = touches_of(work, names)
    waited = {one.touch.ref: one.settled for one in waiting(touches)}
    for touch in touches:
        _add(found, touch.customer_id, _complaints(touch, waited, as_of), since, as_of)
    return {name: sorted(some, key=lambda one: (one.day, one.ref)) for name, some in found.items()}


def _add(
    found: Mapping[str, list[Event]], name: str, told: Iterable[Event], since: str, as_of: str
) -> None:  # fmt: skip
    found[name].extend(one for one in told if since <= one.day <= as_of)


def _late(row: Mapping[str, Any], as_of: str) -> Iterator[Event]:
    """The delay of a delivery, as the habit late_deliveries_90d counts it."""
    came, promised, evidence = row["delivered_on"], row["promised_on"], row["evidence"]
    if promised is None or row["method"] == "pickup":
        return
    if came is None and evidence == "ship_date_only":
        came = row["shipped_on"]
    open_still = came is None and row["status"] == "open"
    first = promised + 1 if open_still else came
    if first is not None and promised < first and iso(first) <= as_of:
        late = day_number(as_of) if open_still else first
        yield Event("late_delivery", row["ref"], iso(first), open=open_still,
                    days_late=late - promised, evidence=evidence)  # fmt: skip


def _complaints(touch: Touch, waited: Mapping[Ref, Settled | None], as_of: str) -> Iterator[Event]:
    """A complaint, or an answer that he is not satisfied; open until something settled it."""
    if touch.kind == "complaint" or is_low(touch):
        settled = waited.get(touch.ref)
        waits = touch.ref in waited and (settled is None or settled.day > as_of)
        yield Event("complaint", str(touch.ref), touch.day, told(touch.reason), waits)
