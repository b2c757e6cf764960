"""A process of our own keeps what it freed, and ends without a word."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys

import pytest

from crmsync import manner

CALCULATES = """
from crmsync.manner import calm
calm()
import duckdb
with duckdb.connect(":memory:") as engine:
    print(engine.execute("SELECT 6 * 7").fetchone())
"""


def test_a_process_that_used_duckdb_ends_without_a_word() -> None:
    command = [sys.executable, "-c", CALCULATES]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout == "(42,)\n"
    assert ended.stderr == ""


KEEPS = """
import resource
from crmsync.manner import calm
calm()

def faults(times):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        some = [bytes(50_000) for _ in range(100)]
        del some
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults(3)
print(faults(20))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's own setting")
def test_memory_that_is_freed_is_used_again() -> None:
    """5 MB are 1,200 pages: whoever gives them back each time asks for 24,000."""
    command = [sys.executable, "-c", KEEPS]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(ended.stdout) < 6_000


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    manner.keep_memory()


CHILD = """
import gc, sys
from crmsync.manner import Manner
Manner({}, (70_000, 7, 7), 0.002).take_on()
print(gc.get_threshold(), sys.getswitchinterval())
"""


def test_a_child_does_as_its_parent() -> None:
    own = manner.Manner.of_parent({})
    assert (own.collector, own.turns) == (gc.get_threshold(), sys.getswitchinterval())
    command = [sys.executable, "-c", CHILD]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout == "(70000, 7, 7) 0.002\n"
