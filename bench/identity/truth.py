"""How well clusters tell who is who: exact counts of pairs over final clusters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

LARGE = 4
"""A cluster of more records than this is a large one."""


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs of records: those of one person, those of one cluster, and those of both.

    `large` counts clusters of more than LARGE records, `tainted` those of them in which there is
    more than one person.
    """

    true: int
    found: int
    right: int
    large: int = 0
    tainted: int = 0

    @property
    def precision(self) -> float:
        """The share of pairs found that are right; 1 when none is found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of true pairs that are found; 1 when there are none."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def tainted_share(self) -> float:
        """Of the large clusters, those that hold a wrong person; 0 when none is large."""
        return self.tainted / self.large if self.large else 0.0


def score(truth: Sequence[Hashable], clusters: Sequence[Hashable]) -> Score:
    """Compare the clusters of records, in the same order, with who is behind them."""
    both = Counter(zip(clusters, truth, strict=True))
    sizes, people = Counter(clusters), Counter(cluster for cluster, _ in both)
    large = [cluster for cluster, size in sizes.items() if size > LARGE]
    return Score(
        _pairs(Counter(truth).values()),
        _pairs(sizes.values()),
        _pairs(both.values()),
        len(large),
        sum(people[cluster] > 1 for cluster in large),
    )


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def joined(records: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """The clusters that pairs of records make, each named by one of its records."""
    parent = list(range(records))

    def root(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one, other in pairs:
        parent[root(one)] = root(other)
    return [root(one) for one in range(records)]


def answered(
    truth: Sequence[Hashable], clusters: Sequence[Hashable], review: Iterable[tuple[int, int]]
) -> list[int]:
    """The clusters after an oracle has answered the review.

    Each pair of two records of one person joins their clusters; each other one stays apart.
    """
    first: dict[Hashable, int] = {}
    same = [(place, first.setdefault(one, place)) for place, one in enumerate(clusters)]
    same += [(one, other) for one, other in review if truth[one] == truth[other]]
    return joined(len(truth), same)


def groups(names: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    """The records of each name."""
    found: dict[Hashable, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        found[name].append(place)
    return found
