"""A process of `--jobs` that dies is named, the others go on, and the next run heals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine.shops import NAMES, run, state, write
from tests.scenarios.killing import differences, fresh

POINTS = ("lease/take:after", "intake/prepare:before", "extract/page", "intake/numbered",
          "intake/land:begin", "intake/land:before", "intake/land:after",
          "intake/finish:before")  # fmt: skip
"""Where a process is killed: one of each kind of moment that taking in has."""


def place(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    if kind == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{folder / 'store.db'}"


def places(report: Any) -> list[tuple[str, str, int]]:
    return [(one.where, one.code, one.exit_code) for one in report.failures]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_kill_at_any_point_costs_one_connection_one_run(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "project"
    url = place(kind, folder, request)
    fresh(url, folder)
    run(write(folder, url), jobs=1)
    expected = state(url)
    assert len(expected["customer"]) > 50
    for point in POINTS:
        fresh(url, folder)
        report = run(write(folder, url, plugin=f"shops.die_at('koeln', {point!r})"), jobs=2)
        assert places(report) == [("koeln", "process", 1)], point
        assert "SIGKILL" in report.failures[0].message
        assert report.failures[0].hint.startswith("IT: ")
        assert report.exit_code() == 1
        for name in NAMES[1:]:
            assert report.lands[f"{name}/customers"]["new"] == 40, point
        assert "resolve" in report.stages
        healed = run(write(folder, url), jobs=2)
        assert healed.exit_code() == 3
        assert differences(state(url), expected) == [], point


WAYS = {
    "abort": ("SIGABRT", "the author of the connector 'koeln'"),
    "exit": ("exit code 3", "the author of the connector 'koeln'"),
    "terminated": ("SIGTERM", "IT: "),
}


@pytest.mark.parametrize("how", WAYS)
def test_however_a_process_ends_the_report_says_who_must_act(tmp_path: Path, how: str) -> None:
    word, who = WAYS[how]
    write(tmp_path, "sqlite:///store.db", plugin=f"shops.fail_in('koeln', {how!r})")
    report = run(tmp_path, jobs=3)
    assert places(report) == [("koeln", "process", 1)]
    assert word in report.failures[0].message
    assert who in report.failures[0].hint
    assert report.lands["berlin/customers"]["new"] == 40
    assert report.lands["koeln/customers"]["new"] == 40  # committed and told before it died
    assert run(write(tmp_path, "sqlite:///store.db"), jobs=3).exit_code() == 3
