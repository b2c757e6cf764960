"""The hooks that the engine calls, each with a plugin that listens, or fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crmsync.engine.sync import sync
from crmsync.hookspecs import hookimpl
from crmsync.model.pair import PairRule
from crmsync.store.links import pairs_in
from tests.engine.backend import NOW, Content, connector, project


class Listener:
    """Writes down what it is told; with `fails` it raises instead."""

    def __init__(self, *, fails: bool = False) -> None:
        self.heard: dict[str, list[Any]] = {}
        self.fails = fails

    def _hear(self, hook: str, *what: Any) -> None:
        if self.fails:
            raise RuntimeError("the listener is broken")
        self.heard.setdefault(hook, []).append(what)

    @hookimpl
    def crmsync_sync_started(self, run_id: str, connections: Any) -> None:
        self._hear("started", run_id, list(connections))

    @hookimpl
    def crmsync_batch_committed(self, run_id: str, stage: str, counts: Any) -> None:
        self._hear("batch", stage, dict(counts))

    @hookimpl
    def crmsync_profiles_changed(self, run_id: str, profiles: Any) -> None:
        self._hear("profiles", list(profiles))

    @hookimpl
    def crmsync_sync_finished(self, run_id: str, report: Any) -> None:
        self._hear("finished", run_id, report["exit_code"])


def _run(folder: Path, *listeners: Listener) -> Any:
    content = Content()
    content.person(1)
    content.sale(1, 1)
    with project(folder, f"sqlite:///{folder / 'store.db'}", content, *listeners) as opened:
        return sync(opened, as_of="2026-11-21", now=NOW)


def test_crmsync_register_connectors(tmp_path: Path) -> None:
    report = _run(tmp_path)
    assert report.lands["shop/customers"]["new"] == 1


def test_crmsync_register_feeds(tmp_path: Path) -> None:
    taken: list[Any] = []

    class Counting:
        name, topics, order = "counting", ("source",), 99

        def take(self, work: Any, changes: Any, *, as_of: str) -> dict[str, int]:
            taken.extend(changes)
            return {"taken": len(changes), "seen": len(changes)}

    class Plugin:
        @hookimpl
        def crmsync_register_feeds(self, register: Any) -> None:
            register(Counting())

    content = Content()
    content.person(1)
    with project(tmp_path, f"sqlite:///{tmp_path / 's.db'}", content, Plugin()) as opened:
        report = sync(opened, as_of="2026-11-21", now=NOW)
        assert report.stages["counting"] == {"taken": 1, "seen": 1}
        assert sync(opened, as_of="2026-11-21", now=NOW).stages == {}
    assert len(taken) == 1


def test_crmsync_decide_pairs(tmp_path: Path) -> None:
    """Asked in batches; the first plugin that says something of a pair decides."""
    asked: list[tuple[str, int]] = []
    rules = {band: PairRule(band, band, de="so", en="so") for band in ("apart", "review")}

    class Rules:
        def __init__(self, name: str, band: str) -> None:
            self.__name__, self.band = name, band

        @hookimpl
        def crmsync_decide_pairs(self, pairs: Any) -> Any:
            asked.append((self.__name__, len(pairs)))
            families = (pair.a.customer.name.family for pair in pairs)
            return [rules[self.band] if one == self.__name__ else None for one in families]

    class Silent:
        @hookimpl
        def crmsync_decide_pairs(self, pairs: Any) -> Any:
            asked.append(("silent", len(pairs)))

    content = Content()
    for number, family in enumerate(("Huber", "Huber", "Wolf", "Wolf", "Kurz", "Kurz")):
        content.person(number, given="Anna", family=family, email=f"{family}@example.org")
    more = (Silent(), Rules("Wolf", "apart"), Rules("Huber", "review"))
    with project(tmp_path, f"sqlite:///{tmp_path / 's.db'}", content, *more) as opened:
        report = sync(opened, as_of="2026-11-21", now=NOW)
        assert report.exit_code() == 0
        assert asked == [("Huber", 3), ("Wolf", 3), ("silent", 3)]
        with opened.store.read() as work:
            told = sorted((row.band, row.rule) for band in ("apart", "review", "same")
                          for row in pairs_in(work, band))  # fmt: skip
    assert told == [("apart", "house:apart"), ("review", "house:review"), ("same", "email")]


def test_another_version_of_what_decides_is_asked_about_everybody_again(tmp_path: Path) -> None:
    asked: list[int] = []

    class Rules:
        __version__ = "1"

        @hookimpl
        def crmsync_decide_pairs(self, pairs: Any) -> None:
            asked.append(len(pairs))

    content = Content()
    for number in (1, 2):
        content.person(number, given="Anna", family="Wolf", email="anna@example.org")
    for version, new in (("1", [1]), ("1", []), ("2", [1])):
        Rules.__version__ = version
        with project(tmp_path, f"sqlite:///{tmp_path / 's.db'}", content, Rules()) as opened:
            sync(opened, as_of="2026-11-21", now=NOW)
        assert asked == new
        asked.clear()


def test_crmsync_sync_started(tmp_path: Path) -> None:
    listener = Listener()
    report = _run(tmp_path, listener)
    assert listener.heard["started"] == [(report.run_id, ["shop"])]


def test_crmsync_batch_committed(tmp_path: Path) -> None:
    listener = Listener()
    _run(tmp_path, listener)
    stages = [stage for stage, _ in listener.heard["batch"]]
    assert stages[0] == "land/shop"
    assert "normalize/shop" in stages


def test_crmsync_profiles_changed(tmp_path: Path) -> None:
    listener = Listener()
    _run(tmp_path, listener)
    ((profiles,),) = listener.heard["profiles"]
    assert [profile.sources for profile in profiles] == [("shop/customers/1",)]


def test_crmsync_sync_finished(tmp_path: Path) -> None:
    listener = Listener()
    report = _run(tmp_path, listener)
    assert listener.heard["finished"] == [(report.run_id, 0)]


def test_a_listener_that_fails_is_reported_and_changes_nothing(tmp_path: Path) -> None:
    listener = Listener()
    report = _run(tmp_path, Listener(fails=True), listener)
    assert report.exit_code() == 0
    assert any("crmsync_sync_started: RuntimeError" in line for line in report.told)
    assert listener.heard["finished"]


def test_a_connector_for_another_contract_is_told_so_in_words(tmp_path: Path) -> None:
    kind = connector(Content())
    kind.contract = 99

    class Plugin:
        @hookimpl
        def crmsync_register_connectors(self, register: Any) -> None:
            register(kind)

    from crmsync import registry

    loaded = registry.load(plugins=[Plugin()])
    (broken,) = [one for one in loaded.plugins if one.origin == "given"]
    assert "contract 99" in broken.problem
    assert "memory" not in loaded.connectors
