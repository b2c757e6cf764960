"""What stands before a family name and belongs to it: von, zu, Freiherr von, van den, de la."""

from __future__ import annotations

from crmsync.normalize.fold import fold
from crmsync.normalize.vocabulary import VIETNAMESE_FAMILIES, words

_RANKS = words(
    "graf gräfin freiherr freifrau freiin baron baronin baronesse reichsgraf reichsgräfin"
)
"""Former titles of nobility: before a family name they belong to it (Art. 109 WRV)."""

_RANKS_WITH_PARTICLE = words(
    "fürst fürstin prinz prinzessin herzog herzogin ritter edler edle landgraf markgraf burggraf"
    " erbprinz erbgraf großherzog"
)
"""These are family names too, so they count only before a particle: Prinz von Hessen."""

_GERMANIC = words("von vom zu zum zur van vande vander ter ten v. v.d.")
_ROMANCE = words(
    "de del della dello di da dos das do du des la le lo af av bin bint ibn ben abu al el in op auf"
    " aus"
)
"""Particles when written small; De Luca and La Rocca are family names as a whole."""

_GOING_ON = words("der den dem de het und zu von la las los los 't t d. in ten van vom zum")
_GERMAN = words("von vom zu zum zur der den dem und")


def _particles(parts: list[str]) -> int:
    """How many words at the start of `parts` are particles; the last is never one."""
    first = parts[0].lower()
    if first not in _GERMANIC and (first not in _ROMANCE or not parts[0].islower()):
        return 0
    count = 1
    while count < len(parts) - 1 and parts[count].lower() in _GOING_ON:
        count += 1
    return count


def _rank(parts: list[str]) -> int:
    first = parts[0].lower()
    if first in _RANKS:
        return 1
    with_particle = first in _RANKS_WITH_PARTICLE and len(parts) > 2 and _particles(parts[1:])
    return 1 if with_particle else 0


def _written(word: str) -> str:
    return word.lower() if word.lower() in _GERMAN else word


def split_nobility(family: str, *, given: str = "") -> tuple[str, str]:
    """What belongs before the family name, and the family name.

    "Freiherr von und zu Guttenberg" gives "Freiherr von und zu"; "Graf" alone stays a name. Beside
    a Vietnamese name Văn and Thị are names.
    """
    if " " not in family:
        return "", family
    parts = family.split()
    first = fold(given).split()[:1]
    if first and first[0] in VIETNAMESE_FAMILIES and parts[0].lower() == "van":
        return "", family
    count = _rank(parts)
    if count < len(parts) - 1:
        count += _particles(parts[count:])
    before = " ".join(_written(word) for word in parts[:count])
    return before, " ".join(parts[count:])


def trailing_particles(given: str) -> tuple[str, str]:
    """A given name without the particles at its end, and those: "Anna von der" gives both."""
    parts = given.split()
    count = len(parts)
    while count > 1 and parts[count - 1].islower() and _is_particle(parts[count - 1]):
        count -= 1
    return " ".join(parts[:count]), " ".join(parts[count:])


def _is_particle(word: str) -> bool:
    return word in _GERMANIC or word in _ROMANCE or word in _GOING_ON


def first_particle(parts: list[str]) -> int:
    """Where in a free text the family name with its particles begins; 0 when nowhere."""
    if fold(parts[-1]) in VIETNAMESE_FAMILIES:
        return 0
    for place in range(1, len(parts) - 1):
        if split_nobility(" ".join(parts[place:]), given=parts[0])[0]:
            return place
    return 0
