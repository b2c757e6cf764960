"""Kill -9 at any moment, run again at once: the result equals an undisturbed run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.engine.sync import sync
from crmsync.store import open_store, runs
from tests.engine.backend import NOW, Content, project
from tests.scenarios.canon import canon, cursors

MOMENTS = 30
DAYS = ("2026-11-21", "2026-11-22")


def backend() -> list[Content]:
    """Two states of one backend: the second has changes, a loss, and a bad record."""
    states = [_content(), _content()]
    for number in range(0, 150, 3):
        states[1].person(number, given=f"Neu{number}", greeting="granted")
    for number in range(1, 150, 20):
        states[1].customers[str(number)]["greeting"] = "withdrawn"
    for number in range(200, 210):
        states[1].sale(number, number % 150, amount="5.00")
    del states[1].customers["7"]
    states[1].customers["11"]["birth_date"] = "unlesbar"
    return states


def _content() -> Content:
    content = Content()
    content.page = 25
    noise = random.Random(4)
    for number in range(150):
        shared = noise.randrange(120)
        content.person(
            number, given=f"Vorname{shared}", family=f"Nachname{shared}",
            email=f"kunde{shared}@example.org", greeting="granted",
        )  # fmt: skip
    for number in range(200):
        content.sale(number, noise.randrange(160), amount=f"{noise.randrange(100, 9999) / 100:.2f}")
    return content


def run(folder: Path, url: str, states: list[Content]) -> None:
    """Both runs, from wherever the store stands; one that ended is not run again."""
    for day, content in zip(DAYS, states, strict=True):
        with project(folder, url, content) as opened:
            with opened.store.read() as work:
                ended = {one["as_of"] for one in runs.last(work, 100) if one["finished_at"]}
            if day not in ended:
                sync(opened, as_of=day, now=NOW)


def in_child(folder: Path, url: str, states: list[Content], seconds: float | None) -> float:
    """Run in a child process, killed after `seconds`; gives how long it ran."""
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            run(folder, url, states)
            code = 0
        finally:
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert seconds is not None or os.waitstatus_to_exitcode(status) == 0
    return time.monotonic() - began


def fresh(url: str, folder: Path) -> None:
    """Empty the store, and forget that there was one."""
    if url.startswith("sqlite"):
        shutil.rmtree(folder)
        folder.mkdir()
        return
    (folder / "crmsync.store-id").unlink(missing_ok=True)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def content_of(url: str) -> tuple[Any, Any]:
    store = open_store(url)
    try:
        return canon(store), cursors(store)
    finally:
        store.close()


def differences(found: tuple[Any, Any], expected: tuple[Any, Any]) -> list[str]:
    """The rows that only one side has, each with its table."""
    rows = [
        f"{sign} {table}: {row}"
        for table in expected[0]
        for sign, ours, theirs in (("+", found, expected), ("-", expected, found))
        for row in ours[0][table]
        if row not in theirs[0][table]
    ]
    return rows if found[1] == expected[1] else [*rows, "the cursors differ"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_killed_run_ends_like_an_undisturbed_one(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    url = f"sqlite:///{folder / 'store.db'}"
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
    states = backend()
    duration = in_child(folder, url, states, None)
    expected = content_of(url)
    assert len(expected[0]["source_customer"]) == 149
    assert len(expected[0]["ledger"]) > 100
    assert sum("'doc', '{" in row for row in expected[0]["card"]) > 100
    moments = random.Random(0)
    killed = 0
    for _ in range(MOMENTS):
        fresh(url, folder)
        moment = moments.uniform(0.02, duration)
        killed += in_child(folder, url, states, moment) < duration
        in_child(folder, url, states, None)
        assert differences(content_of(url), expected) == []
    assert killed > MOMENTS // 2
