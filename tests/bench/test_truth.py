"""The measure of who is who, on clusters small enough to count by hand."""

from __future__ import annotations

import pytest

from bench.identity.truth import Score, answered, joined, score

ANNA, BEN, CEM = 1, 2, 3
TRUTH = [ANNA, ANNA, ANNA, BEN, BEN, CEM]


def test_all_right() -> None:
    assert score(TRUTH, ["a", "a", "a", "b", "b", "c"]) == Score(4, 4, 4)


def test_nobody_linked_is_all_missed_and_nothing_wrong() -> None:
    found = score(TRUTH, list("abcdef"))
    assert (found.precision, found.recall, found.f1) == (1.0, 0.0, 0.0)


def test_pairs_are_counted_exactly() -> None:
    # a: Anna, Anna; b: Anna, Ben; c: Ben, Cem
    found = score(TRUTH, list("aabbcc"))
    assert (found.true, found.found, found.right) == (4, 3, 1)
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall == pytest.approx(1 / 4)
    assert found.f1 == pytest.approx(2 / 7)


def test_large_clusters_with_a_wrong_person() -> None:
    truth = [ANNA] * 5 + [BEN] * 4 + [CEM] + [ANNA] * 4 + [CEM]
    clusters = ["a"] * 5 + ["b"] * 5 + ["c"] * 4 + ["d"]
    found = score(truth, clusters)
    assert (found.large, found.tainted, found.tainted_share) == (2, 1, 0.5)


def test_records_are_joined_through_others() -> None:
    clusters = joined(5, [(0, 1), (3, 2), (1, 3)])
    assert len({clusters[place] for place in (0, 1, 2, 3)}) == 1
    assert clusters[4] not in clusters[:4]


def test_the_oracle_joins_what_is_one_and_nothing_else() -> None:
    clusters = list("aabcde")  # Anna, Anna | Anna | Ben | Ben | Cem
    after = answered(TRUTH, clusters, [(1, 2), (2, 3), (4, 5)])
    assert after[0] == after[1] == after[2]
    assert len(set(after)) == 4
    assert score(TRUTH, after) == Score(4, 3, 3)


def test_the_oracle_joins_whole_clusters_even_tainted_ones() -> None:
    # Anna's record lies with Ben; that she is Anna's joins all of them
    after = answered(TRUTH, list("aabbcd"), [(0, 2)])
    assert len({after[place] for place in (0, 1, 2, 3)}) == 1
