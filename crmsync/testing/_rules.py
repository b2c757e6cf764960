"""The rules a connector keeps; each is a function of a trial, and its docstring is the rule."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmsync.testing._trial import Trial

Check = Callable[["Trial"], None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, what it says, and what proves it."""

    name: str
    says: str
    check: Check


RULES: dict[str, Rule] = {}
"""Every rule by its name."""


def rule(check: Check) -> Check:
    """Register a rule under the name of its function."""
    name = check.__name__
    RULES[name] = Rule(name, inspect.getdoc(check) or "", check)
    return check


def every_request(trial: Trial, *, most: int = 16) -> Iterator[int]:
    """The number of each request of an undisturbed first run, of many only some."""
    with trial.apart() as one:
        one.filled().clean()
        count = one.fake.count
    yield from places(count, most)


def places(count: int, most: int) -> Sequence[int]:
    """1 to `count`; where these are more than `most`, the first, the last and some between."""
    if count <= most:
        return range(1, count + 1)
    return sorted({1 + round(place * (count - 1) / (most - 1)) for place in range(most)})


def few_requests(trial: Trial) -> Iterator[int]:
    """The number of a few requests of a first run, the first and the last among them."""
    yield from every_request(trial, most=3)
