"""People are found by the name one hears or types, in the order a clerk would want."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.identity.search.words import name_words
from tests.identity.search.crowd import Crowd, parts

NAMES = [
    "Käthe|Müller-Lüdenscheidt", "Jürgen|Müller", "Jürgen|Mueller", "Juergen|Muller",
    "Anna|von der|Heide", "Anna|Heide", "Bernd|von und zu|Hohenfels", "Jan|van den|Berg",
    "Bùi|Văn Tú!", "Nguyễn|Thị Vân Anh!", "Võ|Thị Vân!", "Lý|An!", "Eva|Zu", "Hans-Peter|Weiß",
    "Anna Lena|Schuster", "Ute|Weber", "Uwe|Federleitner", "Christoph|Maier", "Tom|Meyer",
    "Grzegorz|Łukaszewski", "Ayşe|Söğüt", "Sabine|Schmidt", "Stefan|Schwarzkopf", "Otto|Kocaer",
    "Friedrich|Walter", "Jo|Li", "Ο|Παπαδόπουλος", "|Sukarno", "Ingrid|Kaltenbrunner",
]  # fmt: skip


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    """People of many origins."""
    return Crowd(NAMES)


@pytest.mark.parametrize(
    "text, name",
    [
        # particles: they count where they stand, may be left out, and are names elsewhere
        ("Anna von der Heide", "Anna|von der|Heide"), ("von der Heide", "Anna|von der|Heide"),
        ("vonderheide", "Anna|von der|Heide"), ("Heide von der Anna", "Anna|von der|Heide"),
        ("Anna Heide", "Anna|Heide"), ("Hohenfels Bernd", "Bernd|von und zu|Hohenfels"),
        ("Käthe von Müller-Lüdenscheidt", "Käthe|Müller-Lüdenscheidt"), ("Eva Zu", "Eva|Zu"),
        ("Berg Jan", "Jan|van den|Berg"), ("vandenberg", "Jan|van den|Berg"),
        # Vietnamese: Văn and Thị are names, written in any order, with marks or without
        ("Bùi Văn Tú", "Bùi|Văn Tú!"), ("Văn Tú Bùi", "Bùi|Văn Tú!"), ("bui van tu", "Bùi|Văn Tú!"),
        ("van", "Bùi|Văn Tú!"), ("Thị Vân Võ", "Võ|Thị Vân!"), ("Nguyen Van Anh", NAMES[9]),
        ("Lý An", "Lý|An!"), ("Li Jo", "Jo|Li"),
        # double names, joined and parted
        ("Müllerlüdenscheidt", NAMES[0]), ("Lüdenscheidt", NAMES[0]),
        ("hanspeter weiss", NAMES[13]),
        ("Hans Peter Weiß", NAMES[13]), ("Annalena Schuster", NAMES[14]),
        ("Schuster, Anna-Lena", NAMES[14]), ("H P Weiß", NAMES[13]), ("H. Weiß", NAMES[13]),
        # as written first, then umlauts spelt out, then without
        ("Jürgen Müller", "Jürgen|Müller"), ("Jürgen Mueller", "Jürgen|Mueller"),
        ("Juergen Muller", "Juergen|Muller"), ("Söğüt", "Ayşe|Söğüt"), ("soeguet", "Ayşe|Söğüt"),
        # heard
        ("Kristof Meyer", "Christoph|Maier"), ("Thomm Maier", "Tom|Meyer"),
        ("Grzegorz Lukaschewski", "Grzegorz|Łukaszewski"), ("Sabine Schmitt", "Sabine|Schmidt"),
        # one typo anywhere, at the first letter too, and where it looks like an umlaut
        ("Stefan Shcwarzkopf", "Stefan|Schwarzkopf"), ("tefan Schwarzkopf", "Stefan|Schwarzkopf"),
        ("Xtefan Schwarzkopf", "Stefan|Schwarzkopf"), ("wUe Federleitner", "Uwe|Federleitner"),
        ("tUe Weber", "Ute|Weber"), ("Otto Koacer", "Otto|Kocaer"), ("Jh Li", "Jo|Li"),
        ("Παπαδόπουλoς", "Ο|Παπαδόπουλος"), ("Sukrano", "|Sukarno"),
        # two typos: in one word, in two
        ("Stefan Scwarzkpf", "Stefan|Schwarzkopf"), ("Sefan Schwarzkof", "Stefan|Schwarzkopf"),
        ("Ingird Kaltenbruner", NAMES[28]), ("Ingrid Katlenbrnner", NAMES[28]),
        # swapped, with a title, begun
        ("Schwarzkopf Stefan", "Stefan|Schwarzkopf"), ("Herr Dr. Schwarzkopf", NAMES[22]),
        ("Ste Schwa", "Stefan|Schwarzkopf"), ("schwarzk", "Stefan|Schwarzkopf"),
        ("Kaltenbrunner In", NAMES[28]), ("kä mü", NAMES[0]),
    ],
)  # fmt: skip
def test_first_is(crowd: Crowd, text: str, name: str) -> None:
    assert crowd.found(text)[:1] == [name]


@pytest.mark.parametrize("text", ["", " ", "m", "Herr", "zzyzx", "qq ww", "%", "12", "*", "#t1234"])
def test_what_means_nobody_finds_nobody(crowd: Crowd, text: str) -> None:
    assert crowd.found(text) == []


def test_the_parts_of_a_particle_alone_do_not_hide_a_name(crowd: Crowd) -> None:
    assert set(crowd.found("van")) == {"Bùi|Văn Tú!", "Nguyễn|Thị Vân Anh!", "Võ|Thị Vân!",
                                       "Jan|van den|Berg"}  # fmt: skip


def test_as_written_comes_first_and_other_spellings_follow(crowd: Crowd) -> None:
    assert crowd.found("Juergen Mueller")[:3] == ["Jürgen|Mueller", "Jürgen|Müller",
                                                  "Juergen|Muller"]  # fmt: skip


def test_among_equals_who_comes_often_is_first() -> None:
    crowd = Crowd(["Eva|Braun", "Max|Braun", "Anna|Braun", "Max|Braun"])
    assert crowd.slots("Max Braun")[:2] == [2, 4]
    assert crowd.slots("braun") == [1, 2, 3, 4]
    assert crowd.slots("bra") == [1, 2, 3, 4]


def test_of_two_names_equally_near_the_more_frequent_is_first() -> None:
    """A mistyped name is more likely that of many; each name shows one of its bearers first."""
    crowd = Crowd(["Jan|Hadelberg", *["Jan|Habelberg"] * 6])
    assert crowd.found("Jan Hacelberg")[:3] == ["Jan|Habelberg", "Jan|Hadelberg", "Jan|Habelberg"]


def test_a_frequent_visitor_outweighs_a_frequent_name() -> None:
    crowd = Crowd(["Jan|Hadelberg", *["Uwe|Rest"] * 400, *["Jan|Habelberg"] * 3])
    assert crowd.found("Jan Hacelberg")[:2] == ["Jan|Hadelberg", "Jan|Habelberg"]


def test_a_whole_name_is_not_lost_among_many_that_have_more_words() -> None:
    crowd = Crowd([*["Anna Maria|Weber"] * 300, "Anna|Weber"])
    assert crowd.slots("Anna Weber")[0] == 301
    assert crowd.slots("Weber, Anna")[0] == 301


def test_who_has_but_one_name_is_not_lost_among_those_with_more() -> None:
    crowd = Crowd([*["Anna|Weber"] * 100, "|Anna", "|Anna"])
    assert crowd.slots("anna")[:4] == [1, 2, 101, 3]


def test_beside_a_rare_name_stand_those_of_one_sound() -> None:
    crowd = Crowd(["Eva|Meyer", "Eva|Maier", "Eva|Meier", "Max|Mayer"])
    assert crowd.found("Eva Meier") == ["Eva|Meier", "Eva|Meyer", "Eva|Maier"]
    assert crowd.found("meier") == ["Eva|Meier", "Eva|Meyer", "Eva|Maier", "Max|Mayer"]


def test_swapped_words_do_not_hide_a_name_of_one_sound_in_their_order() -> None:
    crowd = Crowd([*["Walter|Günther"] * 9, "Günter|Walter"])
    assert crowd.found("Günther Walter")[:4] == [*["Walter|Günther"] * 3, "Günter|Walter"]


def test_a_postal_code_narrows_a_name_and_stands_alone() -> None:
    crowd = Crowd(["Eva|Braun", "Max|Braun", "Uwe|Lang"], ["50823", "10115", "10117"])
    assert crowd.found("braun 10115") == ["Max|Braun"]
    assert crowd.found("1011") == ["Max|Braun", "Uwe|Lang"]
    assert crowd.found("bruan 1011") == ["Max|Braun"]


LETTERS = st.sampled_from("aeioumnrstlkäöüßşłvzy")
WORD = st.text(LETTERS, min_size=1, max_size=9)
PLAIN = st.builds(lambda given, family: f"{given}|{family}", WORD, WORD)
VIETNAMESE = st.builds(
    lambda middle, given, family: f"{family}|{middle} {given}!",
    st.sampled_from(["Văn", "Thị", "Vân", "Van"]), WORD, WORD,
)  # fmt: skip
NOBLE = st.builds(
    lambda given, before, family: f"{given}|{before}|{family}",
    WORD, st.sampled_from(["von", "von der", "zu", "van den", "de"]), WORD,
)  # fmt: skip
DOUBLE = st.builds(lambda a, b, c, d: f"{a}-{b}|{c}-{d}", WORD, WORD, WORD, WORD)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PLAIN, VIETNAMESE, NOBLE, DOUBLE), min_size=1, max_size=40))
def test_everybody_is_found_by_the_exact_full_name(names: list[str]) -> None:
    crowd = Crowd(names)
    for name in names:
        words = [word.lstrip("~") for word in name_words(parts(name)) if word[0] != "+"]
        assert name in crowd.found(" ".join(words))[:5]
