"""Stable ids: which customer a cluster is, so that ids stay as people's records come and go.

A cluster keeps the customer that most of its records had; a tie goes to the older customer (the
smaller UUIDv7). So the largest part keeps the id when a customer is split, and no id is ever
given to anybody else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

Cluster = Sequence[int]
Claims = Iterable[tuple[int, str]]
"""Pairs of a record in a cluster and a customer that it speaks for."""


def assign(clusters: Sequence[Cluster], claims: Claims, former: Claims) -> list[str | None]:
    """The customer of each cluster, None where a new one is needed.

    `claims` are the present links; `former` the last customers of records that come back, which
    count only for a cluster without a present one. Ties between clusters go to the first.
    """
    home = {record: place for place, cluster in enumerate(clusters) for record in cluster}
    chosen: list[str | None] = [None] * len(clusters)
    used: set[str] = set()
    for round_ in (claims, former):
        for place, customer in _strongest_first(home, round_):
            if chosen[place] is None and customer not in used:
                chosen[place] = customer
                used.add(customer)
    return chosen


def successors(claims: Claims, homes: Mapping[int, str], kept: set[str]) -> dict[str, str]:
    """For each customer that lost all its clusters: the customer most of its records went to."""
    went: dict[str, Counter[str]] = defaultdict(Counter)
    for record, customer in claims:
        if customer not in kept and record in homes:
            went[customer][homes[record]] += 1
    return {
        customer: min(counts, key=lambda name: (-counts[name], name))
        for customer, counts in went.items()
    }


def _strongest_first(home: Mapping[int, int], claims: Claims) -> list[tuple[int, str]]:
    votes = Counter((home[record], customer) for record, customer in claims if record in home)
    ranked = sorted((-count, customer, place) for (place, customer), count in votes.items())
    return [(place, customer) for _, customer, place in ranked]
