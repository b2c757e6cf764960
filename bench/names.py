"""Names, plain and hard: microseconds and right answers, beside nameparser where it is there.

python -m bench.names [-v]

bench/hard_names.txt was written before any parser was asked. nameparser is asked for given name
and surname alone, and only where that is the question: it knows no firms, couples or doubt.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from crmsync.normalize.fold import fold
from crmsync.normalize.remembered import forget_all
from crmsync.normalize.who import Who, who

HARD = Path(__file__).with_name("hard_names.txt")
GIVEN = ("Anna", "Jürgen", "Sabine", "Hans-Peter", "Mehmet", "Katarzyna", "Uwe", "Lena", "Karl")
FAMILY = ("Müller", "Schmidt", "Weiß", "Yılmaz", "Nowak", "Krüger", "Wrobel", "Groß", "Huber")
PLAIN = [f"{first} {last}" for first in GIVEN for last in FAMILY]


class Hard(NamedTuple):
    """A hard name and what a careful reader makes of it."""

    text: str
    language: str
    kind: str
    salutation: str
    titles: str
    given: str
    surname: str
    suffix: str
    firm: str
    order: str


def hard_names() -> list[Hard]:
    """The names of the list."""
    lines = HARD.read_text(encoding="utf-8").splitlines()
    return [Hard(*line.split("|")) for line in lines if not line.startswith("#")]


def ask(text: str, language: str = "") -> Who:
    """What ours makes of one free text."""
    return who(None, None, None, None, None, None, None, text, None, None, language)


def is_right(one: Hard, found: Who) -> bool:
    """Whether ours found all of it, and was as sure as it may be."""
    name = found.name
    if found.kind != one.kind or found.company != one.firm:
        return False
    if name is None:
        return not one.given and not one.surname
    if one.order == "?":
        return not name.sure
    given = f"{name.given} {name.additional}".strip()
    said = (name.salutation or "", ";".join(name.titles), given, name.surname, name.suffix)
    sure = name.sure or one.order == "*"
    return said == one[3:8] and name.family_first == (one.order == "f") and sure


def per_text(read: Callable[[str], object], texts: Sequence[str], *, times: int) -> float:
    """The best of some runs, in microseconds a text."""
    found = []
    for _ in range(times):
        forget_all()
        started = time.perf_counter()
        for text in texts:
            read(text)
        found.append((time.perf_counter() - started) / len(texts) * 1e6)
    return min(found)


def peer() -> Callable[[str], tuple[str, str]] | None:
    """nameparser, as given name and surname; None when it is not installed."""
    try:
        from nameparser import HumanName  # type: ignore[import-not-found]
    except ImportError:
        return None

    def read(text: str) -> tuple[str, str]:
        name = HumanName(text)
        return fold(f"{name.first} {name.middle}"), fold(name.last)

    return read


def main() -> None:
    """Print right answers and times, with -v also what went wrong."""
    hard = hard_names()
    texts = [one.text for one in hard]
    right = [is_right(one, ask(one.text, one.language)) for one in hard]
    print(f"ours: {sum(right)} of {len(hard)} hard names right")
    if "-v" in sys.argv:
        for one, good in zip(hard, right, strict=True):
            if not good:
                print("  ", "|".join(one), "\n     ", ask(one.text, one.language))
    print(f"ours: plain {per_text(ask, PLAIN, times=20):.1f} µs, "
          f"hard {per_text(ask, texts, times=20):.1f} µs a name, nothing remembered")  # fmt: skip
    if read := peer():
        asked = [one for one in hard if one.kind == "person" and one.order != "?"]
        good = sum(read(one.text) == (fold(one.given), fold(one.surname)) for one in asked)
        ours = 0
        for one in asked:
            name = ask(one.text, one.language).name
            if name is not None:
                given = fold(f"{name.given} {name.additional}")
                ours += (given, fold(name.surname)) == (fold(one.given), fold(one.surname))
        print(f"given name and surname alone, of {len(asked)}: nameparser {good}, ours {ours}")
        print(f"nameparser: plain {per_text(read, PLAIN, times=3):.0f} µs, "
              f"hard {per_text(read, texts, times=3):.0f} µs a name")  # fmt: skip


if __name__ == "__main__":
    main()
