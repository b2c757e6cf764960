"""One typo: found exactly where one edit lies between two words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.till.typos import cuts, distance, one_apart

WORDS = st.text("abcé", max_size=7)


@pytest.mark.parametrize(
    "first, second, near",
    [
        ("muller", "muller", True), ("muller", "muler", True), ("muller", "mulller", True),
        ("muller", "mullar", True), ("muller", "mulelr", True), ("muller", "umller", True),
        ("muller", "mullre", True), ("muller", "mlulre", False), ("muller", "moller", True),
        ("muller", "mollar", False), ("ab", "ba", True), ("", "a", True), ("", "ab", False),
    ],
)  # fmt: skip
def test_one_apart(first: str, second: str, near: bool) -> None:
    assert one_apart(first, second) is one_apart(second, first) is near


@given(WORDS, WORDS)
def test_one_apart_agrees_with_trying_every_edit(first: str, second: str) -> None:
    assert one_apart(first, second) is (second in _edits(first, set(second)))


@given(WORDS, WORDS)
def test_words_one_apart_share_a_cut(first: str, second: str) -> None:
    assert not one_apart(first, second) or cuts(first) & cuts(second)


def _edits(word: str, letters: set[str]) -> set[str]:
    """Every word within one insertion, deletion, substitution or swap of neighbours."""
    places = range(len(word) + 1)
    found = {word}
    found |= {word[:p] + word[p + 1 :] for p in places}
    found |= {word[:p] + x + word[p:] for p in places for x in letters}
    found |= {word[:p] + x + word[p + 1 :] for p in range(len(word)) for x in letters}
    found |= {word[:p] + word[p : p + 2][::-1] + word[p + 2 :] for p in places}
    return found


def test_distance_counts_edits() -> None:
    assert distance("meyer", "maier") == 2
    assert distance("", "abc") == 3
    assert distance("weiss", "weiss") == 0
