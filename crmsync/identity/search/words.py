"""The words of a person's name as they are indexed and searched. Standard library only.

A word is kept as it was written, in small letters: Müller, Mueller and Muller are three words of
one spelling, so that who writes ü finds ü first and the others behind it. Particles are marked by
whoever knows the parts of the name, never by a list of words: Văn is a Vietnamese name, van is not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from crmsync.normalize.fold import fold, squash
from crmsync.normalize.remembered import remembered

PARTICLE, JOINED = "~", "+"
"""Before a particle ("~von"); before words written as one ("+müllerlüdenscheidt")."""
PHONE_END, PLACE, ONLY = "#t", "#z", "="
"""Before the last digits of a phone, a postal code, and a name that is one word."""
BEGUN = 4
"""Beginnings of 2 to this many letters have a list of their own."""

_BLANKED = frozenset("PSZC")


class _Letters(dict[int, str]):
    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = " " if unicodedata.category(letter)[0] in _BLANKED else letter
        return self[code]


_letters = _Letters()


@remembered(65_536)
def written(text: str) -> tuple[str, ...]:
    """The words of a text in small letters, with their accents; signs part words."""
    small = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).lower())
    return tuple(word for word in small.translate(_letters).split() if squash(word))


@remembered(65_536)
def spelling(word: str) -> str:
    """What every way to write a word has in common: "muller" for Müller, Mueller and Muller."""
    return squash(word).replace(" ", "")


_BARE = str.maketrans("äöüøæœ", "aouoao")


@remembered(65_536)
def bare(word: str) -> str:
    """The word without accents, its own e kept: "muller" for Müller, "mueller" for Mueller.

    Beside the spelling it tells a typo that puts an e behind a vowel from an umlaut spelt out.
    """
    return fold(word.translate(_BARE)).replace(" ", "")


class Parts(NamedTuple):
    """A name in parts: given names, particles, family name, what follows it, a firm."""

    given: str = ""
    particles: str = ""
    family: str = ""
    suffix: str = ""
    company: str = ""
    family_first: bool = False


def name_words(parts: Parts) -> tuple[str, ...]:
    """The words of a name in its order, particles and joined words marked."""
    given, family = written(parts.given), written(parts.family)
    before = written(parts.particles)
    surname = [*(PARTICLE + word for word in before), *family]
    ordered = [*surname, *given] if parts.family_first else [*given, *surname]
    rest = [*(PARTICLE + word for word in written(parts.suffix)), *written(parts.company)]
    return (*ordered, *rest, *_joined([*before, *family]), *_joined(given))


def _joined(words: Sequence[str]) -> list[str]:
    """The words written as one, where there are several: Hanspeter, vonderheide."""
    return [JOINED + "".join(words)] if len(words) > 1 else []


def card_words(words: Iterable[str]) -> str:
    """The words of a name as an index keeps them beside the person, without the joined ones."""
    return " ".join(word for word in words if word[0] != JOINED)


LONGEST = 80
"""Letters of a word that an index lists; so long is no name that anybody types."""


def terms(
    words: Iterable[str], *, ends: Iterable[str] = (), places: Iterable[str] = ()
) -> set[str]:
    """Everything under which a person is listed: words, beginnings, phone ends, postal codes."""
    listed = [word.lstrip(PARTICLE) for word in words if len(word) <= LONGEST]
    alone = [ONLY + word for word in listed] if len(listed) == 1 else []
    begun = {start for word in listed for start in beginnings(spelling(word))}
    return {
        *listed, *alone, *begun,
        *(PHONE_END + end for end in ends), *(PLACE + place for place in places),
    }  # fmt: skip


def beginnings(spelt: str) -> list[str]:
    """The marks under which a spelling's beginnings are listed: "mu*", "mul*"."""
    return [f"{spelt[:size]}*" for size in range(2, min(len(spelt), BEGUN) + 1)]


def is_word(term: str) -> bool:
    """Whether a term is a word of a name, or a joined one, not a mark for something else."""
    return term[0] not in "#=" and term[-1] != "*"


def is_single(term: str) -> bool:
    """Whether a term is a word as it stands in the name; only those are searched with typos."""
    return is_word(term) and term[0] != JOINED
