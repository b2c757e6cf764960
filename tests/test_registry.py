"""Plugins by three doors; a broken one is named and kept apart; hints are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from crmsync import registry
from crmsync.errors import ConfigError
from crmsync.hookspecs import Connector, Feed, hookimpl
from tests.engine.backend import Content, connector

LOCAL = """
from crmsync.hookspecs import hookimpl

class Nothing:
    name, topics, order = "nothing", ("source",), 90
    def take(self, work, changes, *, as_of):
        return {"taken": 0}

@hookimpl
def crmsync_register_feeds(register):
    register(Nothing())
"""


def test_ours_come_through_the_same_hooks() -> None:
    loaded = registry.load()
    assert {"files", "sql"} <= set(loaded.connectors)
    assert [feed.name for feed in loaded.feeds] == ["ledger", "till"]
    assert {"late-delivery-apology", "win-back"} <= {play.name for play in loaded.plays}
    assert {one.name for one in loaded.plugins if one.origin == "built in"} == set(
        registry.BUILT_IN
    )
    assert registry.check(loaded) == []


def test_a_file_beside_the_configuration_is_a_door(tmp_path: Path) -> None:
    (tmp_path / registry.LOCAL).write_text(LOCAL, encoding="utf-8")
    loaded = registry.load(base=tmp_path)
    assert [feed.name for feed in loaded.feeds] == ["ledger", "till", "nothing"]


def test_an_installed_package_is_a_door(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name, dist = "fremd", None

        def load(self) -> object:
            class Plugin:
                @hookimpl
                def crmsync_register_connectors(
                    self, register: Callable[[type[Connector]], None]
                ) -> None:
                    register(connector(Content()))

            return Plugin()

    monkeypatch.setattr(metadata, "entry_points", lambda group: [Entry()])
    loaded = registry.load()
    assert "memory" in loaded.connectors
    assert [one.name for one in loaded.plugins if one.origin == "package"] == ["fremd"]


def test_a_plugin_that_fails_is_named_and_the_others_work(tmp_path: Path) -> None:
    (tmp_path / registry.LOCAL).write_text("raise ValueError('kaputt')\n", encoding="utf-8")
    loaded = registry.load(base=tmp_path)
    (broken,) = [one for one in loaded.plugins if one.problem]
    assert (broken.name, broken.problem) == (registry.LOCAL, "ValueError: kaputt")
    assert "files" in loaded.connectors
    with pytest.raises(ConfigError) as error:
        loaded.connector("nirgends")
    assert "kaputt" in error.value.hint


def test_a_hook_that_does_not_exist_is_a_problem() -> None:
    class Plugin:
        @hookimpl
        def crmsync_register_everything(self, register: Any) -> None:
            """There is no such hook."""

    loaded = registry.load(plugins=[Plugin()])
    (broken,) = [one for one in loaded.plugins if one.problem]
    assert "crmsync_register_everything" in broken.problem
    assert registry.check(loaded) == [f"Plugin: {broken.problem}"]


def test_a_plugin_that_would_end_the_process_is_named(tmp_path: Path) -> None:
    (tmp_path / registry.LOCAL).write_text("raise SystemExit(9)\n", encoding="utf-8")
    (absent,) = registry.load(base=tmp_path).absent()
    assert (absent.name, absent.problem) == (registry.LOCAL, "SystemExit: 9")


def test_hints_that_differ_from_the_contract_are_told() -> None:
    class Plugin:
        @hookimpl
        def crmsync_register_feeds(self, register: Callable[[Feed], None]) -> None:
            """As the contract says."""

        @hookimpl
        def crmsync_batch_committed(
            self, run_id: int, stage: str, counts: Mapping[str, int]
        ) -> None:
            """A run id is a text."""

        @hookimpl
        def crmsync_sync_started(self, connections: Sequence[str]) -> None:
            """A hook need not take every argument."""

    problems = registry.check(registry.load(plugins=[Plugin()]))
    assert problems == [
        "Plugin: crmsync_batch_committed(run_id) is hinted int, the contract says str"
    ]
