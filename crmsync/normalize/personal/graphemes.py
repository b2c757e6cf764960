"""Initials: what a reader sees as the first letter (UAX #29), and capitals by language."""

from __future__ import annotations

import re
import unicodedata

_HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORDS = re.compile(rf"[{_HAN}]|[^\s\-\u2010-\u2015{_HAN}]+")
_JOINER, _NON_JOINER = "\u200d", "\u200c"
_SPACING = frozenset("\u0e33\u0eb3")
"""Thai and Lao sara am: letters that are written on the one before."""

_MARKS = ("Mn", "Mc", "Me")
_LINKERS = frozenset("\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d")
"""The viramas of the scripts whose consonants they join into one sign (UAX #29, GB9c)."""

_OWN = frozenset(
    "\u102b\u102c\u1038\u1062\u1063\u1064\u1067\u1068\u1069\u106a\u106b\u106c\u106d"
    "\u1083\u1087\u1088\u1089\u108a\u108b\u108c\u108f\u109a\u109b\u109c"
)
"""Spacing signs that begin a grapheme of their own (UAX #29, SpacingMark)."""

_DUTCH = frozenset(("ij", "IJ", "Ij"))


def _is_mark(letter: str) -> bool:
    """Whether it is written on the letter before; some signs of Myanmar stand for themselves."""
    if letter in _OWN:
        return False
    mark = unicodedata.category(letter) in _MARKS
    return mark or letter in _SPACING or letter in (_JOINER, _NON_JOINER)


def first_grapheme(text: str) -> str:
    """The first letter of `text` with all that is written on it; '' for ''."""
    end = 1
    while end < len(text) and (_is_mark(text[end]) or _conjunct(text, end)):
        end += 1
    return text[:end]


def _conjunct(text: str, place: int) -> bool:
    """Whether a virama joins the consonant there to the one before."""
    before = text[:place].rstrip(_JOINER)[-1:]
    return before in _LINKERS and text[place].isalpha()


def words(text: str) -> list[str]:
    """The words of a name; a hyphen parts them too, and each Han character is one."""
    return _WORDS.findall(text)


def upper(text: str, language: str) -> str:
    """`text` in capitals: with İ for i in Turkish, without accents in Greek."""
    if language in ("tr", "az"):
        return text.replace("i", "İ").replace("ı", "I").upper()
    if language == "el":
        bare = unicodedata.normalize("NFD", text.upper())
        return unicodedata.normalize("NFC", bare.replace("\u0301", ""))
    return text.upper()


def capital_first(text: str, language: str) -> str:
    """`text` with its first letter large; the Dutch IJ is one letter."""
    first = text[:2] if language == "nl" and text[:2] in _DUTCH else first_grapheme(text)
    return upper(first, language) + text[len(first) :]
