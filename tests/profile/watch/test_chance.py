"""Chance against a count of every possible draw, and the correction against its definition."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb, isclose

import pytest

from crmsync.profile.watch.chance import by_chance, false_share


def exactly(cases: int, drawn: int, marked: int, among: int) -> float:
    ways = sum(
        comb(marked, one) * comb(among - marked, drawn - one)
        for one in range(cases, min(drawn, marked) + 1)
        if drawn - one <= among - marked
    )
    return float(Fraction(ways, comb(among, drawn)))


def test_the_tail_equals_the_count_of_all_draws() -> None:
    rng = random.Random(1)
    for _ in range(500):
        among = rng.randint(1, 60)
        drawn, marked = rng.randint(0, among), rng.randint(0, among)
        cases = rng.randint(0, min(drawn, marked) + 1)
        expected = exactly(cases, drawn, marked, among)
        assert isclose(by_chance(cases, drawn, marked, among), expected, rel_tol=1e-9)


def test_large_numbers_neither_overflow_nor_lose_the_small() -> None:
    assert isclose(
        by_chance(40, 2_000, 5_000, 1_000_000), exactly(40, 2_000, 5_000, 1_000_000), rel_tol=1e-6
    )
    assert by_chance(20_000, 1_000_000, 30_000, 20_000_000) < 1e-300
    assert by_chance(1, 1_000_000, 30_000, 20_000_000) == pytest.approx(1)


def test_a_small_chance_among_many_tests_is_no_finding() -> None:
    assert false_share([0.001], 1) == [0.001]
    assert false_share([0.001], 1_000) == [1.0]
    assert false_share([0.04, 0.001, 0.03], 3) == pytest.approx([0.04, 0.003, 0.04])


def test_the_share_never_falls_with_the_chance() -> None:
    rng = random.Random(2)
    chances = sorted(rng.random() ** 4 for _ in range(200))
    shares = false_share(chances, 400)
    assert shares == sorted(shares)
    assert all(share >= chance for chance, share in zip(chances, shares, strict=True))
    assert max(shares) <= 1
