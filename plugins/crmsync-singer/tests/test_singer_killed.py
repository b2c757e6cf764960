"""A run that is killed in the middle of a tap: the tap goes with it, and the next run goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from singer_play import HEAD, left

from crmsync.engine.project import open_project
from crmsync.store.contents import contents

TOML = """
[crmsync]
store = "sqlite:///store.db"
[controllers.haus]
name = "Haus"
[connections.crm]
connector = "singer"
controller = "haus"
tap = "tap-play"
command = [{python}, "-I", "-S", {script}]
config = {{ half = {half} }}
[[connections.crm.streams]]
name = "people"
kind = "customers"
key = "id"
map = {{ name = "name" }}
"""
BODY = """
start = before["n"] if before else 0
for n in range(start + 1, 7):
    record(id=n, name=f"Person {n}")
    state({"n": n})
    if n == 3 and config["half"]:
        pipe = open("half", "w")
        pipe.write("half")
        pipe.flush()
        while True:
            put("")
            time.sleep(0.05)
"""
PLUGIN = """
from crmsync.hookspecs import hookimpl
from crmsync_singer import Singer

@hookimpl
def crmsync_register_connectors(register):
    register(Singer)
"""


def configure(folder: Path, *, half: bool) -> None:
    script = folder / "tap_play.py"
    script.write_text(HEAD + BODY, encoding="utf-8")
    (folder / "crmsync_plugins.py").write_text(PLUGIN, encoding="utf-8")
    text = TOML.format(
        python=f'"{sys.executable}"', script=f'"{script}"', half="true" if half else "false"
    )
    (folder / "crmsync.toml").write_text(text, encoding="utf-8")


def run(folder: Path) -> subprocess.Popen[bytes]:
    """`crmsync sync` in a process of its own."""
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    words = [sys.executable, "-m", "crmsync.cli.main", "-p", str(folder), "sync"]
    return subprocess.Popen(words, env=known, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_a_run_that_is_killed_goes_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "half")
    configure(tmp_path, half=True)
    with run(tmp_path) as first, (tmp_path / "half").open("rb") as pipe:
        assert pipe.read(4) == b"half"
        first.kill()
        first.wait()
        assert pipe.read() == b""  # the tap has ended: it holds the pipe no longer
    assert len(left(tmp_path)) == 1
    configure(tmp_path, half=False)
    with run(tmp_path) as second:
        assert second.wait() == 0
    assert left(tmp_path) == []
    with open_project(tmp_path) as project, project.store.read() as work:
        assert sorted(contents(work, "crm")) == [f"people/{n}" for n in range(1, 7)]
