"""The change log: numbers in commit order, each change once, no reader ahead of a writer."""

from __future__ import annotations

import threading

import pytest

from crmsync.store import Store, open_store
from crmsync.store.log import HANDFUL


def _seen(store: Store) -> list[int | None]:
    with store.read() as work:
        return [change.record_id for change in work.changes("stage", ["raw"], 10)]


def test_a_change_is_seen_once_behind_the_watermark(store: Store) -> None:
    with store.work() as work:
        work.log_records("raw", [7, 8, 7])
    with store.work() as work:
        seen = work.changes("stage", ["raw"], 10)
        assert [change.record_id for change in seen] == [7, 8]
        work.advance("stage", seen[-1].seq)
    assert _seen(store) == []


def test_many_changes_share_a_number_and_are_read_to_its_end(store: Store) -> None:
    many = range(1, 2 * HANDFUL + 2)
    with store.work() as work:
        work.log_records("raw", many)
        work.log_customers("profile", ["c1"])
    with store.work() as work:
        first = work.changes("stage", ["raw"], 1)
        assert [change.record_id for change in first] == list(many[:HANDFUL])
        work.advance("stage", first[-1].seq)
    with store.read() as work:
        rest = work.changes("stage", ["raw", "profile"], 10_000)
        assert [change.record_id or change.customer_id for change in rest] == [
            *many[HANDFUL:],
            "c1",
        ]


def test_only_the_wanted_topics_are_read(store: Store) -> None:
    with store.work() as work:
        work.log_records("facts", [1])
        work.log_customers("profile", ["c1"])
        work.log_records("raw", [2])
    assert _seen(store) == [2]


def test_nothing_is_logged_when_the_work_fails(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.work() as work:
        work.log_records("raw", [1])
        work.advance("stage", 1 // 0)
    assert _seen(store) == []


def test_no_reader_passes_a_number_whose_transaction_is_open(postgres_url: str) -> None:
    """A holds its number uncommitted; B, which comes later, must wait and gets a higher one."""
    first, second = open_store(postgres_url), open_store(postgres_url)
    b_done = threading.Event()

    def later() -> None:
        with second.work() as work:
            work.log_records("raw", [2])
        b_done.set()

    with first.work() as work:
        work.log_records("raw", [1])
        work.flush()
        thread = threading.Thread(target=later)
        thread.start()
        assert not b_done.wait(0.5)
        with second.read() as reader:
            assert reader.changes("stage", ["raw"], 10) == []
    thread.join(10)
    assert b_done.is_set()
    assert _seen(first) == [1, 2]
    first.close()
    second.close()
