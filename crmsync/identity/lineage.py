"""Where the records of a customer came from: which of them brought an id that is an alias now.

When a customer that once was two is two again, each part gets back the id it had before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from crmsync.identity.assign import Claim, Claims, Cluster, split
from crmsync.store import Work
from crmsync.store import links as link_store
from crmsync.store.links import CustomerRow, Event, PastEvent

WITHDRAWN = "withdrawn"
Histories = Mapping[int, Sequence[PastEvent]]


def lineages(
    work: Work, clusters: Sequence[Cluster], claims: Claims
) -> tuple[Claims, dict[str, CustomerRow]]:
    """The claims, those on customers now split as they were once; and the rows of ids that return.

    If there was a moment when every customer's records were such as are in one cluster now, then
    the records speak for whose they were at the last such moment. So a merge that is taken back is
    as if it had never been: also who came in between has no say in whose an id is.
    """
    torn = split(clusters, claims.present)
    if not torn:
        return claims, {}
    family = link_store.families(work, torn)
    theirs = [claim for claim in claims.present if claim[1] in torn]
    past = histories(work, {record for record, _ in theirs})
    here = {name for _, name in claims.present}
    home = {record: place for place, cluster in enumerate(clusters) for record in cluster}
    once: dict[str, list[Claim]] = {}
    for name in sorted(torn):
        at = {record: home[record] for record, whose in theirs if whose == name and record in home}
        was = sorted(_once(name, at, past).items())
        once[name] = [one for one in was if one[1] in here or _head(one[1], family) == name]
    kept = [claim for claim in claims.present if not once.get(claim[1])]
    late = [claim for claim in theirs if once[claim[1]]]
    told = [claim for claims_ in once.values() for claim in claims_]
    return Claims([*kept, *told], [*claims.retired, *late], claims.former), family


def histories(work: Work, records: Iterable[int]) -> dict[int, list[PastEvent]]:
    """What happened to the links of each of these records, the oldest first."""
    found: dict[int, list[PastEvent]] = defaultdict(list)
    for event in link_store.events_of(work, sorted(records)):
        found[event.source_id].append(event)
    return found


def origin(past: Sequence[PastEvent], customer: str) -> str:
    """As which customer a record came to `customer`: back through the merges that took it along.

    A merge leads from a younger id to an older one. A step the other way parted what had been
    merged: if the record had been there before, what lies between is as if it had never been.
    """
    found, awaited = customer, ""
    for event in reversed(past):
        if awaited:
            awaited = "" if event.from_customer == awaited else awaited
            continue
        if event.to_customer is None:
            continue
        if event.to_customer != found:
            break
        if event.from_customer is not None and event.from_customer < event.to_customer:
            awaited = event.to_customer
        elif event.from_customer is not None:
            found = event.from_customer
    return found


def come_home(work: Work, revived: Mapping[str, str]) -> None:
    """Give back to each revived customer those of his records that were withdrawn meanwhile.

    `revived` maps him to the customer that he had become. So what such a record forbade binds him
    again, and it comes home to him; it still binds the other, for a restriction is never lost.
    """
    for name, other in sorted(revived.items()):
        past = histories(work, link_store.left(work, [other]))
        own = [source for source, events in past.items() if origin(events, other) == name]
        events = [Event(source, name, None, WITHDRAWN) for source in sorted(own)]
        link_store.append_events(work, events)


def _once(name: str, at: Mapping[int, int], past: Histories) -> dict[int, str]:
    """Whose records these were at the last moment that tells their clusters apart ({} if none).

    `at` is the cluster of each record of the customer `name`.
    """
    whose = dict.fromkeys(at, name)
    told = sorted((event for record in at for event in past.get(record, ())), reverse=True)
    for _, run in groupby(told, key=attrgetter("run_id")):
        whose |= {event.source_id: event.from_customer or "" for event in run}
        there = {record: one for record, one in whose.items() if one}
        parts = {(at[record], one) for record, one in there.items()}
        if len({place for place, _ in parts}) > 1 and len({one for _, one in parts}) == len(parts):
            return there
    return {}


def _head(name: str, family: Mapping[str, CustomerRow]) -> str:
    while name in family:
        name = family[name].alias_of or ""
    return name
