"""New records into a store that knows the others: really new, counted, and checked."""

from __future__ import annotations

import sqlite3
from argparse import Namespace
from pathlib import Path

import orjson
import pytest

from bench.identity.held import add, lay_out
from bench.identity.incremental import Growing, growth, lines, show_batch, show_first, show_singles
from bench.identity.ours import Taken
from bench.identity.same import lost, partition
from bench.people import people

SOURCES = ("crm", "erp", "shop", "guest", "till")


def _told(folder: Path) -> list[tuple[str, str]]:
    return [
        (source, orjson.loads(line)["id"])
        for source in SOURCES
        for line in (folder / f"{source}.jsonl").read_bytes().splitlines()
    ]


def test_what_is_held_back_is_of_the_same_world_and_nobody_has_seen_it(tmp_path: Path) -> None:
    later = lay_out(tmp_path, 280, 20, 3)
    held = {(row.source, row.key) for row in later}
    assert len(held) == len(later) == 20
    before = _told(tmp_path)
    assert len(before) == 280
    assert held.isdisjoint(before)
    assert held | set(before) == {(row.source, row.key) for row in people(300, 3)}


def test_what_comes_later_stands_at_the_end(tmp_path: Path) -> None:
    later = lay_out(tmp_path, 90, 10, 3)
    before = (tmp_path / "truth.jsonl").read_bytes()
    add(tmp_path, later)
    after = (tmp_path / "truth.jsonl").read_bytes()
    assert after.startswith(before)
    hidden = [orjson.loads(line) for line in after[len(before) :].splitlines()]
    assert [one[:3] for one in hidden] == [[row.source, row.key, row.truth] for row in later]
    assert len(_told(tmp_path)) == 100


@pytest.mark.parametrize(
    "one, other, equal",
    [
        ("aabc", "xxyz", True),
        ("abab", "yxyx", True),
        ("aabc", "xyyz", False),
        ("aab", "aaa", False),
    ],
)
def test_who_is_with_whom_whatever_they_are_called(one: str, other: str, equal: bool) -> None:
    assert (partition(one) == partition(other)) is equal


@pytest.mark.parametrize(
    "before, after, expected",
    [
        ("aab", "aabc", 0),  # a stranger came
        ("aab", "aaba", 0),  # one of a's came
        ("aab", "aaaa", 0),  # a and b have become one, the older
        ("aab", "bbbb", 1),  # ... the younger
        ("aab", "xxb", 1),  # a has another id
        ("aab", "xxy", 2),
        ("aab", "acb", 0),  # a became two: a part is not judged
    ],
)
def test_who_has_lost_his_id(before: str, after: str, expected: int) -> None:
    assert lost(list(before), list(after)) == expected


def test_n_log_n() -> None:
    assert growth(10, 100) == pytest.approx(20)
    assert growth(100_000, 1_000_000) == pytest.approx(12)


def _taken(*batches: tuple[float, float], seconds: float = 2.0, peak: float = 90.0) -> Taken:
    return Taken(seconds, list(batches), {"taken": 3, "new": 1, "joined": 2}, 5, peak)


def test_what_is_shown() -> None:
    assert show_batch(3, _taken((0.5, 0.25))) == (
        "3 new at once: 0.500 s (bar 1), 0.250 CPU s, 90 MB (bar 300); 2 joined somebody"
    )
    rounds = [_taken((0.1, 0.1), (0.012, 0.006)), _taken((0.3, 0.1), (0.018, 0.008), peak=95)]
    assert show_singles(rounds) == (
        "one new alone: median of 2 15.0 ms (bar 20), 7.0 CPU ms; the first of a process 200 ms; "
        "95 MB"
    )
    first = [(10, _taken(seconds=1.0, peak=50)), (100, _taken(seconds=15.0, peak=100))]
    assert list(show_first(first)) == [
        "first resolve of 10: 1.00 s, 50 MB",
        "first resolve of 100: 15.00 s, 100 MB",
        "from 10 to 100: 15.0 times the time, 2.0 times the memory; n log n is 20.0 times as much",
    ]


def test_a_batch_and_single_ones_come_as_a_full_resolve_has_them(tmp_path: Path) -> None:
    told = list(lines(Namespace(records=300, seed=2, batch=40, singles=2, rounds=1, beside=[])))
    assert told[0].startswith("first resolve of 300:")
    assert told[1].startswith("40 new at once:")
    assert told[2].startswith("one new alone: median of 1 ")
    assert "is the same" in told[3]


def test_what_is_wrong_is_found_out(tmp_path: Path) -> None:
    store = Growing(tmp_path, 300, 30, 2)
    rows = store.later
    assert store.batch(rows[:28]).counts["taken"] == 28
    assert len(store.singles(rows[28:]).batches) == 2
    store.check()
    database = sqlite3.connect(store.folder / "store.db")
    one, other = (
        name for name, in database.execute("SELECT DISTINCT customer_id FROM link LIMIT 2")
    )  # fmt: skip
    database.execute("UPDATE link SET customer_id = ? WHERE customer_id = ?", (one, other))
    database.commit()
    database.close()
    with pytest.raises(RuntimeError, match="together"):
        store.check()
    with pytest.raises(RuntimeError, match="new"):
        store.batch(rows)  # told once more, and so not new
