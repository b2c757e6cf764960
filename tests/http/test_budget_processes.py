"""Two real processes share one budget, and what a dead one held is free."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmsync.errors import RateLimited
from crmsync.http import AtOnce, Budget, FixedWindow
from tests.http.clocks import Turned
from tests.http.test_budget import most_above, most_within

ROOT = str(Path(__file__).parents[2])

ASK = """
import json, sys, threading
from pathlib import Path
from crmsync.errors import RateLimited
from crmsync.http import AtOnce, Budget, FixedWindow, LeakyBucket
from tests.http.clocks import TurnedByAll
folder, count, seconds, places, many = json.loads(sys.argv[1])
clock = TurnedByAll(Path(folder) / "clock")
limits = FixedWindow(count, seconds, margin=0.0), LeakyBucket(9.0, 3.0), AtOnce(places)
inside = Path(folder) / "inside"
taken = []
def work(priority):
    budget = Budget(*limits, folder=folder, clock=clock, sleep=clock.sleep, patience=1e9)
    for _ in range(many):
        permit = budget.take("GET /x", cost=2.0, priority=priority)
        mark = inside / f"{threading.get_ident()}-{priority}-{id(permit)}"
        mark.touch()
        taken.append((permit.at, len(list(inside.iterdir()))))
        mark.unlink()
        permit.release()
threads = [threading.Thread(target=work, args=(one,)) for one in ("bulk", "till")]
print("ready", flush=True)
sys.stdin.readline()
[one.start() for one in threads]
[one.join() for one in threads]
print(json.dumps(taken), flush=True)
"""

HOLD = """
import sys
from crmsync.errors import RateLimited
from crmsync.http import AtOnce, Budget
held = Budget(AtOnce(1), folder=sys.argv[1]).take("GET /x")
print("held", flush=True)
sys.stdin.readline()
"""


def started(code: str, argument: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, argument],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": ROOT},
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline().strip() in {"ready", "held"}
    return process


@settings(
    deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(count=st.integers(1, 8), seconds=st.floats(0.5, 5.0), places=st.integers(1, 4))
def test_no_limit_is_broken_by_processes(
    tmp_path_factory: Any, count: int, seconds: float, places: int
) -> None:
    folder = tmp_path_factory.mktemp("budget")
    (folder / "inside").mkdir()
    argument = json.dumps([str(folder), count, seconds, places, 25])
    processes = [started(ASK, argument) for _ in range(2)]
    for one in processes:
        assert one.stdin
        one.stdin.write("\n")
        one.stdin.flush()
    taken = [pair for one in processes for pair in json.loads(one.communicate(timeout=120)[0])]
    moments = [at for at, _ in taken]
    assert len(moments) == 100
    assert most_within(moments, seconds) <= count
    assert most_above([(at, 2.0) for at in moments], 3.0) <= 9.0 + 1e-6
    assert max(inside for _, inside in taken) <= places


def test_a_place_is_free_at_once_when_its_holder_is_killed(tmp_path: Path) -> None:
    process = started(HOLD, str(tmp_path))
    clock = Turned()
    killed: list[int] = []

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if not killed and len(clock.pauses) == 3:  # it was not to be had until now
            process.send_signal(signal.SIGKILL)
            killed.append(process.wait())

    Budget(AtOnce(1), folder=tmp_path, clock=clock, sleep=sleep).take("GET /x").release()
    assert killed == [-signal.SIGKILL]
    process.communicate()


def test_a_budget_goes_on_in_a_process_that_was_forked(tmp_path: Path) -> None:
    code = """
import os, sys
from crmsync.errors import RateLimited
from crmsync.http import AtOnce, Budget
budget = Budget(AtOnce(2), folder=sys.argv[1], patience=0.0)
held = budget.take("GET /x")
print("ready", flush=True)
child = os.fork()
if not child:
    budget.take("GET /x")
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    process = started(code, str(tmp_path))
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_a_restart_forgets_no_request(tmp_path: Path) -> None:
    clock = Turned()

    def budget() -> Budget:
        return Budget(FixedWindow(2, 60.0), folder=tmp_path, clock=clock, sleep=clock.sleep)

    moments = [budget().take().at for _ in range(4)]
    assert most_within(moments, 60.0) == 2


def test_who_makes_the_files_wipes_out_no_request(tmp_path: Path, monkeypatch: Any) -> None:
    def budget() -> Budget:
        return Budget(FixedWindow(2, 60.0), folder=tmp_path, clock=Turned(), patience=0.0)

    first, second = budget(), budget()
    other = threading.Thread(target=second.take)
    seek = os.lseek

    def between(*place: int) -> int:
        found = seek(*place)
        if not other.ident:
            other.start()
            other.join(0.5)  # it gets through only where nothing keeps it out
        return found

    monkeypatch.setattr("crmsync.http.budget.shared.os.lseek", between)
    first.take()
    other.join()
    with pytest.raises(RateLimited):
        budget().take()
