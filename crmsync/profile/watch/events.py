"""What let a customer down: late deliveries and complaints, each with the record that tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from crmsync.profile.compute import day_number, iso
from crmsync.store import Work
from crmsync.store.causes import read_causes

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
    causes = read_causes(work, customer_ids)
    told: defaultdict[str, list[Event]] = defaultdict(list)
    for row in causes.came.to_pylist():
        _add(told, row, _late(row, as_of), since, as_of)
    for row in causes.said.to_pylist():
        _add(told, row, _complaints(row, as_of), since, as_of)
    return {name: sorted(found, key=lambda one: (one.day, one.ref)) for name, found in told.items()}


def _add(
    told: Mapping[str, list[Event]], row: Mapping[str, Any], found: Iterable[Event], since: str,
    as_of: str,
) -> None:  # fmt: skip
    told[row["customer_id"]].extend(one for one in found if since <= one.day <= as_of)


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


def _complaints(row: Mapping[str, Any], as_of: str) -> Iterator[Event]:
    if row["kind"] == "complaint":
        resolved = row["resolved_on"]
        waits = row["status"] != "done" and (resolved is None or iso(resolved) > as_of)
        yield Event("complaint", row["ref"], iso(row["day"]), row["reason"], waits)
