"""Killed at every named point and run again at once: the result of an undisturbed life.

One life is killed at one point after the other, wherever it comes to the next of them. With
CRMSYNC_POINTS=all each point has a life of its own, which finds the culprit and takes an hour.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scenarios.killing import backend, differences, fresh, killed_at, outcome, traced
from tests.scenarios.points import of_the_source

ELSEWHERE = {
    "sqlite": ("lease/lock", "lease/unlock", "log/ids"),
    "postgres": ("store/file", "store/line", "lease/file"),
}
"""What only the other store does."""
STATES = backend(30)


def expected_points(kind: str) -> list[str]:
    return sorted(p for p in of_the_source().points if not p.startswith(ELSEWHERE[kind]))


def lives(folder: Path, url: str, points: list[str]) -> Iterator[list[str]]:
    """Live again and again; gives, when each has ended, the points at which it was killed."""
    alone = os.environ.get("CRMSYNC_POINTS") == "all"
    left = list(points)
    while left:
        fresh(url, folder)
        killed: list[str] = []
        wanted = left[:1] if alone else left
        while point := killed_at(folder, url, STATES, set(wanted) - set(killed)):
            killed.append(point)
        assert killed, f"no life came to {', '.join(left)}"
        left = [one for one in left if one not in killed]
        yield killed


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_kill_at_every_named_point(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "project"
    url = f"sqlite:///{folder / 'store.db'}"
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
    fresh(url, folder)
    reached = {name for _, name in traced(folder, url, STATES)}
    assert sorted(reached) == expected_points(kind)
    expected = outcome(url, folder)
    assert len(expected["(till)"]) > 10
    assert expected["source_customer"]
    for killed in lives(folder, url, expected_points(kind)):
        assert differences(outcome(url, folder), expected) == [], killed
