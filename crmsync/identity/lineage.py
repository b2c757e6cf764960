"""Where the records of a customer came from: which of them brought an id that is an alias now.

When a customer that once was two is two again, each part gets back the id it had before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from crmsync.identity.assign import Claim, Claims, Cluster, places, split
from crmsync.store import Work
from crmsync.store import links as link_store
from crmsync.store.links import CustomerRow, Event, PastEvent

WITHDRAWN = "withdrawn"


class Origin(NamedTuple):
    """As which customer a record came, and the number of the event by which it became his."""

    customer: str
    since: int


def lineages(
    work: Work, clusters: Sequence[Cluster], claims: Claims
) -> tuple[Claims, dict[str, CustomerRow]]:
    """The claims with those of ids that were merged into customers now split, and these ids' rows.

    They count like the present ones, as if there had been no merge. A customer of whom a merge is
    taken back goes where the records are that were his before the first such merge.
    """
    torn = split(clusters, claims.present)
    family = link_store.families(work, torn) if torn else {}
    if not family:
        return claims, {}
    heads = {name: _head(name, family) for name in family}
    theirs = [claim for claim in claims.present if claim[1] in torn]
    past = histories(work, {record for record, _ in theirs})
    came = {record: origin(past.get(record, ()), name) for record, name in theirs}
    retired = [
        (record, came[record].customer)
        for record, name in theirs
        if heads.get(came[record].customer) == name
    ]
    founders = _founders(clusters, theirs, retired, came, past)
    present = [
        (record, name)
        for record, name in claims.present
        if name not in founders or record in founders[name]
    ]
    return claims._replace(present=[*present, *retired]), family


def histories(work: Work, records: Iterable[int]) -> dict[int, list[PastEvent]]:
    """What happened to the links of each of these records, the oldest first."""
    found: dict[int, list[PastEvent]] = defaultdict(list)
    for event in link_store.events_of(work, sorted(records)):
        found[event.source_id].append(event)
    return found


def origin(past: Sequence[PastEvent], customer: str) -> Origin:
    """As which customer a record came to `customer`: back through the merges that took it along.

    A merge leads from a younger id to an older one. A step the other way parted what had been
    merged: if the record had been there before, what lies between is as if it had never been.
    """
    found, awaited = Origin(customer, 0), ""
    for event in reversed(past):
        if awaited:
            awaited = "" if event.from_customer == awaited else awaited
            continue
        if event.to_customer is None:
            continue
        if event.to_customer != found.customer:
            break
        found = found._replace(since=event.seq)
        if event.from_customer is not None and event.from_customer < event.to_customer:
            awaited = event.to_customer
        elif event.from_customer is not None:
            found = Origin(event.from_customer, event.seq)
    return found


def come_home(work: Work, revived: Mapping[str, str]) -> None:
    """Give back to each revived customer those of his records that were withdrawn meanwhile.

    `revived` maps him to the customer that he had become. So what such a record forbade binds him
    again, and it comes home to him; it still binds the other, for a restriction is never lost.
    """
    for name, other in sorted(revived.items()):
        past = histories(work, link_store.left(work, [other]))
        own = [source for source, events in past.items() if origin(events, other).customer == name]
        events = [Event(source, name, None, WITHDRAWN) for source in sorted(own)]
        link_store.append_events(work, events)


def _head(name: str, family: Mapping[str, CustomerRow]) -> str:
    while name in family:
        name = family[name].alias_of or ""
    return name


def _founders(
    clusters: Sequence[Cluster],
    theirs: Sequence[Claim],
    retired: Sequence[Claim],
    came: Mapping[int, Origin],
    past: Mapping[int, Sequence[PastEvent]],
) -> dict[str, set[int]]:
    """For each customer of whom a merge is taken back: who was his before the first of them."""
    brought = dict(retired)
    found: dict[str, set[int]] = {}
    for customer in sorted({name for _, name in theirs}):
        members = [record for record, name in theirs if name == customer]
        merges = [_merged(past[record], brought[record]) for record in members if record in brought]
        first = min(merges, default=0)
        own = {r for r in members if came[r].customer == customer and came[r].since < first}
        home = places(clusters, [(record, customer) for record in own]).get(customer)
        back = places(clusters, [claim for claim in retired if claim[0] in set(members)])
        if home is not None and any(place != home for place in back.values()):
            found[customer] = own
    return found


def _merged(past: Sequence[PastEvent], name: str) -> int:
    """The number of the event by which the record last left this customer in a merge."""
    return max((event.seq for event in past if event.from_customer == name), default=0)
