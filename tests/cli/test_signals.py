"""Interrupted runs end in order: with their exit code, their report, and nothing lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crmsync.cli.main import run

CONFIG = """
[crmsync]
store = "sqlite:///store.db"
[controllers.muster]
name = "Muster GmbH"
[connections.slow]
connector = "slow"
controller = "muster"
"""

SLOW = """
import time
from pydantic import BaseModel
from crmsync.hookspecs import CONTRACT, hookimpl
from crmsync.model.stream import Capabilities, Page, Stream
from crmsync.model.told import ToldCustomer

class Settings(BaseModel):
    pass

class Slow:
    name, contract, settings, mapper_version = "slow", CONTRACT, Settings, "1"
    capabilities = Capabilities()

    def __init__(self, settings, connection):
        pass

    def check(self):
        pass

    def streams(self):
        return [Stream(name="customers", kind="customers", cursor="log")]

    def read(self, stream, window, position):
        for number in range(position or 0, 40):
            yield Page(records=[{"id": number}], next_position=number + 1)
            if number == 5 and position is None:
                print("reading", flush=True)
                time.sleep(3)

    def map(self, stream, raw):
        return [ToldCustomer(family_name=f"Nachname{raw['id']}")]

    def close(self):
        pass

@hookimpl
def crmsync_register_connectors(register):
    register(Slow)
"""


@pytest.mark.parametrize("number,code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_sync_says_so_and_is_gone_on_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: int, code: int
) -> None:
    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "crmsync_plugins.py").write_text(SLOW, encoding="utf-8")
    command = [sys.executable, "-m", "crmsync", "--project", str(tmp_path), "sync"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "reading\n"
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in said
    assert run(["--project", str(tmp_path), "status", "--json"]) == 0
    (last,) = json.loads(capsys.readouterr().out)["runs"]
    assert last["exit_code"] == 130
    assert run(["--project", str(tmp_path), "sync", "--json"]) == 0
    report = json.loads(capsys.readouterr().out.removeprefix("reading\n"))
    landed = report["land"]["slow/customers"]
    assert landed["new"] + landed["unchanged"] == landed["read"]
