"""The lines of orders: kept in the orders' rows, read as rows of a view and as Arrow columns."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from crmsync.model.order import LINE, Order, OrderLine
from crmsync.store import Store, Work, models, tables
from crmsync.store import facts as facts_store
from crmsync.store.facts import SHAPES, read_facts

HEMD = ("H-1", 'Hemd "Größe"', "Hemden", "Müller's \\ Söhne", "M", 2000, 5980, 5025, 500, False,
        False, 2410)  # fmt: skip
"""Its cost is told; the lines below end before it, as those of older stores do."""
KARTE = ("", "Gutschein, 50 €\n['Ä']", "", "", "", 1000, 5000, 5000, 0, False, True)
BACK = ("B-1", "Buch 📖", "", "", "", 10**18, 1070, 1000, 0, True, False)
RABATT = ("", "Rabatt", "", "", "", 1000, -598, -503, 598, False, False)


def order(number: int, *lines: tuple[Any, ...], source: int | None = 1, part: str = "") -> Order:
    return Order(
        number, part, "sale", source, None, f"R-{number}", "web", "", "2026-11-21T09:30:00Z",
        "2026-11-21", 10, 6, "completed", "EUR", 0, 0, 0, 0, 0, 0, True,
        orjson.dumps(lines).decode(),
    )  # fmt: skip


def rows(number: int, *lines: tuple[Any, ...], part: str = "") -> list[tuple[Any, ...]]:
    whole = (line + (None,) * (len(LINE) - len(line)) for line in lines)
    return [(number, part, place, *line) for place, line in enumerate(whole)]


def viewed(work: Work) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in work.all(sa.select(tables.order_line)))


def test_a_view_unfolds_the_lines_as_they_went_in(store: Store) -> None:
    with store.work() as work:
        work.upsert(tables.orders, [
            order(7, HEMD, KARTE, BACK), order(8), order(9, RABATT, source=None),
            order(9, BACK, HEMD, part="return"),
        ])  # fmt: skip
    with store.read() as work:
        found = viewed(work)
    assert found == [
        *rows(7, HEMD, KARTE, BACK), *rows(9, RABATT), *rows(9, BACK, HEMD, part="return")
    ]  # fmt: skip
    assert {type(row[-2]) for row in found} | {type(row[-3]) for row in found} == {bool}


def test_people_read_the_view_with_plain_sql(store: Store) -> None:
    with store.work() as work:
        work.upsert(tables.orders, [order(7, HEMD, KARTE, BACK)])
    asked = "SELECT title, gross / 2 FROM order_line WHERE returned AND NOT gift_card"
    with store.read() as work:
        assert work.all(sa.text(asked)) == [("Buch 📖", 535)]


def test_a_line_in_the_view_is_what_the_model_says() -> None:
    assert tuple(tables.order_line.columns.keys()) == OrderLine._fields
    assert tuple(tables.orders.columns.keys()) == Order._fields
    assert (*OrderLine._fields[:3], *LINE) == OrderLine._fields
    assert len(HEMD) == len(LINE)


def test_lines_change_and_go_with_their_order(store: Store) -> None:
    with store.work() as work:
        work.upsert(tables.orders, [order(7, HEMD, KARTE), order(8, BACK)])
    with store.work() as work:
        work.upsert(tables.orders, [order(7, RABATT)])
        models.withdraw_facts(work, [8])
    with store.read() as work:
        assert viewed(work) == rows(7, RABATT)


def test_the_view_is_made_once_and_goes_with_the_tables(store: Store) -> None:
    with store.engine.begin() as connection:
        tables.metadata.create_all(connection)
        assert "order_line" in sa.inspect(connection).get_view_names()
        tables.metadata.drop_all(connection)
        assert sa.inspect(connection).get_view_names() == []


def test_who_bought_a_sku_is_found_for_many_at_once(store: Store) -> None:
    with store.work() as work:
        records = [(number, number // 10, str(number), b"", "mapped", False, None, "", b"")
                   for number in (10, 11, 12, 20)]  # fmt: skip
        work.upsert(tables.record, records)
        work.upsert(tables.orders, [
            order(10, HEMD, HEMD, source=1), order(11, BACK, source=2),
            order(12, HEMD, source=None), order(20, HEMD, source=3),
        ])  # fmt: skip
    with store.read() as work:
        assert models.sources_of_skus(work, [1], {"H-1", "B-1", "X"}) == {1, 2}
        assert models.sources_of_skus(work, [1, 2], {"H-1"}) == {1, 3}


@pytest.mark.parametrize("portion", [1, 2, 1000])
def test_facts_hold_the_lines_of_the_customers_asked_for(
    store: Store, monkeypatch: pytest.MonkeyPatch, portion: int
) -> None:
    monkeypatch.setattr(facts_store, "ORDERS", portion)
    with store.work() as work:
        work.upsert(tables.link, [(1, "anna", "test"), (2, "anna", "test"), (3, "ben", "test")])
        work.upsert(tables.orders, [
            order(7, HEMD, KARTE, BACK), order(8), order(9, RABATT, source=2, part="return"),
            order(10, HEMD, source=3), order(11, HEMD, source=None),
        ])  # fmt: skip
    with store.read() as work:
        anna, nobody = read_facts(work, ["anna"]).lines, read_facts(work, ["nobody"]).lines
    wanted = [
        dict(zip(OrderLine._fields, row, strict=True))
        for row in (*rows(7, HEMD, KARTE, BACK), *rows(9, RABATT, part="return"))
    ]
    found = sorted(anna.to_pylist(), key=lambda row: int(row["record_id"]))
    assert found == [{name: row[name] for name in SHAPES["lines"]} for row in wanted]
    assert (nobody.num_rows, nobody.schema) == (0, anna.schema)
    assert {str(anna.schema.field(name).type) for name in ("returned", "gift_card")} == {"bool"}
