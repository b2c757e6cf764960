"""Denied categories: whole, by level, whatever the case."""

import pytest

from crmsync.profile.deny import denied_among, is_denied

DENY = ("Diabetes", " erotik ")


@pytest.mark.parametrize(
    "category",
    ["Diabetes", "diabetes", "Drogerie > Diabetes", "Drogerie/DIABETES/Messgeräte", "Erotik"],
)
def test_a_denied_category_is_known_by_itself_and_by_each_level(category: str) -> None:
    assert is_denied(category, DENY)


@pytest.mark.parametrize("category", ["", "Drogerie", "Diabetesfreie Küche", "Wolle > Socken"])
def test_what_only_sounds_alike_is_allowed(category: str) -> None:
    assert not is_denied(category, DENY)


def test_only_the_denied_ones_are_picked() -> None:
    told = ["Wolle", "", "Drogerie|Diabetes", "Diabetes", "Diabetes"]
    assert denied_among(told, DENY) == ["Diabetes", "Drogerie|Diabetes"]
    assert denied_among(told, ()) == []
