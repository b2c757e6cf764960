"""A project's life through every command that writes, killed wherever a test likes, and gone on.

It runs in a child process: the backend is in memory, everything else is the program itself.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Collection
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import sqlalchemy as sa

from crmsync.cli import outreach, parked, setup, sync, till, withdraw
from crmsync.cli.main import run
from crmsync.engine import behind, decide
from crmsync.engine.project import open_project
from crmsync.hookspecs import hookimpl
from crmsync.outreach.planned import read_plan
from crmsync.store import open_store, parking, points, runs
from crmsync.till.pack import unpack
from tests.engine.backend import CONFIG, NOW, Content, connector
from tests.scenarios.canon import canon, cursors

LOADED_ONCE = (duckdb, pyarrow, behind, outreach, parked, setup, sync, till, withdraw)
"""What every child would load anew, loaded before the first of them."""

DAYS = ("2026-11-21", "2026-11-22")
OLD = """
[connections.old]
connector = "files"
controller = "muster"
[[connections.old.streams]]
name = "customers"
kind = "customers"
path = "old.csv"
key = "Nr"
[connections.old.streams.map]
family_name = "Name"
contacts.email = "Mail"
"""
"""A connection that is configured no more at the end of a life, with its three customers."""

OLD_FILE = "Nr;Name;Mail\n" + "".join(
    f"{n};Nachname{n};kunde{n}@example.org\n" for n in (1, 2, 999)
)
PLUGIN = "from tests.scenarios.killing import crmsync_register_connectors\n"
Watch = Callable[[str], None]
_now: list[Content] = []
"""What the backend of this process holds."""


class Clock(datetime):
    """A clock that stands still, so that two runs decide at the same time."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return NOW.astimezone(tz)


@hookimpl
def crmsync_register_connectors(register: Any) -> None:
    """The plugin of the project folder: its backend is the one of this process."""
    register(connector(_now[0]))


def backend(size: int = 150) -> list[Content]:
    """Two states of one backend: the second has changes, a loss, and a bad record."""
    states = [_content(size), _content(size)]
    for number in range(0, size, 3):
        states[1].person(number, given=f"Neu{number}", greeting="granted")
    for number in range(1, size, 20):
        states[1].customers[str(number)]["greeting"] = "withdrawn"
    for number in range(200, 210):
        states[1].sale(number, number % size, amount="5.00")
    del states[1].customers["7"]
    states[1].customers["11"]["birth_date"] = "unlesbar"
    return states


def _content(size: int) -> Content:
    content = Content()
    content.page = 25
    noise = random.Random(4)
    for number in range(size):
        shared = noise.randrange(size * 4 // 5)
        content.person(
            number, given=f"Vorname{shared}", family=f"Nachname{shared}",
            email=f"kunde{shared}@example.org", greeting="granted",
        )  # fmt: skip
    for number in range(size * 4 // 3):
        buyer = noise.randrange(size + size // 15)
        content.sale(number, buyer, amount=f"{noise.randrange(100, 9999) / 100:.2f}")
    return content


def live(folder: Path, url: str, states: list[Content], *, old: bool = True) -> None:
    """The whole life from wherever it stands: what has ended is not done again.

    Without `old` there is never more than one connection.
    """
    if not (folder / "crmsync.toml").exists():
        _call(folder, "init")
    furnish(folder, url, old=old)
    _call(folder, "status")
    first, second = DAYS
    done = _ended(folder)

    def once(verb: str, day: str, *words: str) -> None:
        if (verb, day) not in done:
            _call(folder, *(words or (verb,)), "--as-of", day)

    _now[:] = [states[0]]
    once("sync", first)
    pair = ("shop/customers/3", "shop/customers/4")
    once("decide", first, "merge", *pair, "--by", "Leitung")
    once("replay", first)
    _now[:] = [states[1]]
    once("sync", second, "sync", "--again", "shop/customers")
    for number in _parked(folder):
        _call(folder, "parked", "drop", number)
    if old:
        furnish(folder, url, old=False)
        once("withdraw", second, "withdraw", "old", "--yes")
    _call(folder, "till", "build", "--out", str(folder / "till.db"))
    _call(folder, "outreach", "plan", "--as-of", second, "--out", str(folder / "plan.json"))


def furnish(folder: Path, url: str, *, old: bool = True) -> None:
    """Write the configuration and the plugin of a project, with the connection `old` or not."""
    texts = {"crmsync.toml": CONFIG.format(url=url) + (OLD if old else ""), "old.csv": OLD_FILE,
             "crmsync_plugins.py": PLUGIN}  # fmt: skip
    for name, text in texts.items():
        fresh = folder / f"{name}.{os.getpid()}"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(folder / name)  # at once: two lives may read it


def _ended(folder: Path) -> set[tuple[str, str]]:
    """What has ended well, and for which day."""
    with open_project(folder) as project, project.store.read() as work:
        latest = runs.last(work, 10_000)
    return {(one["verb"], one["as_of"]) for one in latest if one["exit_code"] in (0, 3)}


def _parked(folder: Path) -> list[str]:
    with open_project(folder) as project, project.store.read() as work:
        return [str(one["id"]) for one in parking.entries(work)]


def _call(folder: Path, *words: str) -> None:
    code = run(["--project", str(folder), *words])
    if code not in (0, 3):
        raise SystemExit(code)


def start(
    folder: Path,
    url: str,
    states: list[Content],
    watch: Watch | None = None,
    *,
    said: Path | None = None,
    old: bool = True,
) -> int:
    """Live in a child process that calls `watch` at every point; gives its process id.

    It ends with the exit code of a command that failed. What it says goes into the file `said`,
    by default beside the folder.
    """
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        path = said or folder.parent / "said.txt"
        file = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        for number, name in ((1, "stdout"), (2, "stderr")):  # pytest has put others there
            os.dup2(file, number)
            setattr(sys, name, os.fdopen(number, "w", 1, encoding="utf-8", closefd=False))
        decide.datetime = Clock  # type: ignore[misc]
        points.watch = watch or points.watch
        live(folder, url, states, old=old)
        code = 0
    except SystemExit as ended:
        code = int(str(ended.code))
    finally:
        if sys.exception():
            traceback.print_exc()
        os._exit(code)


def end(child: int, folder: Path) -> None:
    """Wait for a child that nobody kills."""
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code == 0, f"{code}: {(folder.parent / 'said.txt').read_text(encoding='utf-8')}"


def traced(
    folder: Path, url: str, states: list[Content], *, old: bool = True
) -> list[tuple[float, str]]:
    """Live undisturbed; gives each point reached with the seconds since the beginning."""
    trace = folder.parent / "trace.txt"
    file = os.open(trace, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
    began = time.monotonic()

    def note(name: str) -> None:
        os.write(file, f"{time.monotonic() - began} {name}\n".encode())

    end(start(folder, url, states, note, old=old), folder)
    os.close(file)
    lines = [line.split() for line in trace.read_text(encoding="utf-8").splitlines()]
    return [(float(at), name) for at, name in lines]


def killed_at(folder: Path, url: str, states: list[Content], points: Collection[str]) -> str | None:
    """Live until the first of `points` is reached, and die there; gives it, None without one."""
    died = folder.parent / "died.txt"
    died.unlink(missing_ok=True)

    def watch(name: str) -> None:
        if name in points:
            died.write_text(name, encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)

    child = start(folder, url, states, watch)
    _, status = os.waitpid(child, 0)
    if died.exists():
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
        return died.read_text(encoding="utf-8")
    said = (folder.parent / "said.txt").read_text(encoding="utf-8")
    assert os.waitstatus_to_exitcode(status) == 0, said
    return None


def fresh(url: str, folder: Path) -> None:
    """An empty folder and an empty store."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if url.startswith("sqlite"):
        return
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def outcome(url: str, folder: Path) -> dict[str, list[str]]:
    """What a life led to: every table, the cursors, the till file's cards, the plan."""
    store = open_store(url)
    try:
        tables = canon(store)
        read_on = [f"{name} {state}" for name, state in sorted(cursors(store).items())]
    finally:
        store.close()
    plan = [read_plan(folder / "plan.json").hash]
    return {**tables, "(cursors)": read_on, "(till)": _cards(folder / "till.db"), "(plan)": plan}


def _cards(path: Path) -> list[str]:
    """The cards of a till file without their pseudonyms, which are random in every store."""
    with closing(sqlite3.connect(path)) as file:
        found = [json.loads(unpack(doc)) for (doc,) in file.execute("SELECT doc FROM card")]
    return [json.dumps({**card, "id": ""}, sort_keys=True) for card in found]


def differences(found: dict[str, list[str]], expected: dict[str, list[str]]) -> list[str]:
    """The rows that only one side has, each with its table; or the table whose order differs."""
    rows = [
        f"{sign} {table}: {row}"
        for table in expected
        for sign, ours, theirs in (("+", found, expected), ("-", expected, found))
        for row in ours[table]
        if row not in theirs[table]
    ]
    return rows or [f"? {table}" for table in expected if found[table] != expected[table]]
