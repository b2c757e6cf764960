"""What is asked for changes with a setting: the stream is read from its start, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.errors import Unreachable
from crmsync.hookspecs import hookimpl
from crmsync.model.stream import Stream
from tests.engine.backend import CONFIG, NOW, Content, connector

Run = Callable[..., list[bool]]


class Asking:
    """A backend that is asked for the fields that a setting names, where it names any."""

    def __init__(self) -> None:
        self.content, self.fields = Content(), ""
        self.content.cursor = "timestamp"
        for number in range(5):
            self.content.person(number)

    @hookimpl
    def crmsync_register_connectors(self, register: Any) -> None:
        fields = self.fields
        plain = connector(self.content)

        class Asks(plain):  # type: ignore[misc, valid-type]
            def asks(self, stream: Stream) -> str:
                return fields if stream.name == "customers" else ""

        register(Asks if fields else plain)


@pytest.fixture
def asking() -> Asking:
    return Asking()


@pytest.fixture
def run(asking: Asking, tmp_path: Path, store_url: str) -> Run:
    """Sync; whether each stream (orders, customers) was read from its start."""
    (tmp_path / "crmsync.toml").write_text(CONFIG.format(url=store_url), encoding="utf-8")

    def run(fields: str, hours: int, *, code: int = 0) -> list[bool]:
        asking.fields, asking.content.clock = fields, NOW + timedelta(hours=hours)
        asking.content.windows.clear()
        with open_project(tmp_path, plugins=[asking]) as project:
            report = sync(project, as_of="2026-11-21", now=NOW + timedelta(hours=hours))
        assert report.exit_code() == code, report.failures
        return [window.since is None for window in asking.content.windows]

    return run


def test_a_stream_is_read_from_its_start_when_something_else_is_asked_for(run: Run) -> None:
    assert run("name", 0) == [True, True]
    assert run("name", 1) == [False, False]
    assert run("name, birthday", 2) == [False, True]
    assert run("name, birthday", 3) == [False, False]


def test_whoever_begins_to_say_what_he_asks_is_not_read_again(run: Run) -> None:
    assert run("", 0) == [True, True]
    assert run("name", 1) == [False, False]
    assert run("birthday", 2) == [False, True]
    assert run("", 3) == [False, True]


def test_a_reading_under_way_is_begun_anew(run: Run, asking: Asking) -> None:
    asking.content.page = 2
    asking.content.fails = Unreachable("away")
    run("name", 0, code=1)
    asking.content.fails = None
    asking.content.windows.clear()
    assert run("birthday", 1)[-1]
    assert len(asking.content.windows) == 2
