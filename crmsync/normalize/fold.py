"""Folding: one spelling for what people write in many, for keys, tokens and comparison."""

from __future__ import annotations

import re
import unicodedata

from crmsync.normalize.remembered import remembered

_SPELT = {
    "ß": "ss", "ẞ": "ss", "ł": "l", "Ł": "l", "ı": "i", "İ": "i", "đ": "d", "Đ": "d",
    "ð": "d", "Ð": "d", "ø": "oe", "Ø": "oe", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe",
    "þ": "th", "Þ": "th", "ħ": "h", "Ħ": "h", "ŧ": "t", "Ŧ": "t", "ŋ": "n", "Ŋ": "n", "ĸ": "k",
}  # fmt: skip
"""Letters that have no decomposition, and how they are spelt without."""

_UMLAUT = re.compile("([aou])\u0308")
_UMLAUT_SPELT = re.compile("([aou])e+")
_ACCENT = range(0x0300, 0x0370)
_BLANKED = frozenset("PSZC")


class _Letters(dict[int, str]):
    """What becomes of each character: letters and digits stay, accents go, the rest is a blank."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if code in _ACCENT:
            kept = ""
        elif unicodedata.category(letter)[0] in _BLANKED:
            kept = " "
        else:
            kept = letter
        self[code] = kept
        return kept


_letters = _Letters()
_spelt = str.maketrans(_SPELT)


def _fold_once(text: str) -> str:
    spelt = unicodedata.normalize("NFKC", text).translate(_spelt).casefold().translate(_spelt)
    bare = _UMLAUT.sub(r"\1e", unicodedata.normalize("NFKD", spelt)).translate(_letters)
    return " ".join(unicodedata.normalize("NFKC", bare).split())


@remembered(65_536)
def fold(text: str) -> str:
    """`text` in small letters without accents, umlauts spelt out, words parted by one blank.

    "Müller-Lüdenscheidt" gives "mueller luedenscheidt", in whatever Unicode form it came. ä, ö, ü
    become ae, oe, ue (DIN 5007-2), ß ss, ł l, ı and İ i; hyphens, apostrophes and all other signs
    become blanks. Scripts other than Latin keep their letters. Folding twice changes nothing.
    """
    if text.isascii():
        return " ".join(text.lower().translate(_letters).split())
    folded = _fold_once(text)
    while not folded.isascii() and (again := _fold_once(folded)) != folded:
        folded = again
    return folded


@remembered(65_536)
def squash(text: str) -> str:
    """`text` folded so that an umlaut, its spelling with e and the bare vowel are equal.

    Müller, Mueller and Muller all give "muller". Wider than `fold` (Bauer meets Baur): fit to find
    candidates, never alone to decide.
    """
    return _UMLAUT_SPELT.sub(r"\1", fold(text))


@remembered(65_536)
def tokens(text: str) -> tuple[str, ...]:
    """The words of `text`, folded, in their order."""
    return tuple(fold(text).split())
