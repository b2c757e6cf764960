"""One typo: the words within one edit of another, found by deletions. Standard library only.

Two words are at most one insertion, deletion, substitution or swap of neighbours apart exactly if
deleting at most one letter of each can make them equal and the distance proves it (the idea of
symmetric deletion, W. Garbe, SymSpell).
"""

from __future__ import annotations

LEAST = 4
"""Shorter words are not searched with a typo: everything would be near everything."""


def cuts(word: str) -> set[str]:
    """The word and the word without each one of its letters."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def one_apart(first: str, second: str) -> bool:
    """Whether at most one insertion, deletion, substitution or swap lies between two words."""
    if abs(len(first) - len(second)) > 1:
        return False
    start = _common(first, second)
    end = _common(first[start:][::-1], second[start:][::-1])
    left, right = first[start : len(first) - end], second[start : len(second) - end]
    swapped = len(left) == len(right) == 2 and left == right[::-1]
    return swapped or max(len(left), len(right)) <= 1


def distance(first: str, second: str) -> int:
    """The edits between two words (Levenshtein)."""
    row = list(range(len(second) + 1))
    for place, letter in enumerate(first, 1):
        before, row[0] = row[0], place
        for index, other in enumerate(second, 1):
            kept = before + (letter != other)
            before, row[index] = row[index], min(kept, row[index] + 1, row[index - 1] + 1)
    return row[-1]


def _common(first: str, second: str) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count
