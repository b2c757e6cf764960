"""How well two names fit: equal, shortened, an initial, mistyped, or another person's.

A given name that differs in its ending (Andrea and Andreas, Paul and Paula) is another name, not
a slip of the pen: so are couples and twins entered. A slip inside the name is only ever a doubt.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import OSA

from crmsync.identity.nicknames import groups
from crmsync.identity.vocabulary import known
from crmsync.normalize.fold import squash
from crmsync.normalize.koelner import koelner
from crmsync.normalize.remembered import remembered

Fit = Literal["equal", "short", "nick", "initial", "compound", "sound", "slip", "doubt",
              "different", "unknown"]  # fmt: skip
"""`unknown`: one side has no name. `slip`: mistyped, for one of the two is no known name. `doubt`:
too near to be another, too far to be the same."""

Words = tuple[str, ...]

_PARTICLES = frozenset(
    {
        "von", "vom", "der", "den", "dem", "zu", "zum", "zur", "van", "de", "da", "das", "di",
        "del", "della", "dos", "du", "la", "le", "ter", "ten", "freiherr", "freifrau", "freiin",
        "graf", "grafin", "baron", "baronin", "edler", "edle", "ritter", "und",
    }
)  # fmt: skip
_SPELLINGS = (
    (re.compile("chr"), "kr"), (re.compile("ph"), "f"), (re.compile("th"), "t"),
    (re.compile("dt"), "t"), (re.compile("tz"), "z"), (re.compile("ck"), "k"),
    (re.compile("c(?!h)"), "k"), (re.compile("y"), "i"),
    (re.compile("([aeiou])h(?![aeiou])"), r"\1"), (re.compile(r"(.)\1"), r"\1"),
)  # fmt: skip
_ENDING = 2
"""In the last letters a given name tells man from woman, and Lena from Lina."""

_SURE_LENGTH = 5
"""Shorter names are too near to each other to speak of a slip, unless one is a known name."""

_LEAST, _LONG, _STEM = 3, 7, 3
"""Letters of a name that one edit, or two, may have made of another; of a pet name's stem."""


def words(text: str) -> Words:
    """The words of a name for comparing: ("hans", "peter") for "Hans-Peter"."""
    return tuple(squash(word) for word in re.split(r"[\s\-‐–.,/'’]+", text) if squash(word))


def surname_words(text: str) -> Words:
    """The words of a family name without the particles before it; never empty if `text` is not.

    Only leading particles go ("von der Heide"), so that a name that is one ("Le", "Du") stays.
    """
    found = words(text)
    while len(found) > 1 and found[0] in _PARTICLES:
        found = found[1:]
    return found


@remembered(65_536)
def spelling(word: str) -> str:
    """One spelling for what sounds and means the same: Stephan and Stefan, Sarah and Sara."""
    for pattern, plain in _SPELLINGS:
        word = pattern.sub(plain, word)
    return word


@remembered(65_536)
def given_fit(a: Words, b: Words) -> Fit:
    """How two given names fit; symmetric."""
    if not a or not b:
        return "unknown"
    if spelling("".join(a)) == spelling("".join(b)):
        return "equal"
    if _all_initials(a) or _all_initials(b):
        return "initial" if _initials_agree(a, b) else "different"
    if _word_by_word(a, b):
        return "short"
    return "nick" if _nick(a[0], b[0]) else _slip(a, b)


def _all_initials(name: Words) -> bool:
    return all(len(word) == 1 for word in name)


def _initials_agree(a: Words, b: Words) -> bool:
    return all(one[0] == other[0] for one, other in zip(a, b, strict=False))


def _word_by_word(a: Words, b: Words) -> bool:
    """Hans and Hans-Peter, Hans P. and Hans Peter; the first word must be written out."""
    pairs = list(zip(a, b, strict=False))
    return spelling(a[0]) == spelling(b[0]) and all(_one_word(*pair) for pair in pairs[1:])


def _one_word(one: str, other: str) -> bool:
    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    return spelling(one) == spelling(other)


def _slip(a: Words, b: Words) -> Fit:
    """Slip for one or two edits that make no other name of it; doubt for what may be a slip.

    Names that share a word (Anna Lena, Lena) are in doubt, and so is a pet name by its ending.
    """
    if {spelling(word) for word in a} & {spelling(word) for word in b}:
        return "doubt"
    raw, other_raw = "".join(a), "".join(b)
    one, other = spelling(raw), spelling(other_raw)
    if raw in known() and other_raw in known():
        return "different"
    if _pet_name(raw, other_raw) or _pet_name(other_raw, raw):
        return "doubt"
    shorter = min(len(one), len(other))
    edits = OSA.distance(one, other)
    if edits > (2 if shorter >= _LONG else 1) or shorter < _LEAST:
        return "different"
    sure = shorter >= _SURE_LENGTH or raw in known() or other_raw in known()
    if _differ_in_ending(one, other):
        return "doubt" if sure and edits == 1 else "different"
    return "slip" if sure else "doubt"


def _pet_name(short: str, full: str) -> bool:
    """Irmi for Irmgard, Huso for Hüseyin: the first letters, and an ending of its own."""
    stem = short.rstrip("aeiouy")
    stem = stem[:-1] if stem[-2:-1] == stem[-1:] else stem
    ends = short[-1:] in "iyo" and short not in known()
    return ends and len(stem) >= _STEM and len(short) < len(full) and full.startswith(stem)


def _differ_in_ending(one: str, other: str) -> bool:
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    tails = one[start:], other[start:]
    return max(map(len, tails)) <= _ENDING and sorted(tails[0]) != sorted(tails[1])


@lru_cache(maxsize=1)
def _full_forms() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for full, *short in groups():
        for name in short:
            found.setdefault(spelling(squash(name)), set()).add(spelling(squash(full)))
    return {name: frozenset(full) for name, full in found.items()}


def _nick(one: str, other: str) -> bool:
    """Whether one is a short form of the other; two short forms (Tim, Timo) are two names."""
    full, none = _full_forms(), frozenset[str]()
    one, other = spelling(one), spelling(other)
    return one in full.get(other, none) or other in full.get(one, none)


@remembered(65_536)
def family_fit(a: Words, b: Words) -> Fit:
    """How two family names fit; symmetric. A double name fits each of its halves."""
    if not a or not b:
        return "unknown"
    one, other = "".join(a), "".join(b)
    if one == other:
        return "equal"
    if set(a) <= set(b) or set(b) <= set(a):
        return "compound"
    near = OSA.distance(one, other)
    if near <= 2 and koelner(one) == koelner(other):
        return "sound"
    return "sound" if near <= 1 and min(len(one), len(other)) >= _SURE_LENGTH else "different"


def person_fit(given: tuple[Words, Words], family: tuple[Words, Words]) -> tuple[Fit, Fit]:
    """How given and family names of two people fit; names entered the wrong way round fit."""
    fits = given_fit(*given), family_fit(*family)
    swapped = all((*given, *family)) and given[0] == family[1] and given[1] == family[0]
    return ("equal", "equal") if swapped else fits
