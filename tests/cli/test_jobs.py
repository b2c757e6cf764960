"""`sync --jobs` from outside: interrupted in order, and nobody works on without the parent."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from crmsync.cli.main import run
from crmsync.cli.screen import in_order
from tests.cli.test_signals import CONFIG, SLOW

TWO = CONFIG + CONFIG[CONFIG.index("[connections.slow]") :].replace("slow]", "too]")
WAITING = SLOW.replace(
    'print("reading", flush=True)', 'os.write(1, b"%d\\n" % os.getpid())'
).replace("import time", "import os\nimport time")
"""Each process says its number when it has begun to read, and waits."""


def begin(folder: Path, seconds: int = 3) -> tuple[subprocess.Popen[str], list[int]]:
    """A sync of two connections that are both being read, so long, and its two processes."""
    (folder / "crmsync.toml").write_text(TWO, encoding="utf-8")
    plugin = WAITING.replace("sleep(3)", f"sleep({seconds})")
    (folder / "crmsync_plugins.py").write_text(plugin, encoding="utf-8")
    command = [sys.executable, "-m", "crmsync", "--project", str(folder), "sync", "--jobs", "2"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    return process, [int(process.stdout.readline()) for _ in range(2)]


def gone(handles: list[int]) -> bool:
    """Whether these processes have ended, or do so within a minute."""
    poll = select.poll()
    for handle in handles:
        poll.register(handle, select.POLLIN)
    ended: set[int] = set()
    while len(ended) < len(handles):
        found = poll.poll(60_000)
        if not found:
            return False
        ended |= {handle for handle, _ in found}
        for handle, _ in found:
            poll.unregister(handle)
    return True


def gone_on_with(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next run begins at once, goes on, and misses nothing."""
    assert run(["--project", str(folder), "sync", "--json", "--jobs", "2"]) == 0
    said = capsys.readouterr().out
    report = json.loads(said[said.index("{") :])
    for name in ("slow", "too"):
        landed = report["land"][f"{name}/customers"]
        assert landed["new"] + landed["unchanged"] == landed["read"]
        assert landed["read"] > 0


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
@pytest.mark.parametrize(
    "number,whole_group,code",
    [(signal.SIGINT, True, 130), (signal.SIGTERM, False, 143), (signal.SIGTERM, True, 143)],
)
def test_an_interrupted_sync_ends_its_processes_in_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int, whole_group: bool, code: int
) -> None:
    process, children = begin(tmp_path)
    handles = [os.pidfd_open(child) for child in children]
    if whole_group:  # Ctrl-C on a terminal, or systemd
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert gone(handles)
    assert process.returncode == code
    assert said == "interrupted; what was committed stays, run again to go on.\n"
    assert run(["--project", str(tmp_path), "status", "--json"]) == 0
    (last,) = json.loads(capsys.readouterr().out)["runs"]
    assert last["exit_code"] == 130
    assert last["report"]["failures"] == []
    gone_on_with(tmp_path, capsys)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_a_killed_sync_leaves_nobody_at_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process, children = begin(tmp_path, seconds=3600)
    handles = [os.pidfd_open(child) for child in children]
    process.kill()
    assert gone(handles)
    process.communicate(timeout=60)
    (tmp_path / "crmsync_plugins.py").write_text(WAITING, encoding="utf-8")
    gone_on_with(tmp_path, capsys)


def test_bars_stand_in_the_order_of_the_configuration() -> None:
    bars = [SimpleNamespace(fields={"where": where}) for where in ("b/x", "", "a/y", "b/z", "a/x")]
    found = [bar.fields["where"] for bar in in_order(bars, ["a", "b"])]
    assert found == ["a/y", "a/x", "b/x", "b/z", ""]
