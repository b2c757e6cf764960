"""The SQL connector on SQLite and PostgreSQL: windows, ties, empty stamps, children, complaints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.connectors.sql import SqlConnector, SqlSettings
from crmsync.errors import ConfigError, CredentialsError, Unreachable
from crmsync.hookspecs import Connector, ListsIds, TellsFingerprint, TellsTime
from crmsync.model.stream import Connection, Page, Window
from tests.connectors.conftest import complaints, records

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
MAP = {"family_name": "name"}


def customers(**options: Any) -> dict[str, Any]:
    return {
        "name": "customers", "kind": "customers", "table": "customers", "key": "id", "map": MAP,
        **options,
    }  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty foreign database; the SQLite one below the project's folder."""
    if request.param == "sqlite":
        return "sqlite:///erp.db"
    return str(request.getfixturevalue("postgres_url"))


Execute = Callable[..., None]


@pytest.fixture
def execute(url: str, tmp_path: Path) -> Iterator[Execute]:
    """Runs statements on the foreign database, as its own program would."""
    engine = sa.create_engine(url.replace("sqlite:///", f"sqlite:///{tmp_path}/"))

    def execute(statement: str, *rows: dict[str, Any]) -> None:
        with engine.begin() as connection:
            connection.execute(sa.text(statement), rows or None)

    yield execute
    engine.dispose()


Ask = Callable[..., SqlConnector]


@pytest.fixture
def ask(url: str, tmp_path: Path) -> Iterator[Ask]:
    """Makes an SQL connector over these streams."""
    made: list[SqlConnector] = []

    def ask(*streams: dict[str, Any], **settings: Any) -> SqlConnector:
        values = {"url": url, "streams": list(streams), **settings}
        connection = Connection(name="erp", controller="beispiel", base=str(tmp_path))
        made.append(SqlConnector(SqlSettings.model_validate(values), connection))
        return made[-1]

    yield ask
    for connector in made:
        connector.close()


def read(
    connector: SqlConnector, position: Any = None, *, since: Any = None, until: Any = None
) -> list[Page]:
    window = Window(since, until)
    return list(connector.read(connector.streams()[0], window, position))


def ids(pages: list[Page]) -> list[Any]:
    return [record["id"] for record in records(pages)]


def fill(execute: Execute, count: int, stamp: str = "TEXT") -> None:
    """Customers of whom many share a stamp, and every seventh has none."""
    execute(f"CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, changed_at {stamp})")
    execute(
        "INSERT INTO customers VALUES (:id, :name, :at)",
        *(
            {
                "id": n,
                "name": f"Groß {n}",
                "at": None if n % 7 == 0 else f"2025-03-01 {10 + n % 3}:00:00",
            }
            for n in range(1, count + 1)
        ),
    )


def test_it_is_a_connector(ask: Ask) -> None:
    connector = ask(customers())
    for contract in (Connector, ListsIds, TellsTime, TellsFingerprint):
        assert isinstance(connector, contract)


def test_a_whole_table(ask: Ask, execute: Execute) -> None:
    fill(execute, 1_203)
    connector = ask(customers(deletes="missing"))
    connector.check()
    pages = read(connector)
    assert ids(pages) == list(range(1, 1_204))
    assert [len(page.records) for page in pages] == [500, 500, 203]
    assert pages[-1].next_position is None
    (told,) = connector.map(connector.streams()[0], records(pages)[0])
    assert told.family_name == "Groß 1"  # type: ignore[attr-defined]


@pytest.mark.parametrize("stop", [0, 1, 4, 5])
def test_reading_goes_on_where_it_stopped(ask: Ask, execute: Execute, stop: int) -> None:
    fill(execute, 3_204)
    stream = customers(cursor="changed_at", stamps_in="UTC")
    later = NOON + timedelta(hours=1)
    undisturbed = read(ask(stream), until=later)
    assert len(undisturbed) > 5
    before = undisturbed[: stop + 1]
    position = json.loads(json.dumps(before[-1].next_position))
    after = read(ask(stream), position, until=later)
    assert ids(before) + ids(after) == ids(undisturbed)


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


def test_children_are_put_into_their_record(ask: Ask, execute: Execute) -> None:
    execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, placed DATE)")
    execute("CREATE TABLE items (order_id INTEGER, sku TEXT, amount NUMERIC(10, 2))")
    execute("INSERT INTO orders VALUES (1, 7, '2025-03-01'), (2, 8, '2025-03-02')")
    execute("INSERT INTO items VALUES (1, 'S-2', 5.50), (1, 'S-1', 10.00)")
    connector = ask(
        {
            "name": "orders",
            "kind": "orders",
            "query": "SELECT id, customer, placed FROM orders;",
            "key": "id",
            "children": [
                {
                    "name": "items",
                    "query": "SELECT * FROM items WHERE order_id IN :keys",
                    "key": "order_id",
                }
            ],
            "map": {"customer": "customer", "placed_at": "placed"},
            "lines": {"from": "items", "sku": "sku", "amount": "amount"},
        }
    )
    connector.check()
    found = records(read(connector))
    assert [sorted(item["sku"] for item in one["items"]) for one in found] == [["S-1", "S-2"], []]
    (order,) = connector.map(connector.streams()[0], found[0])
    lines = [(line.sku, Decimal(line.amount)) for line in order.lines]  # type: ignore[attr-defined]
    assert sorted(lines) == [("S-1", 10), ("S-2", Decimal("5.5"))]
    assert order.placed_at == "2025-03-01"  # type: ignore[attr-defined]


def test_several_columns_make_a_key(ask: Ask, execute: Execute) -> None:
    execute("CREATE TABLE customers (firm TEXT, id INTEGER, name TEXT, PRIMARY KEY (firm, id))")
    execute(
        "INSERT INTO customers VALUES (:f, :n, 'x')",
        *({"f": firm, "n": n} for firm in ("A", "B") for n in range(800)),
    )
    stream = customers(key=["firm", "id"])
    connector = ask(stream)
    pages = read(connector)
    keys = [record[connector.streams()[0].key] for record in records(pages)]
    assert len(set(keys)) == 1_600
    assert keys[0] == "A|0"
    rest = read(ask(stream), json.loads(json.dumps(pages[1].next_position)))
    assert records(pages[:2]) + records(rest) == records(pages)
    assert [one for chunk in connector.ids(connector.streams()[0]) for one in chunk] == keys


def test_a_key_that_is_not_unique_is_refused(ask: Ask, execute: Execute) -> None:
    execute("CREATE TABLE customers (id INTEGER, name TEXT)")
    execute("INSERT INTO customers VALUES (1, 'x'), (1, 'y')")
    with pytest.raises(ConfigError, match="erp, customers: several rows have the same 'id'"):
        read(ask(customers()))


def test_rows_without_a_key_are_counted_not_lost(ask: Ask, execute: Execute) -> None:
    execute("CREATE TABLE customers (id INTEGER, name TEXT)")
    execute("INSERT INTO customers VALUES (1, 'x'), (NULL, 'y'), (NULL, 'z')")
    pages = read(ask(customers()))
    assert ids(pages) == [1]
    assert complaints(pages) == [("customers: no key", "2 rows have no value in 'id'")]


def test_every_id_there_is(ask: Ask, execute: Execute) -> None:
    fill(execute, 20)
    connector = ask(customers(cursor="changed_at", deletes="reconcile"))
    (chunk,) = connector.ids(connector.streams()[0])
    assert chunk == [str(n) for n in range(1, 21)]


def test_the_clock_is_the_databases(ask: Ask, execute: Execute) -> None:
    execute("CREATE TABLE customers (id INTEGER)")
    told = ask(customers()).server_time()
    assert told.tzinfo is not None
    assert abs(told - datetime.now(UTC)) < timedelta(minutes=10)


def test_it_can_only_read(ask: Ask, execute: Execute) -> None:
    fill(execute, 1)
    query = "DELETE FROM customers RETURNING *"
    with pytest.raises(ConfigError):
        read(ask(customers(table=None, query=query)))
    connector = ask(customers())
    with pytest.raises(ConfigError, match="a query tries to write"):
        connector._database.rows(sa.text("DELETE FROM customers RETURNING id"))
    assert ids(read(connector)) == [1]


def test_unknown_tables_and_columns_are_named(ask: Ask, execute: Execute) -> None:
    fill(execute, 1)
    with pytest.raises(ConfigError, match=r"erp: .*kunden"):
        ask(customers(table="kunden")).check()
    with pytest.raises(ConfigError, match=r"erp: .*updated"):
        ask(customers(cursor="updated")).check()
    with pytest.raises(ConfigError, match=r"erp: .*nr"):
        ask(customers(key="nr")).check()
    with pytest.raises(ConfigError, match=r"erp: .*syntax error"):
        ask(customers(table=None, query="SELEKT 1")).check()
    with pytest.raises(ConfigError, match=r"customers has no column 'nachname'.*id, name"):
        ask(customers(map={"family_name": "nachname"})).check()
    with pytest.raises(ConfigError, match="there is no time zone 'Köln'"):
        ask(customers(stamps_in="Köln"))


def test_a_database_that_is_not_there(ask: Ask, url: str, postgres_url: str) -> None:
    with pytest.raises(Unreachable, match=r"no database file nirgends\.db"):
        ask(customers(), url="sqlite:///nirgends.db").check()
    closed = sa.make_url(postgres_url).set(drivername="postgresql", query={})
    nowhere = closed.set(host="127.0.0.1", port=1).render_as_string(hide_password=False)
    with pytest.raises(Unreachable, match="erp: the database does not answer"):
        ask(customers(), url=nowhere).check()
    with pytest.raises(ConfigError, match="driver of the database cannot be loaded"):
        ask(customers(), url="foxpro://host/db")


def test_a_refused_account(ask: Ask, url: str, postgres_url: str) -> None:
    wrong = sa.make_url(postgres_url).set(username="niemand")
    with pytest.raises(CredentialsError, match="the database refuses the account") as caught:
        ask(customers(), url=wrong.render_as_string(hide_password=False), password="geheim").check()
    assert "geheim" not in str(caught.value)
    assert "niemand" not in str(caught.value)


def test_no_value_of_a_row_is_in_an_error(ask: Ask, execute: Execute, url: str) -> None:
    fill(execute, 1)
    query = "SELECT id, name, CAST(name AS INTEGER) / 0 AS n FROM customers"
    if url.startswith("sqlite"):
        query = "SELECT id, json_extract(name, '$') AS name FROM customers"
    with pytest.raises(Exception, match="erp") as caught:
        read(ask(customers(table=None, query=query)))
    assert "Groß" not in str(caught.value)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"query": "SELECT 1"}, "either 'table' or 'query'"),
        ({"cursor": "changed_at", "deletes": "missing"}, "deletes = 'reconcile'"),
        ({"key": []}, "'key' is missing"),
        ({"overlap": -1}, "greater than or equal to 0"),
        ({"children": [{"name": "x", "query": "SELECT 1", "key": "y"}]}, "pattern"),
        (
            {"key": ["a", "b"], "children": [{"name": "x", "query": "a IN :keys", "key": "y"}]},
            "children need a key of one column",
        ),
    ],
)
def test_settings_that_contradict(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SqlSettings.model_validate({"url": "sqlite://", "streams": [customers(**options)]})
