"""Takes merges back: finds who was merged, withdraws what was decided, holds both sides apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from crmsync.errors import ConfigError
from crmsync.identity.lineage import histories
from crmsync.identity.read import customer_of
from crmsync.model.ref import Ref
from crmsync.store import Work, decisions
from crmsync.store import keys as key_store
from crmsync.store import links as link_store
from crmsync.store.decisions import PastDecision
from crmsync.store.links import CustomerRow, DecisionRow, PastEvent
from crmsync.store.merges import BACKEND

Histories = Mapping[int, Sequence[PastEvent]]


class Merge(NamedTuple):
    """A merge as it stands: `retired` became an alias of `survivor` ('' if no id was given up).

    `stayed` and `brought` are records of the two sides. Records that came later are in neither:
    they stay where their evidence puts them.
    """

    survivor: str
    retired: str
    stayed: tuple[int, ...]
    brought: tuple[int, ...]


def merge_of(work: Work, name: str) -> Merge:
    """The merge that made `name` an alias, or the last one by which the customer `name` grew.

    `name` is a customer id, a former id or a record. ConfigError when there is no such customer,
    no merge behind him, or no record left of one side.
    """
    survivor = customer_of(work, name)
    if survivor is None:
        raise ConfigError(
            f"there is no customer '{name}'.", hint="Give a customer id or connection/stream/id."
        )
    past = _members(work, survivor)
    family = link_store.families(work, [survivor])
    retired = name if name in family else _last(past, family)
    if retired is None:
        raise ConfigError(
            f"the customer {survivor} never was two.",
            hint="To part records that came as one: crmsync split A B",
        )
    return _merge(survivor, retired, past)


def merge_between(work: Work, a: Ref, b: Ref) -> Merge:
    """The merge by which these two records became one customer.

    ConfigError when one is no living source customer, when they are two customers, or when they
    never were two.
    """
    homes = [customer_of(work, str(ref)) for ref in (a, b)]
    for ref, home in zip((a, b), homes, strict=True):
        if home is None:
            raise ConfigError(f"there is no source customer {ref}.", hint="Is it withdrawn?")
    survivor = homes[0]
    if survivor is None or survivor != homes[1]:
        raise ConfigError(f"{a} and {b} are two customers; there is nothing to take back.")
    past, ids = _members(work, survivor), key_store.record_ids(work, [a, b])
    retired = _met(past[ids[a]], past[ids[b]], link_store.families(work, [survivor]))
    if retired is not None:
        return _merge(survivor, retired, past)
    held = decisions.held(work, *sorted((str(a), str(b))))
    if held is None or held.band != "same":
        raise ConfigError(
            f"{a} and {b} never were two customers.",
            hint=f"To part records that came as one: crmsync split {a} {b}",
        )
    return Merge(survivor, "", (ids[a],), (ids[b],))


def take_back(work: Work, merge: Merge, *, by: str, at: str, note: str = "") -> int:
    """Withdraw every human decision that the two sides are one; gives how many.

    What had been decided of such a pair before holds again. The next resolve applies it.
    """
    rows = [row for row in _across(work, merge) if not row.by.startswith(BACKEND)]
    for row in rows:
        decisions.decide(work, row._replace(band="review", by=by, at=at, note=note))
        before = _before(row, decisions.past(work, [row.a_ref]))
        if before is not None:
            decisions.decide(work, before)
    work.log_records("source", [*merge.stayed, *merge.brought] if rows else [])
    return len(rows)


def still_one(work: Work, merge: Merge) -> bool:
    """Whether the two sides share a customer."""
    sides = [link_store.links_of(work, side).values() for side in (merge.stayed, merge.brought)]
    ours, theirs = ({link.customer_id for link in side} for side in sides)
    return bool(ours & theirs)


def hold_apart(work: Work, merge: Merge, *, by: str, at: str, note: str = "") -> int:
    """Decide for every pair across the two sides that they are two; gives the number of pairs.

    Wanted where the evidence alone would join them again. The next resolve applies it.
    """
    refs = key_store.refs_of(work, [*merge.stayed, *merge.brought])
    pairs = [sorted((str(refs[a]), str(refs[b]))) for a, b in product(merge.stayed, merge.brought)]
    decisions.decide_many(work, [DecisionRow(a, b, "apart", by, at, note) for a, b in pairs])
    work.log_records("source", [*merge.stayed, *merge.brought])
    return len(pairs)


def _members(work: Work, customer_id: str) -> dict[int, list[PastEvent]]:
    return histories(work, [link.source_id for link in link_store.links_to(work, [customer_id])])


def _last(past: Histories, family: Mapping[str, CustomerRow]) -> str | None:
    """The alias that the last merge made."""
    moves = [(event.seq, event.from_customer) for events in past.values() for event in events
             if event.to_customer is not None and event.from_customer in family]  # fmt: skip
    return max(moves)[1] if moves else None


def _met(
    a: Sequence[PastEvent], b: Sequence[PastEvent], family: Mapping[str, CustomerRow]
) -> str | None:
    """The alias under which one of two records last was a customer apart from the other."""
    for event in sorted([*a, *b], reverse=True):
        homes = {_home(events, event.seq) for events in (a, b)}
        if len(homes) == 2:  # by this event they met
            return event.from_customer if event.from_customer in family else None
    return None


def _home(past: Sequence[PastEvent], seq: int) -> str | None:
    """Whose a record was just before an event."""
    return next((one.to_customer for one in reversed(past) if one.seq < seq), None)


def _merge(survivor: str, retired: str, past: Histories) -> Merge:
    moves = [event for events in past.values() for event in events
             if event.from_customer == retired and event.to_customer is not None]  # fmt: skip
    if not moves:
        raise _nothing_left(retired)
    made = max(moves)
    start = min(event.seq for event in moves if _one_move(event, made))
    brought = sorted(one for one, events in past.items() if _home(events, start) == retired)
    joined = {made.to_customer, survivor}
    stayed = sorted(
        one
        for one, events in past.items()
        if one not in brought and (_home(events, start) or events[0].to_customer not in joined)
    )
    if not stayed or not brought:
        raise _nothing_left(retired)
    return Merge(survivor, retired, tuple(stayed), tuple(brought))


def _one_move(a: PastEvent, b: PastEvent) -> bool:
    return (a.to_customer, a.run_id) == (b.to_customer, b.run_id)


def _nothing_left(retired: str) -> ConfigError:
    return ConfigError(
        f"nothing is left to part: of one side of the merge of {retired} no record is there.",
        hint="It comes home by itself when a record of it comes back.",
    )


def _across(work: Work, merge: Merge) -> Iterator[DecisionRow]:
    """What decides that a record of one side is the same as one of the other."""
    refs = key_store.refs_of(work, [*merge.stayed, *merge.brought])
    ours, theirs = ({str(refs[one]) for one in side} for side in (merge.stayed, merge.brought))
    for row in link_store.decisions_on(work, sorted(theirs)):
        other = ({row.a_ref, row.b_ref} - theirs) & ours
        if row.band == "same" and other:
            yield row


def _before(row: DecisionRow, past: Iterable[PastDecision]) -> DecisionRow | None:
    """What held before a pair was decided to be the same, if it was that they are two."""
    told = [one for one in past if (one.a_ref, one.b_ref) == (row.a_ref, row.b_ref)]
    other = [one for one in told[:-1] if one.band != "same"]
    if not other or other[-1].band == "review":
        return None
    return DecisionRow(*other[-1][1:7])
