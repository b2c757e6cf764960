"""A disk that fills up anywhere: one clear sentence, everything intact, and the next run goes on.

It is a real disk of some megabytes where this machine lets us mount one (tests/scenarios/
small_disk.py), and everywhere the system's own limit on the size of files, which refuses to write
just as really. Where nothing can be mounted, the limit is put at all points instead of a few.
"""

from __future__ import annotations

import mmap
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from crmsync.cli.main import run
from tests.scenarios.killing import (
    backend,
    differences,
    fresh,
    outcome,
    start,
    traced,
)
from tests.scenarios.killing import end as wait
from tests.scenarios.small_disk import BALLAST, empty, fill, on_small_disk

STATES = backend(30)
FEW = ("store/schema:before", "marker/write:before", "run/start:before", "lease/take:before",
       "intake/land:before", "till/batch:before", "till/fill:before",
       "plan/write:before")  # fmt: skip
"""One place of each kind: where a limit strikes."""
NOTHING_MORE = ("plan/replace:before",)
"""Behind these nothing is written any more."""


class Struck(NamedTuple):
    """What came of a life whose disk was full from one point on, and where it led in the end."""

    point: str
    code: int
    said: str
    left: list[str]
    damage: str
    differ: list[str]


def strikes(
    folder: Path, points: list[str], no_room: Callable[[], None], room: Callable[[], None]
) -> list[Struck]:
    """The disk is full at one point after the other, wherever a life comes to the next of them.

    With CRMSYNC_POINTS=all each point has a life of its own.
    """
    alone = os.environ.get("CRMSYNC_POINTS") == "all"
    url, found, left = f"sqlite:///{folder / 'store.db'}", list[Struck](), list(points)
    while left:
        fresh(url, folder)
        life: list[Struck] = []
        wanted = set(left[:1] if alone else left)
        while struck := strike(folder, wanted, no_room, room):
            life.append(struck)
            wanted.remove(struck.point)
        assert life, f"no life came to {', '.join(left)}"
        left = [one for one in left if one not in {struck.point for struck in life}]
        differ = differences(outcome(url, folder), EXPECTED)
        found += [struck._replace(differ=differ) for struck in life]
    return found


def strike(
    folder: Path, points: Collection[str], no_room: Callable[[], None], room: Callable[[], None]
) -> Struck | None:
    """Go on until the disk is full at the first of `points` that comes; look, and make room.

    None when the life ends without one.
    """
    url, said = f"sqlite:///{folder / 'store.db'}", folder.parents[1] / "said"
    where = mmap.mmap(-1, 64)  # not one byte may be written to a file

    def watch(name: str) -> None:
        if name in points and not where[0]:
            where[:] = name.encode().ljust(64, b"\0")
            no_room()

    with heard(said) as listen:
        child = start(folder, url, STATES, watch, said=said)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        words = listen()
    point = where[:].rstrip(b"\0").decode()
    where.close()
    left = sorted(path.name for path in folder.iterdir())
    room()
    if point:
        return Struck(point, code, words, left, check(folder / "store.db"), [])
    assert code == 0, words
    return None


EXPECTED: dict[str, list[str]] = {}
"""What an undisturbed life leads to."""


def undisturbed(folder: Path) -> list[str]:
    """Live once; gives where the disk may fill up: before every commit and file, and in between."""
    url = f"sqlite:///{folder / 'store.db'}"
    fresh(url, folder)
    names = dict.fromkeys(name for _, name in traced(folder, url, STATES))
    EXPECTED.update(outcome(url, folder))
    assert EXPECTED["source_customer"]
    places = [n for n in names if n.endswith(":before") or ":" not in n]
    return [name for name in places if not name.startswith("config/")]


@contextmanager
def heard(path: Path) -> Iterator[Callable[[], str]]:
    """A pipe under this name, in which room never ends; gives how to hear what was said."""
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield lambda: os.read(reading, 1 << 20).decode()
    finally:
        os.close(reading)
        path.unlink()


def check(store: Path) -> str:
    """What SQLite finds wrong with a store, "" for nothing."""
    with closing(sqlite3.connect(store)) as database:
        found = str(database.execute("PRAGMA integrity_check").fetchone()[0])
    return "" if found == "ok" else found


def judge(struck: Struck, words: tuple[str, ...]) -> None:
    """What must be so wherever it strikes."""
    assert struck.damage == "", struck
    assert struck.differ == [], struck
    assert "Traceback" not in struck.said, struck
    assert not [name for name in struck.left if name.endswith(".new")], struck
    if struck.point in NOTHING_MORE:
        assert struck.code == 0
        return
    assert struck.code == 1, struck
    assert "crmsync: the " in struck.said
    assert any(word in struck.said for word in words), struck
    assert "IT: " in struck.said


@pytest.mark.slow
def test_a_full_disk_at_every_point(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()

    def work() -> list[Struck]:
        folder = disk / "project"
        found = strikes(folder, undisturbed(folder), lambda: fill(disk), lambda: empty(disk))
        refill(folder, disk)
        elsewhere(tmp_path / "other", disk)
        return found

    try:
        found = on_small_disk(disk, 8, work)
    except OSError:
        found = limited(tmp_path, all_of_them=True)
    assert len(found) >= len(FEW)
    for struck in found:
        judge(struck, ("is full", "File too large", "cannot be read or written", "disk I/O error"))


def refill(folder: Path, disk: Path) -> None:
    """On a full disk the files that were there stay, and init leaves nothing behind."""
    files = [folder / "till.db", folder / "plan.json", folder / "crmsync.toml"]
    before = [path.read_bytes() for path in files]
    fill(disk)
    for words in (("till", "build"), ("outreach", "plan")):
        assert run(["--project", str(folder), *words]) == 1
    (disk / "empty").mkdir()
    assert run(["--project", str(disk / "empty"), "init"]) == 1
    assert [path.read_bytes() for path in files] == before
    assert list((disk / "empty").iterdir()) == []
    assert not list(folder.glob("*.new")) + list(folder.glob(".*.new"))


def elsewhere(folder: Path, disk: Path) -> None:
    """A temporary folder without room harms nobody: nothing is written there."""
    assert (disk / BALLAST).exists()
    os.environ.update(TMPDIR=str(disk), SQLITE_TMPDIR=str(disk))
    url = f"sqlite:///{folder / 'store.db'}"
    before = sorted(disk.iterdir())
    fresh(url, folder)
    wait(start(folder, url, STATES), folder)
    assert differences(outcome(url, folder), EXPECTED) == []
    assert sorted(disk.iterdir()) == before


def limited(tmp_path: Path, *, all_of_them: bool = False) -> list[Struck]:
    """The same with a limit on the size of files: not one byte may be written to any."""
    folder = tmp_path / "limited" / "project"
    folder.parent.mkdir()
    names = undisturbed(folder)
    places = names if all_of_them else [one for one in names if one in FEW]
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))

    return strikes(folder, places, no_room, lambda: None)


@pytest.mark.slow
def test_files_that_may_not_grow(tmp_path: Path) -> None:
    found = limited(tmp_path)
    assert len(found) == len(FEW)
    for struck in found:
        judge(struck, ("File too large", "cannot be read or written", "disk I/O error"))


CONFIG = '[crmsync]\nstore = "sqlite:///store.db"\n[controllers.muster]\nname = "Muster GmbH"\n'
SAYS = [
    (("sync",), "stdout", 1), (("status", "--json"), "stdout", 1), (("--help",), "stdout", 1),
    (("sync",), "stderr", 0), (("nonsense",), "stderr", 2), (("sync", "unbekannt"), "stderr", 2),
]  # fmt: skip


@pytest.mark.parametrize("words,stream,code", SAYS)
def test_output_and_logs_on_a_full_disk(
    tmp_path: Path, words: tuple[str, ...], stream: str, code: int
) -> None:
    """Output that is lost is an error; a log that is lost does not change how the run ended."""
    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    command = [sys.executable, "-m", "crmsync", "--project", str(tmp_path), *words]
    other = "stderr" if stream == "stdout" else "stdout"
    with open("/dev/full", "wb") as full:
        kwargs = {stream: full, other: subprocess.PIPE}
        done = subprocess.run(command, check=False, **kwargs)  # type: ignore[call-overload]
    assert done.returncode == code
    said = (done.stderr or b"").decode()
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    if stream == "stdout":
        assert "cannot be written: No space left on device" in said
    assert check(tmp_path / "store.db") == "" if (tmp_path / "store.db").exists() else True


def test_who_stops_reading_along_is_told_nothing(tmp_path: Path) -> None:
    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    command = [sys.executable, "-m", "crmsync", "--project", str(tmp_path), "status"]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, check=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")
