"""What was typed, taken apart: the words of a name, ends of phones, postal codes.

Standard library only.
"""

from __future__ import annotations

from typing import NamedTuple

from crmsync.identity.search.words import PHONE_END, PLACE, bare, spelling, written
from crmsync.normalize.vocabulary import words

SPOKEN_FIRST = frozenset({"herr", "hr", "frau", "fr", "dr", "prof", "familie", "firma", "eheleute"})
"""What one types before a name and no index holds."""
PARTICLES = words(
    "von vom zu zum zur der den dem van vande vander ter ten de del della dello di da dos das do du"
    " des la le lo af av bin ibn al el und y i graf gräfin freiherr freifrau freiin baron"
)
"""Words that may be missing in a record; in a record that has them they count like any other."""
MOST_WORDS = 8
"""More words are not looked at."""


class Asked(NamedTuple):
    """A typed word, its spelling and bare form, and whether a record may lack it."""

    text: str
    spelling: str
    bare: str
    optional: bool


class Question(NamedTuple):
    """The words of a name, single letters, and for each number the marks that it may stand for."""

    words: tuple[Asked, ...]
    letters: tuple[str, ...]
    numbers: tuple[tuple[str, ...], ...]


def question(text: str) -> Question:
    """What a text asks for."""
    typed = list(written(text))
    while len(typed) > 1 and typed[0] in SPOKEN_FIRST:
        typed.pop(0)
    names = [word for word in typed if not word.isdigit()][:MOST_WORDS]
    long = [word for word in names if len(spelling(word)) > 1] or names
    numbers = [marks for word in typed if word.isdigit() and (marks := _marks(word))]
    letters = tuple(word for word in names if word not in long)
    return Question(tuple(map(_asked, long, range(len(long), 0, -1))), letters, tuple(numbers))


def _asked(word: str, left: int) -> Asked:
    """The last word is never a particle."""
    return Asked(word, spelling(word), bare(word), left > 1 and word in PARTICLES)


def _marks(number: str) -> tuple[str, ...]:
    """Four digits are a phone's end or begin a postal code, five are a postal code."""
    if len(number) == 4:
        return (PHONE_END + number, PLACE + number)
    return (PLACE + number,) if len(number) == 5 else ()
