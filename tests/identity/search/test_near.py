"""Typos and sounds: what lies between two words, and that words within reach share a cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.identity.search.near import SLIP, SOUND, cost, cuts, edits, heard
from crmsync.identity.search.postings import Group, first, meet, pack, unpack
from crmsync.identity.search.words import bare, spelling, written

WORDS = st.text("abcé", min_size=1, max_size=9)


@pytest.mark.parametrize(
    "asked, there, price",
    [
        ("muller", "muller", 0), ("muler", "muller", SLIP), ("mulller", "muller", 1),
        ("mullar", "muller", 1), ("mulelr", "muller", SLIP), ("umller", "muller", SLIP),
        ("mulre", "muller", 2 * SLIP), ("mollar", "muller", 2), ("", "ab", 2 * SLIP),
        ("abc", "cba", 2), ("mxllxx", "muller", 3),
    ],
)  # fmt: skip
def test_edits(asked: str, there: str, price: float) -> None:
    assert edits(asked, there, 2) == pytest.approx(price)


@given(WORDS, WORDS)
def test_one_typo_is_found_exactly_where_there_is_one(asked: str, there: str) -> None:
    assert (edits(asked, there, 1) <= 1) is (there in _typos(asked))


@given(WORDS, st.data())
def test_words_within_two_typos_share_a_cut(word: str, data: st.DataObject) -> None:
    once = data.draw(st.sampled_from(sorted(_typos(word) - {""})))
    twice = data.draw(st.sampled_from(sorted(_typos(once) - {""})))
    assert cuts(word, 1) & cuts(once, 1) or min(len(word), len(once)) == 1
    assert cuts(word, 2) & cuts(twice, 2) or min(len(word), len(twice)) < 3


def _typos(word: str) -> set[str]:
    """Every word within one insertion, deletion, substitution or swap of neighbours."""
    places = range(len(word) + 1)
    found = {word}
    found |= {word[:p] + word[p + 1 :] for p in places}
    found |= {word[:p] + x + word[p:] for p in places for x in "abcé"}
    found |= {word[:p] + x + word[p + 1 :] for p in range(len(word)) for x in "abcé"}
    found |= {word[:p] + word[p : p + 2][::-1] + word[p + 2 :] for p in places}
    return found


@pytest.mark.parametrize(
    "one, other",
    [
        ("meyer", "maier"), ("schmidt", "schmitt"), ("philipp", "filip"), ("stephan", "stefan"),
        ("walther", "walter"), ("beck", "bek"), ("matthias", "mathias"), ("volker", "folker"),
        ("christian", "kristian"), ("thiele", "tihle"), ("hoffmann", "hofman"), ("kohn", "kon"),
    ],
)  # fmt: skip
def test_written_by_ear(one: str, other: str) -> None:
    assert heard(one) == heard(other)
    price = cost(one, other, 1)
    assert price is not None
    assert SOUND <= price < 1


def test_what_sounds_otherwise_is_no_variant() -> None:
    assert cost("meyer", "bauer", 1) is None
    assert heard("kaiser") != heard("kaspar")


@pytest.mark.parametrize(
    "text, words, spelt, plain",
    [
        ("Müller", ("müller",), "muller", "muller"), ("MUELLER", ("mueller",), "muller", "mueller"),
        ("Mu\u0308ller", ("müller",), "muller", "muller"), ("Weiß", ("weiß",), "weiss", "weiss"),
        ("Kocaer", ("kocaer",), "kocar", "kocaer"), ("İbrahim", ("i\u0307brahim",), "ibrahim",
         "ibrahim"), ("Søren", ("søren",), "soren", "soren"), ("Łukasz", ("łukasz",), "lukasz",
         "lukasz"),
    ],
)  # fmt: skip
def test_words_keep_their_accents_and_share_a_spelling(
    text: str, words: tuple[str, ...], spelt: str, plain: str
) -> None:
    assert written(text) == words
    assert (spelling(words[0]), bare(words[0])) == (spelt, plain)


SLOTS = st.sets(st.integers(0, 200_000), max_size=30)


@given(st.lists(SLOTS, min_size=1, max_size=3))
def test_meet_is_the_intersection(people: list[set[int]]) -> None:
    met = meet([Group.at(sorted(slots)) for slots in people], 10**9)
    assert set(met) == set.intersection(*people)
    assert list(met) == sorted(met)


@given(SLOTS)
def test_the_first_of_a_group(slots: set[int]) -> None:
    assert first(Group.at(slots), 10**9) == sorted(slots)


@given(st.sets(st.integers(0, 65_535)))
def test_places_are_kept_in_two_bytes(places: set[int]) -> None:
    stored = pack(places)
    assert list(unpack(stored)) == sorted(places)
    assert len(stored) == 2 * len(places)
    assert pack({1, 256}) == b"\x01\x00\x00\x01"
