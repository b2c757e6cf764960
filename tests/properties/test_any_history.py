"""Whatever happened on the way, the store is as one made from what the backends hold now."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.machine import AnyHistory

SMALL = settings(
    max_examples=40, stateful_step_count=16, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
"""The same histories every time; `python -m bench.properties` looks for others."""


def test_any_history_ends_like_a_first_run() -> None:
    run_state_machine_as_test(AnyHistory, settings=SMALL)
