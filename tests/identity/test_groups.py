"""Connected wholes: equal to a walk over the edges, whatever these are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crmsync.identity.groups import connected, inner_pairs

edges = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30)


def walked(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """The smallest place that each is connected with, found step by step."""
    label = list(range(count))
    for _ in range(count):
        for a, b in pairs:
            label[a] = label[b] = min(label[a], label[b])
    return label


@given(edges)
def test_connected_finds_what_a_walk_finds(pairs: list[tuple[int, int]]) -> None:
    a, b = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    assert connected(20, a, b).tolist() == walked(20, pairs)


@given(edges, st.integers(2, 6))
def test_inner_pairs_are_all_pairs_of_small_wholes(pairs: list[tuple[int, int]], most: int) -> None:
    label = walked(20, pairs)
    wanted = {
        (a, b) for a in range(20) for b in range(a + 1, 20)
        if label[a] == label[b] and label.count(label[a]) <= most
    }  # fmt: skip
    a, b = inner_pairs(np.array(label, dtype=np.int64), most=most)
    found = list(zip(a.tolist(), b.tolist(), strict=True))
    assert sorted(found) == sorted(wanted)
