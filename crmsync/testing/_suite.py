"""The suite: one line in a connector's tests gives a test for each rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from crmsync.testing import _contract, _deleting, _failing, _quiet, _reading, _telling, _writing
from crmsync.testing._backend import FakeBackend
from crmsync.testing._guard import only_here
from crmsync.testing._rules import RULES, Rule
from crmsync.testing._trial import NotApplicable, Trial

PARTS = (_contract, _reading, _telling, _deleting, _failing, _quiet, _writing)
"""Where the rules are; each registers its own."""


def _of(*parts: ModuleType) -> tuple[str, ...]:
    """The names of the rules of some parts."""
    names = {part.__name__ for part in parts}
    return tuple(name for name, rule in RULES.items() if rule.check.__module__ in names)


READING = _of(_reading, _deleting, _failing)
"""The rules that a second way of reading must keep: pages, deletes, and whatever goes wrong."""
TELLING = _of(_telling, _quiet)
"""The rules of what rows say, for a second fake that has streams of its own."""
WRITING = _of(_writing)
"""The rules that a second way of writing must keep."""


@dataclass
class Score:
    """What a suite found: rules proven, bypassed or not applicable (with reasons), broken."""

    proven: list[str] = field(default_factory=list)
    bypassed: dict[str, str] = field(default_factory=dict)
    not_applicable: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        line = (
            f"{len(self.proven)} proven, {len(self.bypassed)} bypassed, "
            f"{len(self.not_applicable)} not applicable, {len(self.broken)} broken"
        )
        return line + "".join(f"\n  bypassed {name}: {why}" for name, why in self.bypassed.items())


def prove(rule: Rule, kind: type[FakeBackend], folder: Path) -> None:
    """Return when the fake's connector keeps a rule; Broken, or NotApplicable with its reason."""
    with ExitStack() as stack:
        stack.enter_context(only_here())
        rule.check(Trial(kind, folder, stack))


class Suite:
    """What `connector_suite` gives: a test for each rule, and the score of those that ran."""

    fake: ClassVar[type[FakeBackend]]
    bypass: ClassVar[Mapping[str, str]]
    score: ClassVar[Score]

    @classmethod
    def teardown_class(cls) -> None:
        """Print the score (pytest shows it with -s; -rs has the reasons of what is left out)."""
        print(f"\n{cls.fake.connector.name}: {cls.score}")  # noqa: T201


def connector_suite(
    fake: type[FakeBackend],
    *,
    bypass: Mapping[str, str] | None = None,
    only: Sequence[str] = (),
) -> type[Suite]:
    """A class of tests for pytest that proves `fake.connector`, one test a rule.

    `bypass` names rules that cannot hold, each with its reason; it is shown in the score. `only`
    are the rules for a second fake of a connector that keeps them all with the first (READING,
    TELLING, WRITING, or names).
    ValueError for a rule that is not there, or a reason that says nothing.
    """
    reasons = dict(bypass or {})
    for name in (*reasons, *only):
        if name not in RULES:
            raise ValueError(f"there is no rule '{name}'; known: {', '.join(RULES)}")
    for name, reason in reasons.items():
        if not reason.strip():
            raise ValueError(f"the bypass of '{name}' needs a reason")
    tests = {f"test_{name}": _test(RULES[name]) for name in only or RULES}
    own = {"fake": fake, "bypass": reasons, "score": Score(), "__doc__": Suite.__doc__}
    return type(f"Test{fake.connector.__name__}", (Suite,), {**own, **tests})


def _test(rule: Rule) -> Callable[..., None]:
    def test(self: Suite, tmp_path: Path) -> None:
        import pytest

        if rule.name in self.bypass:
            self.score.bypassed[rule.name] = self.bypass[rule.name]
            pytest.skip(f"bypassed: {self.bypass[rule.name]}")
        _prove(self, rule, tmp_path, pytest.skip)

    test.__name__, test.__doc__ = f"test_{rule.name}", rule.says
    return test


def _prove(suite: Suite, rule: Rule, folder: Path, skip: Callable[[str], Any]) -> None:
    try:
        prove(rule, suite.fake, folder)
    except NotApplicable as reason:
        suite.score.not_applicable[rule.name] = str(reason)
        skip(f"not applicable: {reason}")
    except BaseException:
        suite.score.broken.append(rule.name)
        raise
    suite.score.proven.append(rule.name)
