"""Which places hang together: connected components, and the pairs inside each."""

from __future__ import annotations

import numpy as np

from crmsync.identity.faces import Ints


def connected(count: int, a: Ints, b: Ints) -> Ints:
    """For each of `count` places the smallest place that edges lead to.

    Labels are handed on along the edges and then looked up through themselves until nothing moves:
    a few rounds, whatever the number of edges (Y. Shiloach, U. Vishkin, "An O(log n) parallel
    connectivity algorithm", J. Algorithms 3, 1982).
    """
    label = np.arange(count, dtype=np.int64)
    while True:
        before = label.copy()
        low = np.minimum(label[a], label[b])
        np.minimum.at(label, label[a], low)
        np.minimum.at(label, label[b], low)
        while True:
            jumped = label[label]
            if np.array_equal(jumped, label):
                break
            label = jumped
        if np.array_equal(label, before):
            return label


def members(label: Ints) -> tuple[Ints, Ints, Ints]:
    """The places in the order of their labels, where each group starts, and the groups' sizes."""
    order = np.argsort(label, kind="stable")
    sorted_ = label[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = sorted_[1:] != sorted_[:-1]
    starts = np.flatnonzero(first)
    sizes = np.diff(np.concatenate((starts, [len(order)])))
    return order, starts, sizes


def inner_pairs(label: Ints, *, most: int) -> tuple[Ints, Ints]:
    """Every two places of one group, for groups of up to `most` places."""
    order, starts, sizes = members(label)
    found: list[tuple[Ints, Ints]] = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= most)]):
        at = starts[sizes == size]
        one, other = np.triu_indices(int(size), 1)
        found.append((
            order[(at[:, None] + one).ravel()], order[(at[:, None] + other).ravel()],
        ))  # fmt: skip
    if not found:
        none = np.zeros(0, dtype=np.int64)
        return none, none
    a, b = (np.concatenate(part) for part in zip(*found, strict=True))
    return np.minimum(a, b), np.maximum(a, b)
