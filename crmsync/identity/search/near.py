"""How far two spellings are from each other: typos and sounds. Standard library only.

Words within two typos share a word that is left when up to two letters are deleted from each (the
symmetric deletion of W. Garbe's SymSpell); of long words the beginning alone is cut.
"""

from __future__ import annotations

import re
from itertools import combinations
from zlib import crc32

from crmsync.normalize.koelner import koelner
from crmsync.normalize.remembered import remembered

HEAD = 7
"""So many letters of a word are cut."""
SOUND = 0.5
"""The cost of a word that German writes in another way: Meyer for Maier. One typo costs 1."""
CLOSER = 0.05
"""How much dearer it is for each letter that differs."""
SLIP = 0.75
"""The cost of a letter left out, and of two swapped."""


def cuts(word: str, most: int) -> set[int]:
    """Marks of the word's head without up to `most` of its letters."""
    head = word[:HEAD]
    found = {head}
    for count in range(1, min(most, len(head) - 1) + 1):
        for left in combinations(head, len(head) - count):
            found.add("".join(left))
    return {crc32(one.encode()) for one in found}


def depth(word: str) -> int:
    """How many letters are deleted from a word in the index: two from three letters on."""
    return 2 if len(word) > 2 else 1


def edits(asked: str, there: str, most: float) -> float:
    """The price of the typos between two words; more than `most` when it is more.

    The optimal string alignment distance (Damerau 1964, without edits inside a swap). A letter left
    out and two swapped cost less than a wrong or a further letter: of those there are 26.
    """
    start, end = 0, 0
    short = min(len(asked), len(there))
    while start < short and asked[start] == there[start]:
        start += 1
    while end < short - start and asked[-1 - end] == there[-1 - end]:
        end += 1
    left, right = asked[start : len(asked) - end], there[start : len(there) - end]
    if abs(len(left) - len(right)) > most:
        return most + 1
    if not left or not right:
        return len(left) + len(right) * SLIP
    if most == 1:
        return _once(left, right)
    return _aligned(left, right, most)


def _once(left: str, right: str) -> float:
    """The price of what differs, if it is one typo."""
    if len(left) == len(right) == 1:
        return 1.0
    return SLIP if len(left) == len(right) == 2 and left == right[::-1] else 2.0


def _aligned(left: str, right: str, most: float) -> float:
    before: list[float] = []
    row = [SLIP * at for at in range(len(right) + 1)]
    for place, letter in enumerate(left):
        now = [place + 1.0]
        for at, other in enumerate(right):
            best = row[at] if letter == other else row[at] + 1
            best = min(best, row[at + 1] + 1, now[at] + SLIP)
            if place and at and letter == right[at - 1] and left[place - 1] == other:
                best = min(best, before[at - 1] + SLIP)
            now.append(best)
        if min(now) > most:
            return most + 1
        before, row = row, now
    return row[-1]


_ALIKE = [
    (re.compile(pattern), plain)
    for pattern, plain in (
        ("sch|sh|sz|cz|tsch", "S"), ("ph|v", "f"), ("th|dt", "t"), ("ck|c(?=[^ieyh]|$)|q", "k"),
        ("ch(?=[rl])", "k"), ("chs|ks|gs", "x"), ("tz|ts|c", "z"), ("ai|ay|ey|ej", "ei"),
        ("ie|ih|y|j", "i"), ("eu|oi|oy|oj", "oi"), ("(?<=[aeou])h", ""), ("d$", "t"), ("b$", "p"),
        ("g$", "k"), (r"(.)\1", r"\1"),
    )
]  # fmt: skip
"""Ways to write one sound in German names, each by one letter."""


@remembered(65_536)
def heard(word: str) -> str:
    """The word as it may be written by ear: "maier", "meyer", "mayr" differ, "maier", "meyer" no
    longer do."""
    for pattern, plain in _ALIKE:
        word = pattern.sub(plain, word)
    return word


def cost(asked: str, there: str, most: int) -> float | None:
    """What it costs to take one spelling for another: 0 the same, 1 a typo; None when too far."""
    if asked == there:
        return 0.0
    far = (_letters(asked) ^ _letters(there)).bit_count() > 2 * most
    found = most + 1.0 if far else edits(asked, there, most)
    if abs(len(asked) - len(there)) < 4 and heard(asked) == heard(there):
        return SOUND + CLOSER * min(edits(asked, there, 3), 4)
    if found > most == 1:
        return _by_ear(asked, there)
    return found if found <= most else None


@remembered(65_536)
def _letters(word: str) -> int:
    """Which letters a word has; a typo adds or removes one, or two."""
    found = 0
    for letter in word:
        found |= 1 << (ord(letter) & 63)
    return found


def _by_ear(asked: str, there: str) -> float | None:
    """The cost of a word with the same Kölner code that is written in quite another way."""
    between = edits(heard(asked), heard(there), 1)
    return SOUND + between if between <= 1 and koelner(asked) == koelner(there) != "" else None
