"""Whether two ways of linking the same records agree: who is with whom, and under which id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence


def partition(customers: Sequence[Hashable]) -> list[int]:
    """For each record the place of the first one of its customer.

    Equal for two lists when both put the same records together, whatever the customers are called.
    """
    first: dict[Hashable, int] = {}
    return [first.setdefault(one, place) for place, one in enumerate(customers)]


def lost(before: Sequence[str], after: Sequence[str]) -> int:
    """How many customers have not the id that is theirs; `after` has new records at its end.

    A customer who holds all records of those who he was before has the id of the oldest of them,
    which as a UUIDv7 is the smallest. Whoever holds only a part of somebody is not counted: there
    the largest part keeps the id.
    """
    sizes, now = Counter(before), Counter(zip(after, before, strict=False))
    was: dict[str, list[str]] = {}
    for customer, former in now:
        was.setdefault(customer, []).append(former)
    return sum(
        customer != min(formers)
        for customer, formers in was.items()
        if all(now[customer, former] == sizes[former] for former in formers)
    )
