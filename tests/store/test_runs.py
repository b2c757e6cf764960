"""The dead man's check counts the runs that asked the backends, and no others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmsync.errors import ConfigError
from crmsync.store import Store, runs

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def ended(store: Store, number: str, verb: str, at: str, code: int) -> None:
    with store.work() as work:
        runs.start(work, number, verb, "2026-11-21", at)
        runs.finish(work, number, at, code, {})


def test_a_decision_does_not_stand_for_a_sync(store: Store) -> None:
    ended(store, "1", "sync", "2026-11-21T08:00:00.000000Z", 3)
    ended(store, "2", "decide", "2026-11-21T11:59:00.000000Z", 0)
    ended(store, "3", "sync", "2026-11-21T11:59:00.000000Z", 1)
    with store.read() as work:
        assert not runs.fresh(work, "2h", now=NOW)
        assert runs.fresh(work, "5h", now=NOW)


def test_a_clean_run_counts_however_many_came_after_it(store: Store) -> None:
    ended(store, "00", "sync", "2026-11-21T11:00:00.000000Z", 0)
    for number in range(1, 12):
        ended(store, f"{number:02}", "sync", "2026-11-21T11:30:00.000000Z", 7)
    with store.read() as work:
        assert runs.fresh(work, "2h", now=NOW)


@pytest.mark.parametrize("age", ["2", "abc", "-1h", "99999999999d", "²h"])
def test_an_age_that_is_none(store: Store, age: str) -> None:
    with store.read() as work, pytest.raises(ConfigError, match="is no age"):
        runs.fresh(work, age, now=NOW)
