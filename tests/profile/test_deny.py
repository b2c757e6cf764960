"""Denied categories: whole, by level, whatever the case; and what everybody denies."""

import pytest

from crmsync.profile.deny import SENSITIVE, denied_among, is_denied
from crmsync.till.allowed import DENIED, denied

DENY = ("Hundefutter", " wein ")


@pytest.mark.parametrize(
    "category",
    ["Hundefutter", "hundefutter", "Tier > Hundefutter", "Tier/HUNDEFUTTER/Nass", "Wein"],
)
def test_a_denied_category_is_known_by_itself_and_by_each_level(category: str) -> None:
    assert is_denied(category, DENY)
    assert not is_denied(category)


@pytest.mark.parametrize("category", ["", "Drogerie", "Weinberge", "Wolle > Socken"])
def test_what_only_sounds_alike_is_allowed(category: str) -> None:
    assert not is_denied(category, DENY)


@pytest.mark.parametrize(
    "category",
    [
        "Drogerie > Diabetes", "Diabetikerbedarf", "Gesundheit", "Frauengesundheit/Schwangerschaft",
        "Verhütung", "VERHUETUNG", "Hörgeräte", "Inkontinenz", "Freiverkäufliche Arzneimittel",
        "Erotik", "Sexualität", "Dessous", "Religion & Glaube", "Devotionalien", "Koscheres",
        "Halal", "Politik", "Gewerkschaften", "OTC Medication", "Family Planning", "Health Care",
    ],
)  # fmt: skip
def test_what_reveals_health_belief_sex_life_or_opinion_is_denied_for_everybody(
    category: str,
) -> None:
    assert is_denied(category)


@pytest.mark.parametrize(
    "category",
    ["Wolle", "Potenziometer", "Bücher > Romane", "Schwangau", "Spielzeug", "Hosen", "Backwaren"],
)
def test_ordinary_goods_stay(category: str) -> None:
    assert not is_denied(category)


def test_only_the_denied_ones_are_picked() -> None:
    told = ["Wolle", "", "Tier|Hundefutter", "Diabetes", "Diabetes"]
    assert denied_among(told, DENY) == ["Diabetes", "Tier|Hundefutter"]
    assert denied_among(told) == ["Diabetes"]


def test_what_enters_no_habit_is_on_no_card_either() -> None:
    assert set(SENSITIVE) < set(DENIED)
    assert denied("Drogerie > Verhütung", DENIED)
