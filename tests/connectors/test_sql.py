"""The SQL connector on SQLite and PostgreSQL: tables, children, keys, accounts, complaints."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.connectors.sql import SqlSettings
from crmsync.errors import ConfigError, CredentialsError, Unreachable
from crmsync.hookspecs import Connector, ListsIds, TellsFingerprint, TellsTime
from tests.connectors.conftest import complaints, records
from tests.connectors.foreign import NOON, Ask, Execute, customers, fill, ids, read


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
