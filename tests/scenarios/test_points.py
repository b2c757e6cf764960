"""Killed once at every named point and run again at once: the result of an undisturbed life.

On PostgreSQL it is every fourth of them, for the time it takes; CRMSYNC_POINTS=all takes them all.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.scenarios.killing import backend, differences, fresh, killed_at, outcome, start, traced
from tests.scenarios.killing import end as wait
from tests.scenarios.points import of_the_source

PARTS = 3
"""The points are shared out, so that a busy machine has time for each share."""

ELSEWHERE = {
    "sqlite": ("lease/lock", "lease/unlock", "log/ids"),
    "postgres": ("store/file", "store/line", "lease/file"),
}
"""What only the other store does."""


def expected_points(kind: str) -> list[str]:
    return sorted(p for p in of_the_source().points if not p.startswith(ELSEWHERE[kind]))


def chosen(kind: str) -> list[str]:
    few = kind == "postgres" and os.environ.get("CRMSYNC_POINTS") != "all"
    return expected_points(kind)[:: 4 if few else 1]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_kill_at_every_named_point(
    kind: str, part: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "project"
    url = f"sqlite:///{folder / 'store.db'}"
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
    states = backend(30)
    fresh(url, folder)
    reached = {name for _, name in traced(folder, url, states)}
    assert sorted(reached) == expected_points(kind)
    expected = outcome(url, folder)
    assert len(expected["(till)"]) > 10
    assert expected["source_customer"]
    for point in chosen(kind)[part::PARTS]:
        fresh(url, folder)
        assert killed_at(folder, url, states, point), point
        wait(start(folder, url, states), folder)
        assert differences(outcome(url, folder), expected) == [], point
