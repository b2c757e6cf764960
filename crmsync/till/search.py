"""Reads what a clerk typed or scanned: exact keys, words of a name, ends of numbers.

Standard library only, and so is everything imported here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crmsync.till import typos
from crmsync.till.keys import SHORT, digits, hashed, name_words, squeezed

SPOKEN_FIRST = frozenset({"herr", "hr", "frau", "fr", "dr", "prof", "familie", "firma", "eheleute"})
"""What a clerk types before a name and no index holds."""

_NUMBER = re.compile(r"\+?[\d\s()/.\-]+")
_CODE = re.compile(r"(?=.*\d)[\w./-]+")


def exact_keys(text: str, calling_code: str) -> list[str]:
    """The exact keys that a text may mean: a card or customer number, a phone, an e-mail."""
    bare = text.strip()
    if "@" in bare:
        return [hashed("email", bare.casefold())]
    if not _CODE.fullmatch(bare.replace(" ", "")) and not _NUMBER.fullmatch(bare):
        return []
    found = [hashed("card", squeezed(bare))] if squeezed(bare) else []
    if _NUMBER.fullmatch(bare) and len(digits(bare)) >= SHORT:
        found += [hashed("phone", number) for number in _phones(bare, calling_code)]
    return found


def _phones(text: str, calling_code: str) -> list[str]:
    """The international numbers that typed digits may mean."""
    number = digits(text.replace("(0)", ""))
    if text.lstrip("( ").startswith("+"):
        return [number]
    if number.startswith("00"):
        return [number[2:]]
    if number.startswith("0"):
        return [calling_code + number[1:]]
    return [number, calling_code + number]


def query_words(text: str) -> tuple[list[str], list[str]]:
    """The name words of a text and its other terms: phone ends and postal codes, ready to match."""
    words = list(name_words(text))
    while len(words) > 1 and words[0] in SPOKEN_FIRST:
        words.pop(0)
    numbers = [word for word in words if word.isdigit()]
    others = [term for number in numbers if (term := _other(number))]
    names = [word for word in words if not word.isdigit() and len(word) > 1]
    return names, others


def _other(number: str) -> str:
    """Four digits are a phone's end or begin a postal code, five are a postal code."""
    if len(number) == 4:
        return f'("t{number}" OR "z{number}"*)'
    return f'"z{number}"' if len(number) == 5 else ""


def far(words: Sequence[str], named: str) -> int:
    """How far the asked words are from a card's, each from its nearest."""
    there = named.split()
    return sum(min((typos.distance(word, one) for one in there), default=9) for word in words)
