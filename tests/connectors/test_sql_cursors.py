"""What the SQL connector reads by stamps and numbers: windows, ties, clocks, what they miss."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crmsync.errors import ConfigError
from tests.connectors.foreign import NOON, Ask, Execute, customers, fill, ids, read


@pytest.mark.parametrize("stamp", ["TEXT", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"])
def test_a_window_is_half_open_and_empty_stamps_are_always_in_it(
    ask: Ask, execute: Execute, url: str, stamp: str
) -> None:
    """1,000 of 3,000 rows share each stamp, more than two pages."""
    if "ZONE" in stamp and url.startswith("sqlite"):
        stamp = "TEXT"
    fill(execute, 3_000, stamp)
    connector = ask(customers(cursor="changed_at", stamps_in="UTC"))
    eleven, noon = NOON - timedelta(hours=1), NOON
    found = ids(read(connector, since=eleven, until=noon))
    assert found == [n for n in range(1, 3_001) if n % 7 == 0 or n % 3 == 1]
    assert ids(read(connector, until=eleven)) == [
        n for n in range(1, 3_001) if n % 7 == 0 or n % 3 == 0
    ]


def test_a_stamp_soon_to_come_waits_for_its_window(ask: Ask, execute: Execute) -> None:
    fill(execute, 2)
    execute("INSERT INTO customers VALUES (3, 'Gleich', '2025-03-01 14:00:00')")
    connector = ask(customers(cursor="changed_at", stamps_in="UTC"))
    one = NOON + timedelta(hours=1)
    assert ids(read(connector, until=one)) == [1, 2]
    assert ids(read(connector, since=one, until=one + timedelta(hours=2))) == [3]


@pytest.mark.parametrize("stamp", ["TEXT", "TIMESTAMP", "DATE"])
def test_stamps_far_in_the_future_are_always_read_and_told_of(
    ask: Ask, execute: Execute, url: str, stamp: str
) -> None:
    if url.startswith("sqlite"):
        stamp = "TEXT"
    fill(execute, 6, stamp)
    execute(
        "INSERT INTO customers VALUES (7, 'Morgen', '2099-01-01 00:00:00'), (8, 'Nie', NULL), "
        "(9, 'Bald', '2025-03-04 00:00:00')"
    )
    connector = ask(customers(cursor="changed_at", stamps_in="UTC"))
    for since in (None, NOON, NOON + timedelta(minutes=30)):
        pages = read(connector, since=since, until=NOON + timedelta(hours=1))
        assert {7, 8, 9} <= set(ids(pages))
        (notice,) = [notice for page in pages for notice in page.notices]
        assert notice.message.startswith("2 rows have a time in 'changed_at' that is more than")
        assert "2099" not in notice.message + notice.hint
    weeks = NOON + timedelta(weeks=1)
    told = [notice for page in read(connector, since=NOON, until=weeks) for notice in page.notices]
    assert told[0].message.startswith("1 rows")


def test_a_text_that_is_no_time_hides_no_row(ask: Ask, execute: Execute) -> None:
    """An empty text comes before every window, a word after it."""
    execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, changed_at TEXT)")
    for number, stamp in enumerate(("", " ", "0000-00-00 00:00:00", "gestern")):
        execute("INSERT INTO customers VALUES (:n, 'x', :at)", {"n": number, "at": stamp})
    only_blank = ask(customers(table=None, query="SELECT * FROM customers WHERE id < 2",
                               cursor="changed_at"))  # fmt: skip
    assert ids(read(only_blank, since=NOON, until=NOON)) == [0, 1]
    execute("INSERT INTO customers VALUES (4, 'x', '2025-03-01 11:30:00')")
    execute("INSERT INTO customers VALUES (5, 'x', '2025-02-01 11:30:00')")
    connector = ask(customers(cursor="changed_at", stamps_in="UTC"))
    eleven = NOON - timedelta(hours=1)
    pages = read(connector, since=eleven, until=NOON)
    assert ids(pages) == [0, 1, 2, 3, 4]
    assert pages[0].notices[0].message.startswith("1 rows")


@pytest.mark.parametrize("stamp", ["TEXT", "TIMESTAMP(0)"])
def test_whole_seconds_lose_nothing_where_nothing_is_read_twice(
    ask: Ask, execute: Execute, url: str, stamp: str
) -> None:
    """Written at 12:00:00.7 and stamped 12:00:00, after a window that ended at 12:00:00.5."""
    kind = "TEXT" if url.startswith("sqlite") else stamp
    execute(f"CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, changed_at {kind})")
    execute("INSERT INTO customers VALUES (1, 'x', '2025-03-01 12:00:00')")
    connector = ask(customers(cursor="changed_at", stamps_in="UTC", overlap=0))
    half = NOON + timedelta(milliseconds=500)
    assert ids(read(connector, since=half, until=half + timedelta(seconds=1))) == [1]


def test_stamps_of_an_unknown_zone_are_read_wide(ask: Ask, execute: Execute) -> None:
    """A clock may be 14 hours ahead of UTC or 12 behind: nothing it wrote may be missed."""
    execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, changed_at TEXT)")
    for number, hours in enumerate((-13, -12, 0, 13, 14)):
        stamp = (NOON + timedelta(hours=hours)).replace(tzinfo=None).isoformat(" ")
        execute("INSERT INTO customers VALUES (:n, 'x', :at)", {"n": number, "at": stamp})
    pages = read(ask(customers(cursor="changed_at")), since=NOON, until=NOON)
    assert ids(pages) == [1, 2, 3]


@pytest.mark.parametrize(
    "stamps, since, expected",
    [
        (["2025-03-01T11:59:59Z", "2025-03-01T12:00:00Z"], NOON, [1]),
        (["2025-03-01T12:59:59", "2025-03-01T13:00:00.250"], NOON, [0, 1]),
        (["2025-02-28", "2025-03-01"], NOON, [1]),
        (["2025-03-01 11:59", "2025-03-01 13:00"], NOON, [1]),
    ],
)
def test_stamps_as_text(
    ask: Ask, execute: Execute, stamps: list[str], since: datetime, expected: list[int]
) -> None:
    execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, changed_at TEXT)")
    execute(
        "INSERT INTO customers VALUES (:n, 'x', :at)",
        *({"n": n, "at": at} for n, at in enumerate(stamps)),
    )
    connector = ask(customers(cursor="changed_at", stamps_in="Europe/Berlin"))
    assert ids(read(connector, since=since, until=NOON + timedelta(days=1))) == expected


def test_an_hour_that_comes_twice_loses_nothing(ask: Ask, execute: Execute) -> None:
    """On 26 October 2025 the clock goes from 3:00 back to 2:00; both hours are read."""
    execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, changed_at TEXT)")
    execute("INSERT INTO customers VALUES (1, 'x', '2025-10-26 02:05:00')")
    connector = ask(customers(cursor="changed_at", stamps_in="Europe/Berlin"))
    before = datetime(2025, 10, 26, 0, 30, tzinfo=UTC)  # 2:30 in summer time
    after = datetime(2025, 10, 26, 1, 10, tzinfo=UTC)  # 2:10 in winter time
    later = datetime(2025, 10, 26, 2, 0, tzinfo=UTC)  # 3:00
    first = ids(read(connector, since=before, until=after))
    second = ids(read(connector, since=after, until=later))
    assert 1 in first + second


def test_a_number_that_every_change_raises(ask: Ask, execute: Execute) -> None:
    execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, version INTEGER)")
    execute(
        "INSERT INTO customers VALUES (:n, 'x', :v)",
        *({"n": n, "v": 5_000 - n} for n in range(1, 1_101)),
    )
    stream = customers(cursor="version", cursor_type="number", overlap=0)
    assert ask(stream).streams()[0].cursor == "version"
    first = read(ask(stream))
    assert len(ids(first)) == 1_100
    resumed = read(ask(stream), first[0].next_position)
    assert ids(first[:1]) + ids(resumed) == ids(first)
    execute("UPDATE customers SET version = 5001 WHERE id = 700")
    execute("INSERT INTO customers VALUES (2000, 'ohne', NULL)")
    second = read(ask(stream), first[-1].next_position)
    assert ids(second) == [1, 700, 2000]
    assert second[-1].next_position["from"] == 5001
    other = customers(cursor="version", cursor_type="number", overlap=0, key=["id", "name"])
    assert len(ids(read(ask(other), second[-1].next_position))) == 1_101


def test_numbers_committed_late_are_read_with_the_overlap(ask: Ask, execute: Execute) -> None:
    execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, version INTEGER)")
    execute("INSERT INTO customers VALUES (1, 'x', 100)")
    stream = customers(cursor="version", cursor_type="number", overlap=10)
    first = read(ask(stream))
    execute("INSERT INTO customers VALUES (2, 'x', 91)")
    execute("INSERT INTO customers VALUES (3, 'x', 89)")
    assert ids(read(ask(stream), first[-1].next_position)) == [1, 2]


def test_numbers_that_fell_are_read_from_the_beginning(ask: Ask, execute: Execute) -> None:
    """A backup was put back, or the row with the wrong highest number was corrected."""
    execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, version INTEGER)")
    execute("INSERT INTO customers VALUES (1, 'x', 100), (2, 'x', 5)")
    stream = customers(cursor="version", cursor_type="number", overlap=10)
    first = read(ask(stream))
    execute("UPDATE customers SET version = 7 WHERE id = 1")
    second = read(ask(stream), first[-1].next_position)
    assert ids(second) == [1, 2]
    assert second[-1].next_position["from"] == 7


def test_a_cursor_that_is_no_time_or_no_number(ask: Ask, execute: Execute) -> None:
    execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, version INTEGER)")
    execute("INSERT INTO customers VALUES (1, 'bald', 100)")
    with pytest.raises(ConfigError, match=r"cursor version: .*say cursor_type = 'number'"):
        ask(customers(cursor="version")).check()
    with pytest.raises(ConfigError, match="cursor name: the column holds text that is no ISO time"):
        ask(customers(cursor="name")).check()
    with pytest.raises(ConfigError, match="cursor name: the column holds no whole numbers"):
        ask(customers(cursor="name", cursor_type="number")).check()
