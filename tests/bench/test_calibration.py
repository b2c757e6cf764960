"""What is stated and what is true, tenth by tenth."""

from __future__ import annotations

import pytest

from bench.identity.calibration import Decile, deciles, tenths


def test_a_calibrated_statement_is_off_by_nothing() -> None:
    pairs = [(0.25, place % 4 == 0) for place in range(100)]
    pairs += [(0.75, place % 4 != 0) for place in range(100)]
    assert tenths(pairs) == [
        Decile(100, 0.25, 0.25, 0.25, 0.25), Decile(100, 0.75, 0.75, 0.75, 0.75)
    ]  # fmt: skip


def test_who_claims_too_much_is_found_out() -> None:
    (only,) = tenths([(0.95, place % 2 == 0) for place in range(10)])
    assert only.off == pytest.approx(0.45)


def test_certainty_belongs_to_the_last_tenth() -> None:
    assert [one.pairs for one in tenths([(1.0, True), (0.99, True), (0.0, False)])] == [1, 2]


def test_deciles_hold_as_many_pairs_each() -> None:
    found = deciles([(place / 1000, place >= 500) for place in range(1000)])
    assert [one.pairs for one in found] == [100] * 10
    assert [one.observed for one in found] == [0.0] * 5 + [1.0] * 5


def test_of_pairs_alike_no_part_is_truer_than_another() -> None:
    pairs = [(0.5, True)] * 30 + [(0.5, False)] * 30
    assert [one.observed for one in deciles(pairs, parts=3)] == [0.5] * 3


def test_few_pairs_make_fewer_deciles() -> None:
    assert sum(one.pairs for one in deciles([(0.5, True)] * 3)) == 3
