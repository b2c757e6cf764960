"""Stable ids: which customer a cluster is, so that ids stay as people's records come and go.

An id goes where the largest part of its customer's records went, and nowhere else. Where several
ids meet in one cluster the oldest customer keeps his (ids are UUIDv7: the smaller one is older),
and the others become aliases of it. So the oldest keeps the id when customers become one, the
largest part keeps it when one is split, and no id is ever given to somebody else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Cluster = Sequence[int]
Claim = tuple[int, str]
"""A record in a cluster, and a customer that it speaks for."""


class Claims(NamedTuple):
    """Who speaks for which customer; each kind counts only where none before it does.

    `present` are the links that stand, and what `lineage.lineages` adds to them. The others are of
    records that come back: `retired` are ids under which they came before a merge, `former` the
    customers that are gone.
    """

    present: Sequence[Claim] = ()
    retired: Sequence[Claim] = ()
    former: Sequence[Claim] = ()


def assign(clusters: Sequence[Cluster], claims: Claims) -> list[str | None]:
    """The customer of each cluster, None where a new one is needed."""
    chosen: list[str | None] = [None] * len(clusters)
    used: set[str] = set()
    for round_ in claims:
        for customer, place in sorted(places(clusters, round_).items()):
            if chosen[place] is None and customer not in used:
                chosen[place] = customer
                used.add(customer)
    return chosen


def places(clusters: Sequence[Cluster], claims: Iterable[Claim]) -> dict[str, int]:
    """For each customer: the cluster that most of his records are in.

    Of equals it is the one with fewer records of others, then the first.
    """
    home = {record: place for place, cluster in enumerate(clusters) for record in cluster}
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for record, customer in claims:
        if record in home:
            votes[customer][home[record]] += 1
    return {
        customer: min(counts, key=lambda place: (-counts[place], len(clusters[place]), place))
        for customer, counts in votes.items()
    }


def successors(clusters: Sequence[Cluster], names: Sequence[str], claims: Claims) -> dict[str, str]:
    """For each customer with a claim that got no cluster: who most of his records are now."""
    kept = set(names)
    found = places(clusters, [*claims.present, *claims.former])
    found = {**places(clusters, claims.retired), **found}
    return {customer: names[place] for customer, place in found.items() if customer not in kept}


def split(clusters: Sequence[Cluster], claims: Iterable[Claim]) -> set[str]:
    """The customers whose records are in several clusters."""
    home = {record: place for place, cluster in enumerate(clusters) for record in cluster}
    found: Mapping[str, set[int]] = defaultdict(set)
    for record, customer in claims:
        if record in home:
            found[customer].add(home[record])
    return {customer for customer, parts in found.items() if len(parts) > 1}
