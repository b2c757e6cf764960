"""7, 7.0 and 7.00 name the same customer, whichever reader tells them; a fraction names nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
import sqlalchemy as sa
from pyarrow import parquet

from crmsync.connectors.sql import SqlConnector, SqlSettings
from crmsync.engine.gather import external_id
from crmsync.errors import RecordError
from crmsync.model.stream import Connection
from tests.connectors.conftest import Connect, complaints, read, records

MAP = {"customer": "kunde", "placed_at": "am"}
DAY = "2025-03-01"
Row = tuple[Any, Any]


def orders(path: str, **options: Any) -> dict[str, Any]:
    return {"name": "orders", "kind": "orders", "path": path, "key": "nr", "map": MAP, **options}


def named(connector: Any) -> list[tuple[str, str | None]]:
    """The external id of every order, and the customer it names, mapped singly and by the page."""
    (stream,) = connector.streams()
    raws = records(read(connector))
    ids = [external_id(raw, stream.key) for raw in raws]
    customers = [told.customer for raw in raws for told in connector.map(stream, raw)]
    page = connector.map_page(stream, raws)
    assert page is not None
    assert page.column("customer") == customers
    return list(zip(ids, customers, strict=True))


def jsonl(path: Path, rows: list[Row]) -> str:
    lines = [json.dumps({"nr": nr, "kunde": kunde, "am": DAY}) for nr, kunde in rows]
    (path / "o.jsonl").write_text("\n".join([*lines, ""]))
    return "o.jsonl"


def array(path: Path, rows: list[Row]) -> str:
    told = [{"nr": nr, "kunde": kunde, "am": DAY} for nr, kunde in rows]
    (path / "o.json").write_text(json.dumps(told))
    return "o.json"


def excel(path: Path, rows: list[Row]) -> str:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(("nr", "kunde", "am"))
    for row in rows:
        book.active.append((*row, DAY))
    book.save(path / "o.xlsx")
    return "o.xlsx"


def floats(path: Path, rows: list[Row]) -> str:
    """As pandas writes a column of numbers of which one is empty."""
    columns = {
        "nr": pa.array([float(nr) for nr, _ in rows], pa.float64()),
        "kunde": pa.array([float(kunde) for _, kunde in rows], pa.float64()),
    }
    parquet.write_table(pa.table({**columns, "am": [DAY] * len(rows)}), path / "o.parquet")
    return "o.parquet"


def decimals(path: Path, rows: list[Row]) -> str:
    kind = pa.decimal128(20, 2)
    columns = {
        "nr": pa.array([Decimal(str(nr)) for nr, _ in rows], kind),
        "kunde": pa.array([Decimal(str(kunde)) for _, kunde in rows], kind),
    }
    parquet.write_table(pa.table({**columns, "am": [DAY] * len(rows)}), path / "d.parquet")
    return "d.parquet"


FILES = [jsonl, array, excel, floats, decimals]
NUMBERS: list[Row] = [(1.0, 7.0), (2, 7), (-3.0, 10.0), (4e3, 1e15)]
NAMES = [("1", "7"), ("2", "7"), ("-3", "10"), ("4000", "1000000000000000")]


@pytest.mark.parametrize("write", FILES)
def test_a_whole_number_is_its_integer(
    write: Callable[..., str], connect: Connect, tmp_path: Path
) -> None:
    connector = connect(orders(write(tmp_path, NUMBERS)))
    assert named(connector) == NAMES
    assert complaints(read(connector)) == []


@pytest.mark.parametrize("write", FILES)
def test_the_rows_of_one_order_may_write_its_number_in_two_ways(
    write: Callable[..., str], connect: Connect, tmp_path: Path
) -> None:
    stream = orders(write(tmp_path, [(1, 7), (1.0, 7.0), (2.0, 7)]), lines={"amount": {"const": 1}})
    connector = connect({**{k: v for k, v in stream.items() if k != "key"}, "group": "nr"})
    assert [record["nr"] for record in records(read(connector))] == ["1", "2"]


@pytest.mark.parametrize("write", FILES[:-1])
def test_a_fraction_names_nobody(
    write: Callable[..., str], connect: Connect, tmp_path: Path
) -> None:
    connector = connect(orders(write(tmp_path, [(1, 7), (1.5, 7)])))
    pages = read(connector)
    assert [record["nr"] for record in records(pages)] in ([1], ["1"])
    (complaint,) = complaints(pages)
    assert complaint[1] == "has no whole number or text in 'nr'"


def test_a_text_stays_as_it_is(connect: Connect, tmp_path: Path) -> None:
    """In a table of text nobody knows a number from the name of a version."""
    (tmp_path / "o.csv").write_text(f"nr;kunde;am\n1.0;7.0;{DAY}\n1;007;{DAY}\n")
    assert named(connect(orders("o.csv"))) == [("1.0", "7.0"), ("1", "007")]


@pytest.mark.parametrize("kind", ["NUMERIC(12, 2)", "DOUBLE PRECISION", "INTEGER"])
def test_the_columns_of_a_database(kind: str, postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE orders (nr {kind}, kunde {kind}, am TEXT)")
        connection.exec_driver_sql(f"INSERT INTO orders VALUES (1, 7, '{DAY}'), (4e3, 10, '{DAY}')")
    engine.dispose()
    stream = {"name": "orders", "kind": "orders", "table": "orders", "key": "nr", "map": MAP}
    settings = SqlSettings.model_validate({"url": postgres_url, "streams": [stream]})
    connector = SqlConnector(settings, Connection(name="erp", controller="beispiel"))
    assert named(connector) == [("1", "7"), ("4000", "10")]
    assert list(connector.ids(connector.streams()[0])) == [["1", "4000"]]
    connector.close()


@pytest.mark.parametrize("told", [7.0, Decimal("7.00"), 7, "7"])
def test_what_a_plugin_tells(told: Any) -> None:
    assert external_id({"id": told}, "id") == "7"


@pytest.mark.parametrize("told", [7.5, Decimal("7.5"), True, None, "", [7], float("nan"), 2.0**60])
def test_what_a_plugin_cannot_mean(told: Any) -> None:
    with pytest.raises(RecordError):
        external_id({"id": told}, "id")
