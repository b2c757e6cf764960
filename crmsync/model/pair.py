"""Two source customers as a rule of the house sees them, and what such a rule says of them.

The words of the hook `crmsync_decide_pairs` (see `crmsync.hookspecs`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from crmsync.model.customer import SourceCustomer
from crmsync.model.words import Band

OVERRULED = (
    "other_given_name", "other_family_name", "other_salutation", "other_company",
    "other_legal_form",
)  # fmt: skip
"""What forbids a link and may be overruled by a rule that names it. Everything else that forbids
one (birth dates, senior and junior, firm and person, a couple, VAT ids) stands above every rule."""

LONGEST = 200
"""Characters that a rule may be told in."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class PairSide:
    """One of the two: from which connection and stream it is, and what is told of it.

    Of `customer` these are left out, for they may change while nobody else has become another:
    `changed_at`, `since`, `hidden`, `form`, `pronunciation`, `wishes`.
    """

    connection: str
    stream: str
    customer: SourceCustomer


@dataclass(frozen=True, slots=True)
class SourcePair:
    """Two source customers of one controller that share a key, or stand in one whole.

    `band`, `rule` (as `crmsync explain --json` names it) and `weight` (tenths of a bit) are what
    crmsync would hold of the two if there were nobody else; `agree` and `differ` name fields.
    Which of the two is `a` follows from their data.
    """

    a: PairSide
    b: PairSide
    controller: str
    band: Band
    rule: str
    weight: int
    agree: frozenset[str]
    differ: frozenset[str]


@dataclass(frozen=True, slots=True)
class PairRule:
    """What a rule of the house says of a pair: a name, a band, and why, in German and English.

    `name` is small letters, digits, - and _; `de` and `en` are shown to people and kept: never
    write personal data into them. A rule of the band "same" decides against what else forbids a
    link only where `against` names it (see OVERRULED); otherwise a human is asked.

    ValueError where one of them is not so.
    """

    name: str
    band: Band
    de: str
    en: str
    against: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ValueError("the name of a rule is small letters, digits, - and _, at most 40")
        if self.band not in get_args(Band):
            raise ValueError(f"the band of a rule is one of {', '.join(get_args(Band))}")
        for text in (self.de, self.en):
            if not isinstance(text, str) or not 0 < len(text) <= LONGEST or not text.isprintable():
                raise ValueError(f"a rule is told in one line of 1 to {LONGEST} characters")
        if not isinstance(self.against, tuple) or not set(self.against) <= set(OVERRULED):
            raise ValueError(f"a rule may only decide against {', '.join(OVERRULED)}")
        if self.against and self.band != "same":
            raise ValueError("only a rule that says same can decide against something")
