"""Writers of one store take turns: nobody is passed by, nobody starves, nobody fails."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.errors import StoreError
from crmsync.store import Store, Work, locks, log, open_store, tables, turns

COMMITS = 300
SPAWN = multiprocessing.get_context("spawn")


def url_of(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def stands_in_line(database: Path) -> bool:
    """Whether somebody is the first of the line."""
    descriptor = locks.open_lock(Path(f"{database}.line"), point="test/line")
    try:
        return not locks.take(descriptor)
    finally:
        os.close(descriptor)


def test_who_waits_is_next_however_often_the_other_commits(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    first, second = open_store(url), open_store(url)
    order: list[str] = []

    def wait() -> None:
        with second.work():
            order.append("second")

    waiting = Thread(target=wait)
    with first.work():
        waiting.start()
        while not stands_in_line(tmp_path / "store.db"):
            pass
        order.append("first")
    for _ in range(3):
        with first.work():
            order.append("first again")
    waiting.join()
    assert order[:3] == ["first", "second", "first again"]
    first.close()
    second.close()


def test_who_sleeps_in_the_line_holds_nobody_up_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    monkeypatch.setattr(turns, "BUSY_SECONDS", 0.2)
    asleep = locks.open_lock(Path(f"{tmp_path / 'store.db'}.line"), point="test/line")
    assert locks.take(asleep)
    with store.work() as work:
        work.log_records("raw", [1])
    os.close(asleep)
    with store.read() as work:
        assert work.scalar(sa.select(sa.func.count()).select_from(tables.change)) == 1
    store.close()


def test_a_writer_that_never_ends_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    first, second = open_store(url), open_store(url)
    monkeypatch.setattr(turns, "BUSY_SECONDS", 0.1)
    with (
        first.work(),
        pytest.raises(StoreError, match="locked by another program"),
        second.work(),
    ):
        pass
    with second.work() as work:
        work.log_records("raw", [1])
    first.close()
    second.close()


def write(url: str, topic: str, ready: Any) -> None:
    """Commit very often and very little, in a process of its own."""
    store = open_store(url)
    ready.wait()
    for number in range(COMMITS):
        with store.work() as work:
            work.log_records(topic, [number])
    store.close()


def test_two_that_commit_without_a_pause_both_come_through(store: Store) -> None:
    ready = SPAWN.Barrier(2)
    both = [SPAWN.Process(target=write, args=(url_of(store), name, ready)) for name in "ab"]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    with store.read() as work:
        found = Counter(row.topic for row in work.all(sa.select(tables.change.c.topic)))
    assert found == {"a": COMMITS, "b": COMMITS}


def hog(url: str, begun: Any, enough: Any) -> None:
    """Have the store nearly always, in a process of its own: long commits without a pause."""
    store = open_store(url)
    while not enough.is_set():
        with store.work() as work:
            work.numbers("commits of the other", 1)
            for number in range(100):
                work.log_records("other", range(number * 100, number * 100 + 100))
                work.flush()
        begun.set()
    store.close()


def commits(work: Work) -> int:
    where = tables.counter.c.name == "commits of the other"
    return int(work.scalar(sa.select(tables.counter.c.value).where(where)))


def test_nobody_starves_beside_one_that_always_writes(store: Store) -> None:
    begun, enough = SPAWN.Event(), SPAWN.Event()
    other = SPAWN.Process(target=hog, args=(url_of(store), begun, enough))
    other.start()
    begun.wait()
    waited = []
    try:
        for _ in range(10):
            with store.read() as work:
                before = commits(work)
            with store.work() as work:
                work.numbers("commits of ours", 1)  # on PostgreSQL this is where writers meet
                work.log_records("ours", [1])
                work.flush()
                waited.append(commits(work) - before)
    finally:
        enough.set()
        other.join()
    assert other.exitcode == 0
    assert sorted(waited)[5] <= 3, waited


def test_ids_are_taken_without_waiting_for_another_transaction(postgres_url: str) -> None:
    first, second = open_store(postgres_url), open_store(postgres_url)
    with first.work() as one, second.work() as other:
        other.run(sa.text("SET LOCAL lock_timeout = '10s'"))
        ids = [one.numbers("stream", 5), other.numbers("stream", 5)]
        other.numbers("parked", 1)
        one.numbers("parked", 1)  # the other way round: with locks this would be a deadlock
        one.log_records("raw", ids[0])
    assert not set(ids[0]) & set(ids[1])
    assert {"stream", "parked"} <= log.IDS
    first.close()
    second.close()
