"""Tells the categories that must enter no habit, segment, play, audience, report or card.

What may reveal health, belief, sex life or opinion (DSGVO Art. 9) is denied for everybody; the
retailer adds what else he denies.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from crmsync.normalize.fold import fold

LEVELS = re.compile(r"[>/|\\]")

SENSITIVE = (
    "arznei", "medikament", "medizin", "apotheke", "gesundheit", "inkontinenz", "diabet",
    "blutzucker", "schwanger", "verhuetung", "kondom", "erotik", "sexual", "sextoy", "dessous",
    "potenzmittel", "raucherentwoehnung", "prothese", "hoergeraet", "rollstuhl", "religi",
    "devotional", "koscher", "kosher", "halal", "politik", "gewerkschaft", "pharma", "health",
    "medication", "medicine", "pregnan", "contracept", "family planning", "condom", "erotic",
    "incontinence",
)  # fmt: skip
"""Parts of words, folded; a category that holds one reveals what Art. 9(1) DSGVO protects."""


def is_denied(category: str, deny: Collection[str] = ()) -> bool:
    """Whether `category` holds a word of SENSITIVE, or it or a level of it is one of `deny`.

    Levels are those of "Drogerie > Diabetes"; case and spaces around a level do not matter.
    """
    return bool(denied_among([category], deny))


def denied_among(categories: Iterable[str], deny: Collection[str] = ()) -> list[str]:
    """Those of these categories that are denied, sorted."""
    names = {name.strip().casefold() for name in deny}
    told = sorted({name for name in categories if name})
    return [name for name in told if _sensitive(name) or _named(name, names)]


def _sensitive(category: str) -> bool:
    folded = fold(category)
    return any(word in folded for word in SENSITIVE)


def _named(category: str, names: Collection[str]) -> bool:
    levels = [category, *LEVELS.split(category)]
    return any(level.strip().casefold() in names for level in levels)
