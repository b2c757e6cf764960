"""What batches report is added up; a plugin that miscounts fails the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from crmsync.engine.project import open_project
from crmsync.engine.report import Report
from crmsync.engine.sync import sync
from crmsync.hookspecs import hookimpl
from tests.engine.backend import NOW, Content, plugin, project


def test_numbers_that_add_up_are_added() -> None:
    report = Report("run", "2026-11-21")
    report.stage("till", {"taken": 2, "written": 1, "unchanged": 1})
    report.stage("till", {"taken": 1, "written": 1, "unchanged": 0})
    assert report.stages["till"] == {"taken": 3, "written": 2, "unchanged": 1}


class Miscounting:
    """A feed that loses one of what it takes."""

    name, topics, order = "miscounting", ("customer",), 900

    def take(self, work: Any, changes: Sequence[Any], *, as_of: str) -> Mapping[str, int]:
        return {"taken": len(changes), "written": len(changes) - 1}


class Plugin:
    """Registers the feed that miscounts."""

    @hookimpl
    def crmsync_register_feeds(self, register: Any) -> None:
        register(Miscounting())


def test_a_run_whose_numbers_do_not_add_up_fails(tmp_path: Path, store_url: str) -> None:
    content = Content()
    content.person(1)
    for _ in range(2):
        with project(tmp_path, store_url, content, Plugin()) as opened:
            report = sync(opened, as_of="2026-11-21", now=NOW)
        assert report.exit_code() == 1
        assert [failure.code for failure in report.failures] == ["sums"]
        assert "miscounting" not in report.stages


def test_a_connection_that_is_configured_no_more_is_named(tmp_path: Path, store_url: str) -> None:
    content = Content()
    for number in range(3):
        content.person(number)
    with project(tmp_path, store_url, content) as opened:
        assert sync(opened, as_of="2026-11-21", now=NOW).warnings == []
        del content.customers["2"]
        assert sync(opened, as_of="2026-11-21", now=NOW).warnings == []
    toml = tmp_path / "crmsync.toml"
    with project(tmp_path, store_url, content) as opened:
        toml.write_text(
            toml.read_text(encoding="utf-8").replace("connections.shop", "connections.web"),
            encoding="utf-8",
        )
        with open_project(tmp_path, plugins=[plugin(content)]) as renamed:
            report = sync(renamed, as_of="2026-11-21", now=NOW)
    assert report.exit_code() == 0
    (remark,) = report.as_json()["warnings"]
    assert remark["where"] == "shop"
    assert remark["message"].startswith("its 2 records are still in use")


def test_a_plugin_that_did_not_load_is_named_by_every_run(tmp_path: Path, store_url: str) -> None:
    (tmp_path / "crmsync_plugins.py").write_text("raise ValueError('kaputt')\n", encoding="utf-8")
    with project(tmp_path, store_url, Content()) as opened:
        report = sync(opened, as_of="2026-11-21", now=NOW)
    assert report.exit_code() == 0
    (remark,) = report.as_json()["warnings"]
    assert (remark["where"], "kaputt" in remark["message"]) == ("crmsync_plugins.py", False)
