"""A plugin that fails or ends its process is named, and what it said is told nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.cli.main import run
from tests.cli.test_errors import CRM, HEAD, call, told, write

FAULTY = """
from datetime import UTC, datetime
from pydantic import BaseModel
from crmsync.hookspecs import CONTRACT, hookimpl
from crmsync.model.stream import Capabilities, Page, Stream

class Settings(BaseModel):
    pass

class Faulty:
    name, contract, settings, mapper_version = "faulty", CONTRACT, Settings, "1"
    capabilities = Capabilities(server_time=True, ids=True)

    def __init__(self, settings, connection):
        self.fail("__init__")

    def fail(self, place):
        if place == "PLACE":
            raise ERROR("Jürgen Beispiel")

    def check(self):
        self.fail("check")

    def server_time(self):
        self.fail("server_time")
        return datetime.now(UTC)

    def streams(self):
        self.fail("streams")
        return [Stream(name="customers", kind="customers", cursor="timestamp", deletes="reconcile")]

    def read(self, stream, window, position):
        self.fail("read")
        yield Page(records=[{"id": 1}])

    def ids(self, stream):
        self.fail("ids")
        yield []

    def map(self, stream, raw):
        self.fail("map")
        return ()

    def close(self):
        pass

@hookimpl
def crmsync_register_connectors(register):
    register(Faulty)
"""


@pytest.mark.parametrize("error", ["KeyError", "SystemExit"])
@pytest.mark.parametrize(
    "place,words",
    [
        ("__init__", ("sync", "check", "doctor")),
        ("streams", ("sync", "discover x")),
        ("server_time", ("sync",)),
        ("read", ("sync",)),
        ("ids", ("sync",)),
        ("check", ("check", "doctor")),
    ],
)
def test_a_connector_that_fails_anywhere_is_named_without_what_it_said(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    place: str,
    words: tuple[str, ...],
    error: str,
) -> None:
    write(tmp_path, HEAD + '[connections.x]\nconnector = "faulty"\ncontroller = "muster"\n')
    text = FAULTY.replace("PLACE", place).replace("ERROR", error)
    (tmp_path / "crmsync_plugins.py").write_text(text, encoding="utf-8")
    for word in words:
        assert run(["--project", str(tmp_path), *word.split()]) == 1
        said = "".join(capsys.readouterr())
        assert "'faulty' failed with" in " ".join(said.split())
        assert "Jürgen" not in said


@pytest.mark.parametrize("error", ["KeyError", "SystemExit"])
def test_a_mapper_that_fails_parks_its_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], error: str
) -> None:
    write(tmp_path, HEAD + '[connections.x]\nconnector = "faulty"\ncontroller = "muster"\n')
    text = FAULTY.replace("PLACE", "map").replace("ERROR", error)
    text = text.replace(', deletes="reconcile"', "")
    (tmp_path / "crmsync_plugins.py").write_text(text, encoding="utf-8")
    assert call(tmp_path, capsys, "sync")[0] == 3
    assert f"the mapper failed with {error}" in told(tmp_path, capsys, "parked", "list", "--json")


FEED = """
import sys
from crmsync.hookspecs import hookimpl

class Leaving:
    name, topics, order = "leaving", ("source",), 99
    def take(self, work, changes, *, as_of):
        sys.exit(0)

@hookimpl
def crmsync_register_feeds(register):
    register(Leaving())
"""


def test_a_plugin_that_ends_the_process_does_not_make_it_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kunden.csv").write_text("Nr;Name\n1;Sommer\n", encoding="utf-8")
    (tmp_path / "crmsync_plugins.py").write_text(FEED, encoding="utf-8")
    write(tmp_path, HEAD + CRM)
    code, said = call(tmp_path, capsys, "sync")
    assert code == 1
    assert "SystemExit in crmsync_plugins" in said
