"""How two names fit."""

from __future__ import annotations

import pytest

from crmsync.identity.names import family_fit, given_fit, surname_words, words


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        ("Jürgen", "Juergen", "equal"),
        ("Hans-Peter", "Hans Peter", "equal"),
        ("Karl-Heinz", "Karlheinz", "equal"),
        ("Sarah", "Sara", "equal"),
        ("Matthias", "Mathias", "equal"),
        ("Christian", "Kristian", "equal"),
        ("Hans", "Hans-Peter", "short"),
        ("Hans P.", "Hans Peter", "short"),
        ("H.-P.", "Hans-Peter", "initial"),
        ("A.", "Anna", "initial"),
        ("B.", "Anna", "different"),
        ("Kathi", "Katharina", "nick"),
        ("Sepp", "Josef", "nick"),
        ("Tim", "Timo", "different"),
        ("Anna Lena", "Anna Maria", "doubt"),
        ("Peter", "Hans-Peter", "doubt"),
        ("Micheal", "Michael", "slip"),
        ("Thomsa", "Thomas", "slip"),
        ("Karsten", "Kirsten", "different"),
        ("Andrea", "Andreas", "different"),
        ("Stefan", "Stefanie", "different"),
        ("Lena", "Lina", "different"),
        ("Anna", "", "unknown"),
    ],
)
def test_given_names(one: str, other: str, fit: str) -> None:
    assert given_fit(words(one), words(other)) == fit
    assert given_fit(words(other), words(one)) == fit


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        ("Müller", "MUELLER", "equal"),
        ("von der Heide", "Heide", "equal"),
        ("Weißenberg-Müller", "Weissenberg Mueller", "equal"),
        ("Müller", "Müller-Lüdenscheidt", "compound"),
        ("García López", "García", "compound"),
        ("Meier", "Mayer", "sound"),
        ("Schmidt", "Schmitt", "sound"),
        ("Hoffmann", "Hofmann", "sound"),
        ("Müller", "Schmidt", "different"),
        ("Wolf", "Wulff", "sound"),
        ("Koch", "Bach", "different"),
        ("Müller", "", "unknown"),
    ],
)
def test_family_names(one: str, other: str, fit: str) -> None:
    assert family_fit(surname_words(one), surname_words(other)) == fit
    assert family_fit(surname_words(other), surname_words(one)) == fit


def test_a_particle_alone_is_a_name() -> None:
    assert surname_words("Le") == ("le",)
    assert surname_words("von") == ("von",)
