"""Kölner Phonetik: names that sound alike in German get the same code."""

from __future__ import annotations

from crmsync.normalize.fold import fold
from crmsync.normalize.remembered import remembered

_PLAIN = {
    **dict.fromkeys("aeijouy", "0"),
    "b": "1",
    **dict.fromkeys("fvw", "3"),
    **dict.fromkeys("gkq", "4"),
    "l": "5",
    **dict.fromkeys("mn", "6"),
    "r": "7",
    **dict.fromkeys("sz", "8"),
}
"""Letters whose code does not depend on their neighbours."""

_HARD_C_AT_START = frozenset("ahkloqrux")
_HARD_C = frozenset("ahkoqux")


def _c_code(before: str, after: str) -> str:
    if not before:
        return "4" if after in _HARD_C_AT_START else "8"
    return "4" if after in _HARD_C and before not in "sz" else "8"


def _neighbour_code(letter: str, before: str, after: str) -> str:
    match letter:
        case "c":
            return _c_code(before, after)
        case "d" | "t":
            return "8" if after and after in "csz" else "2"
        case "p":
            return "3" if after == "h" else "1"
        case "x":
            return "8" if before and before in "ckq" else "48"
        case _:
            return ""


def _codes(word: str) -> str:
    found = []
    for place, letter in enumerate(word):
        plain = _PLAIN.get(letter)
        if plain is None:
            before = word[place - 1] if place else ""
            plain = _neighbour_code(letter, before, word[place + 1 : place + 2])
        found.append(plain)
    return "".join(found)


@remembered(65_536)
def koelner(text: str) -> str:
    """The code of `text`, digits only: "Müller-Lüdenscheidt" gives "65752682".

    Blanks and hyphens do not count, letters outside a to z after folding have no code, so a name
    in another script gives "". Vowels count only at the start (Postel, "Die Kölner Phonetik", IBM
    Nachrichten 19, 1969).
    """
    codes = _codes(fold(text).replace(" ", ""))
    single = [code for place, code in enumerate(codes) if not place or code != codes[place - 1]]
    return "".join(single[:1]) + "".join(single[1:]).replace("0", "")
