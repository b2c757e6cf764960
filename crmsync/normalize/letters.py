"""Capitals: names shouted or whispered by a system are written as names again."""

from __future__ import annotations

import re
import unicodedata

from crmsync.normalize.remembered import remembered
from crmsync.normalize.vocabulary import words

_WORD = re.compile(r"[^\W\d_]+")
_SMALL = words("von vom zu zum zur der den dem und van ter ten dos das do y het")
_ROMAN = re.compile(r"[IVX]{2,4}")
_SCOTTISH = re.compile(r"MC[A-Z]{3,}")
_VOWELS = frozenset("AEIOUYÆØİ")


def tidy(text: str | None) -> str:
    """`text` in NFC, blanks single, without control characters and stray commas or quotes."""
    if not text:
        return ""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    joined = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(joined.split()).strip(' ,;"„“”')


def _small(word: str) -> str:
    return word.replace("İ", "i").lower()


def _capital(match: re.Match[str]) -> str:
    word = match.group()
    if _SCOTTISH.fullmatch(word):
        return f"Mc{word[2]}{word[3:].lower()}"
    return word[0].upper() + _small(word[1:])


def _is_initials(word: str) -> bool:
    """JP, K.-H. and II are no shouted words."""
    if "." in word or _ROMAN.fullmatch(word):
        return True
    return len(word) <= 2 and not _VOWELS & frozenset(unicodedata.normalize("NFD", word))


def in_capitals(text: str) -> bool:
    """Whether `text` is all in capitals; a ß among them is one, for few keyboards have ẞ."""
    return text.isupper() or ("ß" in text and text.replace("ß", "S").isupper())


def is_shouted(word: str) -> bool:
    """Whether a word is written all in capitals and is no initials."""
    return len(word) > 1 and in_capitals(word) and not _is_initials(word)


def capitalized(word: str) -> str:
    """A word all in capitals or all small as a name is written: MCDONALD gives McDonald."""
    if word.isupper() and _is_initials(word):
        return word
    return _WORD.sub(_capital, word)


def _repaired(word: str, *, last: bool) -> str:
    small = _small(word)
    return small if small in _SMALL and not last else capitalized(word)


def writes_turkish(text: str, language: str = "") -> bool:
    """Whether the I of a shouted text is a dotless one: beside İ, or with Turkish letters in it."""
    if text.isascii() or not text.isupper():
        return False
    return "İ" in text or (language == "tr" and any(letter in "ŞĞÇÖÜ" for letter in text))


def _turkish(match: re.Match[str]) -> str:
    word = match.group()
    return word[0] + word[1:].replace("I", "ı").replace("İ", "i").lower()


@remembered(16_384)
def repair_case(text: str, *, turkish: bool = False) -> str:
    """`text` with the capitals of a name, when it is all in capitals or all in small letters.

    "MÜLLER-LÜDENSCHEIDT" gives "Müller-Lüdenscheidt", "VON DER HEIDE" gives "von der Heide". Mixed
    writing (McDonald, von der Heide) is the owner's and stays; so do scripts without capitals.
    """
    if not (in_capitals(text) or text.islower()):
        return text
    if turkish and text.isupper():
        return _WORD.sub(_turkish, text)
    parts = text.split(" ")
    end = len(parts) - 1
    return " ".join(_repaired(word, last=place == end) for place, word in enumerate(parts))
