"""What becomes of a name or number when somebody else writes it down."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from random import Random

_KEYS = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "rzg", "z": "tuh", "u": "zij", "i": "uok",
    "o": "ipl", "p": "oü", "a": "sqy", "s": "adw", "d": "sfe", "f": "dgr", "g": "fht", "h": "gjz",
    "j": "hku", "k": "jli", "l": "kö", "y": "axs", "x": "ycs", "c": "xvd", "v": "cbf", "b": "vng",
    "n": "bmh", "m": "nj", "0": "98", "1": "24", "2": "13", "3": "24", "4": "35", "5": "46",
    "6": "57", "7": "68", "8": "79", "9": "80",
}  # fmt: skip
_SPELT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
_STROKES = str.maketrans("łŁıİđĐ", "lLiIdD")
_SOUNDS = (
    ("ei", "ai"), ("ai", "ei"), ("ey", "ei"), ("eier", "eyer"), ("ay", "ai"), ("th", "t"),
    ("dt", "t"), ("tz", "z"), ("ck", "k"), ("ph", "f"), ("ff", "f"), ("mm", "m"), ("nn", "n"),
    ("ll", "l"), ("tt", "t"), ("ss", "s"), ("ie", "i"), ("mann", "man"), ("ah", "a"), ("oh", "o"),
    ("eh", "e"), ("ch", "sch"), ("y", "i"), ("c", "k"), ("k", "c"), ("d", "t"), ("t", "th"),
    ("f", "v"), ("x", "chs"), ("w", "v"), ("rs", "rz"), ("n", "nn"), ("l", "ll"), ("a", "ah"),
)  # fmt: skip


@lru_cache(1 << 16)
def spelt(text: str) -> str:
    """Umlauts spelt out, all other letters without their signs: Müller gives Mueller."""
    return bare(text.translate(_SPELT))


@lru_cache(1 << 16)
def bare(text: str) -> str:
    """Every letter without its signs: Müller gives Muller."""
    parts = unicodedata.normalize("NFKD", text.translate(_STROKES).replace("ß", "ss"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def garbled(text: str) -> str:
    """UTF-8 read as Latin-1."""
    return text.encode().decode("latin-1")


def sounding(noise: Random, text: str) -> str:
    """As one may hear it: Meier, Mayer; the same text when nothing in it can be heard otherwise."""
    low = text.lower()
    fits = [(was, becomes) for was, becomes in _SOUNDS if was in low[1:]]
    if not fits:
        return text
    was, becomes = noise.choice(fits[:6])
    at = low.index(was, 1)
    return text[:at] + becomes + text[at + len(was) :]


def mistyped(noise: Random, text: str) -> str:
    """One slip of the fingers: a key beside, a letter left out, doubled, or two changed."""
    if len(text) < 3:
        return text
    at, kind = noise.randrange(len(text) - 1), noise.random()
    if kind < 0.35:
        near = _KEYS.get(text[at].lower(), "e")
        key = near[noise.randrange(len(near))]
        return text[:at] + (key.upper() if text[at].isupper() else key) + text[at + 1 :]
    if kind < 0.60:
        return text[:at] + text[at + 1 :]
    if kind < 0.75:
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def misdigited(noise: Random, text: str) -> str:
    """One wrong digit, or two neighbours changed."""
    places = [at for at, sign in enumerate(text) if sign.isdigit()][2:]
    if len(places) < 2:
        return text
    pick = noise.randrange(len(places) - 1)
    at, after = places[pick], places[pick + 1]
    if noise.random() < 0.4 and after == at + 1:
        return text[:at] + text[after] + text[at] + text[after + 1 :]
    return text[:at] + str((int(text[at]) + noise.randrange(1, 10)) % 10) + text[at + 1 :]
