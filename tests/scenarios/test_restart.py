"""A PostgreSQL that restarts, stops, fills up or ends sessions: a run says so, the next goes on.

Between two transactions a run does not even notice. CRMSYNC_POINTS=all ends its sessions at every
point instead of some.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from crmsync.cli.main import run
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
from tests.scenarios.pg_server import OwnServer, own_server
from tests.scenarios.small_disk import empty, fill, on_small_disk
from tests.scenarios.test_two_at_once import LEASE_HELD, asleep, code

STATES = backend(30)
UNNOTICED = {"extract/page", "intake/land:after", "lease/unlock:before"}
"""Points between two transactions: the next statement asks for a new session."""
ENDED = {"store/schema:before", "lease/take:before", "intake/land:before", "resolve/batch:before",
         "run/end:before"}  # fmt: skip
"""Points in the middle of one."""
TAKE_ROW = "UPDATE lease SET holder = holder WHERE name = 'connection:shop'"
GONE = "does not answer or has ended the connection"


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    """A server of this module's own."""
    with own_server() as one:
        yield one


@pytest.fixture(scope="module")
def expected(server: OwnServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What an undisturbed life leads to."""
    folder = tmp_path_factory.mktemp("undisturbed") / "project"
    fresh(server.url, folder)
    REACHED.extend(dict.fromkeys(name for _, name in traced(folder, server.url, STATES)))
    return outcome(server.url, folder)


REACHED: list[str] = []
"""Every point of an undisturbed life."""


def disturbed(folder: Path, url: str, point: str, act: Callable[[], object]) -> tuple[int, str]:
    """Live until something happens at `point`; gives the exit code and what was said."""
    happened: list[str] = []

    def watch(name: str) -> None:
        if name == point and not happened:
            happened.append(name)
            act()

    fresh(url, folder)
    ended = code(start(folder, url, STATES, watch))
    return ended, (folder.parent / "said.txt").read_text(encoding="utf-8")


def judge(ended: int, said: str, point: str) -> None:
    """A sentence where a transaction was cut off, and nothing at all between two of them."""
    assert "Traceback" not in said, said
    if point in UNNOTICED:
        assert ended == 0, (point, said)
    if point in ENDED:
        assert ended == 1, (point, said)
    if ended:
        assert GONE in said, (point, said)
        assert "IT: does its server run" in said


def ended_at(folder: Path, server: OwnServer, points: Collection[str]) -> tuple[str, int, str]:
    """Go on, and have the sessions ended at the first of `points` that comes.

    Gives that point ("" for none), the exit code and what was said.
    """
    struck = folder.parent / "struck.txt"
    struck.unlink(missing_ok=True)

    def watch(name: str) -> None:
        if name in points and not struck.exists():
            struck.write_text(name, encoding="utf-8")
            server.end_sessions()

    ended = code(start(folder, server.url, STATES, watch))
    said = (folder.parent / "said.txt").read_text(encoding="utf-8")
    return struck.read_text(encoding="utf-8") if struck.exists() else "", ended, said


@pytest.mark.slow
def test_sessions_that_are_ended(
    server: OwnServer, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    """At one point after the other, wherever a life comes to the next of them."""
    folder = tmp_path / "project"
    everywhere = os.environ.get("CRMSYNC_POINTS") == "all"
    left = list(REACHED) if everywhere else sorted(UNNOTICED | ENDED)
    while left:
        fresh(server.url, folder)
        ended, life = 1, list[str]()
        while ended:
            point, ended, said = ended_at(folder, server, {*left} - {*life})
            judge(ended, said, point)
            assert point or not ended
            life.append(point)
        assert any(life), left
        left = [one for one in left if one not in life]
        assert differences(outcome(server.url, folder), expected) == [], life


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restart_in_the_middle(
    server: OwnServer, expected: dict[str, list[str]], tmp_path: Path, mode: str
) -> None:
    for point in ("extract/page", "intake/land:before"):
        folder = tmp_path / "project"
        ended, said = disturbed(
            folder, server.url, point, lambda: server.control("restart", "-m", mode)
        )
        judge(ended, said, point)
        end(start(folder, server.url, STATES), folder)
        assert differences(outcome(server.url, folder), expected) == [], point


@pytest.mark.slow
def test_a_server_that_is_away_for_a_while(
    server: OwnServer, expected: dict[str, list[str]], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = tmp_path / "project"
    ended, said = disturbed(
        folder, server.url, "intake/land:after", lambda: server.control("stop", "-m", "fast")
    )
    assert ended == 1
    assert "Traceback" not in said
    assert GONE in said
    for words in (("status",), ("sync",)):
        assert run(["--project", str(folder), *words]) == 1
        assert GONE in capsys.readouterr().err
    server.control("start")
    end(start(folder, server.url, STATES), folder)
    assert differences(outcome(server.url, folder), expected) == []


@pytest.mark.slow
@pytest.mark.parametrize("point", ["intake/land:before", "intake/finish:before"])
def test_a_run_that_stands_still_in_a_transaction_keeps_no_locks(
    server: OwnServer, expected: dict[str, list[str]], tmp_path: Path, point: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Its lease stays its own until the server's clock says that it is over."""
    folder = tmp_path / "project"
    fresh(server.url, folder)
    furnish(folder, server.url)
    monkeypatch.setattr("crmsync.store.database.STILL_SECONDS", 2.0)
    with asleep(folder, server.url, point) as sleeper:
        # waits for the row that the sleeper has written, until the server ends its transaction
        server.ask(TAKE_ROW, answers=False)
        second = start(folder, server.url, STATES, said=tmp_path / "second")
        assert code(second) == LEASE_HELD
    os.kill(sleeper, signal.SIGCONT)
    assert code(sleeper) == 1
    said = (folder.parent / "said.txt").read_text(encoding="utf-8")
    assert "Traceback" not in said
    monkeypatch.undo()  # a busy machine makes anybody stand still for two seconds
    end(start(folder, server.url, STATES), folder)
    assert differences(outcome(server.url, folder), expected) == []


def test_a_limit_that_the_server_has_is_kept(server: OwnServer) -> None:
    from crmsync.store import open_store

    def limit() -> str:
        store = open_store(server.url)
        with store.engine.connect() as connection:
            found = connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar()
        store.close()
        return str(found)

    assert limit() == "10min"
    server.ask(
        "ALTER DATABASE postgres SET idle_in_transaction_session_timeout = '7s'", answers=False
    )
    assert limit() == "7s"
    server.ask("ALTER DATABASE postgres RESET idle_in_transaction_session_timeout", answers=False)


FULL = ("store/schema:before", "intake/land:before", "till/batch:begin")


def on_a_full_disk(folder: Path, disk: Path) -> list[tuple[int, str, list[str]]]:
    """Live with the tables on a small disk that fills up; gives the code, the words, the rest."""
    found = []
    with own_server() as server:
        server.place_tables(disk / "tables")
        fresh(server.url, folder)
        end(start(folder, server.url, STATES), folder)
        undisturbed = outcome(server.url, folder)
        for point in FULL:
            ended, said = disturbed(folder, server.url, point, lambda: fill(disk))
            empty(disk)
            end(start(folder, server.url, STATES), folder)
            found.append((ended, said, differences(outcome(server.url, folder), undisturbed)))
    return found


@pytest.mark.slow
def test_a_full_disk_of_the_server(tmp_path: Path) -> None:
    # pytest closes its folders to the server's user, and again whenever another pytest begins
    disk, folder = Path(tempfile.mkdtemp(prefix="crmsync-disk-")), tmp_path / "project"
    try:
        found = on_small_disk(disk, 24, lambda: on_a_full_disk(folder, disk))
    except OSError as error:
        pytest.skip(f"this machine lets nobody mount a disk: {error}")
    finally:
        shutil.rmtree(disk, ignore_errors=True)
    for ended, said, rest in found:
        assert ended == 1, said
        assert "is full" in said
        assert "IT: make room there" in said
        assert "Traceback" not in said
        assert rest == []
