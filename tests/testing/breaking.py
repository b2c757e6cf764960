"""Which rules must catch which broken connectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from crmsync.testing import FakeBackend
from tests.testing.fake_kontor import FakeKontor
from tests.testing.kontor import Kontor

BROKEN: dict[str, list[tuple[type[Kontor], type[FakeBackend]]]] = {}
"""By the name of a rule: the broken connectors that it must catch, each with its backend."""


class Lax(FakeKontor):
    """A Kontor that makes whoever it is told, however often."""

    duplicates = False


class Uncapped(FakeKontor):
    """A Kontor that lists whatever one asks for."""

    capped: ClassVar[Mapping[str, int]] = {}


def breaks(
    *rules: str, fake: type[FakeBackend] = FakeKontor
) -> Callable[[type[Kontor]], type[Kontor]]:
    """Note which rules must catch a connector."""

    def note(kind: type[Kontor]) -> type[Kontor]:
        for name in rules:
            BROKEN.setdefault(name, []).append((kind, fake))
        return kind

    return note
