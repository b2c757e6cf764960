"""Files and a database through the whole engine: parked lines, deletes, what grows and changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.store import tables

NOW = datetime.now(UTC)
CONFIG = """
[crmsync]
store = "sqlite:///crmsync.db"
[controllers.beispiel]
name = "Beispiel GmbH"

[connections.crm]
connector = "files"
controller = "beispiel"
[[connections.crm.streams]]
name = "customers"
kind = "customers"
path = "crm/*.csv"
key = "Kd.-Nr."
deletes = "missing"
[connections.crm.streams.map]
family_name = "Nachname"
contacts.email = "E-Mail"

[connections.erp]
connector = "sql"
controller = "beispiel"
url = "sqlite:///erp.db"
[[connections.erp.streams]]
name = "orders"
kind = "orders"
table = "orders"
key = "id"
cursor = "changed_at"
deletes = "reconcile"
[[connections.erp.streams.children]]
name = "items"
query = "SELECT * FROM items WHERE order_id IN :keys"
key = "order_id"
[connections.erp.streams.map]
placed_at = "placed"
[connections.erp.streams.lines]
from = "items"
sku = "sku"
amount = "amount"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A retailer with 30 customers in a CSV file and 40 orders in a database."""
    (tmp_path / "crmsync.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "crm").mkdir()
    export(tmp_path, [customer(n) for n in range(30)])
    shop(
        tmp_path,
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, placed TEXT, changed_at TEXT)",
        "CREATE TABLE items (order_id INTEGER, sku TEXT, amount TEXT)",
        *(
            f"INSERT INTO orders VALUES ({n}, '2025-03-01', {'NULL' if n % 5 == 0 else stamp()})"
            for n in range(40)
        ),
        *(f"INSERT INTO items VALUES ({n}, 'S-{n}', '10.00')" for n in range(40)),
    )
    return tmp_path


def stamp(ago: timedelta = timedelta(days=30)) -> str:
    return f"'{(NOW - ago).strftime('%Y-%m-%d %H:%M:%S')}'"


def customer(number: int) -> str:
    return f"{number};Groß{number};kunde{number}@example.de"


def export(folder: Path, lines: list[str]) -> None:
    text = "\n".join(["Kd.-Nr.;Nachname;E-Mail", *lines, ""])
    (folder / "crm" / "kunden.csv").write_text(text, encoding="cp1252")


def shop(folder: Path, *statements: str) -> None:
    engine = sa.create_engine(f"sqlite:///{folder}/erp.db")
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def run(folder: Path) -> Any:
    with open_project(folder) as project:
        return sync(project, as_of=NOW.date().isoformat(), now=NOW)


def count(folder: Path, table: sa.Table, *conditions: Any) -> int:
    statement = sa.select(sa.func.count()).select_from(table).where(*conditions)
    with open_project(folder) as project, project.store.read() as work:
        return int(work.scalar(statement))


def landed(report: Any, stream: str) -> dict[str, int]:
    return {name: number for name, number in report.lands[stream].items() if number}


def test_everything_lands_once(folder: Path) -> None:
    first = run(folder)
    assert first.exit_code() == 0, first.as_json()
    assert landed(first, "crm/customers") == {"read": 30, "new": 30}
    assert landed(first, "erp/orders") == {"read": 40, "new": 40}
    assert count(folder, tables.order_line) == 40
    second = run(folder)
    assert landed(second, "crm/customers") == {"read": 30, "unchanged": 30}
    assert landed(second, "erp/orders") == {"read": 8, "unchanged": 8}


def test_a_line_that_cannot_be_read_is_parked_and_nobody_is_deleted(folder: Path) -> None:
    run(folder)
    export(folder, ["0;Groß0", *(customer(n) for n in range(1, 29))])
    broken = run(folder)
    assert broken.exit_code() == 3
    assert landed(broken, "crm/customers") == {"read": 29, "unchanged": 28, "unreadable": 1}
    assert count(folder, tables.parked, tables.parked.c.place == "crm/kunden.csv:2") == 1
    assert count(folder, tables.record, tables.record.c.deleted) == 0
    export(folder, [customer(n) for n in range(29)])
    mended = run(folder)
    assert mended.exit_code() == 0, mended.as_json()
    assert landed(mended, "crm/customers") == {"read": 29, "unchanged": 29, "deleted": 1}
    assert count(folder, tables.parked) == 0


def test_a_folder_that_grows_and_has_no_file_is_told_of(folder: Path) -> None:
    toml = (folder / "crmsync.toml").read_text(encoding="utf-8")
    growing = toml.replace('deletes = "missing"\n', "").replace("crm/*.csv", "crm/*.CSV")
    (folder / "crmsync.toml").write_text(growing, encoding="utf-8")
    report = run(folder)
    assert report.exit_code() == 0
    (remark,) = report.warnings
    assert (remark.where, remark.message) == ("crm/customers", "no file matches crm/*.CSV.")
    assert "integrator" in remark.hint


def test_the_database_tells_what_changed_and_what_is_gone(folder: Path) -> None:
    run(folder)
    shop(
        folder,
        f"UPDATE orders SET placed = '2025-03-02', changed_at = {stamp(timedelta(0))} WHERE id = 7",
        "DELETE FROM orders WHERE id = 8",
    )
    report = run(folder)
    assert landed(report, "erp/orders") == {"read": 9, "changed": 1, "unchanged": 8, "deleted": 1}


@pytest.mark.parametrize("jobs", [1, 2])
def test_reconcile_sees_what_moved_no_stamp(folder: Path, jobs: int) -> None:
    run(folder)
    shop(folder, "UPDATE orders SET placed = '2025-03-07' WHERE id = 7")
    assert "changed" not in landed(run(folder), "erp/orders")
    with open_project(folder) as project:
        report = sync(project, as_of=NOW.date().isoformat(), now=NOW, whole=True, jobs=jobs)
    assert landed(report, "erp/orders") == {"read": 40, "changed": 1, "unchanged": 39}
    assert landed(run(folder), "erp/orders") == {"read": 8, "unchanged": 8}


def test_an_order_stamped_in_the_future_comes_in_and_is_told_of(folder: Path) -> None:
    shop(folder, f"UPDATE orders SET changed_at = {stamp(timedelta(days=-90))} WHERE id = 7")
    for changed in (0, 1):
        report = run(folder)
        assert count(folder, tables.orders) == 40
        assert report.exit_code() == 0
        (remark,) = report.warnings
        assert remark.where == "erp/orders"
        assert remark.message.startswith("1 rows have a time in 'changed_at'")
        assert landed(report, "erp/orders").get("changed", 0) == changed
        shop(folder, "UPDATE orders SET placed = '2025-03-09' WHERE id = 7")


def test_a_changed_mapping_maps_again_without_reading(folder: Path) -> None:
    run(folder)
    toml = folder / "crmsync.toml"
    toml.write_text(CONFIG.replace('contacts.email = "E-Mail"\n', ""), encoding="utf-8")
    report = run(folder)
    assert report.stages["normalize/crm"]["taken"] == 30
    assert landed(report, "crm/customers") == {"read": 30, "unchanged": 30}


def test_rows_of_one_file_with_the_same_key_are_named_with_their_number(folder: Path) -> None:
    assert run(folder).warnings == []
    export(
        folder, [customer(n) for n in range(30)] + ["7;Klein;k@example.de", "7;Neu;n@example.de"]
    )
    (folder / "crm" / "neue.csv").write_text("Kd.-Nr.;Nachname;E-Mail\n7;Neu;n@example.de\n")
    report = run(folder)
    assert report.exit_code() == 0
    assert report.lands["crm/customers"]["repeated"] == 3
    (remark,) = report.warnings
    assert remark.where == "crm/customers"
    assert remark.message.startswith(
        "2 records of crm/kunden.csv have the key of another one (Kd.-Nr.)"
    )
    assert "right key" in remark.hint
