"""Plugins by three doors, connectors by name; a broken one is kept apart; hints are compared."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from crmsync import registry
from crmsync.errors import ConfigError, PluginError
from crmsync.hookspecs import Connector, Feed, hookimpl
from crmsync.registry import catalog, plugins
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
    assert [feed.name for feed in loaded.feeds] == ["ledger", "till", "search"]
    assert {"late-delivery-apology", "win-back"} <= {play.name for play in loaded.plays}
    assert {one.name for one in loaded.plugins if one.origin == "built in"} == set(
        registry.BUILT_IN
    )
    assert registry.check(loaded) == []


def test_a_file_beside_the_configuration_is_a_door(tmp_path: Path) -> None:
    (tmp_path / registry.LOCAL).write_text(LOCAL, encoding="utf-8")
    loaded = registry.load(base=tmp_path)
    assert [feed.name for feed in loaded.feeds] == ["ledger", "till", "search", "nothing"]


class Fremd:
    @hookimpl
    def crmsync_register_connectors(self, register: Callable[[type[Connector]], None]) -> None:
        register(connector(Content()))


FREMD = Fremd()
MEMORY = connector(Content())
OLD = connector(Content())
OLD.contract = 99
SOLD = {"nothing": 7}


def install(monkeypatch: pytest.MonkeyPatch, group: str, **values: str) -> None:
    """Let packages be installed that name these entry points."""
    points = [metadata.EntryPoint(name, value, group) for name, value in values.items()]
    for room in (catalog, plugins):
        monkeypatch.setattr(
            room, "offers", lambda group: [one for one in points if one.group == group]
        )


def test_an_installed_package_is_a_door(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "crmsync", fremd=f"{__name__}:FREMD")
    loaded = registry.load()
    assert loaded.connector("memory").name == "memory"
    assert [one.name for one in loaded.plugins if one.origin == "package"] == ["fremd"]


def test_a_connector_is_imported_by_who_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, catalog.GROUP, memory=f"{__name__}:MEMORY", weg="gibt.es.nicht:Weg")
    loaded = registry.load()
    assert list(loaded.connectors) == ["files", "mailbox", "memory", "notes", "sql", "weg"]
    assert loaded.connectors.loaded == {}
    assert loaded.connector("memory") is MEMORY
    assert set(loaded.connectors.loaded) == {"memory"}
    assert loaded.absent() == []
    offered = [(one.name, bool(one.problem)) for one in loaded.everything()][-6:]
    ours = [(name, False) for name in ("files", "mailbox", "notes", "sql")]
    assert offered == [*ours, ("memory", False), ("weg", True)]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("gibt.es.nicht:Weg", "ModuleNotFoundError: No module named 'gibt'"),
        (f"{__name__}:WEG", "AttributeError: module 'tests.test_registry' has no attribute 'WEG'"),
        (f"{__name__}:OLD", "is built for plugin contract 99"),
        (f"{__name__}:SOLD", "has no name, settings, capabilities"),
        (f"{__name__}:MEMORY", "calls itself 'memory'"),
        ("tests.leaves:nothing", "SystemExit: 9"),
    ],
)
def test_a_connector_that_does_not_load_stops_who_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, value: str, reason: str
) -> None:
    monkeypatch.setitem(sys.modules, "tests.leaves", Leaves("tests.leaves"))
    install(monkeypatch, catalog.GROUP, kasse=value)
    loaded = registry.load()
    with pytest.raises(PluginError) as error:
        loaded.connector("kasse")
    assert error.value.message.startswith("the connector 'kasse' did not load: ")
    assert reason in error.value.message
    assert value in error.value.hint
    assert loaded.connector("files").name == "files"
    (problem,) = registry.check(loaded)
    assert problem == f"kasse: {error.value.message}"


class Leaves(ModuleType):
    """A module that ends the process for whoever takes something of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise SystemExit(9)


def test_a_connector_that_nobody_has_names_those_there_are() -> None:
    with pytest.raises(ConfigError) as error:
        registry.load().connector("nirgends")
    assert "files" in error.value.hint
    assert "sql" in error.value.hint


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
