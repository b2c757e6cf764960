"""Two processes on one connection, one of them asleep or not: one works, the other exits 7."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from crmsync.store import open_store, tables
from tests.scenarios.killing import (
    backend,
    differences,
    end,
    fresh,
    furnish,
    outcome,
    start,
    traced,
)

LEASE_HELD = 7
HELD = ["intake/prepare:begin", "intake/land:begin", "resolve/batch:begin", "till/batch:begin"]
"""Where a process falls asleep: with the lease, before the first statement of a transaction."""


def place(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, str]:
    folder = tmp_path / "project"
    folder.mkdir()
    if kind == "postgres":
        return folder, str(request.getfixturevalue("postgres_url"))
    return folder, f"sqlite:///{folder / 'store.db'}"


def code(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def asleep(folder: Path, url: str, point: str, *, old: bool = True) -> Iterator[int]:
    """A process that stopped itself at this point, and sleeps until SIGCONT or the block's end."""
    stopped: list[str] = []

    def watch(name: str) -> None:
        if name == point and not stopped:
            stopped.append(name)
            os.kill(os.getpid(), signal.SIGSTOP)

    child = start(folder, url, backend(30), watch, old=old)
    _, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    try:
        yield child
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise


def let_expire(url: str) -> None:
    """What the database's clock does to a lease that nobody renews."""
    store = open_store(url)
    with store.work() as work:
        work.run(sa.update(tables.lease).values(expires_at="2020-01-01T00:00:00"))
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("point", HELD)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_who_slept_past_its_lease_cannot_write(
    kind: str, point: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder, url = place(kind, tmp_path, request)
    traced(folder, url, backend(30), old=False)
    expected = outcome(url, folder)
    fresh(url, folder)
    with asleep(folder, url, point, old=False) as sleeper:
        assert code(start(folder, url, backend(30), old=False)) == LEASE_HELD
        if kind == "postgres":
            let_expire(url)
            end(start(folder, url, backend(30), old=False), folder)
    os.kill(sleeper, signal.SIGCONT)
    # an operating system's lock does not expire: who sleeps with it is alive, and goes on
    assert code(sleeper) == (LEASE_HELD if kind == "postgres" else 0)
    assert differences(outcome(url, folder), expected) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_of_two_that_start_together_one_works(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder, url = place(kind, tmp_path, request)
    traced(folder, url, backend(30), old=False)
    expected = outcome(url, folder)
    fresh(url, folder)
    furnish(folder, url, old=False)
    told = [tmp_path / f"said-{number}" for number in range(2)]
    both = [start(folder, url, backend(30), old=False, said=one) for one in told]
    codes = sorted(code(child) for child in both)
    # the later one may find everything done
    assert codes in ([0, 0], [0, LEASE_HELD]), [one.read_text(encoding="utf-8") for one in told]
    assert differences(outcome(url, folder), expected) == []
