"""Where the CPU time goes: counted once, by step, and only where something was done."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.engine.clock import REST, STEPS, Clock
from crmsync.engine.report import Report
from tests.engine.test_sync import filled, project, run


def test_a_step_within_a_batch_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 1.0, 4.0, 10.0])  # the batch begins, a step begins and ends, the batch ends
    monkeypatch.setattr("time.thread_time", lambda: next(ticks))
    clock = Clock()
    with clock.on_batch(), clock.on("map"):
        pass
    assert dict(clock.seconds) | {"map": 3.0, REST: 7.0} == dict(clock.seconds)


def test_a_profile_names_streams_and_stages_that_did_something(
    tmp_path: Path, store_url: str
) -> None:
    with project(tmp_path, store_url, filled()) as opened:
        first, second = run(opened).profile(), run(opened).profile()
    steps = {step for name, told in first.items() if name.endswith("/customers") for step in told}
    assert set(STEPS) <= steps
    assert {"resolve", "profile", "habits"} <= set(first)
    assert all(value >= 0 for told in first.values() for value in told.values())
    assert "resolve" not in second


def test_nothing_done_is_no_division_by_nothing() -> None:
    report = Report("run", "2026-11-21")
    with report.clock("shop/customers").on("read"):
        pass
    assert report.profile() == {}
