"""Who is compared: whoever shares a living key, and what the key is worth by its holders."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from crmsync.identity import keys
from crmsync.identity.candidates import (
    CROWD,
    FEW,
    OWN,
    Rows,
    any_bit,
    bit,
    by_themselves,
    candidates,
    states,
)

Holder = tuple[str, int, int]
"""The letter of the one key that is told, the place of the holder, the sign of the person."""


def rows(holders: Iterable[Holder]) -> Rows:
    """Rows of one key for each letter."""
    told = [(keys.LETTERS.index(letter), place, who) for letter, place, who in holders]
    columns = np.array(told, dtype=np.int64).reshape(-1, 3)
    return Rows.of(*(columns[:, side].copy() for side in range(3)))


def pairs(holders: Iterable[Holder]) -> dict[tuple[int, int], int]:
    met = candidates(rows(holders))
    return {
        (a, b): shared
        for a, b, shared in zip(met.a.tolist(), met.b.tolist(), met.shared.tolist(), strict=True)
    }


def test_a_pair_knows_all_it_shares() -> None:
    told = pairs([("e", 0, 7), ("e", 1, 7), ("a", 0, 7), ("a", 1, 7), ("h", 0, 7), ("h", 1, 7)])
    assert told == {(0, 1): bit("e") | bit("a")}


@pytest.mark.parametrize(("people", "crowd"), [(1, OWN), (2, FEW), (3, FEW), (4, CROWD)])
def test_a_key_is_worth_the_less_the_more_people_hold_it(people: int, crowd: int) -> None:
    told = pairs([("e", place, place % people + 1) for place in range(5)])
    assert set(told.values()) == {bit("e", crowd)}
    assert bit("e", crowd) & any_bit("e")


def test_a_key_that_too_many_hold_is_none() -> None:
    crowd = [("e", place, place + 1) for place in range(keys.MOST_PEOPLE)]
    assert len(pairs(crowd)) == 28
    assert pairs([*crowd, ("e", 8, 9)]) == {}


def test_a_clue_dies_by_its_holders_though_they_sound_alike() -> None:
    alike = [("n", place, 7) for place in range(keys.MOST_ALIKE)]
    assert len(pairs(alike)) == keys.MOST_ALIKE * (keys.MOST_ALIKE - 1) // 2
    assert pairs([*alike, ("n", keys.MOST_ALIKE, 7)]) == {}


def test_a_nameless_crowd_is_left_out_and_the_others_are_not() -> None:
    nameless = [("e", place, 0) for place in range(2, keys.MOST_NAMELESS + 3)]
    assert set(pairs([("e", 0, 7), ("e", 1, 7), *nameless])) == {(0, 1)}


def test_records_of_one_content_share_all_their_living_keys() -> None:
    found = by_themselves(rows([("e", 0, 7), ("p", 0, 7), ("h", 0, 7)]), np.array([0]))
    assert found.shared.tolist() == [bit("e") | bit("p")]


def test_the_state_of_a_key_says_for_whom_it_counts() -> None:
    told = states(rows([("e", place, 0) for place in range(keys.MOST_NAMELESS + 1)]))
    assert list(told.values()) == [(True, False, OWN)]
    assert states(rows([])) == {}
